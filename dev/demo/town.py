# ruff: noqa: PLR2004 - odds are this module's data, each read where it is used
"""The town that does not exist: districts, streets, departments and how people name places."""

from functools import cache
from itertools import accumulate
from random import Random

import msgspec

from dev.demo.fragments import data
from dev.demo.models import Department, Place, Street
from dev.demo.picking import Weighted, pick

KM_LAT = 1 / 111.2
KM_LON = 1 / 60.1
"""Degrees in a kilometre at the town's latitude."""
_HOUSE_STEP_KM = 0.022
"""About 22 metres of street front to a house number."""

# short form -> nominative, accusative, genitive, dative, prepositional, preposition, gender
_KINDS: dict[str, tuple[str, str, str, str, str, str, str]] = {
    "ул.": ("улица", "улицу", "улицы", "улице", "улице", "на", "f"),
    "пр-т": ("проспект", "проспект", "проспекта", "проспекту", "проспекте", "на", "m"),
    "пер.": ("переулок", "переулок", "переулка", "переулку", "переулке", "в", "m"),
    "пр-д": ("проезд", "проезд", "проезда", "проезду", "проезде", "в", "m"),
    "б-р": ("бульвар", "бульвар", "бульвара", "бульвару", "бульваре", "на", "m"),
    "ш.": ("шоссе", "шоссе", "шоссе", "шоссе", "шоссе", "на", "n"),
}
# ending of an adjective -> accusative, genitive, dative, prepositional
_ENDINGS = {
    ("f", "ая"): ("ую", "ой", "ой", "ой"),
    ("f", "яя"): ("юю", "ей", "ей", "ей"),
    ("m", "ый"): ("ый", "ого", "ому", "ом"),
    ("m", "ий"): ("ий", "ого", "ому", "ом"),
    ("m", "ой"): ("ой", "ого", "ому", "ом"),
    ("n", "ое"): ("ое", "ого", "ому", "ом"),
}


# short form -> dative, prepositional: «по пр-ту», «на пр-те»
_SHORT = {
    "ул.": ("ул.", "ул."),
    "пр-т": ("пр-ту", "пр-те"),
    "пер.": ("пер.", "пер."),
    "пр-д": ("пр-ду", "пр-де"),
    "б-р": ("б-ру", "б-ре"),
    "ш.": ("ш.", "ш."),
}


class Names(msgspec.Struct, frozen=True):
    """A street's own name in the cases that people need."""

    nominative: str
    accusative: str
    genitive: str
    dative: str
    prepositional: str
    is_adjective: bool


def decline(name: str, gender: str) -> Names:
    """«Садовая» -> «Садовой»; names in the genitive («Ленина») stay as they are."""
    endings = _ENDINGS.get((gender, name[-2:]))
    if endings is None:
        return Names(name, name, name, name, name, is_adjective=False)
    stem = name[:-2]
    accusative, genitive, dative, prepositional = (stem + ending for ending in endings)
    return Names(name, accusative, genitive, dative, prepositional, is_adjective=True)


def _joined(kind: str, name: str, *, name_first: bool) -> str:
    return f"{name} {kind}" if name_first else f"{kind} {name}"


class _Forms:
    """All spellings of one street, worked out once."""

    def __init__(self, kind: str, name: str, prefix: str) -> None:
        nom, acc, gen, dat, prep, self.preposition, gender = _KINDS[kind]
        self.kind, self.name, self.prefix = kind, name, prefix
        self.short_along, self.short_on = _SHORT[kind]
        self.names = decline(name, gender)
        first = self.names.is_adjective and gender != "f"
        self.nominative = _joined(nom, name, name_first=first)
        self.accusative = _joined(acc, self.names.accusative, name_first=first)
        self.genitive = _joined(gen, self.names.genitive, name_first=first)
        self.dative = _joined(dat, self.names.dative, name_first=first)
        self.prepositional = _joined(prep, self.names.prepositional, name_first=first)

    def on(self) -> tuple[str, ...]:
        bare = self.names.prepositional
        full = f"{self.prefix}{self.preposition} {self.prepositional}"
        if self.kind != "ул.":
            return (full, full, f"{self.prefix}{self.preposition} {self.short_on} {bare}")
        short = f"{self.prefix}на {bare}"
        return (full, short, short, f"{self.prefix}на ул. {bare}")

    def along(self) -> tuple[str, ...]:
        full = f"по {self.dative}"
        if self.kind == "ул.":
            return (full, f"по {self.names.dative}", f"по ул. {self.names.dative}")
        return (full, f"по {self.short_along} {self.names.dative}")

    def _with_house(self) -> tuple[str, ...]:
        p, kind, name = self.prefix, self.kind, self.name
        bare = self.names.prepositional
        short = self.short_on
        colloquial = bare if kind == "ул." else f"{short} {bare}"
        return (
            f"{p}{self.preposition} {colloquial} {{h}}",
            f"{p}{self.preposition} {colloquial}, {{h}}",
            f"{p}{self.preposition} {self.prepositional}, {{h}}",
            f"{p}{self.preposition} {short} {bare} д. {{h}}",
            f"{p}{self.preposition} {short} {bare}, {{h}}",
            f"по адресу {kind} {name}, д. {{h}}",
            f"по адресу: {kind} {name} {{h}}",
            f"{p}у нас {self.preposition} {colloquial} {{h}}",
        )

    def in_house(self) -> tuple[str, ...]:
        """«Where», inside: «в доме 5 по улице Мира»."""
        return (
            *self._with_house(),
            f"{self.prefix}{self.preposition} {self.prepositional}, дом {{h}}",
            f"{self.prefix}в доме {{h}} по {self.dative}",
            f"{self.prefix}в доме №{{h}} по {self.dative}",
            f"в нашем доме ({self.kind} {self.name}, {{h}})",
        )

    def by_house(self) -> tuple[str, ...]:
        """«Where», outside: «у дома 5 по улице Мира»."""
        return (
            *self._with_house(),
            f"{self.prefix}у дома {{h}} по {self.dative}",
            f"{self.prefix}возле дома №{{h}} по {self.dative}",
            f"возле нашего дома ({self.kind} {self.name}, {{h}})",
        )

    def address(self, locality: str) -> tuple[str, ...]:
        kind, name = self.kind, self.name
        return (
            f"{kind} {name}, д. {{h}}",
            f"{self.nominative}, дом {{h}}",
            f"{name} {{h}}",
            f"{name}, {{h}}",
            f"{kind.rstrip('.')} {name} {{h}}",
            f"{kind}{name},{{h}}",
            f"{kind} {name} д.{{h}}",
            f"{locality}, {kind} {name}, д. {{h}}",
            f"{name} {kind}, {{h}}",
            f"{name}, дом {{h}}",
            f"{kind} {name}, {{h}}",
        )


