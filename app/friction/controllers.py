"""«Конфликты и ошибки общения»: what was found, and what people say of it."""

from typing import Any

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from app.engine.client import Engine
from app.friction import verdicts
from app.friction.forms import read_back, read_verdict
from app.friction.pages import (
    REFUSED,
    AnyRequest,
    after,
    case_part,
    friction_page,
    refused,
    told_here,
)
from app.friction.params import HERE, parse_friction
from app.permissions import Permission
from app.settings import Settings
from app.viewer import Viewer
from app.web.access import needs


class CaseFrictionController(Controller):
    """Beside a case; works as a page of its own."""

    path = "/problems/friction/of"
    opt = needs(Permission.PROBLEM_VIEW)

    @get("/{case_id:str}")
    async def show(
        self,
        request: AnyRequest,
        engine: NamedDependency[Engine],
        viewer: NamedDependency[Viewer],
        case_id: FromPath[str],
    ) -> Template:
        return await case_part(request, engine, viewer, case_id)


class FrictionController(Controller):
    path = HERE
    opt = needs(Permission.PROBLEM_VIEW)

    @get()
    async def show(
        self,
        request: AnyRequest,
        engine: NamedDependency[Engine],
        viewer: NamedDependency[Viewer],
    ) -> Template:
        params = parse_friction(request.query_params.multi_items())
        return await friction_page(
            request, engine, viewer, params, await told_here(request, engine, viewer)
        )

    @post("/{finding_id:str}/verdict", status_code=200, opt=needs(Permission.PROBLEM_MANAGE))
    async def answer(
        self,
        request: AnyRequest,
        engine: NamedDependency[Engine],
        settings: NamedDependency[Settings],
        viewer: NamedDependency[Viewer],
        finding_id: FromPath[str],
    ) -> Template | Redirect:
        raw = await _raw(request)
        back = read_back(raw)
        try:
            await verdicts.give(engine, viewer, finding_id, read_verdict(raw), settings.zone)
        except REFUSED as error:
            return await refused(request, engine, viewer, back, error)
        return await after(request, engine, viewer, back, finding_id)

    @post("/{finding_id:str}/undo", status_code=200, opt=needs(Permission.PROBLEM_MANAGE))
    async def take_back(
        self,
        request: AnyRequest,
        engine: NamedDependency[Engine],
        viewer: NamedDependency[Viewer],
        finding_id: FromPath[str],
    ) -> Template | Redirect:
        back = read_back(await _raw(request))
        try:
            await verdicts.take_back(engine, viewer, finding_id)
        except REFUSED as error:
            return await refused(request, engine, viewer, back, error)
        return await after(request, engine, viewer, back, "")


async def _raw(request: AnyRequest) -> dict[str, Any]:
    return dict((await request.form()).multi_items())
