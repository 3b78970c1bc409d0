"""«Сегодня»: where to step in this morning."""

from typing import Any

from litestar import Controller, Request, get
from litestar.di import NamedDependency
from litestar.response import Template

from app.engine.client import Engine
from app.errors import EngineSetupError, EngineUnavailableError
from app.permissions import Permission
from app.settings import Settings
from app.today.contexts import today_view
from app.today.service import read_today
from app.viewer import Viewer
from app.web.access import needs
from app.web.render import Banner, page

_PAGE = "today/page.html"


class TodayController(Controller):
    path = "/today"
    opt = needs(Permission.TODAY_VIEW)

    @get()
    async def show(
        self,
        request: Request[Any, Any, Any],
        engine: NamedDependency[Engine],
        settings: NamedDependency[Settings],
        viewer: NamedDependency[Viewer],
    ) -> Template:
        try:
            found = await read_today(engine, viewer, settings.zone)
        except (EngineUnavailableError, EngineSetupError) as error:
            banner = Banner(error.message)
            return page(request, _PAGE, context={"view": None}, banner=banner, status=error.status)
        context = {"view": today_view(found, viewer), "now": found.moment.now}
        return page(request, _PAGE, context=context)
