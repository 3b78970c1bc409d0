"""«Да», «нет» and «не знаю» to a pair: written first, carried out after, taken back by one key."""

from collections.abc import Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import structlog
from msgspec.structs import replace
from ulid import ULID

from app.accounts.staff import current_staff
from app.cases.actions.mention import mention
from app.cases.actions.model import Action
from app.cases.actions.table import UNDOING
from app.cases.actions.undo import UNDO
from app.cases.doing import act
from app.cases.models import Case
from app.cases.permissions import may_do, may_see
from app.cases.service import read_cases
from app.duplicates import repository
from app.duplicates.linking import link
from app.duplicates.models import VERDICT_NAMES, Pair, Past, Verdict
from app.duplicates.query import unapplied
from app.duplicates.settling import settle
from app.duplicates.undone import follow_words
from app.engine.client import Engine
from app.engine.names import Index
from app.errors import (
    BadInputError,
    ConflictError,
    ForbiddenError,
    NotFoundError,
    OtklikError,
    RefusedError,
)
from app.permissions import PERMISSION_NAMES, Permission
from app.viewer import Viewer, require

log = structlog.get_logger()

ABSENT = "Такой пары нет, или она вам не видна."
_BATCH = 200


async def seen_pair(engine: Engine, viewer: Viewer | None, pair_id: str) -> Pair:
    """Only for whoever sees both cases and may link one of them."""
    pair = await repository.get(engine, pair_id)
    if pair is None:
        raise NotFoundError(ABSENT)
    await _check_sight(engine, viewer, pair)
    return pair


async def _check_sight(engine: Engine, viewer: Viewer | None, pair: Pair) -> None:
    cases = await read_both(engine, pair)
    if not all(may_see(viewer, case) for case in cases):
        raise NotFoundError(ABSENT)
    if not any(may_do(viewer, Permission.CASE_LINK, case) for case in cases):
        raise ForbiddenError(f"Нет права: {PERMISSION_NAMES[Permission.CASE_LINK]}.")


async def read_both(engine: Engine, pair: Pair) -> Sequence[Case]:
    """The earlier one first. Raises `NotFoundError`."""
    found = await read_cases(engine, [pair.a, pair.b])
    if len(found) < len({pair.a, pair.b}):
        raise NotFoundError(ABSENT)
    return sorted(found.values(), key=lambda case: (case.received_at, case.id))


async def give(
    engine: Engine, viewer: Viewer, pair_id: str, verdict: Verdict, zone: ZoneInfo
) -> Pair:
    """The same answer by the same person again changes nothing.

    Raises `ConflictError` that tells what somebody else has answered meanwhile.
    """
    who = require(viewer, Permission.CASE_LINK).name
    pair, now = await seen_pair(engine, viewer, pair_id), datetime.now(UTC)

    def decide(newest: Pair) -> Pair:
        if newest.decided and newest.by == who and newest.verdict is verdict:
            return newest
        if newest.decided:
            raise ConflictError(_first(newest, zone))
        return _answered(newest, verdict, who, now)

    written = await repository.change(engine, pair.id, decide, refresh=True)
    if written is None:
        raise NotFoundError(ABSENT)
    if written.applied:
        return written
    return await carry_out(engine, viewer, written, zone)


def _first(pair: Pair, zone: ZoneInfo) -> str:
    word = VERDICT_NAMES[pair.verdict] if pair.verdict else ""
    when = f", {pair.at.astimezone(zone):%d.%m.%Y %H:%M}" if pair.at else ""
    return f"На эту пару уже ответили «{word}»: {mention(pair.by)}{when}. Ваш ответ не записан."


def _answered(pair: Pair, verdict: Verdict, who: str, now: datetime) -> Pair:
    yes, unsure = verdict is Verdict.YES, verdict is Verdict.UNKNOWN
    return replace(
        pair,
        verdict=verdict,
        by=who,
        at=now,
        applied=not yes,
        key=str(ULID()) if yes else None,
        unsure=sorted({*pair.unsure, who}) if unsure else pair.unsure,
        past=[*pair.past, Past(verdict, who, now)],
    )


