"""The page of one problem and what people do with it."""

from collections.abc import Awaitable
from typing import Any

from litestar import Controller, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath
from litestar.response import Redirect, Template

from app.board.problem.forms import (
    Typed,
    read_cases,
    read_line,
    read_other,
    read_owner,
    read_seen,
    read_state,
)
from app.board.problem.pages import (
    Answer,
    AnyRequest,
    Desk,
    done,
    merge_page,
    open_desk,
    problem_page,
)
from app.cases.service import open_case
from app.errors import BadInputError, ConflictError, ForbiddenError, NotFoundError, RefusedError
from app.jobs import ring
from app.permissions import Permission
from app.problems import service
from app.problems.models import Problem
from app.web.access import needs

_SAID_ON_THE_PAGE = (BadInputError, ConflictError, ForbiddenError, NotFoundError, RefusedError)
_MANAGE = needs(Permission.PROBLEM_MANAGE)
Pairs = list[tuple[str, str]]


class ProblemController(Controller):
    path = "/problems"
    opt = needs(Permission.PROBLEM_VIEW)
    dependencies = {"desk": Provide(open_desk)}  # noqa: RUF012 - as Litestar declares it

    @get("/{problem_id:str}")
    async def show(
        self, request: AnyRequest, desk: NamedDependency[Desk], problem_id: FromPath[str]
    ) -> Template | Redirect:
        return await problem_page(request, desk, problem_id)

    @get("/{problem_id:str}/merge", opt=_MANAGE)
    async def look_for(
        self, request: AnyRequest, desk: NamedDependency[Desk], problem_id: FromPath[str]
    ) -> Template | Redirect:
        return await merge_page(request, desk, problem_id)

    @post("/{problem_id:str}/merge", status_code=303, opt=_MANAGE)
    async def merge(
        self, request: AnyRequest, desk: NamedDependency[Desk], problem_id: FromPath[str]
    ) -> Answer:
        pairs = await _pairs(request)
        try:
            into, seen = read_other(dict(pairs), "into"), read_seen(dict(pairs))
            stays = await service.merge(desk.engine, desk.viewer, problem_id, into, seen)
        except _SAID_ON_THE_PAGE as error:
            return await merge_page(request, desk, problem_id, error)
        await ring(desk.settings, "find_problems")
        return done(request, stays, "merged")

    @post("/{problem_id:str}/apart", status_code=303, opt=_MANAGE)
    async def keep_apart(
        self, request: AnyRequest, desk: NamedDependency[Desk], problem_id: FromPath[str]
    ) -> Answer:
        pairs = await _pairs(request)
        try:
            other = read_other(dict(pairs), "other")
            await service.keep_apart(desk.engine, desk.viewer, problem_id, other)
        except _SAID_ON_THE_PAGE as error:
            return await merge_page(request, desk, problem_id, error)
        problem = await service.open_problem(desk.engine, desk.viewer, problem_id)
        return done(request, problem, "apart")

    @post("/{problem_id:str}/{act:str}", status_code=303, opt=_MANAGE)
    async def act(
        self,
        request: AnyRequest,
        desk: NamedDependency[Desk],
        problem_id: FromPath[str],
        act: FromPath[str],
    ) -> Answer:
        """`name`, `owner`, `state`, `in`, `out`, `split`."""
        pairs = await _pairs(request)
        try:
            problem = await _carry_out(desk, problem_id, act, pairs)
        except _SAID_ON_THE_PAGE as error:
            typed = Typed(act, tuple(pairs))
            return await problem_page(request, desk, problem_id, error, typed)
        await ring(desk.settings, "find_problems")
        return done(request, problem, act)


async def _carry_out(desk: Desk, problem_id: str, act: str, pairs: Pairs) -> Problem:
    engine, viewer, raw = desk.engine, desk.viewer, dict(pairs)
    seen = read_seen(raw)
    if act == "name":
        return await service.rename(engine, viewer, problem_id, read_line(raw, "name"), seen)
    if act == "owner":
        owner = await read_owner(engine, raw)
        return await service.own(engine, viewer, problem_id, owner, seen)
    if act == "state":
        return await service.set_state(engine, viewer, problem_id, read_state(raw), seen)
    if act == "in":
        case = await open_case(engine, viewer, read_line(raw, "number"))
        return await service.put_in(engine, viewer, problem_id, [case.id], seen)
    return await _moved(desk, problem_id, act, read_cases(pairs), seen)


def _moved(
    desk: Desk, problem_id: str, act: str, cases: list[str], seen: int | None
) -> Awaitable[Problem]:
    if act == "out":
        return service.take_out(desk.engine, desk.viewer, problem_id, cases, seen)
    if act == "split":
        return service.split(desk.engine, desk.viewer, problem_id, cases, seen)
    raise BadInputError("Такого действия с проблемой нет.", field="act")


async def _pairs(request: AnyRequest) -> Pairs:
    form: Any = await request.form()
    return [(name, str(value)) for name, value in form.multi_items()]
