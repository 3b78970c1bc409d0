"""Where the file of one export lies, under `OTKLIK_DATA_DIR/exports/<id>/`."""

import shutil
from pathlib import Path

from app.exports.models import ExportJob
from app.settings import Settings


class ExportFiles:
    """`result` is there only when it is whole; what is being written has another name."""

    def __init__(self, settings: Settings, job: ExportJob) -> None:
        self.folder: Path = settings.data_dir / "exports" / job.id
        self.result = self.folder / f"result.{job.format}"

    def drop(self) -> None:
        """Removes the file and everything beside it."""
        if self.folder.exists():
            shutil.rmtree(self.folder)
