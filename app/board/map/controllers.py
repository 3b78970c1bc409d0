"""«Карта»: problems and messages on a plan that needs no network."""

from asyncio import gather, to_thread
from dataclasses import replace
from datetime import datetime
from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.response import Redirect, Template

from app.board.map import store
from app.board.map.boundaries import MOST_OCTETS
from app.board.map.contexts import map_view
from app.board.map.params import parse_box, parse_map
from app.board.map.service import Drawn, draw, overlook
from app.board.service import open_board
from app.cases.directory import read_people
from app.engine.client import Engine
from app.errors import BadInputError, NotFoundError
from app.permissions import Permission
from app.readable import readable
from app.settings import Settings
from app.viewer import Viewer
from app.web.access import needs
from app.web.htmx import go
from app.web.render import page

AnyRequest = Request[Any, Any, Any]
_HERE = "/problems/map"
_FORM_OVERHEAD = 100_000
"""Octets of the form besides its file."""


class MapController(Controller):
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
        return await _page(request, engine, settings, viewer)

    @get("/points")
    async def points(
        self,
        request: AnyRequest,
        engine: NamedDependency[Engine],
        settings: NamedDependency[Settings],
        viewer: NamedDependency[Viewer],
    ) -> Drawn:
        """What lies within the part of the map that is seen."""
        pairs = list(request.query_params.multi_items())
        params, (box, zoom) = parse_map(pairs), parse_box(pairs)
        return await draw(engine, params, viewer, settings.zone, box, zoom)

    @get("/boundaries")
    async def boundaries(self, settings: NamedDependency[Settings]) -> Response[Any]:
        found, _ = await to_thread(store.load, settings.data_dir)
        if found is None:
            raise NotFoundError("Границы не загружены.")
        return Response(found)

    @post(
        "/boundaries",
        status_code=303,
        opt=needs(Permission.BOOKS_EDIT),
        request_max_body_size=MOST_OCTETS + _FORM_OVERHEAD,
    )
    async def load(
        self,
        request: AnyRequest,
        engine: NamedDependency[Engine],
        settings: NamedDependency[Settings],
        viewer: NamedDependency[Viewer],
    ) -> Response[Any] | Redirect | Template:
        try:
            await to_thread(store.save, settings.data_dir, await _file(request))
        except BadInputError as error:
            return await _page(request, engine, settings, viewer, error)
        return go(request, f"{_HERE}?loaded=1")

    @post("/boundaries/remove", status_code=303, opt=needs(Permission.BOOKS_EDIT))
    async def remove(
        self, request: AnyRequest, settings: NamedDependency[Settings]
    ) -> Response[Any] | Redirect:
        await to_thread(store.remove, settings.data_dir)
        return go(request, _HERE)


async def _file(request: AnyRequest) -> bytes:
    form: Any = await request.form()
    given = form.get("file")
    if not isinstance(given, UploadFile) or not given.filename:
        raise BadInputError("Выберите файл GeoJSON.", field="file")
    return await given.read()


async def _page(
    request: AnyRequest,
    engine: Engine,
    settings: Settings,
    viewer: Viewer,
    error: BadInputError | None = None,
) -> Template:
    pairs = list(request.query_params.multi_items())
    try:
        params, typed = parse_map(pairs), {}
    except BadInputError as refused:
        params, typed, error = readable(parse_map, pairs), dict(pairs), refused
    board, overview, people, (own, broken) = await gather(
        open_board(engine, params.board, viewer, settings.zone),
        overlook(engine, params, viewer, settings.zone),
        read_people(engine),
        to_thread(store.load, settings.data_dir),
    )
    today = datetime.now(settings.zone).date()
    view = replace(
        map_view(params, board, overview, viewer, people, today),
        tiles=settings.tiles_url,
        has_boundaries=own is not None,
        broken=broken,
    )
    told = "Границы загружены." if "loaded" in request.query_params else ""
    wrong = error.message if error else ""
    context = {"view": view, "told": told, "wrong": wrong, "typed": typed}
    return page(
        request, "problems/map.html", context=context, status=error.status if error else 200
    )
