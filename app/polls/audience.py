"""Whom to tell: streets and houses where something repeats. Places only, never people."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct

from app.engine.client import Engine
from app.engine.names import Index
from app.permissions import Permission
from app.polls.query import places_body, themes_body
from app.viewer import Viewer, require
from app.web.filters import counted

LEAST_MESSAGES, LEAST_AUTHORS = 3, 2
"""Below it a place is not shown: a single person could be told by it."""
PERIODS = {30: "30 дней", 90: "3 месяца", 365: "Год"}
_STREET = ("place.municipality", "place.settlement", "place.street_type", "place.street")
_HOUSE = "place.house"
_MOST_PAGES = 10
_TOLD_STREETS, _TOLD_HOUSES = 8, 12
_FORMULA = ("=", "+", "-", "@")


class Target(Struct, frozen=True):
    """Of one theme or one problem; one of the two is given."""

    theme: str | None = None
    problem: str | None = None
    days: int = 90

    def clause(self) -> dict[str, Any]:
        if self.problem is not None:
            return {"term": {"problem.id": self.problem}}
        return {"term": {"classifier.im_theme": self.theme or ""}}


class PlaceCount(Struct, frozen=True):
    """`house` is empty for a whole street."""

    municipality: str
    settlement: str
    street_type: str
    street: str
    house: str
    messages: int
    authors: int

    @property
    def named(self) -> str:
        return f"{self.street_type} {self.street}".strip()


class Street(Struct, frozen=True):
    whole: PlaceCount
    houses: list[PlaceCount]


async def audience(
    engine: Engine, viewer: Viewer | None, target: Target, now: datetime
) -> list[Street]:
    """The most messages first. Raises `ForbiddenError`."""
    who, since = require(viewer, Permission.PROBLEM_VIEW), now - timedelta(days=target.days)
    streets = await _counts(engine, who, target, since, _STREET)
    houses = await _counts(engine, who, target, since, (*_STREET, _HOUSE))
    by_street = dict[tuple[str, ...], list[PlaceCount]]()
    for one in houses:
        if one.house:
            by_street.setdefault(_key(one), []).append(one)
    return [Street(one, by_street.get(_key(one), [])) for one in streets]


async def themes_of(engine: Engine, viewer: Viewer | None, now: datetime, days: int) -> list[str]:
    """Themes of the cases the person sees, the most frequent first."""
    body = themes_body(viewer, now - timedelta(days=days))
    found = (await engine.search(Index.CASES, body))["aggregations"]["themes"]["buckets"]
    return [str(one["key"]) for one in found if one["doc_count"] >= LEAST_MESSAGES]


def draft_text(what: str, streets: Sequence[Street], days: int) -> str:
    """A beginning for people to finish: what is promised is for them to write."""
    if not streets:
        return ""
    places = [_told(one) for one in streets[:_TOLD_STREETS]]
    more = len(streets) - len(places)
    if more:
        places.append(f"и ещё {counted(more, 'улица', 'улицы', 'улиц')}")
    total = counted(sum(one.whole.messages for one in streets), "раз", "раза", "раз")
    period = counted(days, "день", "дня", "дней")
    return "\n".join(
        [
            f"Для тех, кто живёт здесь: {'; '.join(places)}.",
            "",
            f"За последние {period} вы и ваши соседи писали нам об этом {total}: {what}.",
            "",
            "Почему так: …",
            "Что делаем: …",
            "Когда будет готово: …",
            "Где узнать подробнее: …",
        ]
    )


def table_of(streets: Iterable[Street]) -> bytes:
    """CSV for Excel: UTF-8 with its mark, semicolons; a street before its houses."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";")
    writer.writerow(["Муниципалитет", "Населённый пункт", "Улица", "Дом", "Сообщений", "Авторов"])
    for street in streets:
        for one in (street.whole, *street.houses):
            names = (one.municipality, one.settlement, one.named, one.house)
            writer.writerow([*map(_guarded, names), one.messages, one.authors])
    return text.getvalue().encode("utf-8-sig")


async def _counts(
    engine: Engine, viewer: Viewer, target: Target, since: datetime, fields: Sequence[str]
) -> list[PlaceCount]:
    found, after = list[PlaceCount](), None
    for _ in range(_MOST_PAGES):
        body = places_body(viewer, target.clause(), since, fields, after)
        places = (await engine.search(Index.CASES, body))["aggregations"]["places"]
        found += [one for bucket in places["buckets"] if (one := _place(bucket))]
        after = places.get("after_key")
        if after is None:
            break
    return sorted(found, key=lambda one: (-one.messages, one.street, one.house))


def _place(bucket: dict[str, Any]) -> PlaceCount | None:
    """None where it would single people out."""
    messages, authors = bucket["doc_count"], bucket["authors"]["value"]
    if messages < LEAST_MESSAGES or authors < LEAST_AUTHORS:
        return None
    town, settlement, kind, street, house = (
        bucket["key"].get(name) or "" for name in (*_STREET, _HOUSE)
    )
    return PlaceCount(town, settlement, kind, street, house, messages, authors)


def _key(one: PlaceCount) -> tuple[str, ...]:
    return one.municipality, one.settlement, one.street_type, one.street


def _told(one: Street) -> str:
    numbers = [house.house for house in one.houses[:_TOLD_HOUSES]]
    if not numbers:
        return one.whole.named
    word = "дом" if len(numbers) == 1 else "дома"
    return f"{one.whole.named}, {word} {', '.join(numbers)}"


def _guarded(cell: str) -> str:
    """A spreadsheet would take a cell that begins with one of these for a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
