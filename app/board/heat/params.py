"""What the heat maps are of: typed, and the same thing as the address."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlencode

from app.errors import BadInputError

_LONGEST = 512
NAMES = ("theme", "municipality", "settlement", "district")


class Level(StrEnum):
    MUNICIPALITY = "municipality"
    SETTLEMENT = "settlement"
    DISTRICT = "district"


WEEKS = (13, 26, 52)


@dataclass(frozen=True)
class HeatParams:
    theme: str = ""
    municipality: str = ""
    settlement: str = ""
    district: str = ""
    level: Level | None = None
    """Columns; None: the widest of which there are several."""
    weeks: int = 26

    def value(self, name: str) -> str:
        return str(getattr(self, name))

    def pairs(self) -> list[tuple[str, str]]:
        found = [(name, self.value(name)) for name in NAMES]
        found += [("level", self.level.value if self.level else "")]
        found += [("weeks", "" if self.weeks == HeatParams.weeks else str(self.weeks))]
        return [(name, value) for name, value in found if value]

    @property
    def address(self) -> str:
        query = urlencode(self.pairs())
        return f"/problems/heat?{query}" if query else "/problems/heat"


def parse_heat(pairs: Iterable[tuple[str, str]]) -> HeatParams:
    """Unknown names are left alone. Raises `BadInputError` naming the field."""
    given = {name: value.strip() for name, value in pairs}
    texts = {name: given.get(name, "") for name in NAMES}
    for name, value in texts.items():
        if len(value) > _LONGEST:
            raise BadInputError("Такого значения нет.", field=name)
    level = given.get("level", "")
    if level and level not in set(Level):
        raise BadInputError("Так территории не разделить.", field="level")
    weeks = given.get("weeks") or str(HeatParams.weeks)
    if weeks not in {str(one) for one in WEEKS}:
        raise BadInputError("Такого срока нет: 13, 26 или 52 недели.", field="weeks")
    return HeatParams(**texts, level=Level(level) if level else None, weeks=int(weeks))
