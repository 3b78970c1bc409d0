"""Workers killed for real between verdict, link and main case: told once, nothing lost, undone."""

import random
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta

import pytest

from app.accounts.roles import Role
from app.cases.repository import to_case
from app.duplicates import repository, verdicts
from app.duplicates.models import Verdict, pair_id
from app.duplicates.pairs import offer
from app.duplicates.query import unapplied, unsettled
from app.engine.client import Engine
from app.engine.names import Index
from app.settings import ROOT, Settings
from app.similarity.models import MatchKind, OfferedPair
from tests.casework import OPERATOR, ZONE, assert_possible, case, store, stored
from tests.factories import make_user

CASES, KILLS = 10, 4
SINCE = datetime(2026, 3, 9, 9, tzinfo=UTC)
SWEEP = (
    "from workers.actors.duplicates import sweep_duplicates as s; print('go', flush=True); s.fn()"
)
"""What a worker does each minute."""


class Killed(BaseException):
    """The site dies right after the verdict was written."""


async def answered(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """«Да» to each case and the one before it, not one of them carried out."""
    pairs = []
    for number in range(2, CASES + 1):
        pair = OfferedPair(
            a_id=f"case-{number}",
            b_id=f"case-{number - 1}",
            kind=MatchKind.EDITED,
            score=0.6,
            doubt=0.5,
            why=["Тот же текст с правкой"],
            theme=None,
            at=SINCE,
        )
        await offer(engine, [pair])
        pairs.append(pair_id(pair.a_id, pair.b_id))

    async def die(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(verdicts, "carry_out", die)
        for one in pairs:
            with pytest.raises(Killed):
                await verdicts.give(engine, OPERATOR, one, Verdict.YES, ZONE)
    return pairs


def sweep(kill_after: float | None) -> None:
    child = subprocess.Popen([sys.executable, "-c", SWEEP], cwd=ROOT, stdout=subprocess.PIPE)
    with child:
        assert child.stdout
        assert child.stdout.readline() == b"go\n"
        if kill_after is None:
            assert child.wait(timeout=120) == 0
            return
        time.sleep(kill_after)
        child.send_signal(signal.SIGKILL)


async def left(engine: Engine) -> int:
    await engine.refresh(Index.PAIRS)
    await engine.refresh(Index.CASES)
    waiting = await engine.count(Index.PAIRS, unapplied(1)["query"])
    return waiting + await engine.count(Index.CASES, unsettled(1)["query"])


async def test_what_was_answered_happens_once_whoever_dies(
    engine: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    await make_user(engine, settings, OPERATOR.name, Role.OPERATOR)
    made = [
        case(number, received_at=SINCE + timedelta(hours=number), deadline_at=None)
        for number in range(1, CASES + 1)
    ]
    await store(engine, *made)
    pairs = await answered(engine, monkeypatch)
    assert await left(engine) == len(pairs)
    chance, killed_at_work = random.Random(11), 0  # noqa: S311 - when to kill
    for _ in range(KILLS):
        sweep(chance.uniform(0.2, 1.2))
        killed_at_work += await left(engine) > 0
    assert killed_at_work
    while await left(engine):
        sweep(None)
    for number in range(2, CASES + 1):
        after = to_case(await stored(engine, f"case-{number}"))
        assert_possible(after)
        assert after.duplicate is not None
        assert after.duplicate.root == "case-1"
        assert [event.what for event in after.history].count("mark_duplicate") == 1
    for one in reversed(pairs):
        await verdicts.take_back(engine, OPERATOR, one, ZONE)
    for number in range(1, CASES + 1):
        after = to_case(await stored(engine, f"case-{number}"))
        assert after.duplicate is None
        assert_possible(after)
    for one in pairs:
        pair = await repository.get(engine, one)
        assert pair is not None
        assert (pair.verdict, pair.undone, pair.applied) == (None, True, True)
