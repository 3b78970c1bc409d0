"""Files that are whole or absent, also after the power failed."""

import os
from pathlib import Path


def settle(draft: Path, target: Path) -> None:
    """Gives what was written beside `target` its name: on the disk first, and the name after it.

    Whatever dies in between, `target` is as it was or whole; the draft is its maker's to remove.
    Raises `OSError` where the disk refuses.
    """
    with draft.open("rb") as file:
        os.fsync(file.fileno())
    draft.replace(target)
    sync_folder(target.parent)


def sync_folder(folder: Path) -> None:
    """The names in `folder` are on the disk when this returns."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
