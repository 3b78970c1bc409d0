"""The enrichment over stored cases: vectors by whoever works, each case once, none forgotten."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import anyio
import numpy as np
import pytest

from app.engine import writer
from app.engine.client import Engine, Stored
from app.engine.names import Index
from app.errors import EncoderError
from app.meaning.process import EncoderProcess, encoder_of
from app.meaning.service import current_meaning, question_vector, warm
from app.meaning.waiting import VERSION, unfinished, waiting
from app.settings import Settings
from indexers.enrichment import batch as batching
from indexers.enrichment import failures, run
from indexers.enrichment.run import enrich
from indexers.enrichment.steps import Findings, Step, Tools
from indexers.enrichment.vectors import VECTORS
from tests.casework import case, store, stored
from tests.factories import load, row, write_csv

TEXTS = ("Яма на дороге у школы", "Нет горячей воды третий день", "Не вывозят мусор со двора")


@pytest.fixture
def encoder_dir(encoder_folder: Path) -> str:
    return str(encoder_folder)


def process_of(settings: Settings) -> EncoderProcess:
    return encoder_of(Path(settings.encoder_dir), settings.encoder_threads)


def cosine(a: Sequence[float], b: Sequence[float]) -> float:
    return float(np.dot(a, b))


async def filled(engine: Engine, count: int = 3) -> list[str]:
    made = [case(number, text=TEXTS[number % 3]) for number in range(count)]
    await store(engine, *made)
    return [one.id for one in made]


async def waits(engine: Engine, version: str | None) -> int:
    await engine.refresh(Index.CASES)
    return await engine.count(Index.CASES, waiting(version))


async def test_a_case_gets_its_vector_and_is_no_other_for_people(
    engine: Engine, settings: Settings
) -> None:
    ids = await filled(engine)
    told = await enrich(engine, settings, 30)
    assert (told.done, told.failed, told.lost) == (3, 0, 0)
    read = [await stored(engine, one) for one in ids]
    version = (await current_meaning(engine)).version
    assert {one["emb_ver"] for one in read} == {version}
    assert all(one["enriched_version"] == VERSION for one in read)
    written = 3  # what is derived first; that all is done after the look around
    assert all((one["rev"], one["version"]) == (written, 1) for one in read)
    assert all(len(one["history"]) == 1 for one in read)
    asked, vector = await question_vector(engine, "горячее водоснабжение отключили")
    assert asked == version
    nearest = max(read, key=lambda one: cosine(one["emb"], vector))
    assert nearest["text"] == TEXTS[1]
    assert await waits(engine, version) == 0
    assert (await enrich(engine, settings, 30)).done == 0


async def test_workers_side_by_side_and_people_who_write_lose_nothing(
    engine: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "BATCH", 10)
    ids = await filled(engine, 60)

    async def people() -> None:
        for one in ids[::3]:
            read = await engine.get(Index.CASES, one)
            assert read is not None
            changed = read.source | {"rev": read.source["rev"] + 1, "tags": ["важно"]}
            try:
                await writer.replace(engine, read, changed)
            except Exception:  # noqa: BLE001 - the machine was first: a person tries again
                await asyncio.sleep(0)

    await asyncio.gather(enrich(engine, settings, 60), enrich(engine, settings, 60), people())
    await enrich(engine, settings, 60)  # as the next minute does
    assert await waits(engine, (await current_meaning(engine)).version) == 0


async def test_steps_see_each_other_and_the_whole_batch(engine: Engine, settings: Settings) -> None:
    """What is derived is visible to searches before anybody looks around."""
    ids = await filled(engine)
    seen: list[int] = []

    async def tagged(tools: Tools, cases: Sequence[Stored]) -> Findings:
        return Findings({one.id: {"danger": ["газ"]} for one in cases})

    async def looks(tools: Tools, cases: Sequence[Stored]) -> Findings:
        assert all(one.source["danger"] == ["газ"] and one.source["emb"] for one in cases)
        seen.append(await tools.engine.count(Index.CASES, {"term": {"danger": "газ"}}))
        return Findings({one.id: {"suggested": {"n": 1}} for one in cases})

    steps = (
        VECTORS,
        Step("tag", "слова", tagged),
        Step("look", "взгляд", looks, looks_around=True),
    )
    assert (await enrich(engine, settings, 30, steps)).done == 3
    assert seen == [3]
    read = await stored(engine, ids[0])
    assert (read["suggested"], read["danger"], read["rev"]) == ({"n": 1}, ["газ"], 3)


async def test_a_case_that_breaks_a_step_stops_no_other(engine: Engine, settings: Settings) -> None:
    ids = await filled(engine)
    broken = True

    async def picky(tools: Tools, cases: Sequence[Stored]) -> Findings:
        if broken and any(one.id == ids[1] for one in cases):
            raise ValueError("о чём-то личном")
        return Findings({one.id: {"danger": ["газ"]} for one in cases})

    steps = (VECTORS, Step("picky", "разборчивый", picky))
    told = await enrich(engine, settings, 30, steps)
    assert (told.done, told.failed) == (2, 1)
    left = await stored(engine, ids[1])
    assert (left["enriched_version"], "emb" in left, "danger" in left) == (0, True, False)
    record = await engine.get(Index.ENRICHMENT, ids[1])
    assert record is not None
    assert (record.source["step"], record.source["tries"]) == ("picky", 1)
    assert "личном" not in record.source["why"]
    assert (await enrich(engine, settings, 30, steps)).failed == 0, "not tried again at once"
    assert await failures.paused(engine, datetime.now(UTC) + timedelta(minutes=6)) == set()
    broken = False
    later = record.source | {"next_at": datetime.now(UTC).isoformat()}
    await writer.replace(engine, record, later, refresh=True)
    assert (await enrich(engine, settings, 30, steps)).done == 1
    assert await engine.get(Index.ENRICHMENT, ids[1]) is None


async def test_a_text_that_ends_the_model_is_found_and_kept(
    engine: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The model is killed whenever it is given this text."""
    ids = await filled(engine, 3)
    await warm(engine)
    process = process_of(settings)
    encode = process.encode

    def deadly(texts: Sequence[str], seconds: float, *rest: Any) -> Any:
        if TEXTS[1] in texts and process.pid:
            os.kill(process.pid, signal.SIGKILL)
        return encode(texts, seconds, *rest)

    monkeypatch.setattr(process, "encode", deadly)
    told = await enrich(engine, settings, 60)
    assert (told.done, told.failed) == (2, 1)
    assert "emb" not in await stored(engine, ids[1])
    assert "emb" in await stored(engine, ids[0])


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP])
async def test_a_model_killed_or_hung_in_a_batch_is_started_again(
    engine: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch, how: signal.Signals
) -> None:
    await filled(engine, 10)
    await warm(engine)
    process = process_of(settings)
    encode, victims = process.encode, [process.pid]

    def hurt(texts: Sequence[str], seconds: float, *rest: Any) -> Any:
        if victims and (pid := victims.pop()):
            os.kill(pid, how)
            return encode(texts, 1.0, *rest)
        return encode(texts, seconds, *rest)

    monkeypatch.setattr(process, "encode", hurt)
    told = await enrich(engine, settings, 60)
    assert (told.done, told.failed) == (10, 0)
    assert await waits(engine, (await current_meaning(engine)).version) == 0


