"""A worker killed for real while it learns: what was learned before serves, the next run learns."""

import asyncio
import signal
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.engine.client import Engine
from app.settings import Settings
from app.suggestions import current, store
from app.suggestions.current import forget_suggestions, in_use
from app.suggestions.models import Asked, By, ModelState
from app.suggestions.repository import load_learned
from app.suggestions.service import suggest
from indexers.learning.run import is_due, learn_if_due, learn_now
from tests.integration.search_corpus import put
from tests.integration.suggestions.test_learning import OPERATOR, WATER, town
from tests.ready import Child

ASKED = Asked(text="Опять нет горячей воды, трубы холодные, кран сухой", month=12)
_LEASE_SECONDS = 2


async def killed(said: Path, *dies: str) -> None:
    child = Child("tests.faults.learning_that_dies", *dies, said=said)
    assert await asyncio.to_thread(child.wait) == -signal.SIGKILL
    told = await asyncio.to_thread(said.read_text)
    assert told.splitlines()[-1:] == [dies[1]], "it has to die where it was told to"


async def lease_runs_out(engine: Engine, settings: Settings) -> None:
    """Nobody gave it back: whoever died held it, and until its end nobody else begins."""
    learned = (await load_learned(engine)).learned
    held = learned.lease_until
    assert held
    assert not is_due(learned, len(town()) * 9, held - timedelta(seconds=0.1), settings)
    await asyncio.sleep(max((held - datetime.now(UTC)).total_seconds(), 0))


async def served(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> ModelState | None:
    """What a process that has just come uses, and that it can be used."""
    for files in (current._models, current._places):
        monkeypatch.setattr(files, "_held", None)
    forget_suggestions(engine)
    used = await in_use(engine)
    assert not used.trouble
    found = await suggest(engine, OPERATOR, ASKED)
    if used.state is None:
        assert found.by in {By.NAMES, By.NOTHING}
    else:
        assert (found.by, found.themes[0].value) == (By.WORDS, WATER)
    return used.state


@pytest.fixture
def quick(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("OTKLIK_LEASE_SECONDS", str(_LEASE_SECONDS))
    return settings.model_copy(update={"lease_seconds": _LEASE_SECONDS})


async def test_the_first_learning_is_done_by_the_next_run(
    engine: Engine, quick: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = quick.data_dir / store.FOLDER
    await put(engine, town())
    await killed(tmp_path / "draft", "settle", "before")
    [draft] = [*folder.iterdir()]
    assert draft.name.startswith(".suggest-"), "not yet a file that anybody reads"
    assert await served(engine, monkeypatch) is None
    await lease_runs_out(engine, quick)
    assert await learn_if_due(engine, quick)
    first = await served(engine, monkeypatch)
    assert first
    assert first.version == 1


async def test_the_old_model_serves_and_the_next_run_learns(
    engine: Engine, quick: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await put(engine, town())
    assert await learn_now(engine, quick)
    first = await served(engine, monkeypatch)
    await killed(tmp_path / "written", "_stored", "after")
    assert await served(engine, monkeypatch) == first
    learned = (await load_learned(engine)).learned
    assert [trial.taken for trial in learned.trials] == [True], "the dead one has told of nothing"
    await lease_runs_out(engine, quick)
    assert await learn_now(engine, quick)
    second = await served(engine, monkeypatch)
    assert second
    assert second.version == 2
    kept = {path.name for path in (quick.data_dir / store.FOLDER).glob("*.bin")}
    assert {second.file, second.places_file} <= kept
