"""Two that assign, people who act meanwhile, two people at once: nothing lost, none twice."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import pytest
from redis.asyncio import Redis

from app.engine.client import Engine
from app.engine.names import Index
from app.errors import ConflictError, NotFoundError, OtklikError, RefusedError
from app.problems import repository, service
from app.problems.models import Problem, ProblemState
from app.problems.service import ProblemChangedError
from app.settings import Settings
from app.viewer import LOCAL_VIEWER
from dev.bench.problem_cases import load
from dev.bench.problem_stream import Told
from indexers.problems import assign as assigning
from indexers.problems.assign import assign
from indexers.problems.describe import describe
from indexers.problems.tidy import tidy
from tests.casework import COORDINATOR
from tests.integration.problems.town import (
    MUCH,
    checked,
    counted_rightly,
    in_memory,
    members,
    placed,
    problems,
    settled,
    told,
)
from workers.actors.problems import work
from workers.alone import Turn


async def filled(engine: Engine, settings: Settings, messages: list[Told]) -> dict[str, set[str]]:
    """Problems by their messages."""
    await load(engine, messages)
    await assign(engine, MUCH)
    return await checked(engine, settings)


async def everything_assigned(engine: Engine, settings: Settings) -> None:
    while (told_of := await assign(engine, MUCH)).lost or told_of.left:
        await settled(engine, settings)
    await settled(engine, settings)


async def test_of_two_workers_one_works(engine: Engine, settings: Settings) -> None:
    messages = told()
    await load(engine, messages)
    turns: list[bool] = []

    async def worker() -> None:
        async with Redis.from_url(settings.redis_url.get_secret_value()) as redis:
            turn = Turn(redis, settings, "problems")
            async with turn.taken() as mine:
                turns.append(mine)
                if mine:
                    await turn.begin()
                    while await work(engine, settings):
                        pass

    await asyncio.gather(worker(), worker(), worker())
    assert sorted(turns) == [False, False, True]
    assert await placed(engine) == in_memory(messages)
    await checked(engine, settings)
    await counted_rightly(engine, messages)


async def test_two_that_do_not_know_of_each_other_place_each_message_once(
    engine: Engine, settings: Settings
) -> None:
    """As where Redis forgot whose turn it is."""
    messages = told()
    await load(engine, messages)
    first, second = await asyncio.gather(
        assign(engine, MUCH, batch=40), assign(engine, MUCH, batch=55)
    )
    assert first.joined + first.alone
    assert second.joined + second.alone
    await everything_assigned(engine, settings)
    assert len(await placed(engine)) == len(messages)
    of = await checked(engine, settings)
    assert sum(len(ids) for ids in of.values()) == len({one for ids in of.values() for one in ids})
    await counted_rightly(engine, messages)


async def people_at_it(
    engine: Engine, of: dict[str, set[str]], chance: random.Random, done: dict[str, str | None]
) -> None:
    """Takes out and puts in, one after another; `done`: case → where the last word puts it."""
    ids = sorted(of)
    for _ in range(8):
        problem = chance.choice(ids)
        case = chance.choice(sorted(of[problem]))
        out = chance.random() < 0.5
        act = service.take_out if out else service.put_in
        try:
            await act(engine, LOCAL_VIEWER, problem, [case])
        except (NotFoundError, RefusedError):
            continue
        done[case] = None if out else problem
        await asyncio.sleep(0.02)


async def test_what_people_do_while_it_assigns_wins(engine: Engine, settings: Settings) -> None:
    messages = told()
    of = await filled(engine, settings, messages[:250])
    big, other, *_ = sorted(of, key=lambda name: (-len(of[name]), name))
    rest = {name: ids for name, ids in of.items() if name not in {big, other}}
    await load(engine, messages[250:])
    said: dict[str, str | None] = {}
    parts: list[Problem] = []

    async def merges_and_splits() -> None:
        part = sorted(of[big])[:3]
        parts.append(await service.split(engine, LOCAL_VIEWER, big, part))
        said.update(dict.fromkeys(part, parts[0].id))
        await service.merge(engine, LOCAL_VIEWER, other, big)

    async def machine() -> None:
        for _ in range(3):
            await assign(engine, MUCH, batch=30)
            await describe(engine, settings, MUCH)

    people = people_at_it(engine, rest, random.Random(4), said)  # noqa: S311 - what is done
    await asyncio.gather(machine(), people, merges_and_splits())
    await everything_assigned(engine, settings)
    await tidy(engine)
    await settled(engine, settings)
    now = await placed(engine)
    assert len(now) == len(messages)
    assert {case: now[case] for case in said} == said
    for case in said:
        stored = await engine.get(Index.CASES, case)
        assert stored
        assert stored.source["problem"]["pinned"]
    assert not any(problem == other for problem in now.values())
    assert (await service.open_problem(engine, LOCAL_VIEWER, other)).id == big
    await checked(engine, settings)
    await counted_rightly(engine, messages)


async def test_a_message_given_to_a_problem_while_it_is_merged_away_is_found(
    engine: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Merged and emptied by another process between the two writes of the assigning."""
    messages = told()
    of = await filled(engine, settings, messages[:250])
    await load(engine, messages[250:])
    write = assigning.write_cases
    gone: list[str] = []

    async def late(*given: Any) -> Any:
        joined = [one["id"] for one in given[2].values() if one.get("id") in of]
        if joined and not gone:
            stays = next(name for name in of if name != joined[0])
            await service.merge(engine, LOCAL_VIEWER, joined[0], stays)
            await settled(engine, settings)
            gone.append(joined[0])
        return await write(*given)

    monkeypatch.setattr(assigning, "write_cases", late)
    await assign(engine, MUCH)
    assert gone, "a message joined a problem"
    await settled(engine, settings)
    assert gone[0] in members(await placed(engine)), "left behind until the night"
    await tidy(engine, max(one.at for one in messages))
    await settled(engine, settings)
    assert gone[0] not in members(await placed(engine))
    assert len(await placed(engine)) == len(messages)
    await checked(engine, settings)


