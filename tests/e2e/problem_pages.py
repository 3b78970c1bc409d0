"""A problem with its cause and its road map, full of long words, for pages that are looked at."""

from datetime import UTC, datetime, timedelta

from app.causes import repository as causes
from app.causes.models import Cause, Evidence
from app.engine.client import Engine
from app.problems import repository as problems
from app.problems.access import marks_of
from app.problems.models import Act, Problem
from app.road_maps import repository as road_maps
from app.road_maps.models import (
    MapState,
    Part,
    Practice,
    RoadMap,
    Step,
    StepFile,
    StepState,
)

PROBLEM_PAGES = (
    "/problems/causes/cause-1",
    "/problems/road-maps/map-1",
    "/problems/p1/road-map",
)


async def put_problem(engine: Engine, long: str) -> None:
    now = datetime.now(UTC)
    made = Problem(
        id="p1",
        created_at=now,
        founder="id-0001",
        title=f"Ямы {long[:80]}",
        seen_by=marks_of(None, None, None),
    )
    await problems.create(engine, made)
    told = Evidence(f"вечером: 62 % {long}", now, "boss", ["26-000001"], ["https://example.org/a"])
    await causes.create(
        engine,
        Cause(
            id="cause-1",
            rev=1,
            statement=f"Старое покрытие {long[:80]}",
            department="Дорожная служба",
            problem_ids=["p1"],
            evidence=[told],
            created_at=now,
            created_by="boss",
            updated_at=now,
            acts=[Act(now, "boss", "created")],
        ),
    )
    for map_id, state in (("map-1", MapState.BEGUN), ("map-2", MapState.SOLVED)):
        await road_maps.create(engine, _road_map(map_id, state, long, now))


def _road_map(map_id: str, state: MapState, long: str, now: datetime) -> RoadMap:
    file = StepFile("f1", "0" * 64, f"{long[:100]}.pdf", "application/pdf", 5120, now, "boss")
    late = Part(
        id="s1",
        number=1,
        owner="ivanova",
        department="Дорожная служба",
        due_at=now - timedelta(days=1),
        escalate_at=now,
        state=StepState.DOING,
        result=long,
        files=[file],
    )
    other = Part(id="s2", number=2, owner="boss", due_at=now + timedelta(days=1), escalate_at=now)
    return RoadMap(
        id=map_id,
        rev=1,
        problem_id="p1",
        title=f"Заменить покрытие {long[:80]}",
        state=state,
        steps=[Step(id="1", title="Снять старое", parts=[late, other])],
        created_at=now,
        created_by="boss",
        begun_at=now,
        solved_at=now if state is MapState.SOLVED else None,
        practice=Practice("Покрытие", long, now, "boss"),
        published=state is MapState.SOLVED,
        acts=[Act(now, "boss", "begun")],
    )
