"""Problems and their cases for tests of the board."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from app.cases.models import Classifier, Place, Point
from app.engine import writer
from app.engine.client import Engine
from app.engine.names import Index
from app.growth import repository as alarms
from app.growth.models import Alarm, Series, alarm_id
from app.problems.access import marks_of
from app.problems.models import Problem, Spot
from tests.casework import ROADS, case

ZONE = ZoneInfo("Europe/Moscow")
TOWN = "Верхнереченск"
NOW = datetime.now(UTC).replace(microsecond=0)


def problem(number: int, **fields: Any) -> Problem:
    """Of two messages of a week ago in one house."""
    given: dict[str, Any] = {
        "id": f"p{number}",
        "created_at": NOW - timedelta(days=40),
        "founder": f"case-{number}0",
        "title": f"Ямы: ул. Ленина, {number}",
        "theme": "Ямы",
        "group": "Дороги",
        "municipality": TOWN,
        "streets": ["ленина"],
        "houses": [f"ленина|{number}"],
        "point": Spot(55.75 + number / 1000, 37.6),
        "first_at": NOW - timedelta(days=40),
        "last_at": NOW - timedelta(days=3),
        "seen_by": marks_of(TOWN, ROADS, "site"),
        "departments": [ROADS],
        "members": 2,
        "open": 2,
    }
    return Problem(**{**given, **fields})


async def store_problems(engine: Engine, *problems: Problem) -> None:
    for one in problems:
        await writer.create(engine, Index.PROBLEMS, one.id, msgspec.to_builtins(one))
    await engine.refresh(Index.PROBLEMS)


async def store_growth(engine: Engine, problem_id: str) -> None:
    """An alarm that stands: what the problem is said to grow by is counted from its cases."""
    series, day = Series(problem=problem_id), NOW.astimezone(ZONE).date()
    alarm = Alarm(
        id=alarm_id(series, day), series=series, began=day, day=day, seen=9, expected=0.1, authors=9
    )
    await alarms.create(engine, alarm)
    await engine.refresh(Index.GROWTH)


async def store_member(
    engine: Engine, number: int, problem_id: str, days_ago: float = 3, **fields: Any
) -> None:
    """A case that the workers have put into a problem."""
    at = NOW - timedelta(days=days_ago)
    made = case(
        number,
        received_at=at,
        place=Place(municipality=TOWN, street="Ленина", house="5", point=Point(55.75, 37.6)),
        classifier=Classifier(im_group="Дороги", im_theme="Ямы"),
        work={"department": ROADS},
        **fields,
    )
    derived = {
        "problem": {"id": problem_id, "score": 0.8, "why": ["тот же дом", "та же тема"]},
        "spot": {"street": "ленина", "house": "5", "point": {"lat": 55.75, "lon": 37.6}},
    }
    document = {**msgspec.to_builtins(made), **derived}
    await writer.create(engine, Index.CASES, made.id, document, refresh=True)
