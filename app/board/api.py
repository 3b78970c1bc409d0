"""`/api/v1/problems`: the list, one problem, its cases."""

from typing import Annotated, Any
from urllib.parse import urlencode

from litestar import Controller, Request, Response, get
from litestar.di import NamedDependency
from litestar.params import PathParameter
from litestar.response import Redirect

from app.board.answers import (
    BoardAnswer,
    CasesAnswer,
    OneAnswer,
    board_answer,
    cases_answer,
    one_answer,
    redirected,
)
from app.board.openapi import ProblemCasesOperation, ProblemsOperation
from app.board.params import parse_board
from app.board.problem.params import parse_cases, parse_size
from app.board.problem.service import read_cases_of, read_facts
from app.board.service import open_board
from app.board.words import sees_everything
from app.engine.client import Engine
from app.permissions import Permission
from app.problems.service import open_problem
from app.settings import Settings
from app.viewer import Viewer
from app.web.access import needs

AnyRequest = Request[Any, Any, Any]
ProblemId = Annotated[str, PathParameter(description="Идентификатор проблемы.")]


class ProblemsApiController(Controller):
    path = "/api/v1/problems"
    opt = needs(Permission.PROBLEM_VIEW)
    include_in_schema = True
    tags = ["Проблемы"]  # noqa: RUF012 - as Litestar declares it

    @get(summary="Список проблем", operation_class=ProblemsOperation)
    async def find(
        self,
        request: AnyRequest,
        engine: NamedDependency[Engine],
        settings: NamedDependency[Settings],
        viewer: NamedDependency[Viewer],
    ) -> BoardAnswer:
        """Проблемы, в которых есть обращения, видимые владельцу токена.

        Сообщения, авторы и копии сосчитаны по этим обращениям. `lists` — сколько проблем в каждом
        списке при тех же фильтрах. Страницы листают по `page`, `next_page` на последней пусто.
        """
        params = parse_board(request.query_params.multi_items())
        board = await open_board(engine, params, viewer, settings.zone)
        return board_answer(board, params.page, params.size, whole=sees_everything(viewer))

    @get("/{problem_id:str}", summary="Одна проблема")
    async def show(
        self,
        engine: NamedDependency[Engine],
        settings: NamedDependency[Settings],
        viewer: NamedDependency[Viewer],
        problem_id: ProblemId,
    ) -> Response[OneAnswer] | Redirect:
        """Числа, дни, места, примеры и похожие проблемы. Объединённая ведёт на ту, в которой
        продолжается: ответ 308 с её адресом.
        """
        problem = await open_problem(engine, viewer, problem_id)
        if elsewhere := redirected(problem, problem_id):
            return Redirect(elsewhere, status_code=308)
        facts = await read_facts(engine, problem, viewer, settings.zone)
        return Response(one_answer(problem, facts, whole=sees_everything(viewer)))

    @get(
        "/{problem_id:str}/cases",
        summary="Обращения проблемы",
        operation_class=ProblemCasesOperation,
    )
    async def cases(
        self,
        request: AnyRequest,
        engine: NamedDependency[Engine],
        viewer: NamedDependency[Viewer],
        problem_id: ProblemId,
    ) -> Response[CasesAnswer] | Redirect:
        """Обращения, видимые владельцу токена, сначала новые; `why` — почему отнесено к ней."""
        pairs = list(request.query_params.multi_items())
        params, size = parse_cases(pairs), parse_size(pairs)
        problem = await open_problem(engine, viewer, problem_id)
        query = f"?{urlencode(pairs)}" if pairs else ""
        if elsewhere := redirected(problem, problem_id, f"/cases{query}"):
            return Redirect(elsewhere, status_code=308)
        found = await read_cases_of(engine, problem.id, viewer, params, size)
        return Response(cases_answer(found, params.page, size))
