"""A made-up stream whose problems are known: incidents many write about, among lone messages.

Two halves of the demo's wordings never meet: what is tuned on one half is scored on the other.
"""

import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache

import msgspec
from msgspec import Struct

from dev.demo import compose
from dev.demo.fragments import Phrase
from dev.demo.models import Person, Place, Street
from dev.demo.people import new_person
from dev.demo.scene import DemoScene, Incident, pick_landmark
from dev.demo.themes import Theme, themes
from dev.demo.town import house_number, pick_house, pick_street, place_at

DAYS = 90
TOWNS = ("Зареченск", "Верхнереченск", "Нижнереченск", "Приозёрск")
FIRST = datetime(2026, 3, 2, tzinfo=UTC)
_SPAN_DAYS = {"h": (1, 4), "d": (5, 25), "l": (20, 60)}
_SIGMA = 0.9
"""Of the logarithm of an incident's size: a few are ten times the usual."""
_LEAST = 2
_WITH_POINT = 0.6
_IN_NETWORKS = 0.5
_WITHOUT_HOUSE = 0.5
_ONE_HOUSE = 0.5
_SAME_GROUP = 0.6
_FORMS = ("along", "on", "in_house", "by_house", "address")
_NOWHERE = ("у нас",)


class Stream(Struct, frozen=True):
    """What is made, and how badly it is told."""

    seed: int
    half: int
    """0 or 1: which wordings."""
    total: int = 10_000
    incidents: int = 220
    in_incidents: int = 4_700
    theme_right: float = 0.75
    placeless: float = 0.15
    days: int = DAYS


class Told(Struct, frozen=True):
    """A message as it is stored, and what it is about."""

    id: str
    at: datetime
    text: str
    town: str
    truth: str
    """Of messages of one incident the same, of a lone one its own."""
    theme: str
    group: str
    true_theme: str
    author: str
    street: str | None = None
    house: str | None = None
    point: tuple[float, float] | None = None


class _Event(Struct, frozen=True):
    number: int
    theme: Theme
    town: str
    place: Place
    one_house: bool
    began: datetime
    days: float
    size: int


def stream(given: Stream) -> list[Told]:
    """All messages in the order they came; the same for the same numbers."""
    rng = random.Random(given.seed)  # noqa: S311 - a benchmark, not secrets
    stock = _stock(given.half)
    events = [_event(rng, stock, number, given) for number in range(given.incidents)]
    wanted = given.in_incidents / sum(event.size for event in events)
    drafts = [draft for event in events for draft in _of_event(rng, event, wanted, given)]
    drafts = drafts[: given.total]
    drafts += [_lone(rng, stock, number, given) for number in range(given.total - len(drafts))]
    drafts.sort(key=lambda one: (one[0], one[1]))
    return [_told(rng, stock, number, draft, given) for number, draft in enumerate(drafts)]


_Draft = tuple[datetime, str, Theme, str, Place, _Event | None]


@cache
def _stock(half: int) -> tuple[Theme, ...]:
    return tuple(_halved(theme, half) for theme in themes() if theme.place != "none")


def _halved(theme: Theme, half: int) -> Theme:
    blocks = {
        name: tuple(_half(month, half) for month in getattr(theme, name))
        for name in ("problem", "detail", "ask")
    }
    return msgspec.structs.replace(theme, **blocks)


def _half(phrases: tuple[Phrase, ...], half: int) -> tuple[Phrase, ...]:
    return phrases[half::2] or phrases


def _weighted(rng: random.Random, stock: Sequence[Theme], *, incident: bool) -> Theme:
    weights = [one.incident + 0.5 if incident else one.weight for one in stock]
    return rng.choices(stock, weights)[0]


def _place(rng: random.Random, theme: Theme) -> Place:
    street = pick_street(rng, theme.place if theme.place in {"mkd", "private"} else "any")
    return place_at(street, pick_house(rng, street))


