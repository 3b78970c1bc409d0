"""«Прогноз»: the next four weeks per theme and territory."""

from typing import Any

from litestar import Controller, Request, get
from litestar.di import NamedDependency
from litestar.response import Template

from app.engine.client import Engine
from app.errors import BadInputError
from app.forecasts.contexts import forecast_view
from app.forecasts.params import ForecastParams, parse_forecast
from app.forecasts.service import outlook
from app.permissions import Permission
from app.settings import Settings
from app.viewer import Viewer
from app.web.access import needs
from app.web.render import page


class ForecastController(Controller):
    path = "/problems/forecast"
    opt = needs(Permission.PROBLEM_VIEW)

    @get()
    async def show(
        self,
        request: Request[Any, Any, Any],
        engine: NamedDependency[Engine],
        settings: NamedDependency[Settings],
        viewer: NamedDependency[Viewer],
    ) -> Template:
        try:
            params, wrong = parse_forecast(request.query_params.multi_items()), ""
        except BadInputError as error:
            params, wrong = ForecastParams(), error.message
        found = await outlook(engine, viewer, settings.zone, level=params.level)
        context = {"view": forecast_view(found, params), "wrong": wrong}
        status = 400 if wrong else 200
        return page(request, "problems/forecast.html", context=context, status=status)
