"""Use cases of growth: what grows, how a series went, «это не рост» and back."""

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from anyio.to_thread import run_sync
from msgspec import Struct
from msgspec.structs import replace

from app.engine.access import access_clause
from app.engine.client import Engine
from app.engine.names import Index
from app.errors import NotFoundError
from app.growth import query, repository
from app.growth.campaigns import Sent, left_out, owners_of
from app.growth.campaigns import campaigns as campaigns_of
from app.growth.learned import State, read_state
from app.growth.models import Alarm, Campaign, Dismissal, Series
from app.growth.results import Shown, read_shown
from app.growth.rules import Judged, judge, usual_range
from app.growth.watching import HISTORY_DAYS
from app.permissions import Permission
from app.problems.access import may_see
from app.problems.lifecycle import survivors
from app.problems.models import Problem
from app.viewer import Viewer, require

CAMPAIGN_DAYS = 30
"""How long a campaign is shown after its last message."""
DISMISSED_DAYS = 30
_SHOWN_CAMPAIGNS = 30
_SHOWN_GROWING, _SHOWN_DISMISSED = 200, 20
_MOST_READ = 2_000
"""Alarms of the whole installation, the newest first, among which a viewer's own are looked for."""


class Day(Struct, frozen=True):
    day: date
    count: int
    low: float
    high: float
    """What four of five such days bring lies between."""


class Growing(Struct, frozen=True):
    """An alarm with the numbers of the cases that the viewer sees."""

    alarm: Alarm
    seen: int
    """Of the three days to `alarm.day`."""
    expected: float
    authors: int
    days: list[Day]


class SeenCampaign(Struct, frozen=True):
    campaign: Campaign
    """Counted over what the viewer sees."""
    text: str
    case_id: str


async def growing(engine: Engine, viewer: Viewer | None, zone: ZoneInfo) -> list[Growing]:
    """The least usual first; of which the viewer sees no case is left out. The newest
    `_SHOWN_GROWING` of the viewer's. Raises `ForbiddenError`.
    """
    who = require(viewer, Permission.PROBLEM_VIEW)
    seen = await _first_seen(
        engine, who, zone, _SHOWN_GROWING, lambda after: query.growing_body(query.SHOWN_PAGE, after)
    )
    return sorted(seen, key=lambda one: (one.expected - one.seen, one.alarm.id))


async def dismissed(engine: Engine, viewer: Viewer | None, zone: ZoneInfo) -> list[Growing]:
    """What people called no growth in the last month: the last `_SHOWN_DISMISSED` of it that the
    viewer sees.
    """
    who = require(viewer, Permission.PROBLEM_MANAGE)
    since = datetime.now(UTC).astimezone(zone).date() - timedelta(days=DISMISSED_DAYS)
    return await _first_seen(
        engine,
        who,
        zone,
        _SHOWN_DISMISSED,
        lambda after: query.lately_dismissed_body(since, after),
    )


