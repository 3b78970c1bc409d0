"""«Тепловые карты»: when and where people write about what."""

from datetime import datetime
from typing import Any

from litestar import Controller, Request, get
from litestar.di import NamedDependency
from litestar.response import Template

from app.board.heat.contexts import heat_view
from app.board.heat.params import parse_heat
from app.board.heat.query import heat_body
from app.board.heat.results import read_heat
from app.engine.client import Engine
from app.engine.names import Index
from app.errors import BadInputError
from app.permissions import Permission
from app.readable import readable
from app.settings import Settings
from app.viewer import Viewer
from app.web.access import needs
from app.web.render import page


class HeatController(Controller):
    path = "/problems/heat"
    opt = needs(Permission.PROBLEM_VIEW)

    @get()
    async def show(
        self,
        request: Request[Any, Any, Any],
        engine: NamedDependency[Engine],
        settings: NamedDependency[Settings],
        viewer: NamedDependency[Viewer],
    ) -> Template:
        pairs = list(request.query_params.multi_items())
        try:
            params, wrong = parse_heat(pairs), ""
        except BadInputError as error:
            params, wrong = readable(parse_heat, pairs), error.message
        today = datetime.now(settings.zone).date()
        body = heat_body(params, viewer, today, settings.zone)
        heat = read_heat(params, await engine.search(Index.CASES, body))
        return page(
            request,
            "problems/heat.html",
            fragment="problems/_heat.html",
            context={"view": heat_view(params, heat, today), "wrong": wrong},
            status=400 if wrong else 200,
            headers={"HX-Push-Url": params.address},
        )
