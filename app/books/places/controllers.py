"""«Справочники»: streets and houses with points, loaded from a table and had back as one."""

from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.response import Redirect, Template

from app.books.places.pages import places_page
from app.books.places.service import LARGEST_FILE, load_file, written_places
from app.engine.client import Engine
from app.errors import BadInputError, ConflictError, RefusedError, TooLargeError
from app.numbers import shown_number
from app.permissions import Permission
from app.places.service import restore_places
from app.settings import Settings
from app.viewer import Viewer
from app.web.access import needs
from app.web.htmx import go

AnyRequest = Request[Any, Any, Any]
Answer = Response[Any] | Redirect | Template
HERE = "/books/places"
_REPLACE = "replace"


class PlacesController(Controller):
    path = HERE
    opt = needs(Permission.BOOKS_EDIT)

    @get()
    async def show(
        self, request: AnyRequest, engine: NamedDependency[Engine], viewer: NamedDependency[Viewer]
    ) -> Template:
        return await places_page(request, engine, viewer)

    @get("/table.csv")
    async def table(
        self, engine: NamedDependency[Engine], viewer: NamedDependency[Viewer]
    ) -> Response[bytes]:
        headers = {"content-disposition": 'attachment; filename="places.csv"'}
        table = await written_places(engine, viewer)
        return Response(table, media_type="text/csv", headers=headers)

    @post("/", status_code=303, request_max_body_size=LARGEST_FILE + (1 << 20))
    async def load(
        self,
        request: AnyRequest,
        engine: NamedDependency[Engine],
        settings: NamedDependency[Settings],
        viewer: NamedDependency[Viewer],
    ) -> Answer:
        given = await request.form()
        replace_all = given.get("way") == _REPLACE
        try:
            data, name = await _given_file(given.get("file"))
            done = await load_file(engine, settings, viewer, data, name, replace_all=replace_all)
        except (BadInputError, ConflictError, TooLargeError) as error:
            return await places_page(
                request, engine, viewer, refused=error, replace_all=replace_all
            )
        return await places_page(request, engine, viewer, loaded=done)

    @post("/restore", status_code=303)
    async def restore(
        self, request: AnyRequest, engine: NamedDependency[Engine], viewer: NamedDependency[Viewer]
    ) -> Answer:
        version = str((await request.form()).get("version", ""))
        try:
            await restore_places(engine, viewer, shown_number(version))
        except (ConflictError, RefusedError) as error:
            return await places_page(request, engine, viewer, refused=error)
        return go(request, f"{HERE}?restored=1")


async def _given_file(file: object) -> tuple[bytes, str]:
    """Its octets and name. Raises `BadInputError` where there is none."""
    if not isinstance(file, UploadFile) or not file.filename:
        raise BadInputError("Выберите файл с таблицей.", field="file")
    try:
        return await file.read(), file.filename
    finally:
        await file.close()