class _Area(msgspec.Struct, frozen=True):
    name: str
    lat: float
    lon: float
    in_case: str = ""
    short: str = ""


def _rows(block: str) -> list[list[str]]:
    return [line.split("|") for line in block.strip().splitlines()]


def rows(key: str) -> list[str]:
    """The lines of a block of the town's file."""
    lines: str = data("town.toml")[key]
    return lines.strip().splitlines()


@cache
def _areas() -> dict[str, _Area]:
    book = data("town.toml")

    def point(north: str, east: str) -> tuple[float, float]:
        return book["lat"] + float(north) * KM_LAT, book["lon"] + float(east) * KM_LON

    areas = [_Area(name, *point(n, e)) for name, n, e in _rows(book["districts"])]
    areas += [
        _Area(name, *point(n, e), in_case, short)
        for in_case, short, name, n, e in _rows(book["settlements"])
    ]
    return {area.name: area for area in areas}


def districts() -> tuple[str, ...]:
    return tuple(row[0] for row in _rows(data("town.toml")["districts"]))


@cache
def streets() -> tuple[Street, ...]:
    return tuple(
        _street(index, row) for index, row in enumerate(_rows(data("town.toml")["streets"]))
    )


def _street(index: int, row: list[str]) -> Street:
    kind, name, area_name, built, houses, weight = row
    area = _areas()[area_name]
    prefix = f"в {area.in_case} {area.name} " if area.in_case else ""
    town = data("town.toml")["name"]
    locality = f"{area.short} {area.name}" if area.in_case else f"г. {town}"
    forms = _Forms(kind, name, prefix)
    along_north = index % 2 == 0
    offset = (index * 7 % 11 - 5) * 0.14
    step = _HOUSE_STEP_KM / 2
    return Street(
        kind=kind,
        name=name,
        official=f"{kind} {name}",
        nominative=forms.nominative,
        accusative=forms.accusative,
        genitive=forms.genitive,
        along=forms.along(),
        on=forms.on(),
        in_house=forms.in_house(),
        by_house=forms.by_house(),
        address=forms.address(locality),
        district=area.name if not area.in_case else "",
        settlement=locality,
        is_town=not area.in_case,
        built=built,
        houses=int(houses),
        weight=int(weight),
        lat=area.lat + (offset * 0.3 if along_north else offset) * KM_LAT,
        lon=area.lon + (offset if along_north else offset * 0.3) * KM_LON,
        step_lat=step * KM_LAT if along_north else step * 0.2 * KM_LAT,
        step_lon=step * 0.2 * KM_LON if along_north else step * KM_LON,
    )


@cache
def departments() -> tuple[Department, ...]:
    return tuple(Department(*line.split("|")) for line in rows("departments"))


@cache
def department(code: str) -> Department:
    """Raises KeyError when there is no such department."""
    return {item.code: item for item in departments()}[code]


@cache
def _streets_for(built: str) -> Weighted[Street]:
    fitting = [item for item in streets() if built in ("any", item.built)]
    return Weighted(fitting, list(accumulate(item.weight for item in fitting)))


def pick_street(rng: Random, built: str) -> Street:
    """`built` is `mkd`, `private` or `any`; Lenin Street is named most often, as it is in life."""
    return _streets_for(built).pick(rng)


_SUFFIXES = ("а", "а", "б", "/1", "/2", " к. 1", " к. 2")


def pick_house(rng: Random, street: Street, near: int | None = None) -> str:
    """A house; near the number `near` when several people tell of one trouble."""
    number = 1 + int(rng.random() * street.houses)
    if near is not None:
        number = min(street.houses, max(1, near + 2 * int(rng.random() * 5) - 4))
    return f"{number}{pick(rng, _SUFFIXES)}" if rng.random() < 0.1 else str(number)


def house_number(house: str) -> int:
    digits = ""
    for letter in house:
        if not letter.isdigit():
            break
        digits += letter
    return int(digits)


def place_at(street: Street, house: str) -> Place:
    number = house_number(house) - street.houses / 2
    across = 0.00012 if house_number(house) % 2 else -0.00012
    lat = street.lat + number * street.step_lat + across
    lon = street.lon + number * street.step_lon + across
    return Place(street, house, round(lat, 6), round(lon, 6))
