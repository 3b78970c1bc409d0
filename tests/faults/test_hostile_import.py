"""Every hostile file through the whole import: a clear sentence, and no case is touched."""

import asyncio
import re
from pathlib import Path

import pytest

from app.engine.client import Engine
from app.engine.names import Index
from app.errors import BadInputError
from app.intake.models import ImportJob, ImportState
from app.settings import Settings
from tests.factories import load
from tests.hostile import HostileFile, write_all

AT_ONCE = 3
_LEAKS = re.compile(r"Traceback|Error|/tmp|/root|\bat 0x|panicked|None\b")


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Tight limits on size; seconds enough for a busy machine, since no file here is about time."""
    changes = {"unpacked_max_mb": 256, "import_read_seconds": 120, "import_read_memory_mb": 1024}
    return settings.model_copy(update=changes)


async def outcome(engine: Engine, settings: Settings, file: HostileFile) -> ImportJob | str:
    """The ended job, or the sentence with which the file was refused on arrival."""
    try:
        return await load(engine, settings, file.path, "canonical")
    except BadInputError as error:
        return error.message
    except OSError:
        if not (file.path.is_dir() or file.path.is_symlink()):
            raise
        return "Папка или ссылка: такой путь открывает только сама программа, не загрузка."


def check(file: HostileFile, found: ImportJob | str) -> None:
    if isinstance(found, ImportJob):
        assert found.state in {ImportState.DONE, ImportState.FAILED}, file.why
        counts = found.checkpoint.counts
        total = counts.created + counts.updated + counts.unchanged + counts.rejected
        assert counts.rows == total, file.why
    refused = isinstance(found, str) or found.state is ImportState.FAILED
    if file.expect == "refuse" or file.missing:
        assert refused, file.why
    if file.expect == "read" and not file.missing:
        assert not refused, file.why
    if refused:
        sentence = found if isinstance(found, str) else str(found.error)
        assert re.search(r"[а-я]{3}", sentence), (file.why, sentence)
        assert len(sentence) <= 300, (file.why, sentence)
        assert not _LEAKS.search(sentence), (file.why, sentence)


async def test_hostile_files_end_in_a_sentence_or_in_whole_rows(
    engine: Engine, settings: Settings, tmp_path: Path
) -> None:
    files = write_all(tmp_path)
    assert len(files) >= 200
    limit = asyncio.Semaphore(AT_ONCE)
    problems: list[str] = []
    created = 0

    async def one(file: HostileFile) -> None:
        nonlocal created
        async with limit:
            found = await outcome(engine, settings, file)
        if isinstance(found, ImportJob):
            created += found.checkpoint.counts.created
        try:
            check(file, found)
        except AssertionError as error:
            problems.append(f"{file.path.name}: {error}")

    await asyncio.gather(*map(one, files))
    assert not problems, "\n".join(problems)
    await engine.refresh(Index.CASES)
    assert await engine.count(Index.CASES, {"match_all": {}}) == created