async def at_once(*acts: Coroutine[Any, Any, Any]) -> list[OtklikError]:
    """What was refused, each with its sentence."""
    told_of = await asyncio.gather(*acts, return_exceptions=True)
    for one in told_of:
        if isinstance(one, BaseException) and not isinstance(one, OtklikError):
            raise one
    return [one for one in told_of if isinstance(one, OtklikError)]


async def test_two_merged_into_each_other_do_not_both_go(
    engine: Engine, settings: Settings
) -> None:
    of = await filled(engine, settings, told()[:250])
    names = sorted(of)[:8]
    for one, other in zip(names[::2], names[1::2], strict=True):
        wrong = await at_once(
            service.merge(engine, LOCAL_VIEWER, one, other),
            service.merge(engine, COORDINATOR, other, one),
        )
        assert len(wrong) == 1, (one, other)
        assert wrong[0].status == 409
        found = {
            (await service.open_problem(engine, LOCAL_VIEWER, name)).id for name in (one, other)
        }
        assert len(found) == 1, "both links lead to the one that lives"
        assert found <= {one, other}
    now = members(await placed(engine))
    await checked(engine, settings)
    assert sum(map(len, now.values())) == sum(map(len, of.values()))


async def test_three_merged_in_a_ring_leave_one(engine: Engine, settings: Settings) -> None:
    of = await filled(engine, settings, told()[:250])
    names = sorted(of)[:9]
    for start in range(0, len(names), 3):
        a, b, c = names[start : start + 3]
        await at_once(
            *(
                service.merge(engine, LOCAL_VIEWER, gone, stays)
                for gone, stays in ((a, b), (b, c), (c, a))
            )
        )
        stored = [await repository.get(engine, name) for name in (a, b, c)]
        assert any(one and one.state is not ProblemState.MERGED for one in stored)
        for name in (a, b, c):
            await service.open_problem(engine, LOCAL_VIEWER, name)
    await checked(engine, settings)


