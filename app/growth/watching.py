"""Looks at all series once an hour: what began to grow, what goes on, what ended."""

import time
from datetime import UTC, date, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import numpy as np
import structlog
from anyio.to_thread import run_sync
from msgspec import Struct
from msgspec.structs import replace

from app.engine.client import Engine
from app.engine.names import Index
from app.errors import ConflictError, EngineSetupError
from app.growth import query, repository, season
from app.growth.calibration import relearned
from app.growth.campaigns import LEAST_MESSAGES, campaigns, left_out, owners_of
from app.growth.counts import Tally
from app.growth.episodes import Said, dismissed_days, found, standing
from app.growth.learned import State, keep_state, read_state
from app.growth.models import Alarm, Series
from app.growth.near import NEAR_DAYS, near_groups
from app.growth.rules import Judged, Matrix, judge

log = structlog.get_logger()

HISTORY_DAYS = 120
"""Of which a level remembers some forty, and quiet days are learned from all."""
EVERY = timedelta(hours=1)


class Watched(Struct, frozen=True):
    series: int
    growing: int
    began: int
    ended: int


async def watch_if_due(engine: Engine, zone: ZoneInfo, now: datetime | None = None) -> bool:
    """True where it looked. An installation that was not set up yet has nothing to count."""
    at = now or datetime.now(UTC)
    try:
        state, _ = await read_state(engine)
    except EngineSetupError:
        return False
    if state.watched_at is not None and at - state.watched_at < EVERY:
        return False
    await watch(engine, zone, at)
    return True


async def watch(engine: Engine, zone: ZoneInfo, now: datetime) -> Watched:
    """Safe twice and in parallel: the same growth has the same id, and writes are compared."""
    started = time.monotonic()
    last = now.astimezone(zone).date()
    first = last - timedelta(days=HISTORY_DAYS - 1)
    state, read = await read_state(engine)
    sent_as = await _campaigns(engine, first, last, zone)
    counted = await repository.tally(engine, first, last, zone, sent_as)
    seasons = await _seasons(engine, counted, zone)
    judged = await run_sync(_judged, counted, first.weekday(), seasons)
    said = await repository.dismissals(engine)
    alarms = await run_sync(_alarms, counted, judged, state.learned.value, said)
    done = await _keep(engine, alarms, last, len(counted.rows))
    learned = state.learned
    if learned.day != last:
        over = _until_yesterday(judged)
        quiet = dismissed_days(counted.series, said, first, over.chance.shape[1])
        learned = await run_sync(relearned, learned, over, last, quiet)
    seconds = round(time.monotonic() - started, 2)
    after = State(learned, now, len(counted.rows), seconds)
    try:
        await keep_state(engine, after, read)
    except ConflictError:
        log.info("growth_watched_elsewhere")
    log.info("growth_watched", series=done.series, growing=done.growing, seconds=seconds)
    return done


async def _campaigns(engine: Engine, first: date, last: date, zone: ZoneInfo) -> list[str]:
    """Found anew and kept; hashes of their texts."""
    kept = await repository.campaigns(engine, first)
    repeated = await repository.repeated_texts(engine, first, last, zone)
    lately = last - timedelta(days=NEAR_DAYS - 1)
    texts = await repository.lately(engine, lately, last, zone)
    near = await run_sync(near_groups, texts, LEAST_MESSAGES)
    owners = owners_of(kept, near)
    asked = owners.keys() | set(repeated)
    sent = await repository.sent(engine, asked, first, last, zone)
    listed = await run_sync(campaigns, sent, owners)
    for one in listed:
        try:
            await repository.keep_campaign(engine, one)
        except ConflictError:
            log.info("campaign_kept_elsewhere")
    await engine.refresh(Index.GROWTH)
    return left_out(listed)


async def _seasons(engine: Engine, counted: Tally, zone: ZoneInfo) -> Matrix | None:
    """By series; None where a year ago there was nothing to read it off."""
    back = timedelta(days=season.YEAR_DAYS)
    last = counted.day_of(counted.days - 1)
    themes = sorted({one.theme for one in counted.rows if one.theme})
    ago = await repository.themes_by_day(engine, themes, counted.first - back, last - back, zone)
    if not ago.any():
        return None
    rows = {theme: row for row, theme in enumerate(themes)}
    factors = np.vstack([season.factors(ago), np.ones((1, counted.days))])
    return np.asarray(factors[[rows.get(one.theme or "", -1) for one in counted.rows]])


def _judged(counted: Tally, first_weekday: int, seasons: Matrix | None) -> Judged:
    return judge(counted.matrix(), first_weekday, seasons)


def _alarms(counted: Tally, judged: Judged, threshold: float, said: Said) -> list[Alarm]:
    """Growth that stands and that nobody has silenced."""
    last = counted.days - 1
    people = {day: counted.authors(day) for day in (last - 1, last)}
    above = judged.chance < threshold
    for day, authors in people.items():
        above[:, day] = judged.alarms(threshold, authors[:, None].astype(np.float64))[:, day]
    episodes = standing(above)
    made = found(counted.series, judged, episodes, people, counted.first, said)
    return [replace(one, about=counted.about(one.series)) for one in made]


async def _keep(engine: Engine, alarms: list[Alarm], today: date, series: int) -> Watched:
    """New ones are made, standing ones brought up to date, the others end."""
    known: dict[Series, Alarm] = {}
    for one in await repository.alarms(engine, query.growing_body(query.PAGE)):
        known.setdefault(one.series, one)
    began = ended = 0
    for alarm in alarms:
        before = known.pop(alarm.series, None)
        if before is not None:
            await repository.change(engine, before.id, partial(_renewed, alarm))
        else:
            began += await _begin(engine, alarm)
    for gone in known.values():
        await repository.change(engine, gone.id, partial(_over, today))
        ended += 1
    await engine.refresh(Index.GROWTH)
    return Watched(series, len(alarms), began, ended)


async def _begin(engine: Engine, alarm: Alarm) -> bool:
    """One that ended and came back within its days goes on under its id."""
    if await repository.create(engine, alarm):
        return True
    await repository.change(engine, alarm.id, partial(_renewed, alarm))
    return False


def _renewed(new: Alarm, before: Alarm) -> Alarm:
    """One that a person dismissed in between stays as the person left it."""
    if before.dismissed:
        return before
    return replace(
        before,
        about=new.about,
        day=new.day,
        seen=new.seen,
        expected=new.expected,
        authors=new.authors,
        ended=None,
    )


def _over(today: date, before: Alarm) -> Alarm:
    return before if before.ended else replace(before, ended=min(before.day, today))


def _until_yesterday(judged: Judged) -> Judged:
    """Today is not over: its sums are smaller than they will be."""
    return Judged(
        expected=judged.expected[:, :-1],
        seen=judged.seen[:, :-1],
        dispersion=judged.dispersion[:, :-1],
        chance=judged.chance[:, :-1],
        daily=judged.daily[:, :-1],
    )
