"""«Прогноз»: the next four weeks per theme and territory, and of what a problem is about."""

from typing import Any

from litestar import Controller, Request, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template

from app.engine.client import Engine
from app.errors import BadInputError
from app.forecasts.contexts import forecast_view
from app.forecasts.params import ForecastParams, params_of, parse_forecast
from app.forecasts.service import outlook
from app.permissions import Permission
from app.problems.service import open_problem
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


class ProblemForecastController(Controller):
    """A part of the page of a problem, and a page of its own without scripts."""

    path = "/problems/{problem_id:str}/forecast"
    opt = needs(Permission.PROBLEM_VIEW)

    @get()
    async def show(
        self,
        request: Request[Any, Any, Any],
        engine: NamedDependency[Engine],
        settings: NamedDependency[Settings],
        viewer: NamedDependency[Viewer],
        problem_id: FromPath[str],
    ) -> Template:
        problem = await open_problem(engine, viewer, problem_id)
        params, view = params_of(problem), None
        if params:
            found = await outlook(engine, viewer, settings.zone, level=params.level)
            view = forecast_view(found, params)
        return page(
            request,
            "problems/forecast_of.html",
            fragment="problems/_forecast_of.html",
            context={"problem": problem, "view": view},
        )
