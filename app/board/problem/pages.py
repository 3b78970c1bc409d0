"""The page of a problem put together, and what comes after an act."""

from asyncio import gather
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from litestar import Request, Response
from litestar.di import NamedDependency
from litestar.response import Redirect, Template

from app.board.contexts import row_view
from app.board.problem.contexts import problem_view, wrong_words
from app.board.problem.forms import Typed
from app.board.problem.params import CasesParams, parse_cases
from app.board.problem.service import look_for, read_cases_of, read_facts
from app.cases.directory import read_people
from app.engine.client import Engine
from app.errors import BadInputError, OtklikError
from app.problems.models import Problem
from app.problems.service import open_problem
from app.settings import Settings
from app.viewer import Viewer
from app.web.htmx import go
from app.web.render import page

AnyRequest = Request[Any, Any, Any]
Answer = Response[Any] | Redirect | Template
NOTHING_TYPED = Typed()
TOLD = {
    "name": "Название сохранено.",
    "owner": "Ответственный записан.",
    "state": "Состояние записано.",
    "in": "Сообщение относится сюда. Числа обновятся через несколько секунд.",
    "out": "Сообщения вынуты. Числа обновятся через несколько секунд.",
    "split": "Это новая проблема: сообщения переходят в неё, на это нужно несколько секунд.",
    "merged": "Проблемы объединены: сообщения переходят сюда, на это нужно несколько секунд.",
    "apart": "Записано: это разные проблемы, сам Отклик их не объединит.",
}
"""By `done` of the address: what was just done."""


@dataclass(frozen=True)
class Desk:
    """What every handler here works with."""

    engine: Engine
    settings: Settings
    viewer: Viewer


async def open_desk(
    engine: NamedDependency[Engine],
    settings: NamedDependency[Settings],
    viewer: NamedDependency[Viewer],
) -> Desk:
    return Desk(engine, settings, viewer)


async def problem_page(
    request: AnyRequest,
    desk: Desk,
    problem_id: str,
    error: OtklikError | None = None,
    typed: Typed = NOTHING_TYPED,
) -> Template | Redirect:
    """A redirect where the id is of a problem that lives on in another; what was refused is said at
    once, over that one.
    """
    problem = await open_problem(desk.engine, desk.viewer, problem_id)
    if problem.id != problem_id and error is None:
        return Redirect(f"/problems/{problem.id}", status_code=301)
    try:
        params = parse_cases(request.query_params.multi_items())
    except BadInputError as wrong:
        params, error = CasesParams(), wrong
    zone = desk.settings.zone
    facts, cases, people = await gather(
        read_facts(desk.engine, problem, desk.viewer, zone),
        read_cases_of(desk.engine, problem.id, desk.viewer, params),
        read_people(desk.engine),
    )
    today = datetime.now(zone).date()
    view = problem_view(problem, facts, cases, params, desk.viewer, people, today)
    told = TOLD.get(request.query_params.get("done", ""), "")
    context = {
        "view": view,
        "told": told,
        "wrong": wrong_words(error, people, zone),
        "typed": typed,
    }
    status = error.status if error else 200
    return page(request, "problems/problem.html", context=context, status=status)


async def merge_page(
    request: AnyRequest, desk: Desk, problem_id: str, error: OtklikError | None = None
) -> Template | Redirect:
    """Others to merge with: found by words, or similar ones."""
    problem = await open_problem(desk.engine, desk.viewer, problem_id)
    if problem.id != problem_id and error is None:
        return Redirect(f"/problems/{problem.id}/merge", status_code=301)
    words = request.query_params.get("q", "").strip()[:500]
    rows, people = await gather(
        look_for(desk.engine, problem, words, desk.viewer, desk.settings.zone),
        read_people(desk.engine),
    )
    today = datetime.now(desk.settings.zone).date()
    context = {
        "problem": problem,
        "words": words,
        "rows": [row_view(row, people, today) for row in rows],
        "wrong": wrong_words(error, people, desk.settings.zone),
    }
    status = error.status if error else 200
    return page(
        request,
        "problems/merge.html",
        fragment="problems/_merge.html",
        context=context,
        status=status,
    )


def done(request: AnyRequest, problem: Problem, what: str) -> Answer:
    return go(request, f"/problems/{problem.id}?done={what}")
