"""Exports of whole results to files: every row of the result is in the file, and once."""

import csv
import tempfile
import time
from pathlib import Path

from msgspec import Struct
from python_calamine import CalamineWorkbook

from app.engine.client import Engine
from app.exports.models import ExportFormat
from app.search.params import SearchParams
from app.search.service import search
from app.settings import Settings
from app.viewer import LOCAL_VIEWER
from indexers.exports.write import write_result

QUESTIONS = ("", "вода ИЛИ дорога ИЛИ мусор ИЛИ снег ИЛИ двор")
"""All cases, and many of them by words."""


class Exported(Struct, frozen=True):
    question: str
    format: ExportFormat
    total: int
    """As the search told it."""
    rows: int
    different: int
    """Numbers of cases in the file."""
    seconds: float
    megabytes: float


async def export_all(engine: Engine, settings: Settings) -> list[Exported]:
    """Each question of `QUESTIONS` to each kind of file; the file is then read back."""
    done = []
    with tempfile.TemporaryDirectory(prefix="otklik-bench-") as folder:
        for question in QUESTIONS:
            params = SearchParams(q=question)
            total = (await search(engine, params, LOCAL_VIEWER, settings.zone)).total
            for kind in ExportFormat:
                path = Path(folder) / f"found.{kind}"
                started = time.perf_counter()
                await write_result(engine, settings, params, LOCAL_VIEWER, path, kind)
                seconds = time.perf_counter() - started
                numbers = _numbers(path)
                size = path.stat().st_size / 2**20
                told = (question, kind, total, len(numbers), len(set(numbers)), seconds, size)
                done.append(Exported(*told))
    return done


def _numbers(path: Path) -> list[str]:
    """The first column of the file without its heading."""
    if path.suffix == ".csv":
        with path.open(encoding="utf-8-sig", newline="") as file:
            return [row[0] for row in csv.reader(file, delimiter=";")][1:]
    sheets = CalamineWorkbook.from_path(str(path))
    return [
        str(row[0])
        for name in sheets.sheet_names
        for row in sheets.get_sheet_by_name(name).to_python()[1:]
    ]
