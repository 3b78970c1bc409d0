"""What is forecast and for where: typed, and the same thing as the address."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlencode

from app.errors import BadInputError
from app.problems.models import Problem

_LONGEST = 512
_NAMES = ("theme", "municipality", "place")


class Level(StrEnum):
    """The narrowest territory of a series; names are those of the filters of the search."""

    MUNICIPALITY = "municipality"
    SETTLEMENT = "settlement"
    DISTRICT = "district"


@dataclass(frozen=True)
class ForecastParams:
    """An empty text chooses all."""

    level: Level = Level.MUNICIPALITY
    theme: str = ""
    municipality: str = ""
    place: str = ""
    """A settlement or a district, as `level` has it; empty for municipalities."""

    @property
    def narrowed(self) -> bool:
        return bool(self.theme or self.municipality or self.place)

    def holds(self, theme: str, municipality: str, place: str) -> bool:
        chosen = ((self.theme, theme), (self.municipality, municipality), (self.place, place))
        return all(not wanted or wanted == value for wanted, value in chosen)

    def pairs(self) -> list[tuple[str, str]]:
        """Only what differs from the page as it opens."""
        level = "" if self.level is Level.MUNICIPALITY else self.level.value
        found = [("level", level), *((name, str(getattr(self, name))) for name in _NAMES)]
        return [(name, value) for name, value in found if value]

    @property
    def address(self) -> str:
        query = urlencode(self.pairs())
        return f"/problems/forecast?{query}" if query else "/problems/forecast"


def params_of(problem: Problem) -> ForecastParams | None:
    """The series its messages are counted in; None where they name no theme or no territory."""
    if not problem.theme or not problem.municipality:
        return None
    level = Level.SETTLEMENT if problem.settlement else Level.MUNICIPALITY
    return ForecastParams(level, problem.theme, problem.municipality, problem.settlement or "")


def parse_forecast(pairs: Iterable[tuple[str, str]]) -> ForecastParams:
    """Unknown names are left alone. Raises `BadInputError` naming the field."""
    given = {name: value.strip() for name, value in pairs}
    texts = {name: given.get(name, "") for name in _NAMES}
    for name, value in texts.items():
        if len(value) > _LONGEST:
            raise BadInputError("Такого значения нет.", field=name)
    level = given.get("level") or Level.MUNICIPALITY.value
    if level not in set(Level):
        raise BadInputError("Так территории не разделить.", field="level")
    if level == Level.MUNICIPALITY:
        texts["place"] = ""
    return ForecastParams(Level(level), **texts)
