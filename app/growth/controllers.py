"""«Рост»: what grows, what people called no growth, campaigns."""

from asyncio import gather
from typing import Any

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from app.engine.client import Engine
from app.growth import service
from app.growth.contexts import GrowthView, growth_view
from app.permissions import Permission
from app.settings import Settings
from app.viewer import Viewer
from app.web.access import needs
from app.web.htmx import wants_fragment
from app.web.render import page

AnyRequest = Request[Any, Any, Any]
_PAGE, _LIST = "problems/growth.html", "problems/_growth.html"
_HERE = "/problems/growth"


class GrowthController(Controller):
    path = _HERE
    opt = needs(Permission.PROBLEM_VIEW)

    @get()
    async def show(
        self,
        request: AnyRequest,
        engine: NamedDependency[Engine],
        settings: NamedDependency[Settings],
        viewer: NamedDependency[Viewer],
    ) -> Template:
        view = await _view(engine, settings, viewer)
        return page(request, _PAGE, fragment=_LIST, context={"view": view})

    @post("/{alarm_id:str}/no", status_code=200, opt=needs(Permission.PROBLEM_MANAGE))
    async def say_no(
        self,
        request: AnyRequest,
        engine: NamedDependency[Engine],
        settings: NamedDependency[Settings],
        viewer: NamedDependency[Viewer],
        alarm_id: FromPath[str],
    ) -> Template | Redirect:
        await service.say_no_growth(engine, viewer, alarm_id, settings.zone)
        return await _after(request, engine, settings, viewer)

    @post("/{alarm_id:str}/undo", status_code=200, opt=needs(Permission.PROBLEM_MANAGE))
    async def take_back(
        self,
        request: AnyRequest,
        engine: NamedDependency[Engine],
        settings: NamedDependency[Settings],
        viewer: NamedDependency[Viewer],
        alarm_id: FromPath[str],
    ) -> Template | Redirect:
        await service.take_back(engine, viewer, alarm_id, settings.zone)
        return await _after(request, engine, settings, viewer)


async def _after(
    request: AnyRequest, engine: Engine, settings: Settings, viewer: Viewer
) -> Template | Redirect:
    if not wants_fragment(request):
        return Redirect(_HERE, status_code=303)
    view = await _view(engine, settings, viewer)
    return page(request, _PAGE, fragment=_LIST, context={"view": view})


async def _view(engine: Engine, settings: Settings, viewer: Viewer) -> GrowthView:
    found, campaigns, state = await gather(
        service.growing(engine, viewer, settings.zone),
        service.campaigns(engine, viewer, settings.zone),
        service.state(engine),
    )
    dismissed = []
    if viewer.may(Permission.PROBLEM_MANAGE):
        dismissed = await service.dismissed(engine, viewer, settings.zone)
    alarms = [one.alarm for one in (*found, *dismissed)]
    problems = await service.problems_of(engine, viewer, alarms)
    return growth_view(found, dismissed, campaigns, problems, state, viewer)
