"""Keeps `mappings/CHECKSUMS`: a mapping that has landed never changes, it gets a successor.

`python -m dev.mappings` adds new files to the list; it refuses where a listed one was changed.
"""

import hashlib
import sys
from pathlib import Path

from app.engine.mappings import MAPPINGS

LIST = "CHECKSUMS"


def digests(folder: Path) -> dict[str, str]:
    """SHA-256 of every `<index>/vNNNN.json` under `folder`, by its relative path."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.glob("*/v*.json"))
    }


def listed(folder: Path) -> dict[str, str]:
    """What the list says, in the format of `sha256sum`; empty where there is no list yet."""
    path = folder / LIST
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return {name: digest for digest, name in (line.split(maxsplit=1) for line in lines)}


def broken(folder: Path) -> list[str]:
    """Listed files that were changed or removed."""
    now = digests(folder)
    return [name for name, digest in listed(folder).items() if now.get(name) != digest]


def add_new(folder: Path) -> list[str]:
    """Lists files that are not listed yet and returns their names; listed ones stay as they are."""
    known = listed(folder)
    new = {name: digest for name, digest in digests(folder).items() if name not in known}
    lines = [f"{digest}  {name}\n" for name, digest in sorted((known | new).items())]
    (folder / LIST).write_text("".join(lines), encoding="utf-8")
    return list(new)


def main() -> None:
    if changed := broken(MAPPINGS):
        sys.exit(f"changed after landing, add a new version instead: {', '.join(changed)}")
    for name in add_new(MAPPINGS):
        sys.stdout.write(f"added {name}\n")


if __name__ == "__main__":
    main()
