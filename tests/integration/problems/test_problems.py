"""The register over a stored stream: the same however it is cut, and nothing lost by a crash."""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.engine import writer
from app.engine.client import Engine
from app.engine.names import Index
from app.errors import NotFoundError, RefusedError
from app.meaning.mean import first_means
from app.meaning.models import Meaning
from app.permissions import Permission
from app.problems import service
from app.problems.access import may_see
from app.problems.models import ProblemState
from app.settings import Settings
from app.viewer import LOCAL_VIEWER, Scope, Viewer
from dev.bench.problem_cases import load
from dev.bench.problem_stream import FIRST, Told
from indexers.problems import assign as assigning
from indexers.problems import surroundings
from indexers.problems import tidy as tidying
from indexers.problems.assign import assign
from indexers.problems.describe import lags
from indexers.problems.tidy import tidy
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


async def test_a_stream_gives_the_same_problems_however_it_is_cut(
    engine: Engine, settings: Settings
) -> None:
    messages = told()
    await load(engine, messages[:300])
    await assign(engine, MUCH, batch=37)
    early = await placed(engine)
    assert len(early) == 300
    await load(engine, messages[300:])
    await assign(engine, MUCH, batch=100)
    later = await placed(engine)
    moved = {name for name, problem in early.items() if problem and later[name] != problem}
    assert not moved
    expected = in_memory(messages)
    assert later == expected
    of = await checked(engine, settings)
    big = max(of, key=lambda name: len(of[name]))
    one = (await problems(engine))[big]
    assert one.title
    assert one.phrases
    assert set(one.examples) <= of[big]
    assert sum(one.days.values()) == one.originals == one.members
    assert one.authors == len({m.author for m in messages if m.id in of[big]})


def water(name: str, day: int, town: str, street: str) -> Told:
    return Told(
        id=name,
        at=FIRST + timedelta(days=day),
        text="Нет воды в доме",
        town=town,
        truth=name,
        theme="Отсутствие холодной и/или горячей воды",
        group="ЖКХ",
        true_theme="",
        author=name,
        street=street,
        house="5",
    )


async def test_a_street_of_two_towns_is_read_for_each_of_them(
    engine: Engine, settings: Settings
) -> None:
    """Town by town and street by street, in three batches of one run."""
    await load(engine, [water(f"a{n}", 0, "Приозёрск", "Ленина") for n in range(2)])
    await assign(engine, MUCH)
    (problem,) = members(await placed(engine))
    later = [
        water("b1", 1, "Зареченск", "Ленина"),
        water("b2", 2, "Приозёрск", "Мира"),
        water("b3", 3, "Приозёрск", "Ленина"),
    ]
    await load(engine, later)
    await assign(engine, MUCH, batch=1)
    joined = dict.fromkeys(("a0", "a1", "b3"), problem)
    assert await placed(engine) == joined | dict.fromkeys(("b1", "b2"))
    await checked(engine, settings)


