"""Names of indexes and aliases: nothing outside `app/engine` and `indexers` spells them."""

from datetime import UTC, datetime
from enum import StrEnum


class Index(StrEnum):
    """The kinds of documents; each has its folder under `mappings/`."""

    CASES = "cases"
    IMPORTS = "imports"
    IMPORT_PROFILES = "import-profiles"
    COUNTERS = "counters"
    REFERENCE = "reference"
    EXPORTS = "exports"
    BULK = "bulk"
    REBUILDS = "rebuilds"
    VOCABULARY = "vocabulary"
    TOKENS = "tokens"
    DESKS = "desks"
    USERS = "users"
    DEPARTMENTS = "departments"
    DEADLINES = "deadlines"
    RECOUNTS = "recounts"
    NOTICES = "notices"
    DIGESTS = "digests"
    PAIRS = "pairs"
    AUDIT = "audit"
    MODELS = "models"
    MEANINGS = "meanings"
    ENRICHMENT = "enrichment"
    PROBLEMS = "problems"
    GROWTH = "growth"
    FRICTION = "friction"
    POLLS = "polls"
    CAUSES = "causes"
    ROAD_MAPS = "road-maps"
    WEATHER = "weather"
    PLACES = "places"


MONTHLY = frozenset({Index.AUDIT})
"""Only ever added to, an index for each month: see `app.engine.months`."""


def read_alias(prefix: str, index: Index) -> str:
    return f"{prefix}{index}-read"


def write_alias(prefix: str, index: Index) -> str:
    return f"{prefix}{index}-write"


def new_index_name(prefix: str, index: Index, version: int, now: datetime | None = None) -> str:
    """As `otklik-cases-v0003-20260401t120000z`: a version for people, a moment to be unique."""
    moment = (now or datetime.now(UTC)).strftime("%Y%m%dt%H%M%Sz")
    return f"{prefix}{index}-v{version:04d}-{moment}"


def seal_alias(prefix: str, index: Index, until: datetime) -> str:
    """The mark of an index closed to writes for the moment of a switch, and until when at most."""
    return f"{prefix}{index}-sealed-{int(until.timestamp() * 1000)}"


def sealed_until(prefix: str, index: Index, alias: str) -> datetime | None:
    """The moment in a mark made by `seal_alias`; None where `alias` is another name."""
    start = f"{prefix}{index}-sealed-"
    if not alias.startswith(start):
        return None
    return datetime.fromtimestamp(int(alias.removeprefix(start)) / 1000, UTC)
