"""Where the files of one import lie, under `OTKLIK_DATA_DIR/imports/<id>/`."""

from pathlib import Path

from app.settings import Settings


class ImportFiles:
    """Web and workers share the folder; the rows file is made by a worker from the source."""

    def __init__(self, settings: Settings, import_id: str) -> None:
        self.folder: Path = settings.data_dir / "imports" / import_id
        self.source = self.folder / "source"
        self.rows = self.folder / "rows.jsonl"
        self.rejects = self.folder / "rejects.jsonl"
        """One `Rejection` a line, in the order of the file."""
