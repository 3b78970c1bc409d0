"""A «да» whose process was killed: carried out once, given up, or found taken back meanwhile."""

from typing import Any

import pytest

from app.accounts.roles import Role
from app.cases.doing import act
from app.cases.models import Case
from app.duplicates import linking, repository, service, settling, verdicts
from app.duplicates.models import Verdict
from app.engine.client import Engine
from app.settings import Settings
from tests.casework import OPERATOR, ZONE, action, store
from tests.factories import make_user
from tests.integration.duplicates.test_linking import (
    kept,
    pair_of,
    read,
    root,
    same_as_before,
    say,
    town,
)


@pytest.fixture
async def cases(engine: Engine) -> list[Case]:
    made = town()
    await store(engine, *made)
    return made


class Killed(BaseException):
    """As kill -9: nothing after it runs."""


@pytest.mark.parametrize("before", ["link", "applied", "settle"])
async def test_killed_in_between(
    engine: Engine,
    settings: Settings,
    cases: list[Case],
    monkeypatch: pytest.MonkeyPatch,
    before: str,
) -> None:
    user = await make_user(engine, settings, "oper", Role.OPERATOR)
    pair = await pair_of(engine, 1, 2)

    async def die(*_: Any, **__: Any) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        if before == "link":
            patch.setattr(verdicts, "link", die)
        elif before == "applied":
            patch.setattr(verdicts, "settle", die)
            real = repository.change

            async def change(engine: Engine, one: str, decide: Any, **more: Any) -> Any:
                if (await kept(engine, one)).verdict:
                    raise Killed
                return await real(engine, one, decide, **more)

            patch.setattr(repository, "change", change)
        else:
            patch.setattr(verdicts, "settle", die)
        with pytest.raises(Killed):
            await say(engine, OPERATOR, pair, Verdict.YES)
    assert (await kept(engine, pair)).verdict is Verdict.YES
    await verdicts.carry_out_left(engine, ZONE)
    await settling.settle_left(engine)
    after = await kept(engine, pair)
    assert (after.applied, after.linked, after.main) == (True, "case-2", "case-1")
    assert await root(engine, 2) == "case-1"
    told = [event.what for event in (await read(engine, 2)).history]
    assert told == ["imported", "mark_duplicate"]
    await verdicts.take_back(engine, OPERATOR, pair, ZONE)
    await same_as_before(engine, cases[1])
    assert user.login == OPERATOR.name


@pytest.mark.parametrize("then", ["undo", "unlink", "relink"])
async def test_killed_and_the_link_taken_back_before_the_pair_knows(
    engine: Engine, cases: list[Case], monkeypatch: pytest.MonkeyPatch, then: str
) -> None:
    pair = await pair_of(engine, 1, 2)

    async def link_and_die(*given: Any) -> None:
        await linking.link(*given)
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(verdicts, "link", link_and_die)
        with pytest.raises(Killed):
            await say(engine, OPERATOR, pair, Verdict.YES)
    if then == "unlink":
        await service.unlink(engine, OPERATOR, "case-2", "k1", ZONE)
    else:
        await service.undo(engine, OPERATOR, "case-2", "k1", ZONE)
    if then == "relink":
        given = action("mark_duplicate", number="26-000003")
        await act(engine, OPERATOR, "case-2", None, given, zone=ZONE)
    after = await verdicts.carry_out(engine, OPERATOR, await kept(engine, pair), ZONE)
    verdict = {"undo": None, "unlink": Verdict.NO, "relink": Verdict.YES}[then]
    assert (after.verdict, after.linked, after.undone) == (verdict, None, True)
    if verdict:
        assert (await verdicts.take_back(engine, OPERATOR, pair, ZONE)).verdict is None


async def test_a_verdict_of_whoever_lost_the_right_is_given_up(
    engine: Engine, cases: list[Case], monkeypatch: pytest.MonkeyPatch
) -> None:
    pair = await pair_of(engine, 1, 2)

    async def die(*_: Any, **__: Any) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(verdicts, "link", die)
        with pytest.raises(Killed):
            await say(engine, OPERATOR, pair, Verdict.YES)
    await verdicts.carry_out_left(engine, ZONE)  # nobody of this login works here
    after = await kept(engine, pair)
    assert (after.verdict, after.applied) == (None, True)
    assert after.past[-1].why
    assert await root(engine, 2) is None
