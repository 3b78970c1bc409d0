"""The due moment with its working, step by step: one code for the command and the pages."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from msgspec import Struct

from app.deadlines.counting import Pause, count
from app.deadlines.country import FIRST_YEAR, LAST_YEAR
from app.deadlines.days import table_of
from app.deadlines.models import Calendar, Profile
from app.deadlines.telling import Told
from app.errors import BadInputError


class Worked(Struct, frozen=True):
    due_at: datetime
    """In the calendar's zone."""
    steps: list[str]
    """Sentences, the first is the start, the last the due moment."""


def worked_out(
    profile: Profile, calendar: Calendar, start: datetime, pauses: Sequence[Pause] = ()
) -> Worked:
    """Raises `BadInputError` for a moment outside the years of the calendar."""
    table = table_of(calendar)
    try:
        counted = count(profile, table, start, pauses)
        due = table.moment(*counted.due)
        stood = [one for one in sorted(pauses) if one[0] < due]
        return Worked(due, Told(profile, table, counted, stood).steps())
    except OverflowError:
        raise BadInputError(
            f"Этот день вне календаря: {FIRST_YEAR}-{LAST_YEAR} годы.", field="start"
        ) from None


def read_moment(text: str, zone: str) -> datetime:
    """Without a zone of its own it is the wall clock of `zone`. Raises `BadInputError`."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise BadInputError("Начало пишется так: 2026-12-30T16:40.", field="start") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))
