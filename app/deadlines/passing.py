"""The days a term passes, in sentences: what each gave, which did not count and why."""

from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise

from app.deadlines.days import DayTable
from app.deadlines.words import clock, day_words, span_words
from app.deadlines.year import DayKind, day_kind, day_name, day_note
from app.web.filters import counted

Place = tuple[int, int]
_EACH = 12
"""Most working days told one by one; of a longer way only what is special."""
_PAIR = 2


def time_counted(
    table: DayTable, begin: Place, due: Place, stood: Sequence[tuple[Place, Place]]
) -> list[str]:
    """Of working time from `begin` to `due`, the clock standing still in `stood`."""
    if table.working_days(begin[0], due[0] + 1) > _EACH:
        return _long_way(table, begin[0], due[0])
    told = []
    for works, run in groupby(range(begin[0], due[0] + 1), table.works):
        each = list(run)
        if works:
            told += [_worked(table, day, begin, due, stood) for day in each]
        else:
            told.append(_off_words(table, each))
    return told


def days_counted(table: DayTable, first: int, last: int) -> list[str]:
    """Of working days."""
    return _long_way(table, first, last) if last > first else []


def _worked(
    table: DayTable, day: int, begin: Place, due: Place, stood: Sequence[tuple[Place, Place]]
) -> str:
    since = begin[1] if day == begin[0] else table.opening(day)
    until = due[1] if day == due[0] else table.closing(day)
    low, high = table.worked(day, since), table.worked(day, until)
    still = sum(_shared(table, low, high, one) for one in stood)
    length = _length(high - low - still)
    where = f"{clock(since)}-{clock(until)}"
    stop = f"без остановки на {_length(still)}" if still else ""
    note = day_note(table, table.date(day))
    told = ", ".join(filter(None, [where, _break(table, day, since, until), stop, note]))
    return f"{_capital(day_words(table.date(day)))}: {length} ({told})."


def _shared(table: DayTable, low: int, high: int, stood: tuple[Place, Place]) -> int:
    since, until = table.worked(*stood[0]), table.worked(*stood[1])
    return max(0, min(high, until) - max(low, since))


def _length(seconds: int) -> str:
    whole, rest = divmod(seconds, 60)
    second = counted(rest, "секунда", "секунды", "секунд") if rest else ""
    minutes = span_words(whole, days=False) if whole or not rest else ""
    return " ".join(filter(None, [minutes, second]))


def _break(table: DayTable, day: int, since: int, until: int) -> str:
    spans = table.spans[day]
    gaps = [
        f"{clock(end)}-{clock(start)}"
        for (_, end), (start, _) in pairwise(spans)
        if since < end and start < until
    ]
    return f"без перерыва {', '.join(gaps)}" if gaps else ""


def _long_way(table: DayTable, first: int, last: int) -> list[str]:
    """How many days count, and what is special among them."""
    working = table.working_days(first, last + 1)
    off = last + 1 - first - working
    if not off:
        return []
    days = counted(working, "рабочий день", "рабочих дня", "рабочих дней")
    rest = counted(off, "нерабочий", "нерабочих", "нерабочих")
    return [f"На этом пути {days} и {rest}: нерабочие не считаются.", *_special(table, first, last)]


def _special(table: DayTable, first: int, last: int) -> Iterator[str]:
    """Days off with a name, and days that work instead."""
    for off, run in groupby(range(first, last + 1), lambda day: not table.works(day)):
        days = list(run)
        if off and any(day_name(table.calendar, table.date(day)) for day in days):
            yield _off_words(table, days)
        if not off:
            moved = [day for day in days if day_kind(table, table.date(day)) is DayKind.MOVED]
            yield from (
                f"{_capital(day_words(table.date(day)))}: рабочий день вместо выходного."
                for day in moved
            )


def _off_words(table: DayTable, days: Sequence[int]) -> str:
    dates = [table.date(day) for day in days]
    found = dict.fromkeys(filter(None, (day_name(table.calendar, day) for day in dates)))
    names = [one for one in found if one.removesuffix(" (выходной)") == one or len(dates) == 1]
    why = f" ({', '.join(names)})" if names else ""
    if len(dates) == 1:
        return f"{_capital(day_words(dates[0]))}: нерабочий день{why}."
    joint = ", " if len(dates) == _PAIR else " - "
    ends = f"{day_words(dates[0])}{joint}{day_words(dates[-1])}"
    return f"{_capital(ends)}: нерабочие дни{why}."


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