async def carry_out(engine: Engine, viewer: Viewer, pair: Pair, zone: ZoneInfo) -> Pair:
    """Links what a «да» was said to. Safe to repeat: the action bears the key of the verdict.

    Where the rules refuse it, the verdict is taken back and the refusal goes on to the caller.
    """
    try:
        linked = await link(engine, viewer, pair, zone)
    except (BadInputError, ForbiddenError, NotFoundError, RefusedError) as error:
        await _give_up(engine, pair, error.message)
        raise

    def applied(now: Pair) -> Pair:
        if now.key != pair.key or now.applied:
            return now
        return replace(
            now,
            applied=True,
            linked=linked.case_id if linked else None,
            main=linked.main if linked else None,
        )

    written = await repository.change(engine, pair.id, applied, refresh=True)
    if linked:
        await _settle(engine, linked.case_id)
        written = await repository.get(engine, pair.id)
    return written or pair


async def _settle(engine: Engine, case_id: str) -> None:
    """The pair hears of its case in any case: who took the link back before the pair knew of it
    has left no mark.
    """
    await settle(engine, [case_id])
    await follow_words(engine, list((await read_cases(engine, [case_id])).values()))


async def _give_up(engine: Engine, pair: Pair, why: str) -> None:
    await repository.change(engine, pair.id, lambda now: _refused(now, pair, why), refresh=True)


def _refused(now: Pair, pair: Pair, why: str) -> Pair:
    if now.key != pair.key or now.applied:
        return now
    past = [*now.past, Past(Verdict.YES, now.by or "", datetime.now(UTC), undone=True, why=why)]
    return replace(now, verdict=None, by=None, at=None, key=None, applied=True, past=past)


async def take_back(engine: Engine, viewer: Viewer, pair_id: str, zone: ZoneInfo) -> Pair:
    """The own verdict is gone and the question open again, as if it had not been answered."""
    pair = await seen_pair(engine, viewer, pair_id)
    if pair.verdict is None or pair.by != viewer.name:
        raise RefusedError("Отменить можно только свой последний ответ.")
    if not pair.applied:
        pair = await carry_out(engine, viewer, pair, zone)
    if pair.verdict is Verdict.YES and pair.linked:
        await _unlink(engine, viewer, pair, zone)
        await _settle(engine, pair.linked)
    written = await repository.change(
        engine, pair.id, lambda now: _reopened(now, viewer.name), refresh=True
    )
    return written or pair


async def _unlink(engine: Engine, viewer: Viewer, pair: Pair, zone: ZoneInfo) -> None:
    """By the undo of the case where that takes back the link; after further work, of this person
    or of the machine, by a new action, which undoes nothing else.
    """
    case = (await read_cases(engine, [pair.linked or ""])).get(pair.linked or "")
    if case is None:
        raise NotFoundError(ABSENT)
    said = case.duplicate
    if said is None or said.of != pair.main:
        return  # somebody else was first: settling tells the pair
    last = UNDOING.candidate(case, viewer)
    name = UNDO if last and last.key == pair.key else "unmark_duplicate"
    await act(engine, viewer, case.id, None, Action(name, key=f"{name}:{pair.key}"), zone=zone)


def _reopened(pair: Pair, who: str) -> Pair:
    if pair.verdict is None or pair.by != who or pair.linked:
        return pair
    gone = Past(pair.verdict, who, datetime.now(UTC), undone=True)
    return replace(
        pair,
        verdict=None,
        by=None,
        at=None,
        undone=pair.undone or pair.verdict is Verdict.YES,
        unsure=[one for one in pair.unsure if one != who],
        past=[*pair.past, gone],
    )


async def carry_out_left(engine: Engine, zone: ZoneInfo) -> int:
    """«Да» of people whose process died before the link, in their name and by their rights."""
    await engine.refresh(Index.PAIRS)
    left = await repository.search(engine, unapplied(_BATCH))
    staff = await current_staff(engine, zone)
    for pair in left:
        viewer = staff.viewer(pair.by or "")
        if viewer is None:
            await _give_up(engine, pair, "Того, кто ответил, здесь больше нет.")
            continue
        try:
            await carry_out(engine, viewer, pair, zone)
        except OtklikError as error:
            log.warning("verdict_not_carried_out", pair_id=pair.id, error=error.code)
    return len(left)
