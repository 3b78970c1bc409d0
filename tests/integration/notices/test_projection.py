"""Histories into notices, on the real engine: one for each person named, once."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from pydantic import SecretStr
from redis.asyncio import Redis

from app.accounts.roles import Role
from app.cases.doing import act
from app.engine.client import Engine
from app.engine.names import Index
from app.notices.models import MailState, notice_id
from app.notices.waking import channel
from app.settings import Settings
from indexers import projection
from indexers.audit.check import check_audit
from indexers.audit.project import project_due
from indexers.chase.sweep import sweep
from indexers.notices.project import project_due_notices, project_notices_of
from indexers.notices.retention import drop_old
from tests.casework import COORDINATOR, ZONE, action, case, store, stored
from tests.noticing import NOON, add_person, notices, shifted, telling_case


class DeadError(Exception):
    """The worker is gone in the middle."""


async def test_each_person_named_gets_each_event_once_whoever_projects(
    engine: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(projection, "BATCH", 7)
    for login in ("ivanova", "petrova", "sidorova"):
        await add_person(engine, login)
    cases = [telling_case(one, "ivanova", "petrova", events=3) for one in range(20)]
    await store(engine, *cases)
    ids = [one.id for one in cases]

    async def sweeper() -> None:
        while await project_due_notices(engine, settings, 7):
            pass

    await asyncio.gather(
        *(project_notices_of(engine, settings, ids) for _ in range(3)),
        *(sweeper() for _ in range(3)),
    )
    found = await notices(engine)
    assert len(found) == 20 * 3 * 2
    assert {one.id for one in found} == {
        notice_id(case_id, seq, login)
        for case_id in ids
        for seq in (2, 3, 4)
        for login in ("ivanova", "petrova")
    }
    for case_id in ids:
        source = await stored(engine, case_id)
        assert (source["notice_seq"], source.get("notices_due", False)) == (4, False)
        assert source["version"] == 4, "the machine's writes are no people's"
    assert await project_notices_of(engine, settings, ids) == 0


async def test_a_crash_between_the_notice_and_the_case_tells_nobody_twice(
    engine: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    await add_person(engine, "ivanova")
    await store(engine, telling_case(1, "ivanova"))

    async def dies(*_: object) -> list[str]:
        raise DeadError

    with monkeypatch.context() as broken:
        broken.setattr("indexers.projection._advance", dies)
        with pytest.raises(DeadError):
            await project_notices_of(engine, settings, ["case-1"])
    [before] = await notices(engine)
    assert await project_due_notices(engine, settings) == 1
    assert await notices(engine) == [before]


async def test_an_action_is_told_and_says_nothing_of_the_citizen(
    engine: Engine, settings: Settings
) -> None:
    await add_person(engine, "petrova", Role.EXECUTOR)
    await store(engine, case())
    given = action("assign", assignee="petrova")
    done = await act(engine, COORDINATOR, "case-1", 1, given, zone=ZONE)
    assert done.case.history[-1].notify == ["petrova"]
    assert await project_notices_of(engine, settings, ["case-1"]) == 1
    [notice] = await notices(engine)
    assert (notice.login, notice.what, notice.by) == ("petrova", "assign", "koord")
    assert notice.due_at == done.case.deadline_at
    raw = str((await engine.get(Index.NOTICES, notice.id)).source)  # type: ignore[union-attr]
    for secret in ("Яма", "Ленина", "Сидоров", "9991234567"):
        assert secret not in raw
    await project_due(engine)
    assert (await check_audit(engine)).ok


async def test_a_reminder_of_the_chase_becomes_a_notice(engine: Engine, settings: Settings) -> None:
    await add_person(engine, "koord")
    await store(engine, case(deadline_at=None))
    assert (await sweep(engine, ZONE, NOON + timedelta(days=2))).events == 1
    await engine.refresh(Index.CASES)
    assert await project_due_notices(engine, settings) == 1
    [notice] = await notices(engine)
    told = (await stored(engine, "case-1"))["history"][-1]
    assert (notice.login, notice.what, notice.stage) == ("koord", told["what"], told["stage"])
    assert notice.due_at is not None


async def test_those_who_left_meanwhile_are_not_told(engine: Engine, settings: Settings) -> None:
    await add_person(engine, "ivanova", active=False)
    await store(engine, telling_case(1, "ivanova", "nobody"))
    assert await project_due_notices(engine, settings) == 1
    assert await notices(engine) == []
    assert "notices_due" not in await stored(engine, "case-1")


async def test_whoever_gets_a_notice_is_woken_once(engine: Engine, settings: Settings) -> None:
    await add_person(engine, "ivanova")
    await store(engine, telling_case(1, "ivanova", events=5))
    async with Redis.from_url(settings.redis_url.get_secret_value()) as redis:
        heard = redis.pubsub(ignore_subscribe_messages=True)
        await heard.subscribe(channel(settings))
        await heard.get_message(ignore_subscribe_messages=False, timeout=5)  # that it listens
        await project_due_notices(engine, settings)
        await project_due_notices(engine, settings)
        words: list[Any] = []
        while message := await heard.get_message(timeout=1):
            words.append(message["data"])
        await heard.aclose()  # type: ignore[no-untyped-call]
    assert words == [b"ivanova"]


async def test_without_redis_notices_are_made_all_the_same(
    engine: Engine, settings: Settings
) -> None:
    await add_person(engine, "ivanova")
    await store(engine, telling_case(1, "ivanova"))
    nowhere = settings.model_copy(update={"redis_url": SecretStr("redis://127.0.0.1:1/0")})
    assert await project_due_notices(engine, nowhere) == 1
    assert len(await notices(engine)) == 1


async def test_old_ones_are_dropped_and_others_stay(engine: Engine, settings: Settings) -> None:
    await add_person(engine, "ivanova")
    await store(engine, *(telling_case(one, "ivanova") for one in range(3)))
    await project_due_notices(engine, settings, now=NOON)
    assert await drop_old(engine, settings, shifted(24 * settings.notice_days)) == 0
    assert await drop_old(engine, settings, shifted(24 * settings.notice_days + 1)) == 3
    assert await notices(engine) == []
    assert await drop_old(engine, settings, shifted(24 * settings.notice_days + 1)) == 0


async def test_no_letter_is_planned_where_no_mail_server_is_set(
    engine: Engine, settings: Settings
) -> None:
    await add_person(engine, "ivanova")
    await store(engine, telling_case(1, "ivanova"))
    await project_due_notices(engine, settings)
    assert [one.mail.state for one in await notices(engine)] == [MailState.NONE]
