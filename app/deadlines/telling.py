"""The working of a due moment in sentences: what was counted, what stood in the way, and why."""

from collections.abc import Sequence
from datetime import datetime

from app.deadlines.counting import Counted, Pause
from app.deadlines.days import DayTable, known_years
from app.deadlines.models import Profile, Shift, Start, Unit
from app.deadlines.passing import days_counted, time_counted
from app.deadlines.words import (
    ZONE_NAMES,
    amount_words,
    clock,
    day_words,
    onto_words,
    pause_words,
    since_words,
)
from app.deadlines.year import day_name, day_note

_FIRST_DAY = {
    Start.MOMENT: "сам день начала",
    Start.NEXT_DAY: "следующий за днём начала",
    Start.NEXT_WORKING: "первый рабочий не раньше начала",
}


class Told:
    """One due moment; `stood` are the pauses that moved it, in their order."""

    def __init__(
        self, profile: Profile, table: DayTable, counted: Counted, stood: Sequence[Pause]
    ) -> None:
        self._profile = profile
        self._table = table
        self._counted = counted
        self._stood = stood
        self._by_time = profile.unit is Unit.WORKING_TIME

    def steps(self) -> list[str]:
        """The first is the start, the last the due moment."""
        passed = self._time() if self._by_time else self._days()
        return [
            self._start(),
            *self._moved(),
            *passed,
            *self._unknown_years(),
            self._basis(),
            self._due(),
        ]

    def _start(self) -> str:
        calendar = self._table.calendar
        zone = ZONE_NAMES.get(calendar.zone, calendar.zone)
        return f"Начало: {self._place(self._counted.start)}; {zone}, календарь «{calendar.name}»."

    def _moved(self) -> list[str]:
        """By the cut-off, or because it came on a day off."""
        start, moved = self._counted.start, self._counted.moved
        if moved == start:
            return []
        off = self._profile.unit is not Unit.CALENDAR_DAY and not self._table.works(start[0])
        why = "в нерабочий день" if off else f"в {self._profile.cut_off} или позже"
        return [f"Пришло {why}: считается как пришедшее {self._onto(moved)}."]

    def _time(self) -> list[str]:
        begin = self._begin()
        since = f"{since_words(self._table.date(begin[0]))}, {clock(begin[1])}"
        first = f"Отсчёт: {amount_words(self._profile)} {since}{self._why_then(begin)}."
        stood = [(self._table.place(a), self._table.place(b)) for a, b in self._stood]
        return [
            first,
            *self._paused(),
            *time_counted(self._table, begin, self._counted.due, stood),
        ]

    def _begin(self) -> tuple[int, int]:
        """Where the working time that was counted begins."""
        if self._profile.start is not Start.NEXT_DAY:
            return self._table.next_working(*self._counted.moved)
        return self._counted.first, self._table.opening(self._counted.first)

    def _why_then(self, begin: tuple[int, int]) -> str:
        if begin == self._counted.moved:
            return ""
        if self._profile.start is Start.NEXT_DAY:
            return ": с открытия следующего рабочего дня"
        return ": тогда началось рабочее время"

    def _days(self) -> list[str]:
        counted, table = self._counted, self._table
        first = day_words(table.date(counted.first))
        passed = (
            days_counted(table, counted.first, counted.last)
            if self._profile.unit is Unit.WORKING_DAY
            else []
        )
        more = " и дни остановки" if counted.paused else ""
        last = day_words(table.date(counted.last))
        return [
            f"Первый день: {first}, {_FIRST_DAY[self._profile.start]}.",
            *self._paused(),
            *passed,
            f"Последний день ({amount_words(self._profile)}{more}): {last}.",
            *self._shifted(),
            *self._closing(),
        ]

    def _paused(self) -> list[str]:
        if not self._stood:
            return []
        spans = ", ".join(f"с {self._wall(a)} до {self._wall(b)}" for a, b in self._stood)
        length = pause_words(self._profile, self._counted.paused)
        total = f"всего {length}" if self._counted.paused else "на срок это не повлияло"
        return [f"Срок стоял после промежуточного ответа {spans}: {total}."]

    def _shifted(self) -> list[str]:
        table, last, due = self._table, self._counted.last, self._counted.due[0]
        name = day_name(table.calendar, table.date(last))
        day_off = f"Это нерабочий день ({name})" if name else "Это нерабочий день"
        if due == last:
            return [] if table.works(last) else [f"{day_off}; с него срок не переносится."]
        back = due < last
        why = self._too_early() if table.works(last) else day_off
        where = f"{'предыдущий' if back else 'следующий'} рабочий день"
        if not table.works(due):
            where = "следующий день"
        blocked = self._profile.shift is Shift.PREVIOUS and not back and not table.works(last)
        because = f"; предыдущий {self._not_after()}" if blocked else ""
        return [
            f"{why}: срок переносится на {where}, {onto_words(table.date(due))}{because}.",
        ]

    def _too_early(self) -> str:
        return f"Этот день {self._not_after()}"

    def _not_after(self) -> str:
        return f"кончился не позже {'конца остановки' if self._stood else 'начала'}"

    def _closing(self) -> list[str]:
        """Of a day that is not like others of its day of the week."""
        day, second = self._counted.due
        note = day_note(self._table, self._table.date(day))
        return [f"В этот день работают до {clock(second)} ({note})."] if note else []

    def _unknown_years(self) -> list[str]:
        """For them only the week and the holidays of the law are known."""
        start, last = self._counted.start[0], max(self._counted.last, self._counted.due[0])
        known = known_years(self._table.calendar)
        years = range(self._table.date(start).year, self._table.date(last).year + 1)
        missing = [str(year) for year in years if year not in known]
        if not missing:
            return []
        years_word = "год" if len(missing) == 1 else "годы"
        where = f"{', '.join(missing)} {years_word}"
        known_only = "учтены только выходные недели и праздники по закону"
        return [f"Переносы выходных на {where} ещё не утверждены: {known_only}."]

    def _basis(self) -> str:
        basis = self._profile.basis.strip().rstrip(".")
        return f"Порядок расчёта — {self._profile.name}{f'. Основание: {basis}' if basis else ''}."

    def _due(self) -> str:
        day, second = self._counted.due
        return f"Срок: {day_words(self._table.date(day))}, до {clock(second)}."

    def _place(self, place: tuple[int, int]) -> str:
        return f"{day_words(self._table.date(place[0]))}, {clock(place[1])}"

    def _onto(self, place: tuple[int, int]) -> str:
        day = onto_words(self._table.date(place[0]))
        return f"{'во' if day.startswith('вт') else 'в'} {day}, {clock(place[1])}"

    def _wall(self, moment: datetime) -> str:
        day, second = self._table.place(moment)
        return f"{self._table.date(day):%d.%m.%Y} {clock(second)}"
