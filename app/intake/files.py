"""Where the files of one import lie, under `OTKLIK_DATA_DIR/imports/<id>/`."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.errors import StorageUnavailableError
from app.settings import Settings


class ImportFiles:
    """Web and workers share the folder; the rows file is made by a worker from the source."""

    def __init__(self, settings: Settings, import_id: str) -> None:
        self.folder: Path = settings.data_dir / "imports" / import_id
        self.source = self.folder / "source"
        self.rows = self.folder / "rows.jsonl"
        self.rejects = self.folder / "rejects.jsonl"
        """One `Rejection` a line, in the order of the file."""

    def drop_rows(self) -> None:
        """Forgets what was read: the source is kept, and reading it again gives the same."""
        for path in self.folder.glob(f"{self.rows.name}*"):
            path.unlink(missing_ok=True)


@contextmanager
def kept_on_disk() -> Iterator[None]:
    """Turns a refusal of the disk into a sentence; the cause stays for the journal."""
    try:
        yield
    except OSError as error:
        raise StorageUnavailableError(
            "На сервере не получается записать файл: кончилось место или диск закрыт для записи. "
            "Скажите администратору и повторите."
        ) from error
