"""Octets of attached files under their own hash, in `OTKLIK_DATA_DIR/attachments/`.

Equal files lie once. A file is whole or absent: it is written beside, flushed to the disk and only
then named. Which case it belongs to stands in the case alone.
"""

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from msgspec import Struct

from app.disk import settle
from app.errors import StorageUnavailableError, TooLargeError
from app.settings import Settings

_BLOCK = 256 * 1024
_HASH = 64


class Kept(Struct, frozen=True):
    sha256: str
    size: int


class AttachmentStore:
    def __init__(self, settings: Settings) -> None:
        self.folder: Path = settings.data_dir / "attachments"
        self._most = settings.attachment_max_mb

    def path(self, sha256: str) -> Path:
        """Raises ValueError for what is no hash: nothing else ever names a file here."""
        if len(sha256) != _HASH or not set(sha256) <= set("0123456789abcdef"):
            raise ValueError("not a sha256")
        return self.folder / sha256[:2] / sha256

    def keep(self, content: bytes) -> Kept:
        """Raises `StorageUnavailableError`. A file that is there already is only marked as used."""
        sha256 = hashlib.sha256(content).hexdigest()
        path = self.path(sha256)
        with _on_disk():
            if path.exists():
                os.utime(path)  # the sweep must not take it away before the case names it
            else:
                self._write(path, content)
        return Kept(sha256, len(content))

    def _write(self, path: Path, content: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, draft = tempfile.mkstemp(prefix=".draft-", dir=path.parent)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
            settle(Path(draft), path)
        except BaseException:
            Path(draft).unlink(missing_ok=True)
            raise

    def read_upload(self, stream: BinaryIO) -> bytes:
        """All of it, up to the limit; raises `TooLargeError`."""
        most = self._most << 20
        content = bytearray()
        while block := stream.read(_BLOCK):
            content += block
            if len(content) > most:
                raise TooLargeError(f"Файл больше {self._most} МБ.", field="file")
        return bytes(content)

    def older_than(self, moment: datetime) -> Iterator[Path]:
        """Files, also drafts of a process that died, not touched since `moment`."""
        if not self.folder.is_dir():
            return
        for path in self.folder.glob("*/*"):
            if path.stat().st_mtime < moment.timestamp():
                yield path


@contextmanager
def _on_disk() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StorageUnavailableError(
            "На сервере не получается записать файл: кончилось место или диск закрыт для записи. "
            "Скажите администратору и повторите.",
            field="file",
        ) from error