async def test_what_was_just_merged_is_not_split_or_led(engine: Engine, settings: Settings) -> None:
    of = await filled(engine, settings, told()[:250])
    gone, stays, third, *_ = sorted(of, key=lambda name: (-len(of[name]), name))
    part = sorted(of[gone])[:2]
    await service.merge(engine, LOCAL_VIEWER, gone, stays)
    before = await problems(engine)
    acts: list[Callable[[], Awaitable[Any]]] = [
        lambda: service.split(engine, COORDINATOR, gone, part),
        lambda: service.take_out(engine, COORDINATOR, gone, part),
        lambda: service.put_in(engine, COORDINATOR, gone, sorted(of[third])[:1]),
        lambda: service.merge(engine, COORDINATOR, gone, third),
        lambda: service.merge(engine, COORDINATOR, gone, stays),
        lambda: service.rename(engine, COORDINATOR, gone, "Другое"),
        lambda: service.own(engine, COORDINATOR, gone, "koord"),
        lambda: service.set_state(engine, COORDINATOR, gone, ProblemState.SOLVED),
        lambda: service.keep_apart(engine, COORDINATOR, gone, third),
    ]
    for act in acts:
        with pytest.raises(RefusedError):
            await act()
    after = await problems(engine)
    assert after.keys() == before.keys(), "a split that is refused makes no problem"
    assert {name: one.acts for name, one in after.items()} == {
        name: one.acts for name, one in before.items()
    }
    await checked(engine, settings)
    part_of_both = await service.split(engine, COORDINATOR, stays, part)
    now = await checked(engine, settings)
    assert now[part_of_both.id] == set(part)


async def test_a_split_and_a_merge_at_once_lose_nothing(engine: Engine, settings: Settings) -> None:
    of = await filled(engine, settings, told()[:250])
    ordered = sorted(of, key=lambda name: (-len(of[name]), name))
    for gone, stays in zip(ordered[:3], ordered[3:6], strict=True):
        part = sorted(of[gone])[: len(of[gone]) // 2]
        wrong = await at_once(
            service.split(engine, LOCAL_VIEWER, gone, part),
            service.merge(engine, COORDINATOR, gone, stays),
        )
        assert all(isinstance(one, ConflictError | RefusedError) for one in wrong)
    now = await checked(engine, settings)
    assert {one for ids in now.values() for one in ids} == {
        one for ids in of.values() for one in ids
    }


async def test_an_act_over_what_was_not_seen_is_refused(engine: Engine, settings: Settings) -> None:
    of = await filled(engine, settings, told()[:250])
    one, other, third, *_ = sorted(of, key=lambda name: (-len(of[name]), name))
    ids = sorted(of[one])
    mine, theirs = COORDINATOR, LOCAL_VIEWER
    state = ProblemState.IN_WORK
    pairs = [
        (service.rename(engine, theirs, one, "Их"), service.rename(engine, mine, one, "Моё", 0)),
        (service.own(engine, theirs, one, "a"), service.own(engine, mine, one, "b", 1)),
        (
            service.set_state(engine, theirs, one, state),
            service.set_state(engine, mine, one, ProblemState.SOLVED, 2),
        ),
        (
            service.take_out(engine, theirs, one, ids[:1]),
            service.split(engine, mine, one, ids[:2], 3),
        ),
        (
            service.put_in(engine, theirs, one, ids[2:3]),
            service.take_out(engine, mine, one, ids[2:3], 4),
        ),
        (
            service.split(engine, theirs, one, ids[3:5]),
            service.merge(engine, mine, one, other, 5),
        ),
    ]
    for theirs_first, mine_late in pairs:
        await theirs_first
        with pytest.raises(ProblemChangedError) as caught:
            await mine_late
        assert caught.value.later[0].by == theirs.name
    await service.keep_apart(engine, theirs, one, third)
    with pytest.raises(ProblemChangedError):
        await service.merge(engine, mine, one, third, 6)
    stored = await repository.get(engine, one)
    assert stored
    assert (stored.name, stored.owner, stored.state) == ("Их", "a", state)
    assert [act.by for act in stored.acts] == [theirs.name] * 7
    await checked(engine, settings)


async def test_what_disturbs_nobody_is_done(engine: Engine, settings: Settings) -> None:
    """A name beside an owner; other messages; the same once more; whatever the machine counts."""
    of = await filled(engine, settings, told()[:250])
    one, *_ = sorted(of, key=lambda name: (-len(of[name]), name))
    ids = sorted(of[one])
    await service.own(engine, LOCAL_VIEWER, one, "a")
    await service.take_out(engine, LOCAL_VIEWER, one, ids[:1])
    await settled(engine, settings)
    await service.rename(engine, COORDINATOR, one, "Имя", 0)
    await service.rename(engine, LOCAL_VIEWER, one, "Имя", 0)
    await service.take_out(engine, COORDINATOR, one, ids[1:2], 0)
    stored = await repository.get(engine, one)
    assert stored
    kinds = [act.kind for act in stored.acts]
    assert kinds == ["owned", "taken_out", "renamed", "taken_out"], "the same name is no second act"
    of = await checked(engine, settings)
    assert not of[one] & set(ids[:2])
