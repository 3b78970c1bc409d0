"""Page «Загрузка»: a file is given, its columns matched, its progress watched."""

from functools import partial
from pathlib import PurePath
from typing import Any, BinaryIO, cast

from litestar import Controller, Response, Router, get, post
from litestar.di import NamedDependency, Provide
from litestar.exceptions.http_exceptions import RequestEntityTooLarge
from litestar.params import FromPath
from litestar.response import Stream, Template

from app.errors import BadInputError, EngineUnavailableError, TooLargeError
from app.http_errors import answer_error
from app.intake import repository, service
from app.intake.downloads import download
from app.intake.forms import (
    COLUMN,
    MappingForm,
    UploadForm,
    mapping_errors,
    read_mapping,
    read_upload,
)
from app.intake.models import ImportJob
from app.intake.pages import (
    Answer,
    AnyRequest,
    Desk,
    changed,
    headers_of,
    job_page,
    list_page,
    material,
    open_desk,
    ring_and_go,
    upload_problem,
    wizard_again,
)
from app.intake.profiles.mapped import CODED
from app.intake.rejects import write_rejects
from app.intake.sample import write_sample
from app.intake.wizard import values_view
from app.permissions import Permission
from app.settings import Settings
from app.web.access import needs
from app.web.htmx import wants_fragment
from app.web.render import page, still_asking

_FORM_OVERHEAD = 1 << 20
"""Octets of a form besides its file; a file just over the limit still gets the exact sentence."""
_OTHER_COLUMNS = (
    "Выбран другой столбец. Проверьте перевод его значений и нажмите «Проверить» ещё раз."
)


class ImportsController(Controller):
    @get("/")
    async def index(self, request: AnyRequest, desk: NamedDependency[Desk]) -> Template:
        """Also what the list asks while a file is being loaded."""
        try:
            return await list_page(request, desk)
        except EngineUnavailableError as error:
            return still_asking(request, error, "imports", "Загрузки не потеряны: они продолжатся")

    @get("/sample.xlsx")
    async def sample(self, desk: NamedDependency[Desk]) -> Stream:  # noqa: ARG002 - lets in
        return await download(write_sample, "Таблица Отклика.xlsx")

    @get("/{import_id:str}")
    async def show(
        self, request: AnyRequest, desk: NamedDependency[Desk], import_id: FromPath[str]
    ) -> Template:
        """Also what the progress asks each second: an engine that is away must not end that."""
        try:
            job = (await repository.IMPORTS.get(desk.engine, import_id)).job
        except EngineUnavailableError as error:
            return still_asking(request, error, "import", "Загрузка не потеряна: она продолжится")
        return await job_page(request, desk, job)

    @get("/{import_id:str}/values/{name:str}")
    async def values(
        self,
        request: AnyRequest,
        desk: NamedDependency[Desk],
        import_id: FromPath[str],
        name: FromPath[str],
    ) -> Template:
        """The values of one column, asked when another one is chosen in the wizard."""
        if name not in CODED:
            raise BadInputError("У этого поля нет списка значений.", field=name)
        job = (await repository.IMPORTS.get(desk.engine, import_id)).job
        form = MappingForm(columns={name: request.query_params.get(COLUMN + name, "")})
        _, found = await material(desk, job, form)
        block = values_view(name, form, found.get(name))
        return page(request, "intake/_values.html", context={"block": block})

    @post("/{import_id:str}/sheet", status_code=303)
    async def choose_sheet(
        self, request: AnyRequest, desk: NamedDependency[Desk], import_id: FromPath[str]
    ) -> Answer:
        sheet = str((await request.form()).get("sheet", ""))
        change = service.choose_sheet(desk.engine, import_id, sheet)
        return await changed(request, desk, import_id, change)

    @post("/{import_id:str}/mapping", status_code=303)
    async def match_columns(
        self, request: AnyRequest, desk: NamedDependency[Desk], import_id: FromPath[str]
    ) -> Answer:
        """A mistake shows the wizard again with every choice in it."""
        job = (await repository.IMPORTS.get(desk.engine, import_id)).job
        form = read_mapping((await request.form()).multi_items())
        if errors := mapping_errors(form, headers_of(job)):
            return await wizard_again(request, desk, job, form, errors)
        if form.stale_values():
            return await wizard_again(request, desk, job, form, {}, notice=_OTHER_COLUMNS)
        return await _match(request, desk, import_id, form)

    @post("/{import_id:str}/confirm", status_code=303)
    async def confirm(
        self, request: AnyRequest, desk: NamedDependency[Desk], import_id: FromPath[str]
    ) -> Answer:
        return await changed(request, desk, import_id, service.confirm(desk.engine, import_id))

    @post("/{import_id:str}/cancel", status_code=303)
    async def cancel(
        self, request: AnyRequest, desk: NamedDependency[Desk], import_id: FromPath[str]
    ) -> Answer:
        return await changed(request, desk, import_id, service.cancel(desk.engine, import_id))

    @get("/{import_id:str}/rejects.xlsx")
    async def rejects(self, desk: NamedDependency[Desk], import_id: FromPath[str]) -> Stream:
        """An XLSX with the original cells, so that it can be mended and loaded."""
        job = (await repository.IMPORTS.get(desk.engine, import_id)).job
        name = f"Не загружено - {PurePath(job.file_name).stem}.xlsx"
        return await download(partial(write_rejects, desk.settings, job), name)


async def _match(request: AnyRequest, desk: Desk, import_id: str, form: MappingForm) -> Answer:
    mapping, name = form.mapping(), form.save_as
    change = service.match_columns(desk.engine, desk.viewer, import_id, mapping, name)
    try:
        return await changed(request, desk, import_id, change)
    except BadInputError as error:
        job = (await repository.IMPORTS.get(desk.engine, import_id)).job
        wrong = {error.field or "": error.message}
        return await wizard_again(request, desk, job, form, wrong)


async def upload(request: AnyRequest, desk: NamedDependency[Desk]) -> Answer:
    """Takes a file; whatever is wrong is said in the form."""
    form = read_upload(await request.form())
    try:
        job = await _receive(desk, form)
    except (BadInputError, TooLargeError) as error:
        if wants_fragment(request):
            return upload_problem(request, error)
        return await list_page(request, desk, form=form, error=error)
    return await ring_and_go(request, desk, job)


async def _receive(desk: Desk, form: UploadForm) -> ImportJob:
    if form.file is None:
        raise BadInputError("Выберите файл с таблицей.", field="file")
    try:
        return await service.receive(
            desk.engine,
            desk.settings,
            desk.viewer,
            stream=cast("BinaryIO", form.file.file),
            file_name=form.file.filename,
            profile=form.profile,
            dry_run=form.dry_run,
        )
    finally:
        await form.file.close()


def imports_router(settings: Settings) -> Router:
    """All of `/imports`; `open_desk` lets in those who may load.

    Made anew for each application: the limit of a route's body is fixed when the route is made.
    """
    most = settings.upload_max_mb

    def refuse(request: AnyRequest, _: Exception) -> Response[Any] | Template:
        error = TooLargeError(f"Файл больше {most} МБ. Разделите таблицу на части.", field="file")
        if wants_fragment(request):
            return upload_problem(request, error)
        return answer_error(request, error)

    uploading = post(
        "/",
        status_code=303,
        request_max_body_size=(most << 20) + _FORM_OVERHEAD,
        exception_handlers={RequestEntityTooLarge: refuse},
    )(upload)
    return Router(
        path="/imports",
        route_handlers=[ImportsController, uploading],
        dependencies={"desk": Provide(open_desk)},
        opt=needs(Permission.IMPORT_LOAD),
    )
