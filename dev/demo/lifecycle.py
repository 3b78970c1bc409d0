"""What becomes of a message: steps, deadlines, answers, an end; cut off at the last day."""

from datetime import date, datetime, time, timedelta
from random import Random

import msgspec

from dev.demo.picking import Weighted, chance

OPENS, CLOSES = 9, 18
_SATURDAY = 5
_NEW_YEAR_DAYS = 8
_APPEAL_DAYS = 30
"""59-ФЗ, art. 12: thirty days from registration."""
_POS_DAYS = Weighted((30, 10, 8), (5, 8, 10))
_REJECTED, _FORWARDED, _STUCK = 0.02, 0.045, 0.986
_WITH_INTERIM, _WITH_TWO = 0.34, 0.07
Steps = tuple[tuple[str, datetime], ...]
_AFTER_INTERIM = timedelta(days=11)
"""About eight working days, as regulations allow after an interim answer."""
STUCK_AT = ("moderation", "assigned", "in_progress", "interim", "approval", "answered")


class Course(msgspec.Struct, frozen=True, gc=False):
    """Moments are naive and local; None where it has not happened by the last day."""

    state: str
    registered_at: datetime | None
    assigned_at: datetime | None
    due_at: datetime | None
    interims: tuple[datetime, ...]
    """When each interim answer was given."""
    answered_at: datetime | None
    closed_at: datetime | None
    approval_seconds: int
    solved: bool
    refused: bool


def _is_rest(day: date) -> bool:
    """Weekends and the first week of January; other holidays are left out on purpose."""
    return day.weekday() >= _SATURDAY or (day.month == 1 and day.day <= _NEW_YEAR_DAYS)


def working(moment: datetime) -> datetime:
    """The same moment, or the start of the next working day."""
    if moment.hour >= CLOSES:
        moment = datetime.combine(moment.date() + timedelta(days=1), time(OPENS, moment.minute))
    elif moment.hour < OPENS:
        moment = moment.replace(hour=OPENS)
    while _is_rest(moment):
        moment = datetime.combine(moment.date() + timedelta(days=1), time(OPENS, moment.minute))
    return moment


def working_day(day: date) -> date:
    """`day` itself, or the next that is worked."""
    while _is_rest(day):
        day += timedelta(days=1)
    return day


def day_end_before_rest(day: date) -> datetime:
    """Close of business on `day`, or on the working day before it."""
    while _is_rest(day):
        day -= timedelta(days=1)
    return datetime.combine(day, time(CLOSES))


def _deadline(rng: Random, channel: str, kind: str, registered: datetime) -> datetime:
    if kind == "appeal" or channel == "pos":
        days = _APPEAL_DAYS if kind == "appeal" else _POS_DAYS.pick(rng)
        last = registered.date() + timedelta(days=days)
        due = day_end_before_rest(last)
        return due if due > registered else datetime.combine(working_day(last), time(CLOSES))
    return working(working(registered) + timedelta(hours=24))


def _lag(rng: Random, channel: str, kind: str, *, late: bool) -> timedelta:
    """From assignment to the final answer."""
    if kind == "appeal":
        days = 31 + rng.random() * 20 if late else 6 + rng.random() * 22
    elif channel == "pos":
        days = 31 + rng.random() * 16 if late else 1 + rng.random() * 6
    else:
        days = 2 + rng.random() * 9 if late else 0.02 + rng.random() ** 2 * 0.8
    return timedelta(seconds=int(days * 86_400))


def run(rng: Random, channel: str, kind: str, received: datetime, now: datetime) -> Course:
    """The course of a message received at `received`, as it stands at `now`."""
    registered = _registered(rng, channel, kind, received)
    due = _deadline(rng, channel, kind, registered)
    moderated = registered + timedelta(seconds=int(120 + rng.random() * 2400))
    if channel != "pos":
        moderated = working(moderated)
    roll = rng.random()
    if roll < _REJECTED:
        return _ended("rejected", registered, due, working(moderated), now)
    assigned = working(moderated + timedelta(minutes=int(rng.random() * 90)))
    if roll < _FORWARDED:
        return _ended("forwarded", registered, due, assigned, now)
    stuck = STUCK_AT[int(rng.random() * len(STUCK_AT))] if roll > _STUCK else ""
    interims = _interims(rng, assigned, wanted=stuck == "interim")
    start = assigned
    if interims:
        start = interims[-1] + timedelta(minutes=int(900 + rng.random() * 4000))
        if kind == "message" and channel != "pos":
            due = working(interims[0] + _AFTER_INTERIM)
    answered = working(start + _lag(rng, channel, kind, late=chance(rng, 0.08)))
    approval = int(300 + rng.random() ** 2 * 9000)
    steps = (
        ("moderation", moderated),
        ("assigned", assigned),
        ("in_progress", working(assigned + timedelta(minutes=int(5 + rng.random() * 200)))),
        *(("interim", moment) for moment in interims),
        ("approval", answered - timedelta(seconds=approval)),
        ("answered", answered),
        ("closed", answered + timedelta(seconds=int(30 + rng.random() ** 5 * 86_400 * 14))),
    )
    return _at(rng, _until_stuck(steps, stuck), registered, due, approval, now)


def _until_stuck(steps: Steps, stuck: str) -> Steps:
    if not stuck:
        return steps
    last = max(index for index, (name, _) in enumerate(steps) if name == stuck)
    return steps[: last + 1]


def _at(
    rng: Random, steps: Steps, registered: datetime, due: datetime, approval: int, now: datetime
) -> Course:
    """Only what had happened by `now`."""
    done = [step for step in steps if step[1] <= now]
    by_name = dict(done)
    return Course(
        state=done[-1][0] if done else "new",
        registered_at=registered if registered <= now else None,
        assigned_at=by_name.get("assigned"),
        due_at=due,
        interims=tuple(moment for name, moment in done if name == "interim"),
        answered_at=by_name.get("answered"),
        closed_at=by_name.get("closed"),
        approval_seconds=approval if "answered" in by_name else 0,
        solved=chance(rng, 0.78),
        refused=chance(rng, 0.09),
    )


def _registered(rng: Random, channel: str, kind: str, received: datetime) -> datetime:
    if kind == "appeal" and channel != "pos":
        return working(received + timedelta(seconds=int(rng.random() * 108_000)))
    return received + timedelta(seconds=int(rng.random() * 90))


def _ended(state: str, registered: datetime, due: datetime, at: datetime, now: datetime) -> Course:
    """Turned away by the moderator, or passed on: only the second is answered."""
    done = at <= now
    return Course(
        state=state if done else "new",
        registered_at=registered if registered <= now else None,
        assigned_at=None,
        due_at=due,
        interims=(),
        answered_at=at if done and state == "forwarded" else None,
        closed_at=at if done else None,
        approval_seconds=0,
        solved=False,
        refused=True,
    )


def _interims(rng: Random, assigned: datetime, *, wanted: bool) -> tuple[datetime, ...]:
    """None for most; one for three in ten; two for a few."""
    roll = rng.random()
    if roll > _WITH_INTERIM and not wanted:
        return ()
    first = working(assigned + timedelta(minutes=int(20 + rng.random() * 420)))
    if roll > _WITH_TWO:
        return (first,)
    return (first, working(first + timedelta(seconds=int(86_400 * (3 + rng.random() * 6)))))
