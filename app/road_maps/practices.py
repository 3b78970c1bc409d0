"""Best practices: what helped once, published and offered where a similar problem appears."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace

from app.engine.client import Engine
from app.errors import ConflictError, RefusedError
from app.permissions import Permission
from app.problems.access import may_see
from app.problems.lifecycle import NEAR, nearest, survivors
from app.problems.models import Act, Problem
from app.road_maps import repository
from app.road_maps.measuring import measure
from app.road_maps.models import MapState, Practice, RoadMap
from app.road_maps.service import open_map, told
from app.viewer import Viewer, require

MOST_OFFERED = 3
_LOOKED_AT = 20


class PracticeDraft(Struct, frozen=True):
    title: str
    done: str
    seen: int
    """How many times the practice had been written when the form was shown."""


class SeenPractice(Struct, frozen=True):
    """`open`: whether the person may follow it to its road map."""

    road_map: RoadMap
    practice: Practice
    open: bool
    near: float | None = None
    """Cosine to the problem it is offered for; None where the theme alone is the same."""


async def publish(
    engine: Engine, viewer: Viewer | None, map_id: str, draft: PracticeDraft, zone: ZoneInfo
) -> RoadMap:
    """Or writes it anew, with the effect of today. Raises `RefusedError` before the solution, and
    `ConflictError` where somebody wrote another since the form was shown.
    """
    who = require(viewer, Permission.PROBLEM_MANAGE)
    opened = await open_map(engine, who, map_id)
    now = datetime.now(UTC)
    if opened.road_map.state is not MapState.SOLVED:
        raise RefusedError("Практикой становится то, что уже помогло: сначала отметьте «решена».")
    measured = await measure(engine, who, opened, zone)
    practice = Practice(title=draft.title, done=draft.done, at=now, by=who.name, effect=measured)
    theme = opened.problem.theme

    def decide(one: RoadMap) -> RoadMap:
        if one.publications != draft.seen:
            return _same_again(one, draft)
        acts = [*one.acts, Act(now, who.name, "published")]
        return replace(one, practice=practice, published=True, theme=theme, acts=acts)

    await told(engine, who, "road_map.published", map_id)
    return await repository.change(engine, map_id, decide)


def _same_again(one: RoadMap, draft: PracticeDraft) -> RoadMap:
    """A form that was sent twice changes nothing. Raises `ConflictError` for another text."""
    there = one.practice
    if there and (there.title, there.done) == (draft.title, draft.done):
        return one
    raise ConflictError(
        "Практику тем временем записали иначе: посмотрите её на вкладке «Практики». "
        "Введённое осталось в полях."
    )


async def list_practices(engine: Engine, viewer: Viewer | None) -> list[SeenPractice]:
    """All of the installation, whoever asks: they are written to be spread. What lies behind one
    is open only to whoever sees its problem.
    """
    who = require(viewer, Permission.PROBLEM_VIEW)
    found = [one for one in await repository.practices(engine) if one.practice]
    problems = await survivors(engine, {one.problem_id for one in found})
    return [
        SeenPractice(one, one.practice, _open(who, problems.get(one.problem_id)))
        for one in found
        if one.practice
    ]


def _open(viewer: Viewer, problem: Problem | None) -> bool:
    return problem is not None and may_see(viewer, problem)


async def practices_for(
    engine: Engine, viewer: Viewer | None, problem: Problem
) -> list[SeenPractice]:
    """Of the same theme first, then by nearness in meaning; those of the problem itself not."""
    every = await list_practices(engine, viewer)
    others = [one for one in every if one.road_map.problem_id != problem.id]
    ids = {one.road_map.problem_id for one in others}
    near = dict(await nearest(engine, problem, ids, _LOOKED_AT))
    told_near = [replace(one, near=near.get(one.road_map.problem_id)) for one in others]
    offered = [
        one
        for one in told_near
        if _same(one, problem) or (one.near is not None and one.near >= NEAR)
    ]
    offered.sort(key=lambda one: (not _same(one, problem), -(one.near or 0.0)))
    return offered[:MOST_OFFERED]


def _same(one: SeenPractice, problem: Problem) -> bool:
    return problem.theme is not None and one.road_map.theme == problem.theme
