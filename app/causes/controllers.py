"""«Причины»: the register, one cause, parts of a problem's page."""

from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from app.causes import pages, service
from app.causes.forms import maybe_evidence, read_cause, read_evidence, read_rev
from app.engine.client import Engine
from app.errors import BadInputError, ConflictError, RefusedError
from app.permissions import Permission
from app.settings import Settings
from app.viewer import Viewer
from app.web.access import needs
from app.web.htmx import go

AnyRequest = Request[Any, Any, Any]
Answer = Response[Any] | Redirect | Template
SHOWN = (BadInputError, ConflictError, RefusedError)
_MANAGE = needs(Permission.PROBLEM_MANAGE)


class CausesController(Controller):
    path = "/problems/causes"
    opt = needs(Permission.PROBLEM_VIEW)

    @get()
    async def listed(
        self, request: AnyRequest, engine: NamedDependency[Engine], viewer: NamedDependency[Viewer]
    ) -> Template:
        return await pages.list_page(request, engine, viewer)

    @get("/new", opt=_MANAGE)
    async def new(
        self, request: AnyRequest, engine: NamedDependency[Engine], viewer: NamedDependency[Viewer]
    ) -> Template:
        return await pages.new_page(request, engine, viewer)

    @post("/", status_code=303, opt=_MANAGE)
    async def create(
        self, request: AnyRequest, engine: NamedDependency[Engine], viewer: NamedDependency[Viewer]
    ) -> Answer:
        given = await request.form()
        problem_id = str(given.get("problem") or "") or None
        try:
            draft, evidence = read_cause(given), maybe_evidence(given, viewer.name)
            made = await service.create_cause(
                engine, viewer, draft, problem_id=problem_id, evidence=evidence
            )
        except BadInputError as error:
            return await pages.new_page(request, engine, viewer, typed=given, error=error)
        return go(request, f"/problems/causes/{made.id}")

    @get("/{cause_id:str}")
    async def one(
        self,
        request: AnyRequest,
        engine: NamedDependency[Engine],
        viewer: NamedDependency[Viewer],
        cause_id: FromPath[str],
    ) -> Template:
        return await pages.cause_page(request, engine, viewer, cause_id)

    @post("/{cause_id:str}", status_code=303, opt=_MANAGE)
    async def change(
        self,
        request: AnyRequest,
        engine: NamedDependency[Engine],
        viewer: NamedDependency[Viewer],
        cause_id: FromPath[str],
    ) -> Answer:
        given = await request.form()
        try:
            draft = read_cause(given)
            await service.change_cause(engine, viewer, cause_id, read_rev(given), draft)
        except SHOWN as error:
            return await pages.cause_page(
                request, engine, viewer, cause_id, typed=given, error=error
            )
        return go(request, f"/problems/causes/{cause_id}")

    @post("/{cause_id:str}/evidence", status_code=303, opt=_MANAGE)
    async def evidence(
        self,
        request: AnyRequest,
        engine: NamedDependency[Engine],
        viewer: NamedDependency[Viewer],
        cause_id: FromPath[str],
    ) -> Answer:
        """Typed by hand, or a factor put in with one press."""
        given = await request.form()
        try:
            told = read_evidence(given, viewer.name)
            await service.add_evidence(engine, viewer, cause_id, told)
        except SHOWN as error:
            return await pages.cause_page(
                request, engine, viewer, cause_id, typed=given, error=error
            )
        return go(request, f"/problems/causes/{cause_id}")

    @post("/{cause_id:str}/leave", status_code=303, opt=_MANAGE)
    async def leave(
        self,
        request: AnyRequest,
        engine: NamedDependency[Engine],
        viewer: NamedDependency[Viewer],
        cause_id: FromPath[str],
    ) -> Answer:
        given = await request.form()
        await service.leave_problem(engine, viewer, cause_id, str(given.get("problem") or ""))
        return go(request, f"/problems/causes/{cause_id}")


class ProblemCausesController(Controller):
    """Parts of a problem's page; each works as a page of its own."""

    path = "/problems/{problem_id:str}"
    opt = needs(Permission.PROBLEM_VIEW)

    @get("/causes")
    async def causes(
        self,
        request: AnyRequest,
        engine: NamedDependency[Engine],
        viewer: NamedDependency[Viewer],
        problem_id: FromPath[str],
    ) -> Template:
        return await pages.causes_part(request, engine, viewer, problem_id)

    @post("/causes", status_code=303, opt=_MANAGE)
    async def join(
        self,
        request: AnyRequest,
        engine: NamedDependency[Engine],
        viewer: NamedDependency[Viewer],
        problem_id: FromPath[str],
    ) -> Answer:
        """«Причина и этой проблемы»."""
        cause_id = str((await request.form()).get("cause") or "")
        if not cause_id:
            raise BadInputError("Выберите причину.", field="cause")
        await service.join_problem(engine, viewer, cause_id, problem_id)
        return go(request, f"/problems/causes/{cause_id}")

    @get("/factors")
    async def factors(
        self,
        request: AnyRequest,
        engine: NamedDependency[Engine],
        settings: NamedDependency[Settings],
        viewer: NamedDependency[Viewer],
        problem_id: FromPath[str],
    ) -> Template:
        return await pages.factors_part(request, engine, settings, viewer, problem_id)
