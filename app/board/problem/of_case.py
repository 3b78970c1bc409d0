"""Which problem a case is of: beside the case."""

from typing import Any

from litestar import Controller, get
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath
from litestar.response import Template

from app.board.contexts import cases_url, place_of, state_view
from app.board.problem.pages import AnyRequest, Desk, open_desk
from app.board.service import told_of_problems
from app.cases.service import open_case
from app.engine.client import Engine
from app.engine.names import Index
from app.errors import NotFoundError
from app.permissions import Permission
from app.problems.models import Problem
from app.problems.service import open_problem
from app.viewer import Viewer
from app.web.access import needs
from app.web.render import page


class CaseProblemController(Controller):
    path = "/problems/of"
    opt = needs(Permission.PROBLEM_VIEW)
    dependencies = {"desk": Provide(open_desk)}  # noqa: RUF012 - as Litestar declares it

    @get("/{case_id:str}")
    async def show(
        self, request: AnyRequest, desk: NamedDependency[Desk], case_id: FromPath[str]
    ) -> Template:
        case = await open_case(desk.engine, desk.viewer, case_id)
        placed = await _placed(desk.engine, case.id)
        problem = await _seen(desk.engine, desk.viewer, str(placed.get("id") or ""))
        context: dict[str, Any] = {"case": case, "problem": None}
        if problem:
            told = await told_of_problems(
                desk.engine, [problem.id], desk.viewer, desk.settings.zone
            )
            context |= {
                "problem": problem,
                "state": state_view(problem.state),
                "place": place_of(problem),
                "messages": told[problem.id].messages if problem.id in told else 0,
                "cases_url": cases_url(problem.id),
                "why": placed.get("why") or [],
                "pinned": bool(placed.get("pinned")),
            }
        return page(
            request, "problems/of_case.html", fragment="problems/_of_case.html", context=context
        )


async def _placed(engine: Engine, case_id: str) -> dict[str, Any]:
    stored = await engine.get(Index.CASES, case_id, fields=("problem",))
    found: dict[str, Any] = (stored.source if stored else {}).get("problem") or {}
    return found


async def _seen(engine: Engine, viewer: Viewer, problem_id: str) -> Problem | None:
    """None for a lone message, and for a problem whose document is still to be written."""
    try:
        return await open_problem(engine, viewer, problem_id)
    except NotFoundError:
        return None
