"""Page «Справочники»: departments and sector blocks, edited by forms or loaded from a table."""

from dataclasses import replace
from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from app.books import service
from app.books.forms import (
    DepartmentForm,
    SectorForm,
    filled,
    filled_sector,
    read_department,
    read_sector,
)
from app.books.pages import (
    department_page,
    departments_page,
    saved,
    sectors_page,
)
from app.engine.client import Engine
from app.errors import BadInputError, ConflictError, NotFoundError, TooLargeError
from app.permissions import Permission
from app.reference import service as reference
from app.reference.table import LARGEST_FILE, write_table
from app.viewer import Viewer
from app.web.access import needs

AnyRequest = Request[Any, Any, Any]
Answer = Response[Any] | Redirect | Template


class BooksController(Controller):
    path = "/books"
    opt = needs(Permission.BOOKS_EDIT)

    @get()
    async def departments(
        self,
        request: AnyRequest,
        engine: NamedDependency[Engine],
        viewer: NamedDependency[Viewer],
    ) -> Template:
        return await departments_page(request, engine, viewer)

    @get("/departments.csv")
    async def table(
        self, engine: NamedDependency[Engine], viewer: NamedDependency[Viewer]
    ) -> Response[bytes]:
        stored = await reference.open_book(engine, viewer)
        headers = {"content-disposition": 'attachment; filename="departments.csv"'}
        return Response(write_table(stored.book), media_type="text/csv", headers=headers)

    @post("/departments.csv", status_code=303, request_max_body_size=LARGEST_FILE + (1 << 20))
    async def load(
        self,
        request: AnyRequest,
        engine: NamedDependency[Engine],
        viewer: NamedDependency[Viewer],
    ) -> Answer:
        try:
            done = await service.load_table(engine, viewer, await _given_file(request))
        except (BadInputError, TooLargeError) as error:
            return await departments_page(request, engine, viewer, refused=error)
        return await departments_page(request, engine, viewer, loaded=done)

    @get("/departments/new")
    async def new_department(
        self,
        request: AnyRequest,
        engine: NamedDependency[Engine],
        viewer: NamedDependency[Viewer],
    ) -> Template:
        form = DepartmentForm(name=request.query_params.get("name", ""))
        return await department_page(request, engine, viewer, form)

    @post("/departments", status_code=303)
    async def create_department(
        self,
        request: AnyRequest,
        engine: NamedDependency[Engine],
        viewer: NamedDependency[Viewer],
    ) -> Answer:
        form = read_department(await request.form())
        try:
            made = await reference.create_department(engine, viewer, form.draft(), form.code)
        except BadInputError as error:
            return await department_page(request, engine, viewer, form, error)
        return saved(request, "/books", made.code)

    @get("/departments/{code:str}")
    async def department(
        self,
        request: AnyRequest,
        engine: NamedDependency[Engine],
        viewer: NamedDependency[Viewer],
        code: FromPath[str],
    ) -> Template:
        stored = await reference.open_book(engine, viewer)
        if code not in stored.book.departments:
            raise NotFoundError("Такого ведомства нет.")
        form = filled(stored.book.departments[code])
        return await department_page(request, engine, viewer, form)

    @post("/departments/{code:str}", status_code=303)
    async def change_department(
        self,
        request: AnyRequest,
        engine: NamedDependency[Engine],
        viewer: NamedDependency[Viewer],
        code: FromPath[str],
    ) -> Answer:
        form = replace(read_department(await request.form()), code=code)
        try:
            await reference.change_department(engine, viewer, code, form.version, form.draft())
        except (BadInputError, ConflictError) as error:
            return await department_page(request, engine, viewer, form, error)
        return saved(request, "/books", code)

    @post("/names", status_code=303)
    async def join_name(
        self,
        request: AnyRequest,
        engine: NamedDependency[Engine],
        viewer: NamedDependency[Viewer],
    ) -> Answer:
        """«Это другое имя …» of a name that cases bear."""
        given = await request.form()
        code, name = str(given.get("department", "")), str(given.get("name", ""))
        if not code:
            unnamed = BadInputError("Выберите ведомство, которому принадлежит имя.")
            return await departments_page(request, engine, viewer, refused=unnamed)
        try:
            await reference.join_name(engine, viewer, code, name)
        except BadInputError as error:
            return await departments_page(request, engine, viewer, refused=error)
        return saved(request, "/books", code)

    @get("/sectors")
    async def sectors(
        self,
        request: AnyRequest,
        engine: NamedDependency[Engine],
        viewer: NamedDependency[Viewer],
    ) -> Template:
        return await sectors_page(request, engine, viewer, SectorForm())

    @post("/sectors", status_code=303)
    async def create_sector(
        self,
        request: AnyRequest,
        engine: NamedDependency[Engine],
        viewer: NamedDependency[Viewer],
    ) -> Answer:
        form = read_sector(await request.form())
        try:
            made = await reference.create_sector(engine, viewer, form.draft())
        except BadInputError as error:
            return await sectors_page(request, engine, viewer, form, error)
        return saved(request, "/books/sectors", made.code)

    @get("/sectors/{code:str}")
    async def sector(
        self,
        request: AnyRequest,
        engine: NamedDependency[Engine],
        viewer: NamedDependency[Viewer],
        code: FromPath[str],
    ) -> Template:
        stored = await reference.open_book(engine, viewer)
        if code not in stored.book.sectors:
            raise NotFoundError("Такого отраслевого блока нет.")
        form = filled_sector(stored.book.sectors[code])
        return await sectors_page(request, engine, viewer, form)

    @post("/sectors/{code:str}", status_code=303)
    async def change_sector(
        self,
        request: AnyRequest,
        engine: NamedDependency[Engine],
        viewer: NamedDependency[Viewer],
        code: FromPath[str],
    ) -> Answer:
        form = read_sector(await request.form(), code)
        try:
            await reference.change_sector(engine, viewer, code, form.version, form.draft())
        except (BadInputError, ConflictError) as error:
            return await sectors_page(request, engine, viewer, form, error)
        return saved(request, "/books/sectors", code)


async def _given_file(request: AnyRequest) -> bytes:
    """Raises `BadInputError` where there is none, `TooLargeError` for one that is no such table."""
    file = (await request.form()).get("file")
    if not isinstance(file, UploadFile):
        raise BadInputError("Выберите файл с таблицей.", field="file")
    try:
        data = await file.read()
    finally:
        await file.close()
    if len(data) > LARGEST_FILE:
        raise TooLargeError("Файл слишком велик для справочника ведомств.", field="file")
    return data
