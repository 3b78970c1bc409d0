"""Ways from one case to others like it."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class SameDay:
    """A search for what came on the day of a case and shares something with it."""

    label: str
    url: str


def same_day_links(
    received_at: datetime, zone: ZoneInfo, *, street: str | None, theme: str | None
) -> list[SameDay]:
    """The day is the municipality's; without a street and a theme there is nothing to share."""
    day = f"{received_at.astimezone(zone):%Y-%m-%d}"
    shared = [("на этой улице", "street", street), ("по этой теме", "theme", theme)]
    return [
        SameDay(label, f"/search?{urlencode({name: value, 'from': day, 'to': day})}")
        for label, name, value in shared
        if value
    ]
