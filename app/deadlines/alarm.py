"""A working calendar that will not do for much longer: said before anybody counts by it."""

from datetime import date
from hashlib import sha256

from app.deadlines.country import Country, country_days
from app.deadlines.days import known_years
from app.deadlines.models import Book, Calendar

NOVEMBER = 11
"""By then the decree on the moved days of the next year has been out for weeks in every year so
far; deadlines of 30 days begin to reach into that year in December."""


def fingerprint(country: Country, year: int) -> str:
    """Of the days off and the working days of a weekend; names do not matter."""
    days = [
        *(f"-{day}" for day in country.off if day.year == year),
        *(f"+{day}" for day in country.working if day.year == year),
    ]
    return sha256("\n".join(sorted(days)).encode()).hexdigest()[:16]


def agreed(calendar: Calendar, today: date) -> dict[str, str]:
    """`Calendar.seen` of somebody who looks at it today: this year and the next, where known."""
    country, known = country_days(calendar.country), known_years(calendar)
    years = [year for year in (today.year, today.year + 1) if year in known]
    return {str(year): fingerprint(country, year) for year in years} if calendar.country else {}


def calendar_alarm(calendar: Calendar, today: date) -> str | None:
    """What is wrong with the country's days of this year and the next, and what to do about it.

    The next year may be missing until November. A year is compared only where people agreed to it
    before, by saving the calendar.
    """
    if not calendar.country or not calendar.active:
        return None
    now = agreed(calendar, today)
    changed = [year for year, mark in now.items() if calendar.seen.get(year, mark) != mark]
    if changed:
        years = f"{' и '.join(changed)} {'года' if len(changed) == 1 else 'годов'}"
        return (
            f"Календарь «{calendar.name}»: выходные {years} изменились с тех пор, как его "
            "сохраняли. Проверьте особые дни и сохраните календарь ещё раз."
        )
    following = today.year + 1
    if today.month >= NOVEMBER and following not in known_years(calendar):
        return (
            f"Календарь «{calendar.name}»: переносы выходных на {following} год ещё не известны. "
            "Обновите «Отклик» или внесите их особыми днями."
        )
    return None


def calendar_alarms(book: Book, today: date) -> list[str]:
    """Of all calendars."""
    found = (calendar_alarm(one, today) for one in book.calendars.values())
    return [one for one in found if one]
