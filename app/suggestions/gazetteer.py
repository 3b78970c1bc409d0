"""Where a house stands: what the administrator's table and the installation's own cases with points
tell, no outside service.

A house of the table has its point, one that cases name their median point. Another one lies between
its neighbours of the same side, as far along as its number. A street alone has the middle of its
houses.
"""

import re
from collections.abc import Iterable, Mapping
from enum import StrEnum
from operator import itemgetter
from statistics import median

from msgspec import Struct, field
from msgspec.structs import replace

from app.text.words import fold

FARTHEST = 24
"""Numbers between a house and the neighbour it is placed by."""
_NUMBER = re.compile(r"\d+")


class Sureness(StrEnum):
    HOUSE = "house"
    BETWEEN = "between"
    NEAR = "near"
    STREET = "street"


class House(Struct, frozen=True, array_like=True):
    lat: float
    lon: float
    seen: int
    """Cases its point was made of; 0: the table gives it."""
    district: str | None = None


class Street(Struct, frozen=True):
    name: str
    """As `place.street` has it."""
    municipality: str | None
    houses: dict[str, House]
    lat: float
    lon: float
    district: str | None = None
    """Of most of its houses."""
    settlement: str | None = None
    """This and its type are told by the table only."""
    street_type: str | None = None


class Located(Struct, frozen=True):
    lat: float
    lon: float
    district: str | None
    sureness: Sureness
    told: str
    """«дом 12 назван в 3 обращениях с точкой»."""


class Seen(Struct, frozen=True):
    """One case with a point."""

    municipality: str | None
    street: str
    house: str | None
    lat: float
    lon: float
    district: str | None


class Gazetteer(Struct, frozen=True):
    streets: dict[str, list[Street]] = field(default_factory=dict)
    """By the folded name; several where municipalities share it."""

    def locate(
        self,
        street: str,
        house: str | None,
        municipality: str | None = None,
        settlement: str | None = None,
        street_type: str | None = None,
    ) -> Located | None:
        """None where nothing has told, or several such streets may be meant."""
        known = self.streets.get(fold(street), [])
        for place, wanted in enumerate((municipality, settlement, street_type)):
            if wanted:
                known = _narrowed(known, place, wanted)
        if len(known) != 1:
            return None
        return _on(known[0], fold(house) if house else None)


def _narrowed(known: list[Street], place: int, wanted: str) -> list[Street]:
    """Those that are told to be so, else those of which nobody has told."""
    told = [(one, (one.municipality, one.settlement, one.street_type)[place]) for one in known]
    exact = [one for one, value in told if value == wanted]
    return exact or [one for one, value in told if value is None]


def _on(street: Street, house: str | None) -> Located:
    if house is None:
        return _middle(street, "дом не назван: середина улицы")
    exact = street.houses.get(house)
    if exact:
        whence = f"обращений, {exact.seen}" if exact.seen else "справочника мест"
        told = f"дом {house}: точка из {whence}"
        return Located(exact.lat, exact.lon, exact.district, Sureness.HOUSE, told)
    return _beside(street, house) or _middle(street, f"где дом {house}, неизвестно: середина улицы")


def _middle(street: Street, told: str) -> Located:
    return Located(street.lat, street.lon, street.district, Sureness.STREET, told)


def _beside(street: Street, house: str) -> Located | None:
    number = number_of(house)
    if number is None:
        return None
    near = [
        (known, one)
        for label, one in sorted(street.houses.items())
        if (known := number_of(label)) is not None and abs(known - number) <= FARTHEST
    ]
    near.sort(key=itemgetter(0))  # 35 and 35а have one number: by their names then
    side = [(known, one) for known, one in near if (known - number) % 2 == 0] or near
    below = [pair for pair in side if pair[0] <= number]
    above = [pair for pair in side if pair[0] > number]
    if below and above:
        return _between(number, below[-1], above[0])
    if not side:
        return None
    known, one = min(side, key=lambda pair: abs(pair[0] - number))
    return Located(one.lat, one.lon, one.district, Sureness.NEAR, f"рядом: по дому {known}")


