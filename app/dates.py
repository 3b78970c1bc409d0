"""Days out of addresses and forms."""

from datetime import date

_FIRST, _LAST = date(1900, 1, 1), date(2199, 12, 31)


def read_day(text: str) -> date:
    """As fields of browsers send it: «2026-11-22». Raises `ValueError`."""
    return sane_day(date.fromisoformat(text))


def sane_day(day: date) -> date:
    """`day`, with room for its neighbours and its midnight in every zone: of a day at the very end
    of the calendar neither can be counted. Raises `ValueError`.
    """
    if not _FIRST <= day <= _LAST:
        raise ValueError(day)
    return day
