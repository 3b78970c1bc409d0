"""Problems as polls name them: only those the person sees."""

from collections.abc import Collection

from msgspec import Struct

from app.engine.client import Engine
from app.engine.names import Index
from app.polls.query import problems_body
from app.problems.models import STATE_NAMES, ProblemState
from app.viewer import Viewer


class SeenProblem(Struct, frozen=True):
    id: str
    title: str
    theme: str | None
    state: ProblemState
    municipality: str | None

    @property
    def state_name(self) -> str:
        return STATE_NAMES[self.state]


async def seen_problems(
    engine: Engine, viewer: Viewer | None, ids: Collection[str]
) -> dict[str, SeenProblem]:
    """Those of `ids` that `viewer` sees."""
    if not ids:
        return {}
    return {one.id: one for one in await _read(engine, viewer, sorted(ids))}


async def newest_problems(engine: Engine, viewer: Viewer | None) -> list[SeenProblem]:
    """To choose from: those that messages came to last."""
    return await _read(engine, viewer, [])


async def _read(engine: Engine, viewer: Viewer | None, ids: list[str]) -> list[SeenProblem]:
    hits = (await engine.search(Index.PROBLEMS, problems_body(viewer, ids)))["hits"]["hits"]
    return [
        SeenProblem(
            hit["_id"],
            source.get("name") or source.get("title") or "Без названия",
            source.get("theme"),
            ProblemState(source.get("state", ProblemState.NEW)),
            source.get("municipality"),
        )
        for hit in hits
        for source in [hit["_source"]]
    ]
