"""Broken and hostile files: each a clear sentence or a table, in bounded time and memory."""

import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from app.intake.tables import (
    BadTableError,
    Limits,
    convert,
    inspect_upload,
    normalise_header,
    preview,
    table_path,
)
from tests.hostile import HEADER, REQUIRED, HostileFile, write_all

LIMITS = Limits(unpacked_mb=512, rows=1_000_000, seconds=120, memory_mb=1024)
SENTENCE = re.compile(r"[А-ЯЁ].*[.]\Z", re.DOTALL)
TECHNICAL = re.compile(
    r"traceback|error|exception|errno|/tmp|\.py|panick|expat|\bzip|codec", re.IGNORECASE
)
AT_ONCE = 2


def run_one(hostile: HostileFile, folder: Path) -> tuple[str, str]:
    """Name of the outcome, and what is wrong with it (nothing, it is hoped)."""
    target = folder / f"{hostile.path.name}.rows"
    try:
        table = convert(
            hostile.path, target, filename=hostile.path.name, expected=HEADER, limits=LIMITS
        )
    except BadTableError as error:
        return error.reason, _judge_refusal(hostile, error, target)
    if hostile.expect == "refuse":
        return "read", "a table was read where a refusal was due"
    if not table.rows or not table.header or not preview(target):
        return "read", "the table is empty"
    found = {normalise_header(name) for name in table.header}
    lacking = tuple(name for name in REQUIRED if name not in found)
    if hostile.expect == "read" and set(lacking) != set(hostile.missing):
        return "read", f"missing columns: {lacking}"
    return "read", ""


def _judge_refusal(hostile: HostileFile, error: BadTableError, target: Path) -> str:
    if hostile.expect == "read":
        return f"refused though readable: {error.message}"
    if hostile.reasons and error.reason not in hostile.reasons:
        return f"reason {error.reason} is none of {sorted(hostile.reasons)}"
    if not SENTENCE.match(error.message) or len(error.message) > 200:
        return f"no sentence: {error.message}"
    if TECHNICAL.search(error.message) or str(hostile.path.parent) in error.message:
        return f"technical words: {error.message}"
    if target.exists() or table_path(target).exists():
        return "something was left behind"
    return ""


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[HostileFile]:
    return write_all(tmp_path_factory.mktemp("hostile"))


def test_every_hostile_file_ends_well(files: list[HostileFile], tmp_path: Path) -> None:
    output = tmp_path
    assert len(files) >= 200
    with ThreadPoolExecutor(AT_ONCE) as pool:
        outcomes = list(pool.map(lambda hostile: run_one(hostile, output), files))
    wrong = [
        f"{hostile.path.name} ({hostile.why}): {problem}"
        for hostile, (_, problem) in zip(files, outcomes, strict=True)
        if problem
    ]
    assert not wrong, "\n".join(wrong)
    kinds = Counter(kind for kind, _ in outcomes)
    assert kinds["read"] >= 40
    assert kinds["timeout"] == 0
    assert {"encrypted", "truncated", "zip_bomb", "too_many_rows", "too_many_columns"} <= set(kinds)
    left = {path.name for path in output.iterdir()}
    assert not [name for name in left if name.startswith(".") or name.endswith(".part")]


def test_the_quick_look_never_contradicts_the_reading(files: list[HostileFile]) -> None:
    for hostile in files:
        if hostile.expect == "read":
            inspect_upload(hostile.path, hostile.path.name)
            continue
        with suppress(BadTableError):
            inspect_upload(hostile.path, hostile.path.name)
