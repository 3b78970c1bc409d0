"""«Выгрузить»: a file is asked for, its progress watched, the file taken."""

from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import File, Redirect, Template

from app.engine.client import Engine
from app.errors import ConflictError, EngineUnavailableError
from app.exports import service
from app.exports.contexts import export_view, file_name
from app.exports.listing import list_view
from app.exports.models import ExportFormat, ExportJob, ExportKind
from app.jobs import ring
from app.permissions import Permission
from app.settings import Settings
from app.viewer import Viewer
from app.web.access import SIGNED_IN, needs
from app.web.htmx import go, wants_fragment
from app.web.render import page, still_asking

AnyRequest = Request[Any, Any, Any]
Answer = Response[Any] | Redirect | Template
_TYPES = {
    ExportFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ExportFormat.CSV: "text/csv",
}


class JournalExportController(Controller):
    path = "/audit/exports"
    opt = needs(Permission.AUDIT_VIEW)

    @post(status_code=303)
    async def ask(
        self,
        request: AnyRequest,
        engine: NamedDependency[Engine],
        settings: NamedDependency[Settings],
        viewer: NamedDependency[Viewer],
    ) -> Answer:
        return await _ask(request, engine, settings, viewer, ExportKind.JOURNAL)


class ProblemsExportController(Controller):
    path = "/problems/exports"
    opt = needs(Permission.SEARCH_EXPORT)

    @post(status_code=303)
    async def ask(
        self,
        request: AnyRequest,
        engine: NamedDependency[Engine],
        settings: NamedDependency[Settings],
        viewer: NamedDependency[Viewer],
    ) -> Answer:
        return await _ask(request, engine, settings, viewer, ExportKind.PROBLEMS)


class ExportsController(Controller):
    """Everybody sees own files only; which kinds one may ask for the service decides."""

    path = "/exports"
    opt = SIGNED_IN

    @post(status_code=303, opt=needs(Permission.SEARCH_EXPORT))
    async def ask(
        self,
        request: AnyRequest,
        engine: NamedDependency[Engine],
        settings: NamedDependency[Settings],
        viewer: NamedDependency[Viewer],
    ) -> Answer:
        return await _ask(request, engine, settings, viewer, ExportKind.CASES)

    @get()
    async def index(
        self,
        request: AnyRequest,
        engine: NamedDependency[Engine],
        settings: NamedDependency[Settings],
        viewer: NamedDependency[Viewer],
    ) -> Template:
        """Also what the list asks while a file is being made: a silent engine must not end that."""
        after = request.query_params.get("after")
        try:
            found = await service.list_exports(engine, viewer, after)
        except EngineUnavailableError as error:
            return still_asking(request, error, "exports", "Выгрузки не потеряны: они продолжатся")
        context = {"list": list_view(found, settings, after)}
        return page(request, "exports/list.html", fragment="exports/_list.html", context=context)

    @get("/{export_id:str}")
    async def show(
        self,
        request: AnyRequest,
        engine: NamedDependency[Engine],
        settings: NamedDependency[Settings],
        viewer: NamedDependency[Viewer],
        export_id: FromPath[str],
    ) -> Template:
        """Also what the progress asks each second: an engine that is away must not end that."""
        try:
            job = await service.open_export(engine, viewer, export_id)
        except EngineUnavailableError as error:
            return still_asking(request, error, "export", "Выгрузка не потеряна: она продолжится")
        return _page(request, settings, job)

    @post("/{export_id:str}/cancel", status_code=303)
    async def cancel(
        self,
        request: AnyRequest,
        engine: NamedDependency[Engine],
        settings: NamedDependency[Settings],
        viewer: NamedDependency[Viewer],
        export_id: FromPath[str],
    ) -> Answer:
        try:
            job = await service.cancel(engine, viewer, export_id)
        except ConflictError as error:
            job = await service.open_export(engine, viewer, export_id)
            return _page(request, settings, job, notice=error.message, status=409)
        return go(request, f"/exports/{job.id}")

    @get("/{export_id:str}/file")
    async def file(
        self,
        engine: NamedDependency[Engine],
        settings: NamedDependency[Settings],
        viewer: NamedDependency[Viewer],
        export_id: FromPath[str],
    ) -> File:
        job, path = await service.take(engine, settings, viewer, export_id)
        return File(path, filename=file_name(job, settings), media_type=_TYPES[job.format])


async def _ask(
    request: AnyRequest, engine: Engine, settings: Settings, viewer: Viewer, kind: ExportKind
) -> Answer:
    pairs = [(name, str(value)) for name, value in (await request.form()).multi_items()]
    asked = service.read_format(dict(pairs).get("format", ExportFormat.XLSX))
    job = await service.ask(engine, viewer, pairs, asked, kind)
    heard = await ring(settings, "run_export", job.id)
    return go(request, f"/exports/{job.id}" if heard else f"/exports/{job.id}?queue=away")


def _page(
    request: AnyRequest, settings: Settings, job: ExportJob, *, notice: str = "", status: int = 200
) -> Template:
    """The page of one export, or for htmx the part of it that changes."""
    query = request.query_params
    view = export_view(job, settings, queue_away=query.get("queue") == "away", notice=notice)
    heard = query.get("said") if wants_fragment(request) else None
    return page(
        request,
        "exports/page.html",
        fragment="exports/_export.html",
        context={"view": view, "heard": heard},
        status=status,
    )
