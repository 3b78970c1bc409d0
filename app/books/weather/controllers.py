"""«Погода»: days with frost, rain, snow, ice or heat, entered by hand."""

from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect, Template

from app.books.contexts import books_for
from app.books.weather.forms import read_weather
from app.causes import weather
from app.causes.models import WEATHER_NAMES
from app.engine.client import Engine
from app.errors import BadInputError, OtklikError
from app.permissions import Permission
from app.viewer import Viewer
from app.web.access import needs
from app.web.htmx import go
from app.web.render import page

AnyRequest = Request[Any, Any, Any]
Answer = Response[Any] | Redirect | Template
_WEATHER = "/books/weather"


class WeatherController(Controller):
    path = _WEATHER
    opt = needs(Permission.BOOKS_EDIT)

    @get()
    async def show(
        self, request: AnyRequest, engine: NamedDependency[Engine], viewer: NamedDependency[Viewer]
    ) -> Template:
        return await _weather_page(request, engine, viewer)

    @post("/", status_code=303)
    async def put(
        self, request: AnyRequest, engine: NamedDependency[Engine], viewer: NamedDependency[Viewer]
    ) -> Answer:
        given = await request.form()
        try:
            await weather.put(engine, viewer, *read_weather(given))
        except BadInputError as error:
            typed = {name: str(given.get(name, "")) for name in ("day", "kind", "note")}
            return await _weather_page(request, engine, viewer, typed, error)
        return go(request, _WEATHER)

    @post("/remove", status_code=303)
    async def remove(
        self, request: AnyRequest, engine: NamedDependency[Engine], viewer: NamedDependency[Viewer]
    ) -> Answer:
        day, kind, _ = read_weather(await request.form())
        await weather.remove(engine, viewer, day, kind)
        return go(request, _WEATHER)


async def _weather_page(
    request: AnyRequest,
    engine: Engine,
    viewer: Viewer,
    typed: dict[str, str] | None = None,
    error: OtklikError | None = None,
) -> Template:
    context = {
        "books": books_for(viewer),
        "days": await weather.days(engine, viewer),
        "kinds": [(one.value, name) for one, name in WEATHER_NAMES.items()],
        "names": WEATHER_NAMES,
        "typed": typed or {"day": "", "kind": "", "note": ""},
        "errors": {error.field: error.message} if error and error.field else {},
    }
    status = error.status if error else 200
    return page(request, "books/weather.html", context=context, status=status)