async def _first_seen(
    engine: Engine, viewer: Viewer, zone: ZoneInfo, most: int, body: Callable[[Any], query.Body]
) -> list[Growing]:
    """Page by page, until there are `most` of which the viewer sees a message: an alarm does not
    say who may see it.
    """
    found, after = list[Growing](), None
    for _ in range(_MOST_READ // query.SHOWN_PAGE):
        alarms, after = await repository.page(engine, body(after))
        found += await as_seen(engine, viewer, alarms, zone)
        if after is None or len(found) >= most:
            break
    return found[:most]


async def of_problems(
    engine: Engine, viewer: Viewer | None, problems: Collection[str], zone: ZoneInfo
) -> dict[str, Growing]:
    """By problem, its growth that stands now with the numbers that `growing` tells; those of which
    the viewer sees no message are left out. The caller checks the right to see problems.
    """
    if not problems:
        return {}
    today = datetime.now(UTC).astimezone(zone).date()
    since = today - timedelta(days=HISTORY_DAYS + CAMPAIGN_DAYS)
    alarms, campaigns = await repository.of_problems(engine, problems, since)
    newest = {one.series.problem: one for one in reversed(alarms)}
    seen = await as_seen(engine, viewer, list(newest.values()), zone, campaigns)
    return {one.alarm.series.problem: one for one in seen if one.alarm.series.problem}


async def standing_problems(engine: Engine) -> set[str]:
    """All that grow now, whoever may see them: for what is written by the machine."""
    found = await repository.alarms(engine, query.growing_body(query.PAGE))
    return {one.series.problem for one in found if one.series.problem}


async def problems_of(
    engine: Engine, viewer: Viewer | None, alarms: Iterable[Alarm]
) -> dict[str, Problem]:
    """By the id an alarm names: the problem, or the one it was merged into, where the viewer may
    see that one.
    """
    found = await survivors(engine, {one.series.problem for one in alarms if one.series.problem})
    return {name: one for name, one in found.items() if may_see(viewer, one)}


async def recent_alarms(engine: Engine, since: date) -> list[Alarm]:
    """Those that stand or ended at or after `since`, whoever may see them."""
    return await repository.alarms(engine, query.recent_body(since))


async def departments_of(
    engine: Engine, alarms: Sequence[Alarm], zone: ZoneInfo
) -> dict[str, list[str]]:
    """By id of the alarm, names of departments that hold its messages, whoever may see them."""
    bodies = [query.departments_body(one, zone) for one in alarms]
    answers = await engine.msearch(Index.CASES, bodies) if bodies else []
    return {
        one.id: [bucket["key"] for bucket in answer["aggregations"]["departments"]["buckets"]]
        for one, answer in zip(alarms, answers, strict=True)
    }


async def mark_told(engine: Engine, alarm_id: str, now: datetime) -> None:
    await repository.change(
        engine, alarm_id, lambda one: one if one.told_at else replace(one, told_at=now)
    )


async def series_of(
    engine: Engine,
    viewer: Viewer | None,
    series: Series,
    zone: ZoneInfo,
    *,
    last: date | None = None,
    days: int = HISTORY_DAYS,
) -> list[Day]:
    """Daily counts of the last `days` with the usual range, over the cases the viewer sees."""
    require(viewer, Permission.PROBLEM_VIEW)
    until = last or datetime.now(UTC).astimezone(zone).date()
    shown = await _shown(engine, viewer, [(series, until)], zone)
    return _days(shown, judge(shown.counts, shown.first.weekday(), apart=True))[0][-days:]


async def campaigns(
    engine: Engine, viewer: Viewer | None, zone: ZoneInfo, now: datetime | None = None
) -> list[SeenCampaign]:
    """Of the last month, as far as the viewer sees them: the newest `_SHOWN_CAMPAIGNS`."""
    who = require(viewer, Permission.PROBLEM_VIEW)
    last = (now or datetime.now(UTC)).astimezone(zone).date()
    first = last - timedelta(days=HISTORY_DAYS)
    kept = await repository.campaigns(engine, last - timedelta(days=CAMPAIGN_DAYS))
    sent, found, known = list[Sent](), list[Campaign](), dict[str, str]()
    for start in range(0, len(kept), _SHOWN_CAMPAIGNS):
        owners = owners_of(kept[start : start + _SHOWN_CAMPAIGNS], ())
        known |= owners
        sent += await repository.sent(engine, owners, first, last, zone, access_clause(who))
        found = campaigns_of(sent, known)[:_SHOWN_CAMPAIGNS]
        if len(found) == _SHOWN_CAMPAIGNS:
            break
    bodies = [query.example_body(who, one) for one in found]
    answers = await engine.msearch(Index.CASES, bodies) if bodies else []
    return [
        SeenCampaign(one, hit["_source"]["text"], hit["_source"]["id"])
        for one, answer in zip(found, answers, strict=True)
        for hit in answer["hits"]["hits"]
    ]


async def state(engine: Engine) -> State:
    """When it was last looked, and what was learned."""
    return (await read_state(engine))[0]


async def say_no_growth(
    engine: Engine, viewer: Viewer | None, alarm_id: str, zone: ZoneInfo
) -> Alarm:
    """The series is silent until it grows clearly beyond this. Raises `ForbiddenError` and
    `NotFoundError`, also where the viewer sees none of its cases.
    """
    who = require(viewer, Permission.PROBLEM_MANAGE)
    now = datetime.now(UTC)
    await _visible(engine, who, alarm_id, zone)

    def decide(one: Alarm) -> Alarm:
        if one.dismissed:
            return one
        said = Dismissal(who.name, now, one.seen)
        return replace(one, dismissed=said, ended=now.astimezone(zone).date())

    return _there(await repository.change(engine, alarm_id, decide, refresh=True))


async def take_back(engine: Engine, viewer: Viewer | None, alarm_id: str, zone: ZoneInfo) -> Alarm:
    """The alarm stands again; the next look ends it where it is over. Raises as `say_no_growth`."""
    who = require(viewer, Permission.PROBLEM_MANAGE)
    await _visible(engine, who, alarm_id, zone)

    def decide(one: Alarm) -> Alarm:
        return replace(one, dismissed=None, ended=None) if one.dismissed else one

    return _there(await repository.change(engine, alarm_id, decide, refresh=True))


async def _visible(engine: Engine, viewer: Viewer, alarm_id: str, zone: ZoneInfo) -> None:
    alarm = _there(await repository.get(engine, alarm_id))
    if not await as_seen(engine, viewer, [alarm], zone):
        raise NotFoundError(_ABSENT)


_ABSENT = "Такого роста нет в списке."


def _there(alarm: Alarm | None) -> Alarm:
    if alarm is None:
        raise NotFoundError(_ABSENT)
    return alarm


async def as_seen(
    engine: Engine,
    viewer: Viewer | None,
    alarms: Sequence[Alarm],
    zone: ZoneInfo,
    campaigns: Sequence[Campaign] | None = None,
) -> list[Growing]:
    """The alarms of which the viewer sees a message, counted over what is seen up to the day of
    each. The caller checks the right to see problems. `campaigns`: where they were read already.
    """
    if not alarms:
        return []
    asked = [(one.series, one.day) for one in alarms]
    shown = await _shown(engine, viewer, asked, zone, campaigns)
    return await run_sync(_growing, alarms, shown)


async def _shown(
    engine: Engine,
    viewer: Viewer | None,
    asked: Sequence[tuple[Series, date]],
    zone: ZoneInfo,
    campaigns: Sequence[Campaign] | None = None,
) -> Shown:
    days = [day for _, day in asked]
    first, last = min(days) - timedelta(days=HISTORY_DAYS - 1), max(days)
    if campaigns is None:
        campaigns = await repository.campaigns(engine, first)
    body = query.shown_body(viewer, asked, first, zone, left_out(campaigns))
    return read_shown(await engine.search(Index.CASES, body), len(asked), first, last)


def _growing(alarms: Sequence[Alarm], shown: Shown) -> list[Growing]:
    """By the days up to that of each, whatever stands beside it: one figure on every page."""
    found = dict[int, Growing]()
    for day in {one.day for one in alarms}:
        rows = [row for row, one in enumerate(alarms) if one.day == day]
        part = shown.until(day, rows, HISTORY_DAYS)
        judged = judge(part.counts, part.first.weekday(), apart=True)
        for at, (row, days) in enumerate(zip(rows, _days(part, judged), strict=True)):
            if seen := int(judged.seen[at, -1]):
                expected, authors = float(judged.expected[at, -1]), int(part.authors[at])
                found[row] = Growing(alarms[row], seen, expected, authors, days)
    return [found[row] for row in sorted(found)]


def _days(shown: Shown, judged: Judged) -> list[list[Day]]:
    low, high = usual_range(judged)
    return [
        [
            Day(
                shown.first + timedelta(days=at),
                int(count),
                float(low[row, at]),
                float(high[row, at]),
            )
            for at, count in enumerate(counts)
        ]
        for row, counts in enumerate(shown.counts)
    ]
