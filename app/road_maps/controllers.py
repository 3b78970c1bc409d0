"""Road maps of problems, their steps and files; «Практики»."""

from collections.abc import Awaitable, Callable
from typing import Any, BinaryIO, cast

from litestar import Controller, Request, Response, Router, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency, Provide
from litestar.exceptions.http_exceptions import RequestEntityTooLarge
from litestar.params import FromPath
from litestar.response import File, Redirect, Template

from app.engine.client import Engine
from app.errors import (
    BadInputError,
    ConflictError,
    RefusedError,
    StorageUnavailableError,
    TooLargeError,
)
from app.http_errors import answer_error
from app.permissions import Permission
from app.road_maps import pages, practices, service
from app.road_maps.files import find_file, keep_file
from app.road_maps.forms import read_parts, read_practice, read_report, read_shift, read_title
from app.road_maps.moving import move_part
from app.road_maps.pages import Desk
from app.settings import Settings
from app.viewer import Viewer
from app.web.access import needs
from app.web.htmx import go

AnyRequest = Request[Any, Any, Any]
Answer = Response[Any] | Redirect | Template
SHOWN = (BadInputError, ConflictError, RefusedError, TooLargeError, StorageUnavailableError)
_MANAGE = needs(Permission.PROBLEM_MANAGE)
_FORM_OVERHEAD = 64 * 1024
_HEADERS = {
    "content-security-policy": "default-src 'none'; sandbox",
    "x-content-type-options": "nosniff",
    "cache-control": "private, no-store",
}


async def open_desk(
    request: AnyRequest,
    engine: NamedDependency[Engine],
    settings: NamedDependency[Settings],
    viewer: NamedDependency[Viewer],
) -> Desk:
    return Desk(request, engine, settings, viewer)


class ProblemRoadMapController(Controller):
    """A part of a problem's page; works as a page of its own."""

    path = "/problems/{problem_id:str}/road-map"
    opt = needs(Permission.PROBLEM_VIEW)
    dependencies = {"desk": Provide(open_desk)}  # noqa: RUF012 - as Litestar declares it

    @get()
    async def show(self, desk: NamedDependency[Desk], problem_id: FromPath[str]) -> Template:
        return await pages.problem_part(desk, problem_id)

    @post("/", status_code=303, opt=_MANAGE)
    async def create(self, desk: NamedDependency[Desk], problem_id: FromPath[str]) -> Answer:
        given = await desk.request.form()
        try:
            title = read_title(given, "Назовите дорожную карту.")
            made = await service.create_map(desk.engine, desk.viewer, problem_id, title)
        except SHOWN as error:
            title = str(given.get("title", ""))
            return await pages.problem_part(desk, problem_id, title=title, error=error)
        return go(desk.request, _address(made.id))


