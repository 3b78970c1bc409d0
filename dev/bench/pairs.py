"""Pairs whose answer is known without an index: equal text elsewhere, and one object swapped."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from msgspec import Struct

from app.similarity.evidence import asked_of
from app.similarity.judge import judge
from app.similarity.models import DUPLICATE_KINDS, LatLon, MatchKind, Subject
from app.similarity.results import Candidate
from app.similarity.thresholds import DEFAULTS, Thresholds
from dev.bench.edit_words import EditStock
from dev.bench.edits import Swap, swapped

_NOW = datetime(2026, 5, 12, 9, tzinfo=UTC)
_STREETS = ("Ленина", "Мира", "Победы", "Садовая", "Лесная", "8 Марта", "Карла Маркса")
_HOUSES = ("1", "2", "3", "3а", "5", "5/2", "5к1", "7", "11", "12", "24", "35")
_TOWNS = ("Зареченск", "Посёлок Лесной", "Малые Дубки")
_FAR_DEGREES = 0.001
"""Of latitude: 111 m."""


class Judged(Struct, frozen=True):
    pairs: int
    merged: int
    """Taken for a duplicate of any kind."""
    as_template: int


class Given(Struct, frozen=True):
    """A place as a message has it in its fields."""

    settlement: str | None = None
    street: str | None = None
    house: str | None = None
    point: LatLon | None = None


def kind_of(
    one: tuple[str, Given], other: tuple[str, Given], thresholds: Thresholds = DEFAULTS
) -> MatchKind | None:
    """How the later message `one` is related to the open message `other` of the day before."""
    (text, here), (earlier, there) = one, other
    subject = Subject(
        text=text,
        settlement=here.settlement,
        street=here.street,
        house=here.house,
        point=here.point,
        theme="Тема",
        received_at=_NOW,
    )
    match = judge(asked_of(subject), Candidate(_document(earlier, there)), thresholds)
    return match.kind if match else None


def _document(text: str, given: Given) -> dict[str, Any]:
    place: dict[str, Any] = {"street": given.street, "house": given.house}
    place["settlement"] = given.settlement
    if given.point:
        place["point"] = {"lat": given.point.lat, "lon": given.point.lon}
    return {
        "id": "earlier",
        "number": "26-000001",
        "state": "in_progress",
        "received_at": (_NOW - timedelta(days=1)).isoformat(),
        "text": text,
        "place": {name: value for name, value in place.items() if value},
        "classifier": {"im_theme": "Тема"},
    }


def elsewhere(
    texts: list[str], total: int, stock: EditStock, thresholds: Thresholds = DEFAULTS
) -> Judged:
    """`total` pairs of equal text whose fields name different places."""
    chance = random.Random(stock.edit_seed)  # noqa: S311 - a benchmark, not secrets
    found = []
    for _ in range(total):
        text, (here, there) = chance.choice(texts), _two_places(chance)
        found.append(kind_of((text, here), (text, there), thresholds))
    return _judged(found)


def _two_places(chance: random.Random) -> tuple[Given, Given]:
    street, house = chance.choice(_STREETS), chance.choice(_HOUSES)
    town = chance.choice(_TOWNS)
    point = LatLon(55 + chance.random(), 60 + chance.random())
    other = chance.choice([one for one in _HOUSES if one != house])
    far = LatLon(point.lat + _FAR_DEGREES * (1 + 5 * chance.random()), point.lon)
    pairs = (
        (Given(town, street, house), Given(town, street, other)),
        (Given(town, street, house, point), Given(town, street, other, point)),
        (
            Given(town, street, house),
            Given(town, chance.choice([it for it in _STREETS if it != street]), house),
        ),
        (
            Given(town, street, house),
            Given(chance.choice([it for it in _TOWNS if it != town]), street, house),
        ),
        (Given(point=point), Given(point=far)),
        (Given(town, street, None, point), Given(town, street, None, far)),
    )
    return chance.choice(pairs)


def hard_negatives(
    texts: list[str], each: int, stock: EditStock, thresholds: Thresholds = DEFAULTS
) -> Iterator[tuple[Swap, Judged]]:
    """Per kind of object, pairs of one wording that differ in it alone; no fields tell the place.

    Half of them without any place in the fields, half with the same street in both.
    """
    chance = random.Random(stock.edit_seed + 1)  # noqa: S311 - a benchmark, not secrets
    for swap in Swap:
        found = []
        for turn in range(each):
            one, other = swapped(chance.choice(texts), swap, chance)
            given = Given() if turn % 2 else Given("Зареченск", "Заводская")
            found.append(kind_of((one, given), (other, given), thresholds))
        yield swap, _judged(found)


def _judged(found: list[MatchKind | None]) -> Judged:
    return Judged(
        len(found),
        sum(kind in DUPLICATE_KINDS for kind in found),
        sum(kind is MatchKind.TEMPLATE_COPY for kind in found),
    )
