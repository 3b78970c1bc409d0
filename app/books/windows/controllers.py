"""«Справочники»: how many days a problem of a theme waits for its next message."""

from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect, Template

from app.books.windows.forms import read_version, read_windows
from app.books.windows.pages import windows_page
from app.engine.client import Engine
from app.errors import BadInputError, ConflictError
from app.permissions import Permission
from app.problems.book import reset_windows, save_windows
from app.viewer import Viewer
from app.web.access import needs
from app.web.htmx import go

AnyRequest = Request[Any, Any, Any]
Answer = Response[Any] | Redirect | Template
HERE = "/books/windows"


class WindowsController(Controller):
    path = HERE
    opt = needs(Permission.BOOKS_EDIT)

    @get()
    async def show(
        self,
        request: AnyRequest,
        engine: NamedDependency[Engine],
        viewer: NamedDependency[Viewer],
    ) -> Template:
        return await windows_page(request, engine, viewer)

    @post("/", status_code=303)
    async def save(
        self,
        request: AnyRequest,
        engine: NamedDependency[Engine],
        viewer: NamedDependency[Viewer],
    ) -> Answer:
        form = read_windows(await request.form())
        try:
            await save_windows(engine, viewer, form.windows(), form.version)
        except (BadInputError, ConflictError) as error:
            return await windows_page(request, engine, viewer, form, error)
        return go(request, f"{HERE}?saved=1")

    @post("/shipped", status_code=303)
    async def reset(
        self,
        request: AnyRequest,
        engine: NamedDependency[Engine],
        viewer: NamedDependency[Viewer],
    ) -> Answer:
        try:
            await reset_windows(engine, viewer, read_version(await request.form()))
        except ConflictError as error:
            return await windows_page(request, engine, viewer, error=error)
        return go(request, f"{HERE}?saved=1")
