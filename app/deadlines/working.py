"""The due moment with its working, step by step, in words: for the command and the pages."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from msgspec import Struct

from app.deadlines.counting import Counted, Pause, count
from app.deadlines.days import DayTable, table_of
from app.deadlines.models import Calendar, Profile, Shift, Start, Unit
from app.deadlines.words import amount_words, pause_words
from app.deadlines.year import day_name
from app.errors import BadInputError

_WEEKDAYS = ("пн", "вт", "ср", "чт", "пт", "сб", "вс")


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
        return Worked(table.moment(*counted.due), list(_steps(profile, table, counted)))
    except OverflowError:
        raise BadInputError("Этот день вне календаря: 2000-2060 годы.", field="start") from None


def read_moment(text: str, zone: str) -> datetime:
    """Without a zone of its own it is the wall clock of `zone`. Raises `BadInputError`."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise BadInputError("Начало пишется так: 2026-12-30T16:40.", field="start") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))


def _steps(profile: Profile, table: DayTable, counted: Counted) -> list[str]:
    return [
        _start(table, counted),
        *_cut_off(profile, table, counted),
        _first(profile, table, counted),
        *_paused(profile, counted),
        *([] if profile.unit is Unit.WORKING_TIME else [_last(profile, table, counted)]),
        *_shifted(profile, table, counted),
        f"Срок: {_place(table, counted.due)}.",
    ]


def _start(table: DayTable, counted: Counted) -> str:
    calendar, start = table.calendar, _place(table, counted.start)
    return f"Начало: {start}, календарь «{calendar.name}», пояс {calendar.zone}."


def _cut_off(profile: Profile, table: DayTable, counted: Counted) -> list[str]:
    if counted.moved == counted.start:
        return []
    moved = _place(table, counted.moved)
    return [f"Пришло в {profile.cut_off} или позже: считается, как если бы пришло {moved}."]


def _first(profile: Profile, table: DayTable, counted: Counted) -> str:
    if profile.unit is Unit.WORKING_TIME:
        since = _day(table, counted.first)
        return f"Отсчёт ({amount_words(profile)}): с {since}, {_WHY[profile.start]}."
    return f"Первый день: {_day(table, counted.first)}, {_WHY[profile.start]}."


_WHY = {
    Start.MOMENT: "с самого начала",
    Start.NEXT_DAY: "следующий за начальным",
    Start.NEXT_WORKING: "первое рабочее время не раньше начала",
}


def _paused(profile: Profile, counted: Counted) -> list[str]:
    if not counted.paused:
        return []
    return [f"Срок стоял после промежуточного ответа: {pause_words(profile, counted.paused)}."]


def _last(profile: Profile, table: DayTable, counted: Counted) -> str:
    more = " и дни остановки" if counted.paused else ""
    return f"Последний день ({amount_words(profile)}{more}): {_day(table, counted.last)}."


def _shifted(profile: Profile, table: DayTable, counted: Counted) -> list[str]:
    if profile.unit is Unit.WORKING_TIME or counted.due[0] == counted.last:
        return []
    name = day_name(table.calendar, table.date(counted.last))
    why = f"Это нерабочий день ({name})" if name else "Это нерабочий день"
    if table.works(counted.last):
        why = "Этот день кончился раньше начала"
    back = counted.due[0] < counted.last
    where = "на предыдущий рабочий день" if back else "на следующий рабочий день"
    blocked = profile.shift is Shift.PREVIOUS and not back and not table.works(counted.last)
    because = ": предыдущий был бы не позже начала" if blocked else ""
    return [f"{why}: срок переносится {where}{because}."]


def _day(table: DayTable, day: int) -> str:
    date = table.date(day)
    return f"{_WEEKDAYS[date.weekday()]} {date:%d.%m.%Y}"


def _place(table: DayTable, place: tuple[int, int]) -> str:
    moment = table.moment(*place)
    return f"{_WEEKDAYS[moment.weekday()]} {moment:%d.%m.%Y %H:%M}"