def _event(rng: random.Random, stock: Sequence[Theme], number: int, given: Stream) -> _Event:
    theme = _weighted(rng, stock, incident=True)
    days = rng.uniform(*_SPAN_DAYS[theme.span])
    return _Event(
        number=number,
        theme=theme,
        town=rng.choice(TOWNS),
        place=_place(rng, theme),
        one_house=rng.random() < _ONE_HOUSE,
        began=FIRST + timedelta(days=rng.uniform(0, max(1.0, given.days - days))),
        days=days,
        size=max(_LEAST, round(rng.lognormvariate(2.6, _SIGMA))),
    )


def _of_event(rng: random.Random, event: _Event, wanted: float, given: Stream) -> Iterator[_Draft]:
    for _ in range(max(_LEAST, round(event.size * wanted))):
        at = event.began + timedelta(days=event.days * rng.random() ** 1.4)
        if at >= FIRST + timedelta(days=given.days):
            continue
        street = event.place.street
        house = event.place.house
        if event.theme.place == "street":
            house = pick_house(rng, street)
        elif not event.one_house:
            house = pick_house(rng, street, near=house_number(event.place.house))
        place = place_at(street, house)
        yield at, f"i{event.number}", event.theme, event.town, place, event


def _lone(rng: random.Random, stock: Sequence[Theme], number: int, given: Stream) -> _Draft:
    theme = _weighted(rng, stock, incident=False)
    at = FIRST + timedelta(days=rng.uniform(0, given.days))
    return at, f"s{number}", theme, rng.choice(TOWNS), _place(rng, theme), None


def _told(
    rng: random.Random, stock: Sequence[Theme], number: int, draft: _Draft, given: Stream
) -> Told:
    at, truth, theme, town, place, event = draft
    placeless = rng.random() < given.placeless
    person = new_person(rng)
    text = _text(rng, theme, place, person, at, event, placeless=placeless)
    label = theme if rng.random() < given.theme_right else _mistaken(rng, stock, theme)
    no_house = theme.place == "street" and rng.random() < _WITHOUT_HOUSE
    with_point = not placeless and rng.random() < _WITH_POINT
    return Told(
        id=f"m{given.seed}-{number:06d}",
        at=at,
        text=text,
        town=town,
        truth=truth,
        theme=label.name,
        group=label.group,
        true_theme=theme.name,
        author=f"{person.login}{number}",
        street=None if placeless else place.street.name,
        house=None if placeless or no_house else place.house,
        point=(place.lat, place.lon) if with_point else None,
    )


def _mistaken(rng: random.Random, stock: Sequence[Theme], theme: Theme) -> Theme:
    """More often a neighbour of its group, as classifiers and people mistake."""
    near = [one for one in stock if one.group == theme.group and one.name != theme.name]
    if near and rng.random() < _SAME_GROUP:
        return rng.choice(near)
    return rng.choice(stock)


def _text(
    rng: random.Random,
    theme: Theme,
    place: Place,
    person: Person,
    at: datetime,
    event: _Event | None,
    *,
    placeless: bool,
) -> str:
    where = Place(_unnamed(place.street), place.house, place.lat, place.lon) if placeless else place
    scene = DemoScene(rng, person, where, at.date(), theme.span)
    scene.inside = theme.inside
    if event is None:
        scene.landmark = pick_landmark(rng)
    else:
        landmark = "" if placeless else pick_landmark(rng)
        scene.incident = Incident(event.number, theme, where, event.began.date(), landmark)
    return compose.message(scene, theme, " ", social=rng.random() < _IN_NETWORKS)


@cache
def _unnamed(street: Street) -> Street:
    """Whoever names no place writes of «у нас»."""
    return msgspec.structs.replace(
        street,
        name="",
        nominative="наша улица",
        accusative="нашу улицу",
        genitive="нашей улицы",
        **dict.fromkeys(_FORMS, _NOWHERE),
    )