def _between(number: int, below: tuple[int, House], above: tuple[int, House]) -> Located:
    (low, first), (high, second) = below, above
    share = (number - low) / (high - low)
    told = f"между домами {low} и {high}" if low != number else f"рядом: по дому {low}"
    return Located(
        first.lat + (second.lat - first.lat) * share,
        first.lon + (second.lon - first.lon) * share,
        first.district if first.district == second.district else None,
        Sureness.BETWEEN if low != number else Sureness.NEAR,
        told,
    )


def number_of(house: str) -> int | None:
    """«35а» → 35."""
    found = _NUMBER.match(house)
    return int(found.group()) if found else None


def gathered(seen: Iterable[Seen]) -> Gazetteer:
    """Medians of what cases tell: one wrong point among three does not move a house."""
    houses: dict[tuple[str | None, str], dict[str, list[Seen]]] = {}
    for one in seen:
        of_street = houses.setdefault((one.municipality, one.street), {})
        of_street.setdefault(fold(one.house or ""), []).append(one)
    streets: dict[str, list[Street]] = {}
    for (municipality, name), of_street in houses.items():
        made = _street(name, municipality, of_street)
        streets.setdefault(fold(name), []).append(made)
    return Gazetteer(streets)


def joined(learned: Gazetteer, known: Iterable[Street]) -> Gazetteer:
    """With the streets of the table, whose points go before those of cases. Where the table tells
    several streets that cases name alike, nobody knows which of them theirs is: those are left out.
    """
    by_name: dict[str, list[Street]] = {}
    for one in known:
        by_name.setdefault(fold(one.name), []).append(one)
    streets = dict(learned.streets)
    for name, told in by_name.items():
        streets[name] = _joined(told, learned.streets.get(name, []))
    return Gazetteer(streets)


def _joined(known: list[Street], learned: list[Street]) -> list[Street]:
    found = list(known)
    several = len({one.municipality for one in learned if one.municipality}) > 1
    for one in learned:
        alike = [place for place, it in enumerate(known) if _may_be_one(it, one)]
        if not alike:
            found.append(one)
        elif len(alike) == 1 and (known[alike[0]].municipality or not several):
            its = found[alike[0]]
            found[alike[0]] = replace(its, houses=one.houses | its.houses)
    return found


def _may_be_one(one: Street, other: Street) -> bool:
    return one.municipality == other.municipality or None in {one.municipality, other.municipality}


def street_of(
    name: str,
    told_apart: tuple[str | None, str | None, str | None],
    houses: dict[str, House],
    middle: House | None,
) -> Street:
    """Of the table; `told_apart` are municipality, settlement and type, `middle` its row without a
    house.
    """
    points = [middle] if middle else list(houses.values())
    districts = [one.district for one in (*houses.values(), *points)]
    return Street(
        name,
        told_apart[0],
        houses,
        median(one.lat for one in points),
        median(one.lon for one in points),
        _usual(districts),
        told_apart[1],
        told_apart[2],
    )


def _street(name: str, municipality: str | None, by_house: Mapping[str, list[Seen]]) -> Street:
    houses = {label: _house(seen) for label, seen in by_house.items() if label}
    points = list(houses.values()) or [_house(by_house[""])]
    return Street(
        name,
        municipality,
        houses,
        median(one.lat for one in points),
        median(one.lon for one in points),
        _usual([one.district for one in points]),
    )


def _house(seen: list[Seen]) -> House:
    return House(
        median(one.lat for one in seen),
        median(one.lon for one in seen),
        len(seen),
        _usual([one.district for one in seen]),
    )


def _usual(names: list[str | None]) -> str | None:
    told = [name for name in names if name]
    return max(sorted(set(told)), key=told.count) if told else None
