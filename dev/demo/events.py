"""The year's plan: how many write on each day, what breaks for many, who campaigns for what."""

from collections import defaultdict
from datetime import date, timedelta
from functools import cache
from itertools import accumulate
from random import Random

import msgspec

from dev.demo.compose import campaign_texts
from dev.demo.fragments import Phrase
from dev.demo.picking import Weighted, pick
from dev.demo.scene import Incident, pick_landmark
from dev.demo.themes import Theme, theme, themes
from dev.demo.town import pick_house, pick_street, place_at, streets

DAYS = 548
"""Eighteen months."""
INCIDENT_SHARE = 0.14
CAMPAIGN_SHARE = 0.05
_WEEKDAYS = (1.22, 1.14, 1.1, 1.06, 1.0, 0.62, 0.56)
_SMALLEST, _LARGEST = 5, 60
_TAPER = (1.0, 0.75, 0.4, 0.2)
"""How talk of an incident dies down over its days."""
_FIRST_CAMPAIGN = 1_000_000
"""Campaigns are numbered apart from incidents."""
_FRESH_NUMBER = 900_000
_FRESH_INCIDENT = (5, 8, 11)
"""Messages a day: more each day, as what grows now."""
_FRESH_CAMPAIGN = (2, 4, 5, 3, 2)
FRESH = sum(_FRESH_INCIDENT) + sum(_FRESH_CAMPAIGN)
_LENIN_EVERY = 2500
"""One hot water incident on Lenin Street in so many messages: the newcomer's first search."""


class Campaign(msgspec.Struct, frozen=True, eq=False):
    number: int
    theme: Theme
    text: Phrase


Event = Incident | Campaign


class Plan(msgspec.Struct, frozen=True):
    """`quota[i]` ordinary messages on day i, and the events of that day with their counts."""

    first: date
    quota: tuple[int, ...]
    events: dict[int, list[tuple[Event, int]]]


@cache
def themes_of(month: int) -> Weighted[Theme]:
    weights = [item.weight * item.season[month - 1] for item in themes()]
    return Weighted(themes(), list(accumulate(weights)))


@cache
def _incidents_of(month: int) -> Weighted[Theme]:
    weights = [item.incident * item.season[month - 1] for item in themes()]
    return Weighted(themes(), list(accumulate(weights)))


@cache
def _volume(month: int) -> float:
    return sum(item.weight * item.season[month - 1] for item in themes())


def built_for(place: str) -> str:
    """Which streets fit a theme's kind of place."""
    return place if place in ("mkd", "private") else "any"


def make_plan(rng: Random, total: int, until: date) -> Plan:
    """Exactly `total` messages over the eighteen months that end with the day `until`."""
    first = until - timedelta(days=DAYS - 1)
    events: dict[int, list[tuple[Event, int]]] = defaultdict(list)
    spent = _plan_incidents(rng, total, first, events)
    spent += _plan_campaigns(rng, int(total * CAMPAIGN_SHARE), events)
    return Plan(first, _quota(total - spent, first), events)


def fresh_plan(rng: Random, until: date) -> Plan:
    """`FRESH` messages of the last days before `until`, which itself may not be over yet."""
    days = len(_FRESH_CAMPAIGN)
    first = until - timedelta(days=days)
    events: dict[int, list[tuple[Event, int]]] = defaultdict(list)
    began = days - len(_FRESH_INCIDENT)
    incident = _incident(rng, _FRESH_NUMBER, first + timedelta(days=began), on_lenin=0)
    code, text = pick(rng, campaign_texts())
    campaign = Campaign(_FIRST_CAMPAIGN + _FRESH_NUMBER, theme(code), text)
    for begins, event, counts in (
        (began, incident, _FRESH_INCIDENT),
        (0, campaign, _FRESH_CAMPAIGN),
    ):
        for day, count in enumerate(counts):
            events[begins + day].append((event, count))
    return Plan(first, (0,) * days, events)


def _quota(total: int, first: date) -> tuple[int, ...]:
    days = [first + timedelta(days=index) for index in range(DAYS)]
    running = list(accumulate(_WEEKDAYS[d.weekday()] * _volume(d.month) for d in days))
    marks = [round(total * value / running[-1]) for value in running]
    return tuple(now - before for now, before in zip(marks, [0, *marks], strict=False))


def _plan_incidents(
    rng: Random, total: int, first: date, events: dict[int, list[tuple[Event, int]]]
) -> int:
    budget = int(total * INCIDENT_SHARE)
    on_lenin = total // _LENIN_EVERY + 1
    spent = number = 0
    while budget - spent >= _SMALLEST:
        size = min(budget - spent, int(_SMALLEST + (_LARGEST - _SMALLEST) * rng.random() ** 2.2))
        if number < on_lenin:
            size = min(budget - spent, 16 + int(rng.random() * 14))
        start = int(rng.random() * DAYS)
        incident = _incident(rng, number, first + timedelta(days=start), on_lenin)
        _spread(rng, incident, start, size, events)
        spent += size
        number += 1
    return spent


def _incident(rng: Random, number: int, began: date, on_lenin: int) -> Incident:
    if number < on_lenin:
        about, street = theme("hot_water"), streets()[0]
    else:
        about = _incidents_of(began.month).pick(rng)
        street = pick_street(rng, built_for(about.place))
    place = place_at(street, pick_house(rng, street))
    return Incident(number, about, place, began, pick_landmark(rng))


def _spread(
    rng: Random, event: Event, start: int, size: int, events: dict[int, list[tuple[Event, int]]]
) -> None:
    length = min(DAYS - start, 1 + int(rng.random() * len(_TAPER)))
    marks = [sum(_TAPER[: day + 1]) for day in range(length)]
    counts = [round(size * mark / marks[-1]) for mark in marks]
    for day, (now, before) in enumerate(zip(counts, [0, *counts], strict=False)):
        if now > before:
            events[start + day].append((event, now - before))


def _plan_campaigns(rng: Random, budget: int, events: dict[int, list[tuple[Event, int]]]) -> int:
    spent, number = 0, _FIRST_CAMPAIGN
    while budget - spent >= _SMALLEST:
        code, text = pick(rng, campaign_texts())
        size = min(budget - spent, 12 + int(rng.random() * 50))
        length = 2 + int(rng.random() * 8)
        start = int(rng.random() * (DAYS - length))
        each = Campaign(number, theme(code), text)
        for part in range(length):
            count = size * (part + 1) // length - size * part // length
            if count:
                events[start + part].append((each, count))
        spent += size
        number += 1
    return spent
