"""`python -m app.meaning.ensure`, and a part of `otklik setup`: the shipped encoder is there."""

import shutil
import sys
from contextlib import suppress
from enum import StrEnum
from pathlib import Path

import structlog

from app.errors import EncoderError
from app.meaning.folder import MANIFEST, MODEL, NAME, read_manifest, shipped_manifest, verify

log = structlog.get_logger()


class Made(StrEnum):
    """What `ensure` found or did."""

    OFF = "off"
    THERE = "there"
    MADE = "made"


def ensure(folder: str) -> Made:
    """The shipped encoder is in `folder`, made where it is missing or damaged; takes 5 s.

    Two at once are no trouble. An encoder that somebody else put there is never touched, and where
    `folder` holds anything else, nothing is made: `EncoderError`, as where the disk refuses.
    """
    if not folder:
        return Made.OFF
    place = Path(folder)
    if _is_there(place):
        return Made.THERE
    from app.meaning.convert import convert  # loads 100 MB of libraries, once in a lifetime

    try:
        convert(place)
    except OSError as error:
        raise EncoderError(
            f"Модель смысла не сделана: в папку {place} не записать ({error.strerror}). "
            "Всё остальное работает, поиск идёт по словам."
        ) from error
    return Made.MADE


def _is_there(folder: Path) -> bool:
    if not folder.exists() or not any(folder.iterdir()):
        return False
    if not (folder / MANIFEST).exists() and not (folder / MODEL).exists():
        raise EncoderError(f"Модель смысла не сделана: в папке {folder} лежит что-то другое.")
    try:
        manifest = read_manifest(folder)
        verify(folder, manifest)
    except EncoderError:
        if _is_ours(folder):
            log.warning("encoder_damaged", folder=folder.name)
            return False
        raise
    return manifest.name != NAME or manifest == shipped_manifest(manifest.files)


def _is_ours(folder: Path) -> bool:
    """A folder whose description cannot be read may be anybody's."""
    try:
        return read_manifest(folder).name == NAME
    except EncoderError:
        return False


def put(draft: Path, folder: Path) -> None:
    """Gives `draft` the name of `folder`, which cannot be replaced in one move: of two at once the
    later finds one and leaves it.
    """
    old = draft.with_name(f"{draft.name}-old")
    with suppress(FileNotFoundError):
        folder.rename(old)
    try:
        draft.rename(folder)
    except OSError:
        if not _is_there(folder):
            raise
    shutil.rmtree(old, ignore_errors=True)


def main() -> None:
    """Exit code 0 also where it could not be made: the product works by words then."""
    from app.settings import get_settings

    try:
        ensure(get_settings().encoder_dir)
    except EncoderError as error:
        sys.stderr.write(f"{error.message}\n")


if __name__ == "__main__":
    main()