async def test_without_the_model_all_other_steps_are_done_and_vectors_later(
    engine: Engine, settings: Settings, tmp_path: Path, encoder_folder: Path
) -> None:
    ids = await filled(engine)
    engine.encoder_dir = str(tmp_path / "encoder")
    with pytest.raises(EncoderError):
        await question_vector(engine, "вода")
    assert (await enrich(engine, settings, 30)).done == 3
    read = await stored(engine, ids[0])
    assert (read["enriched_version"], "emb" in read) == (VERSION, False)
    assert (await enrich(engine, settings, 30)).done == 0, "nobody asks again and again"
    (tmp_path / "encoder").symlink_to(encoder_folder)
    assert (await enrich(engine, settings, 60)).done == 3
    assert "emb" in await stored(engine, ids[0])


async def test_a_command_waits_for_the_model(engine: Engine, settings: Settings) -> None:
    """In a process of its own, where nothing has loaded the model yet."""
    await filled(engine)
    await enrich(engine, settings, 60)
    told = await anyio.run_process(
        [sys.executable, "-m", "cli.main", "similar", "Во дворе не убирают мусор", "--json"]
    )
    assert json.loads(told.stdout)["by_words_only"] is False


async def test_a_changed_text_gets_another_vector(
    engine: Engine, settings: Settings, tmp_path: Path
) -> None:
    await load(engine, settings, write_csv(tmp_path / "a.csv", [row(1, text=TEXTS[0])]))
    await enrich(engine, settings, 30)
    (key,) = (await engine.search(Index.CASES, {"_source": False}))["hits"]["hits"]
    before = await stored(engine, key["_id"])
    await load(engine, settings, write_csv(tmp_path / "b.csv", [row(1, text=TEXTS[2])]))
    between = await stored(engine, key["_id"])
    assert "emb" not in between, "an old vector is compared with nothing"
    assert await engine.count(Index.CASES, unfinished()) == 1
    await enrich(engine, settings, 30)
    assert cosine(before["emb"], (await stored(engine, key["_id"]))["emb"]) < 0.9


async def test_a_race_lost_each_time_is_left_to_the_next_call(
    engine: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = await filled(engine)
    monkeypatch.setattr(batching, "_TRIES", 2)

    async def meddling(tools: Tools, cases: Sequence[Stored]) -> Findings:
        for one in cases:
            if one.id == ids[0]:
                newer = one.source | {"rev": one.source["rev"] + 1}
                await writer.replace(engine, one, newer)
        return Findings()

    told = await enrich(engine, settings, 30, (VECTORS, Step("meddle", "помеха", meddling)))
    assert (told.done, told.lost) == (2, 1)
    assert (await enrich(engine, settings, 30)).done == 1
