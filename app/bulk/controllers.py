"""Acts on many cases: chosen in a list of search, told what to do, watched."""

from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from app.bulk import service
from app.bulk.contexts import choose_context, job_context
from app.bulk.models import BulkState
from app.cases.directory import read_directory
from app.engine.client import Engine
from app.errors import BadInputError, EngineUnavailableError, ForbiddenError
from app.jobs import ring
from app.permissions import Permission
from app.settings import Settings
from app.viewer import Viewer
from app.web.access import needs
from app.web.htmx import go
from app.web.render import page, still_asking

AnyRequest = Request[Any, Any, Any]
_OWN = frozenset({"id", "all", "_csrf_token"})


class BulkController(Controller):
    path = "/bulk"
    opt = needs(Permission.CASE_BULK)

    @post("/choose", status_code=200)
    async def choose(
        self,
        request: AnyRequest,
        engine: NamedDependency[Engine],
        settings: NamedDependency[Settings],
        viewer: NamedDependency[Viewer],
    ) -> Template:
        """From the list: checked rows, or all that its search finds."""
        form = [(name, str(value)) for name, value in (await request.form()).multi_items()]
        ids = [value for name, value in form if name == "id"]
        whole = dict(form).get("all") == "1"
        pairs = [pair for pair in form if pair[0] not in _OWN] if whole else None
        chosen = await service.select(engine, settings, viewer, ids, pairs)
        return await _choice(request, engine, viewer, chosen, {})

    @post("/", status_code=303)
    async def ask(
        self,
        request: AnyRequest,
        engine: NamedDependency[Engine],
        settings: NamedDependency[Settings],
        viewer: NamedDependency[Viewer],
    ) -> Response[Any] | Redirect | Template:
        form = [(name, str(value)) for name, value in (await request.form()).multi_items()]
        ids = [value for name, value in form if name == "id"]
        raw = {name: value for name, value in form if name not in _OWN}
        try:
            job = await service.ask(engine, settings, viewer, raw.get("action", ""), raw, ids)
        except (BadInputError, ForbiddenError) as error:
            return await _choice(request, engine, viewer, ids, raw, error)
        await ring(settings, "sweep_audit")
        await ring(settings, "sweep_notices")
        away = job.state is BulkState.QUEUED and not await ring(settings, "run_bulk", job.id)
        return go(request, f"/bulk/{job.id}?queue=away" if away else f"/bulk/{job.id}")

    @get("/{job_id:str}")
    async def show(
        self,
        request: AnyRequest,
        engine: NamedDependency[Engine],
        viewer: NamedDependency[Viewer],
        job_id: FromPath[str],
    ) -> Template:
        """Also what the progress asks each second: an engine that is away must not end that."""
        try:
            job = await service.open_job(engine, viewer, job_id)
        except EngineUnavailableError as error:
            return still_asking(request, error, "bulk", "Действие не потеряно: оно продолжится")
        directory = await read_directory(engine, viewer)
        context = job_context(
            job, directory, queue_away=request.query_params.get("queue") == "away"
        )
        return page(request, "bulk/page.html", fragment="bulk/_job.html", context=context)


async def _choice(
    request: AnyRequest,
    engine: Engine,
    viewer: Viewer,
    ids: list[str],
    typed: dict[str, str],
    error: BadInputError | ForbiddenError | None = None,
) -> Template:
    directory = await read_directory(engine, viewer)
    context = choose_context(ids, viewer, directory, typed, error)
    return page(request, "bulk/choose.html", context=context, status=error.status if error else 200)
