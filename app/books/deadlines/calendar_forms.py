"""The form of a working calendar: its week, its places and its special days."""

from dataclasses import dataclass, field
from datetime import date

from msgspec.structs import replace

from app.books.deadlines.forms import Given, checked, number_of, text_of
from app.dates import read_day
from app.deadlines.alarm import agreed
from app.deadlines.country import COUNTRY
from app.deadlines.models import DEFAULT_CALENDAR, Calendar, DayOff, Exceptional
from app.deadlines.words import ZONE_NAMES
from app.errors import BadInputError
from app.reference.rules import clean_name

WEEKDAYS = (*("Понедельник", "Вторник", "Среда", "Четверг", "Пятница", "Суббота", "Воскресенье"),)
ZONES = tuple(ZONE_NAMES.items())
KINDS = (
    (DayOff.OFF.value, "нерабочий"),
    (DayOff.WORKING.value, "рабочий"),
    (DayOff.HOURS.value, "свои часы"),
)
SPARE = 3
"""Empty rows for new special days; without scripts the form grows by saving."""
_MOST_ROWS = 420


@dataclass(frozen=True)
class SpecialDay:
    day: str = ""
    kind: str = DayOff.OFF.value
    hours: str = ""
    note: str = ""

    def read(self) -> Exceptional:
        """Raises `BadInputError`."""
        try:
            day, kind = read_day(self.day), DayOff(self.kind)
        except ValueError:
            raise BadInputError("Выберите день и каков он.", field="exceptions") from None
        spans = [part.strip() for part in self.hours.split(",") if part.strip()]
        return Exceptional(day, kind, spans, clean_name(self.note)[:200])


@dataclass(frozen=True)
class CalendarForm:
    """`version` is the one that was shown; 0 in the form of a new calendar."""

    name: str = ""
    zone: str = DEFAULT_CALENDAR.zone
    week: tuple[str, ...] = tuple(DEFAULT_CALENDAR.week)
    lunch: str = DEFAULT_CALENDAR.lunch
    shorten: str = str(DEFAULT_CALENDAR.shorten)
    country: bool = True
    municipalities: str = ""
    """One in a line."""
    special: tuple[SpecialDay, ...] = ()
    active: bool = True
    code: str = ""
    version: int = 0
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def rows(self) -> tuple[SpecialDay, ...]:
        return (*self.special, *(SpecialDay() for _ in range(SPARE)))

    def calendar(self, today: date) -> Calendar:
        """Whoever saves it agrees to the country's days as they are `today`.

        Raises `BadInputError`; what only the whole book can tell is checked there.
        """
        if not self.shorten.isdigit():
            raise BadInputError("Напишите число минут.", field="shorten")
        places = [clean_name(line) for line in self.municipalities.splitlines()]
        wanted = Calendar(
            code=self.code,
            name=clean_name(self.name),
            municipalities=[one for one in dict.fromkeys(places) if one],
            zone=self.zone,
            week=list(self.week),
            lunch=self.lunch,
            country=COUNTRY if self.country else "",
            shorten=number_of(self.shorten),
            exceptions=sorted((one.read() for one in self.special), key=lambda one: one.day),
            active=self.active,
        )
        return replace(wanted, seen=agreed(wanted, today))


def filled_calendar(one: Calendar) -> CalendarForm:
    return CalendarForm(
        name=one.name,
        zone=one.zone,
        week=tuple(one.week),
        lunch=one.lunch,
        shorten=str(one.shorten),
        country=one.country == COUNTRY,
        municipalities="\n".join(one.municipalities),
        special=tuple(
            SpecialDay(each.day.isoformat(), each.kind.value, ", ".join(each.hours), each.note)
            for each in one.exceptions
        ),
        active=one.active,
        code=one.code,
        version=one.version,
    )


def read_calendar(given: Given, code: str = "") -> CalendarForm:
    """A special day whose date was emptied is gone."""
    return CalendarForm(
        name=text_of(given, "name"),
        zone=text_of(given, "zone"),
        week=tuple(text_of(given, f"week-{day}").replace(" ", "") for day in range(7)),
        lunch=text_of(given, "lunch").replace(" ", ""),
        shorten=text_of(given, "shorten"),
        country=checked(given, "country"),
        municipalities=text_of(given, "municipalities"),
        special=tuple(one for one in _special(given) if one.day),
        active=checked(given, "active") or not code,
        code=code,
        version=number_of(given.get("version")),
    )


def _special(given: Given) -> list[SpecialDay]:
    rows = [row for row in range(_MOST_ROWS) if f"day-{row}" in given]
    return [
        SpecialDay(
            text_of(given, f"day-{row}"),
            text_of(given, f"kind-{row}"),
            text_of(given, f"hours-{row}"),
            text_of(given, f"note-{row}"),
        )
        for row in rows
    ]
