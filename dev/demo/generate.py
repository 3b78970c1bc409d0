"""Demo files in the formats that real systems export, written in one pass over the stream."""

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import chain
from pathlib import Path
from typing import Protocol

import msgspec

from dev.demo.channels import HEATMAP, IM
from dev.demo.events import FRESH
from dev.demo.models import DemoCase
from dev.demo.stream import DEFAULT_UNTIL, fresh, generate
from dev.demo.writers.canonical import CanonicalFile
from dev.demo.writers.heatmap import HeatmapFile
from dev.demo.writers.im import ImFile, Layout

ROWS_IN_A_SHEET = 200_000
"""A sheet holds 1,048,576 rows; five times fewer still opens on an office computer."""
MANIFEST = "manifest.json"
_LAYOUTS = tuple(Layout)


class WrittenFile(msgspec.Struct, frozen=True):
    file: str
    profile: str
    """`im`, `heatmap` or `canonical`: what `otklik import --profile` takes."""
    rows: int


class _Target(Protocol):
    rows: int

    def add_case(self, case: DemoCase) -> None: ...

    def close(self) -> None: ...


class _Series:
    """Files of one kind: a new one is begun when `limit` rows are in the last."""

    def __init__(self, files: "DemoFiles", profile: str, layout: Layout | None) -> None:
        self._files, self._profile, self._layout = files, profile, layout
        self._target: _Target | None = None
        self._name = ""

    def add(self, case: DemoCase) -> None:
        full = self._target is not None and self._target.rows >= self._files.limit
        if full and self._profile != "canonical":
            self.close()
        if self._target is None:
            self._name, self._target = self._files.open(self._profile, self._layout)
        self._target.add_case(case)

    def close(self) -> None:
        if self._target is None:
            return
        self._target.close()
        self._files.written.append(WrittenFile(self._name, self._profile, self._target.rows))
        self._target = None


class DemoFiles:
    """A folder that fills with demo files; the four layouts of ИМ take turns."""

    def __init__(self, out: Path, limit: int = ROWS_IN_A_SHEET) -> None:
        self.out, self.limit = out, limit
        self.written: list[WrittenFile] = []
        self._count = {"im": 0, "heatmap": 0, "canonical": 0}
        self._im = [_Series(self, "im", layout) for layout in _LAYOUTS]
        self._heatmap = _Series(self, "heatmap", None)
        self._canonical = _Series(self, "canonical", None)
        self._turn = 0

    def open(self, profile: str, layout: Layout | None) -> tuple[str, _Target]:
        self._count[profile] += 1
        stem = f"{profile}-{self._count[profile]:02d}"
        if profile == "im" and layout is not None:
            return f"{stem}.xlsx", ImFile(self.out / f"{stem}.xlsx", layout)
        if profile == "heatmap":
            return f"{stem}.xlsx", HeatmapFile(self.out / f"{stem}.xlsx")
        return f"{stem}.csv", CanonicalFile(self.out / f"{stem}.csv")

    def add(self, case: DemoCase) -> None:
        if case.registry == IM:
            self._im[self._turn % len(self._im)].add(case)
            self._turn += 1
        elif case.registry == HEATMAP:
            self._heatmap.add(case)
        else:
            self._canonical.add(case)

    def close(self) -> list[WrittenFile]:
        """Finishes all files, writes the manifest, returns what it says."""
        for series in (*self._im, self._heatmap, self._canonical):
            series.close()
        self.written.sort(key=lambda item: (item.profile, item.file))
        listed = msgspec.json.format(msgspec.json.encode(self.written), indent=2)
        (self.out / MANIFEST).write_bytes(listed + b"\n")
        return self.written


def write_demo(
    out: Path,
    total: int,
    seed: int,
    until: date = DEFAULT_UNTIL,
    limit: int = ROWS_IN_A_SHEET,
    *,
    growing: bool = False,
) -> list[WrittenFile]:
    """Fills the folder `out` (made if missing) with `total` cases, `FRESH` of them what is
    `growing` on the last days where there are more than that. Raises OSError.
    """
    last = FRESH if growing and total > FRESH else 0
    cases = generate(total - last, seed, until)
    now = fresh(seed, until, total - last) if last else ()
    return write_cases(out, chain(cases, now), limit)


def write_cases(
    out: Path, cases: Iterable[DemoCase], limit: int = ROWS_IN_A_SHEET
) -> list[WrittenFile]:
    out.mkdir(parents=True, exist_ok=True)
    files = DemoFiles(out, limit)
    for case in cases:
        files.add(case)
    return files.close()


def only(cases: Iterable[DemoCase], registry: str) -> Iterator[DemoCase]:
    """Those of `cases` that go to files of one kind."""
    return (case for case in cases if case.registry == registry)
