"""A cause (первопричина) of problems, and days of weather; names as in `mappings/causes`.

Which problems it explains stands in the cause: one explains many, and a problem has several.
"""

from datetime import date, datetime
from enum import StrEnum

from msgspec import Struct, field

from app.problems.models import Act


class CauseStatus(StrEnum):
    PRESUMED = "presumed"
    CONFIRMED = "confirmed"
    REFUTED = "refuted"
    REMOVED = "removed"


STATUS_NAMES: dict[CauseStatus, str] = {
    CauseStatus.PRESUMED: "Предполагается",
    CauseStatus.CONFIRMED: "Подтверждена",
    CauseStatus.REFUTED: "Опровергнута",
    CauseStatus.REMOVED: "Устранена",
}


class Evidence(Struct, frozen=True, omit_defaults=True):
    """What speaks for a cause or against it."""

    text: str
    at: datetime
    by: str
    cases: list[str] = field(default_factory=list)
    """Numbers of cases, or ids."""
    links: list[str] = field(default_factory=list)
    """Addresses with `http` or `https`."""


class Cause(Struct, frozen=True, omit_defaults=True, kw_only=True):
    id: str
    rev: int
    statement: str
    status: CauseStatus = CauseStatus.PRESUMED
    department: str | None = None
    """Who is to remove it, as `workflow.department` has it."""
    municipality: str | None = None
    settlement: str | None = None
    problem_ids: list[str] = field(default_factory=list)
    """As they were chosen; a merged one leads to the problem that took it in."""
    evidence: list[Evidence] = field(default_factory=list)
    created_at: datetime
    created_by: str
    updated_at: datetime
    acts: list[Act] = field(default_factory=list)


class WeatherKind(StrEnum):
    FROST = "frost"
    DOWNPOUR = "downpour"
    SNOWFALL = "snowfall"
    ICE = "ice"
    HEAT = "heat"


WEATHER_NAMES: dict[WeatherKind, str] = {
    WeatherKind.FROST: "мороз",
    WeatherKind.DOWNPOUR: "ливень",
    WeatherKind.SNOWFALL: "снегопад",
    WeatherKind.ICE: "гололёд",
    WeatherKind.HEAT: "жара",
}


class WeatherDay(Struct, frozen=True, omit_defaults=True, kw_only=True):
    id: str
    rev: int
    day: date
    kind: WeatherKind
    note: str = ""
    by: str
    at: datetime
    removed: bool = False


def weather_id(day: date, kind: WeatherKind) -> str:
    """Of one kind on one day there is one."""
    return f"{day.isoformat()}:{kind}"
