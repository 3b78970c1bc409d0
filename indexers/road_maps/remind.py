"""Reminders of road maps → notices of their owners; solved problems that came back."""

from datetime import datetime

from app.accounts.staff import Staff, current_staff
from app.engine.client import Engine
from app.notices.models import Notice, notice_id
from app.problems.book import load_windows
from app.problems.lifecycle import mark_returned, solved_since
from app.problems.models import Problem
from app.road_maps import repository
from app.road_maps.models import RoadMap
from app.road_maps.reminders import Reminder, due, told
from app.road_maps.returning import came_back
from app.road_maps.service import maps_of
from app.settings import Settings
from indexers.notices.give import give

BATCH = 200
RETURNED = "problem_returned"


async def remind(engine: Engine, settings: Settings, now: datetime) -> int:
    """How many reminders were given. Safe to run twice and side by side: a notice has an id of its
    own, and the key is written into the road map after it.
    """
    given = 0
    while ids := await repository.due_ids(engine, now, BATCH):
        staff = await current_staff(engine, settings.zone, now)
        for map_id in ids:
            given += await _remind_one(engine, settings, staff, map_id, now)
        if len(ids) < BATCH:
            break
    return given


async def _remind_one(
    engine: Engine, settings: Settings, staff: Staff, map_id: str, now: datetime
) -> int:
    one = await repository.get(engine, map_id)
    if one is None:
        return 0
    coming = due(one, now)
    notices = [
        _notice(one, each, login, now)
        for each in coming
        for login in _with_substitutes(staff, each.to)
    ]
    await give(engine, settings, staff, notices, now)
    await repository.change(engine, map_id, lambda newest: told(newest, coming))
    return len(coming)


def _with_substitutes(staff: Staff, login: str) -> list[str]:
    """The person, and whoever acts for them today."""
    return sorted({login, *staff.standing_in(login)})


def _notice(one: RoadMap, each: Reminder, login: str, now: datetime) -> Notice:
    return Notice(
        id=notice_id(one.id, each.seq, login),
        login=login,
        case_id=one.id,
        number=one.shown_number,
        seq=each.seq,
        rev=1,
        what=each.kind,
        at=now,
        by="system",
        due_at=each.part.due_at,
        to=each.part.owner,
    )


async def return_problems(engine: Engine, settings: Settings, now: datetime) -> int:
    """Turns solved problems with new messages to «вернулась»; returns how many."""
    windows = (await load_windows(engine)).windows
    found, place = list[Problem](), None
    while True:
        page, place = await solved_since(engine, place, BATCH)
        found += [one for one in page if came_back(one, windows)]
        if place is None:
            break
    if not found:
        return 0
    staff = await current_staff(engine, settings.zone, now)
    for one in found:
        await give(engine, settings, staff, await _told(engine, one, now), now)
        await mark_returned(engine, one.id, now)
    return len(found)


async def _told(engine: Engine, one: Problem, now: datetime) -> list[Notice]:
    """To who owns the problem, and who led the road map that was to remove it."""
    maps = await maps_of(engine, one)
    logins = {one.owner, maps[0].created_by if maps else None} - {None}
    seq = int(one.solved_at.timestamp() // 60) % 2_000_000_000 if one.solved_at else 0
    return [
        Notice(
            id=notice_id(one.id, seq, login),
            login=login,
            case_id=one.id,
            number=one.id[:8],
            seq=seq,
            rev=1,
            what=RETURNED,
            at=now,
            by="system",
        )
        for login in sorted(filter(None, logins))
    ]