async def test_a_new_mean_comes_to_problems_after_it_came_to_their_messages(
    engine: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    messages = [water(f"m{number}", 0, "Зареченск", "Ленина") for number in range(3)]
    await load(engine, messages)
    await assign(engine, MUCH)
    await settled(engine, settings)
    (before,) = (await problems(engine)).values()
    now = Meaning("code", first_means("code")[0])

    async def current(_: Engine) -> Meaning:
        return now

    monkeypatch.setattr(tidying, "current_meaning", current)
    await tidy(engine, FIRST)
    assert not await lags(engine), "the messages have the old one"
    vector = [0.0] * 383 + [1.0]
    for one in messages:
        read = await engine.get(Index.CASES, one.id)
        assert read
        converted = read.source | {"emb": vector, "emb_ver": now.version}
        await writer.replace(engine, read, converted, refresh=True)
    await tidy(engine, FIRST)
    await settled(engine, settings)
    (after,) = (await problems(engine)).values()
    assert (before.emb_ver, after.emb_ver) == ("v", now.version)
    assert after.centroid == pytest.approx(vector)
    assert after.counts.vectors == len(messages)


async def test_an_archive_loaded_later_asks_for_its_own_days(
    engine: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not for all that came since; what is near enough is found also where it came later."""
    await load(engine, [water("far", 400, "Зареченск", "Ленина")])
    await load(engine, [water("near", 3, "Зареченск", "Ленина")])
    await assign(engine, MUCH)
    read: list[str] = []
    fetch = surroundings.cases.fetch

    async def noted(engine: Engine, ids: Collection[str], fields: Collection[str] = ()) -> Any:
        read.extend(ids)
        return await fetch(engine, ids, fields)

    await load(engine, [water("old", 0, "Зареченск", "Ленина")])
    monkeypatch.setattr(surroundings.cases, "fetch", noted)
    await assign(engine, MUCH)
    now = await placed(engine)
    assert (now["old"], now["far"]) == (now["near"], None)
    assert now["old"]
    assert "far" not in read
    await checked(engine, settings)


async def test_a_crash_between_the_writes_loses_nothing(
    engine: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    messages = told()[:200]
    await load(engine, messages)

    class KilledError(Exception):
        pass

    async def dies(*_: object) -> None:
        raise KilledError

    with monkeypatch.context() as patch:
        patch.setattr(assigning, "write_cases", dies)
        with pytest.raises(KilledError):
            await assign(engine, MUCH, batch=80)
    assert not await placed(engine)
    assert await lags(engine)
    await settled(engine, settings)
    assert not await lags(engine)
    await assign(engine, MUCH, batch=80)
    assert await placed(engine) == in_memory(messages)
    await checked(engine, settings)


async def test_what_people_did_stays(engine: Engine, settings: Settings) -> None:
    messages = told()
    await load(engine, messages[:300])
    await assign(engine, MUCH)
    of = await checked(engine, settings)
    one, other, *_ = sorted(of, key=lambda name: -len(of[name]))

    out = min(of[one])
    await service.take_out(engine, LOCAL_VIEWER, one, [out])
    part = sorted(of[one] - {out})[:2]
    split = await service.split(engine, LOCAL_VIEWER, one, part)
    await settled(engine, settings)
    now = await placed(engine)
    assert now[out] is None
    assert {now[name] for name in part} == {split.id}

    await service.merge(engine, LOCAL_VIEWER, other, one)
    moved = next(iter(of[other]))
    await service.put_in(engine, LOCAL_VIEWER, split.id, [moved])
    await settled(engine, settings)
    after = members(await placed(engine))
    assert after[split.id] == {*part, moved}
    assert after[one] == (of[one] | of[other]) - {out, moved, *part}
    assert (await service.open_problem(engine, LOCAL_VIEWER, other)).id == one
    with pytest.raises(RefusedError):
        await service.merge(engine, LOCAL_VIEWER, other, one)

    await load(engine, messages[300:])
    await assign(engine, MUCH)
    await tidy(engine, datetime(2026, 4, 1, tzinfo=UTC))
    of = await checked(engine, settings)
    assert {*part, moved} <= of[split.id]
    assert (await placed(engine))[out] is None
    stored = (await engine.get(Index.CASES, out)) or pytest.fail("the case is gone")
    assert stored.source["history"][-1]["what"] == "problem_taken_out"


async def test_a_problem_is_seen_with_one_of_its_messages(
    engine: Engine, settings: Settings
) -> None:
    await load(engine, told()[:200])
    await assign(engine, MUCH)
    await settled(engine, settings)
    able = frozenset({Permission.PROBLEM_VIEW, Permission.PROBLEM_MANAGE})
    stored = await problems(engine)
    one = next(iter(stored.values()))
    here = Scope(frozenset({one.municipality or ""}), None, None)
    sees = Viewer("a", permissions=able, scopes=(here,))
    blind = Viewer("b", permissions=able, scopes=(Scope(frozenset({"Нигде"}), None, None),))
    for viewer in (sees, blind, Viewer("c", scopes=(here,)), Viewer("d", permissions=able)):
        body = {"query": service.problem_clause(viewer), "size": 1_000, "_source": False}
        hits = (await engine.search(Index.PROBLEMS, body))["hits"]["hits"]
        seen = {name for name, held in stored.items() if may_see(viewer, held)}
        assert {hit["_id"] for hit in hits} == seen
        assert (one.id in seen) is (viewer is sees)
    with pytest.raises(NotFoundError):
        await service.rename(engine, blind, one.id, "Чужая")
    assert stored[one.id].state is ProblemState.NEW
