"""Reads a file in a process of its own, so that no file can harm the one that asks."""

import glob
import os
import signal
import subprocess
import sys
import uuid
from collections.abc import Collection
from pathlib import Path

import msgspec

from app.disk import settle
from app.intake.tables.exchange import Outcome, Request
from app.intake.tables.kinds import worded
from app.intake.tables.model import BadTableError, Limits, Table
from app.intake.tables.package import damaged
from app.intake.tables.store import table_path

_ROOT = Path(__file__).resolve().parents[3]


def convert(
    source: Path,
    target: Path,
    *,
    filename: str,
    expected: Collection[frozenset[str] | str] = (),
    sheet: str | None = None,
    limits: Limits | None = None,
) -> Table:
    """Turns a file into rows in `target` (see `store`) and describes it.

    `expected` are normalised headings (`normalise_header`), by which sheet and heading are found;
    a frozenset holds the spellings of one column. `filename` is the name the person knows; it is
    looked at only to word a refusal. Blocks up to `limits.seconds`.

    Raises BadTableError, and then `target` is as it was; OSError where the disk fails.
    """
    limits = limits or Limits()
    _drop_leftovers(target)
    part = target.with_name(f".{target.name}.{uuid.uuid4().hex}.part")
    request = Request(
        source=str(source.absolute()),
        part=str(part.absolute()),
        expected=[[item] if isinstance(item, str) else sorted(item) for item in expected],
        sheet=sheet,
        limits=limits,
    )
    try:
        table = _outcome(_run(request), filename)
        _publish(part, target, table)
    finally:
        part.unlink(missing_ok=True)
    return table


def _run(request: Request) -> Outcome:
    process = subprocess.Popen(
        [sys.executable, "-m", "app.intake.tables.reader"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=_ROOT,
        env={"PYTHONUTF8": "1", "MALLOC_ARENA_MAX": "1", "RUST_BACKTRACE": "0"},
        start_new_session=True,
    )
    try:
        answer, errors = process.communicate(
            msgspec.json.encode(request), timeout=request.limits.seconds
        )
    except subprocess.TimeoutExpired as error:
        raise _too_slow() from error
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
    if process.returncode != 0:
        raise _death(process.returncode, errors)
    return msgspec.json.decode(answer, type=Outcome)


def _death(code: int, errors: bytes) -> BadTableError:
    """What the reader died of: a signal, or the allocator of Rust, which aborts."""
    if code == -signal.SIGXCPU:
        return _too_slow()
    if code == -signal.SIGKILL or b"memory allocation" in errors or b"MemoryError" in errors:
        return _too_big()
    _log_fault(f"exit code {code}")
    return damaged()


def _outcome(outcome: Outcome, filename: str) -> Table:
    if outcome.table is not None:
        return outcome.table
    if outcome.errno:
        raise OSError(outcome.errno, os.strerror(outcome.errno))
    if outcome.fault:
        _log_fault(outcome.fault)
        raise damaged()
    if outcome.reason is None or outcome.reason == "memory":
        raise _too_big()
    raise worded(outcome.reason, outcome.message, filename)


def _log_fault(fault: str) -> None:
    import structlog  # the reading process imports this package too and must start fast

    structlog.get_logger(__name__).warning("table_reader_failed", fault=fault)


def _publish(part: Path, target: Path, table: Table) -> None:
    """The description is renamed last: where it stands, the rows beside it are whole."""
    description = table_path(target)
    draft = part.with_suffix(".table.part")
    try:
        draft.write_bytes(msgspec.json.encode(table))
        description.unlink(missing_ok=True)
        settle(part, target)
        settle(draft, description)
    finally:
        draft.unlink(missing_ok=True)


def _drop_leftovers(target: Path) -> None:
    """A worker killed in the middle leaves its part behind; its reader ends by itself."""
    for leftover in target.parent.glob(f".{glob.escape(target.name)}.*.part"):
        leftover.unlink(missing_ok=True)


def _too_slow() -> BadTableError:
    return BadTableError(
        "timeout",
        "Файл читается слишком долго. Разделите таблицу на части и загрузите их по одной.",
    )


def _too_big() -> BadTableError:
    return BadTableError(
        "memory", "Файл слишком велик для чтения. Разделите таблицу на части или сохраните в CSV."
    )
