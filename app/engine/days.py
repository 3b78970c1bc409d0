"""Whole days of a place as the engine is asked for them."""

from datetime import date, datetime, time, timedelta, tzinfo


def midnight(day: date, zone: tzinfo | None) -> str:
    """When `day` begins there, with the offset that holds on it."""
    return datetime.combine(day, time(), zone).isoformat()


def span_of_days(first: date, last: date, zone: tzinfo | None) -> dict[str, str]:
    """Body of a `range`: from the beginning of `first` to the end of `last`."""
    return {"gte": midnight(first, zone), "lt": midnight(last + timedelta(days=1), zone)}
