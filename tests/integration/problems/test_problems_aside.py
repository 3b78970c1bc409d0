"""Messages that break the assigning of problems stop none of the others and are tried again."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from litestar.testing import AsyncTestClient
from msgspec.structs import replace
from structlog.testing import capture_logs

from app.engine import writer
from app.engine.client import Engine
from app.engine.names import Index
from app.problems.models import UNPLACED
from app.problems.register import Decision, Register
from app.problems.scoring import Arrival
from app.settings import Settings
from dev.bench.problem_cases import load
from indexers.enrichment import failures
from indexers.problems import aside
from indexers.problems.assign import assign
from indexers.problems.describe import describe, lags
from tests.factories import site
from tests.integration.problems.town import (
    MUCH,
    checked,
    in_memory,
    members,
    placed,
    problems,
    settled,
    told,
)


async def records(engine: Engine) -> dict[str, dict[str, Any]]:
    """By case, of those that are set aside."""
    await engine.refresh(Index.ENRICHMENT)
    return {one["case_id"]: one for one in (await failures.kept(engine, UNPLACED)).values()}


async def changed(engine: Engine, case_id: str, **fields: Any) -> None:
    """As whatever writes a case leaves it."""
    read = await engine.get(Index.CASES, case_id)
    assert read
    document = read.source | {"rev": read.source["rev"] + 1} | fields
    await writer.replace(engine, read, document, refresh=True)


async def due(engine: Engine, case_id: str) -> None:
    """As if its pause were over."""
    for name, record in (await failures.kept(engine, UNPLACED)).items():
        if record["case_id"] == case_id:
            read = await engine.get(Index.ENRICHMENT, name)
            assert read
            later = read.source | {"next_at": datetime.now(UTC).isoformat()}
            await writer.replace(engine, read, later, refresh=True)


async def made_stricter(engine: Engine, index: Index, name: str) -> None:
    """As a newer description of the index: the engine refuses a word of more than 32 KB there, and
    whatever was written with one is not written again.
    """
    field = {"type": "keyword", "ignore_above": 512, "fields": {"whole": {"type": "keyword"}}}
    await engine.client.indices.put_mapping(
        index=engine.write_alias(index), properties={name: field}
    )


async def test_a_document_that_cannot_be_read_waits_alone(
    engine: Engine, settings: Settings
) -> None:
    messages = told()[:120]
    await load(engine, messages)
    odd, other = messages[40].id, messages[41].id
    received = messages[40].at.isoformat()
    await changed(engine, odd, received_at=round(messages[40].at.timestamp() * 1000))
    with capture_logs() as logs:
        told_of = await assign(engine, MUCH, batch=50)
    assert (told_of.broken, told_of.lost, told_of.left) == (1, 0, False)
    assert await placed(engine) == in_memory([one for one in messages if one.id != odd])
    assert set(await records(engine)) == {odd}
    assert {"case_breaks_assigning", "cases_not_assigned"} <= {one["event"] for one in logs}
    assert not [one for one in logs if messages[40].text[:20] in str(one)]

    assert (await assign(engine, MUCH)).broken == 0, "not tried again at once"
    async with AsyncTestClient(site(settings), base_url="http://127.0.0.1:8000") as client:
        page = (await client.get("/system")).text
    assert "Обращений не удалось отнести к проблемам" in page
    assert f"№ {(await records(engine))[odd]['number']}: К проблемам не отнесено." in page

    await due(engine, odd)
    assert (await assign(engine, MUCH)).broken == 1
    record = (await records(engine))[odd]
    assert record["tries"] == 2
    assert datetime.fromisoformat(record["next_at"]) > datetime.now(UTC) + timedelta(minutes=9)

    await changed(engine, odd, received_at=received)
    await assign(engine, MUCH)
    assert odd in await placed(engine)
    assert other in await placed(engine)
    assert not await records(engine)
    await checked(engine, settings)


async def test_a_message_that_breaks_a_rule_waits_alone(
    engine: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    messages = told()[:120]
    await load(engine, messages)
    odd = messages[60].id
    rule = Register.assign

    def picky(self: Register, one: Arrival) -> Decision:
        made = rule(self, one)
        if one.id == odd:
            raise ValueError(messages[60].text)  # after it was half counted in
        return made

    with monkeypatch.context() as patch:
        patch.setattr(Register, "assign", picky)
        assert (await assign(engine, MUCH, batch=50)).broken == 1
        await settled(engine, settings)
        assert (await assign(engine, MUCH, batch=50)).broken == 0
    assert await placed(engine) == in_memory([one for one in messages if one.id != odd])
    assert messages[60].text not in (await records(engine))[odd]["why"]

    monkeypatch.setattr(aside, "_PROGRAM", "another version")
    assert (await assign(engine, MUCH)).broken == 0
    assert odd in await placed(engine)
    assert not await records(engine)


async def test_a_lone_message_that_became_unreadable_is_only_not_joined(
    engine: Engine, settings: Settings
) -> None:
    """Also one that is counted in a problem."""
    messages = told()
    await load(engine, messages[:200])
    await assign(engine, MUCH)
    await settled(engine, settings)
    before = await placed(engine)
    lone = next(name for name, problem in before.items() if problem is None)
    whole = max(members(before).values(), key=len)
    for name in (lone, min(whole)):
        await changed(engine, name, place={"municipality": ["Зареченск", "Приозёрск"]})
    await load(engine, messages[200:])
    assert (await assign(engine, MUCH)).broken == 0
    after = await placed(engine)
    assert len(after) == len(messages)
    assert after[lone] is None
    await checked(engine, settings)


async def test_a_message_the_engine_cannot_be_asked_about_waits_alone(
    engine: Engine, settings: Settings
) -> None:
    """A word longer than the engine takes makes it refuse the search for the whole batch."""
    messages = told()[:120]
    odd = messages[70].id
    messages[70] = replace(messages[70], theme="Тема" * 10_000)
    await load(engine, messages)
    told_of = await assign(engine, MUCH)
    assert (told_of.broken, told_of.left) == (1, False)
    assert set(await records(engine)) == {odd}
    now = await placed(engine)
    assert now.keys() == {one.id for one in messages} - {odd}
    await checked(engine, settings)


async def test_what_the_engine_refuses_costs_one_message(
    engine: Engine, settings: Settings
) -> None:
    """A case that it does not take any more; a problem that it does not take with one message,
    which is found by halving.
    """
    messages = told()[:200]
    await load(engine, messages)
    expected = in_memory(messages)
    mates = max(members(expected).values(), key=len)
    guilty = max(one.id for one in messages if one.id in mates and one.house)
    odd = next(one.id for one in messages if expected[one.id] and one.id not in mates)
    read = await engine.get(Index.CASES, guilty)
    assert read
    spot = read.source["spot"]
    await changed(engine, guilty, spot={**spot, "house": spot["house"] + "я" * 20_000})
    await changed(engine, odd, tags=["я" * 20_000])
    await made_stricter(engine, Index.PROBLEMS, "houses")
    await made_stricter(engine, Index.CASES, "tags")
    told_of = await assign(engine, MUCH)
    assert (told_of.broken, told_of.left) == (2, False)
    assert (await assign(engine, MUCH)).broken == 0
    said = "Поисковая система не приняла запись (document_parsing_exception)."
    assert {name: one["why"] for name, one in (await records(engine)).items()} == {
        guilty: said,
        odd: said,
    }
    now = await placed(engine)
    assert now.keys() == expected.keys() - {odd, guilty}
    of = await checked(engine, settings)
    assert max(len(ids & mates) for ids in of.values()) >= len(mates) - 1
    await changed(engine, guilty, spot=spot)
    await changed(engine, odd, tags=[])
    assert (await assign(engine, MUCH)).broken == 0
    assert (await placed(engine)).keys() == expected.keys()
    assert not await records(engine)
    await checked(engine, settings)


async def test_one_problem_that_cannot_be_described_stops_nothing(
    engine: Engine, settings: Settings
) -> None:
    messages = told()
    await load(engine, messages[:200])
    await assign(engine, MUCH)
    first = min(await problems(engine))
    read = await engine.get(Index.PROBLEMS, first)
    assert read
    await writer.replace(engine, read, read.source | {"counts": ["?"]}, refresh=True)
    with capture_logs() as logs:
        await describe(engine, settings, MUCH)
    assert "describing_broken" in {one["event"] for one in logs}
    assert await lags(engine), "this one does"
    body = {"query": {"term": {"settled": False}}, "size": 10, "_source": False}
    hits = (await engine.search(Index.PROBLEMS, body))["hits"]["hits"]
    assert [hit["_id"] for hit in hits] == [first]
    await load(engine, messages[200:])
    assert (await assign(engine, MUCH)).alone > 0
    assert len(await placed(engine)) == len(messages)