class RoadMapsController(Controller):
    path = "/problems"
    opt = needs(Permission.PROBLEM_VIEW)
    dependencies = {"desk": Provide(open_desk)}  # noqa: RUF012 - as Litestar declares it

    @get("/practices")
    async def practices(self, desk: NamedDependency[Desk]) -> Template:
        return await pages.practices_page(desk)

    @get("/road-maps/{map_id:str}")
    async def show(self, desk: NamedDependency[Desk], map_id: FromPath[str]) -> Template:
        return await pages.map_page(desk, map_id)

    @post("/road-maps/{map_id:str}/steps", status_code=303, opt=_MANAGE)
    async def add_step(self, desk: NamedDependency[Desk], map_id: FromPath[str]) -> Answer:
        async def done(given: dict[str, Any]) -> None:
            title, parts = read_title(given, "Напишите, что нужно сделать."), read_parts(given)
            await service.add_step(desk.engine, desk.viewer, map_id, title, parts)

        return await _done(desk, map_id, done)

    @post("/road-maps/{map_id:str}/begin", status_code=303, opt=_MANAGE)
    async def begin(self, desk: NamedDependency[Desk], map_id: FromPath[str]) -> Answer:
        async def done(_: dict[str, Any]) -> None:
            await service.begin(desk.engine, desk.viewer, map_id)

        return await _done(desk, map_id, done)

    @post("/road-maps/{map_id:str}/solve", status_code=303, opt=_MANAGE)
    async def solve(self, desk: NamedDependency[Desk], map_id: FromPath[str]) -> Answer:
        async def done(_: dict[str, Any]) -> None:
            await service.solve(desk.engine, desk.viewer, map_id)

        return await _done(desk, map_id, done)

    @post("/road-maps/{map_id:str}/practice", status_code=303, opt=_MANAGE)
    async def publish(self, desk: NamedDependency[Desk], map_id: FromPath[str]) -> Answer:
        async def done(given: dict[str, Any]) -> None:
            zone = desk.settings.zone
            await practices.publish(desk.engine, desk.viewer, map_id, read_practice(given), zone)

        return await _done(desk, map_id, done)

    @post("/road-maps/{map_id:str}/parts/{part_id:str}", status_code=303)
    async def report(
        self, desk: NamedDependency[Desk], map_id: FromPath[str], part_id: FromPath[str]
    ) -> Answer:
        """Open to the owner of the part, whatever else this person may."""

        async def done(given: dict[str, Any]) -> None:
            await service.report(desk.engine, desk.viewer, map_id, part_id, read_report(given))

        return await _done(desk, map_id, done)

    @post("/road-maps/{map_id:str}/parts/{part_id:str}/move", status_code=303, opt=_MANAGE)
    async def move(
        self, desk: NamedDependency[Desk], map_id: FromPath[str], part_id: FromPath[str]
    ) -> Answer:
        async def done(given: dict[str, Any]) -> None:
            await move_part(desk.engine, desk.viewer, map_id, part_id, read_shift(given))

        return await _done(desk, map_id, done)

    @get("/road-maps/{map_id:str}/parts/{part_id:str}/files/{file_id:str}")
    async def download(
        self,
        desk: NamedDependency[Desk],
        map_id: FromPath[str],
        part_id: FromPath[str],
        file_id: FromPath[str],
    ) -> File:
        """The browser saves it and runs nothing of it."""
        one, path = await find_file(
            desk.engine, desk.settings, desk.viewer, map_id, part_id, file_id
        )
        return File(
            path,
            filename=one.name,
            media_type=one.media_type,
            content_disposition_type="attachment",
            headers=_HEADERS,
        )


async def _done(
    desk: Desk, map_id: str, done: Callable[[dict[str, Any]], Awaitable[None]]
) -> Answer:
    """Back to the road map; with what was typed and why not, where it was refused."""
    given = dict((await desk.request.form()).multi_items())
    try:
        await done(given)
    except SHOWN as error:
        return await pages.map_page(desk, map_id, typed=given, error=error)
    return go(desk.request, _address(map_id))


def _address(map_id: str) -> str:
    return f"/problems/road-maps/{map_id}"


async def upload(
    desk: NamedDependency[Desk], map_id: FromPath[str], part_id: FromPath[str]
) -> Answer:
    async def done(given: dict[str, Any]) -> None:
        file = given.get("file")
        if not isinstance(file, UploadFile) or not file.filename:
            raise BadInputError("Выберите файл.", field="file")
        try:
            stream = cast("BinaryIO", file.file)
            await keep_file(
                desk.engine, desk.settings, desk.viewer, map_id, part_id, stream, file.filename
            )
        finally:
            await file.close()

    return await _done(desk, map_id, done)


def road_map_files_router(settings: Settings) -> Router:
    """Made anew for each application: the limit of a route's body is fixed when it is made."""
    most = settings.attachment_max_mb

    def refuse(request: AnyRequest, _: Exception) -> Response[Any] | Template:
        return answer_error(request, TooLargeError(f"Файл больше {most} МБ.", field="file"))

    uploading = post(
        "/{map_id:str}/parts/{part_id:str}/files",
        status_code=303,
        request_max_body_size=(most << 20) + _FORM_OVERHEAD,
        exception_handlers={RequestEntityTooLarge: refuse},
    )(upload)
    return Router(
        path="/problems/road-maps",
        route_handlers=[uploading],
        dependencies={"desk": Provide(open_desk)},
        opt=needs(Permission.PROBLEM_VIEW),
    )
