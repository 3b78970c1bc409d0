"""More than two hundred broken or hostile files, made by code and never committed as bytes.

Each must end in a clear sentence or a readable table: in the reader alone
(`tests/faults/test_hostile_files.py`) and through the whole import.
"""

from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from tests.hostile.packages import package_specimens
from tests.hostile.sheets import sheet_specimens
from tests.hostile.specimen import HEADER, REQUIRED, Expect, HostileFile, Specimen
from tests.hostile.texts import text_specimens

__all__ = ["HEADER", "REQUIRED", "Expect", "HostileFile", "Specimen", "specimens", "write_all"]


def specimens() -> Iterator[Specimen]:
    """One after another: all of them together take about 200 MB."""
    return chain(package_specimens(), sheet_specimens(), text_specimens())


def write_all(folder: Path) -> list[HostileFile]:
    """Writes every specimen, a folder and two links that call themselves files into `folder`."""
    written = []
    for specimen in specimens():
        path = folder / specimen.name
        if path.exists():
            raise ValueError(f"two specimens are named {specimen.name}")
        path.write_bytes(specimen.content)
        written.append(
            HostileFile(path, specimen.why, specimen.expect, specimen.reasons, specimen.missing)
        )
    return written + _special(folder)


def _special(folder: Path) -> list[HostileFile]:
    directory, link, dangling = folder / "folder.csv", folder / "link.csv", folder / "lost-link.csv"
    directory.mkdir()
    link.symlink_to("/etc/hostname")
    dangling.symlink_to(folder / "nothing")
    none: frozenset[str] = frozenset({"not_a_table"})
    return [
        HostileFile(directory, "папка вместо файла", "refuse", none, ()),
        HostileFile(link, "ссылка на чужой файл", "refuse", none, ()),
        HostileFile(dangling, "ссылка в никуда", "refuse", none, ()),
    ]
