"""Pages of «Загрузка» put together: documents and files in, templates out."""

from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from anyio.to_thread import run_sync
from litestar import Request, Response
from litestar.di import NamedDependency
from litestar.response import Redirect, Template

from app.engine.client import Engine
from app.errors import ConflictError, NotFoundError, OtklikError
from app.intake import repository
from app.intake.contexts import UploadView, job_view, kind_choices, list_view
from app.intake.distinct import ColumnValues, distinct_values
from app.intake.files import ImportFiles
from app.intake.forms import (
    MappingForm,
    UploadForm,
    has_choices,
    read_mapping,
)
from app.intake.models import ImportJob
from app.intake.permissions import may_load
from app.intake.profiles import BUILT_IN
from app.intake.profiles.mapped import CODED
from app.intake.tables import Row, number_headers, preview
from app.intake.wizard import PREVIEW_ROWS, WizardView, first_form, wizard_view
from app.jobs import ring
from app.settings import Settings
from app.viewer import Viewer
from app.web.htmx import go, wants_fragment
from app.web.render import page

AnyRequest = Request[Any, Any, Any]
Answer = Response[Any] | Redirect | Template


@dataclass(frozen=True)
class Desk:
    """What every handler of «Загрузка» works with; whoever has one may load files."""

    engine: Engine
    settings: Settings
    viewer: Viewer


async def open_desk(
    engine: NamedDependency[Engine],
    settings: NamedDependency[Settings],
    viewer: NamedDependency[Viewer],
) -> Desk:
    """Raises ForbiddenError."""
    may_load(viewer)
    return Desk(engine, settings, viewer)


async def list_page(
    request: AnyRequest,
    desk: Desk,
    *,
    form: UploadForm | None = None,
    error: OtklikError | None = None,
) -> Template:
    """The upload form over the list; with `error` the form as it was sent, and the sentence."""
    jobs = await repository.list_jobs(desk.engine)
    saved = [profile.name for profile in await repository.list_profiles(desk.engine)]
    kinds = kind_choices(saved)
    last = form.profile if form else jobs[0].profile if jobs else ""
    known = last in {code for code, _ in kinds}
    upload = UploadView(
        kinds=kinds,
        kind=last if known else next(iter(BUILT_IN)),
        most_megabytes=desk.settings.upload_max_mb,
        dry_run=form.dry_run if form else False,
        problem=error.message if error else "",
        problem_field=(error.field or "file") if error else "",
    )
    return page(
        request,
        "intake/page.html",
        fragment="intake/_list.html",
        context={"upload": upload, "list": list_view(jobs)},
        status=error.status if error else 200,
    )


def upload_problem(request: AnyRequest, error: OtklikError) -> Template:
    """For htmx: only the sentence is put into the form, which keeps its file and choices."""
    place = "profile" if error.field == "profile" else "file"
    return page(
        request,
        "intake/_problem.html",
        context={"problem": error.message},
        status=error.status,
        headers={"HX-Retarget": f"#{place}-problem", "HX-Reswap": "innerHTML"},
    )


async def job_page(
    request: AnyRequest,
    desk: Desk,
    job: ImportJob,
    *,
    wizard: WizardView | None = None,
    notice: str = "",
    status: int = 200,
) -> Template:
    """The page of one import, or for htmx the part of it that changes."""
    query = request.query_params
    edit = wizard is not None or "edit" in query or has_choices(query.multi_items())
    view = job_view(job, queue_away=query.get("queue") == "away", notice=notice, edit=edit)
    if view.section == "wizard" and wizard is None:
        wizard = await _wizard_for(request, desk, job)
    said = query.get("said") if wants_fragment(request) else None
    return page(
        request,
        "intake/job.html",
        fragment="intake/_job.html",
        context={"view": view, "wizard": wizard, "heard": said},
        status=status,
    )


async def _wizard_for(request: AnyRequest, desk: Desk, job: ImportJob) -> WizardView:
    """As the address has it (without JavaScript a changed column is a GET), else as it began."""
    pairs = list(request.query_params.multi_items())
    form = read_mapping(pairs) if has_choices(pairs) else first_form(job, _header(job))
    return await filled_wizard(desk, job, form, {})


async def filled_wizard(
    desk: Desk, job: ImportJob, form: MappingForm, errors: Mapping[str, str], notice: str = ""
) -> WizardView:
    rows, values = await material(desk, job, form)
    return wizard_view(job, form, rows, values, errors, notice)


async def material(
    desk: Desk, job: ImportJob, form: MappingForm
) -> tuple[Sequence[Row], Mapping[str, ColumnValues]]:
    """The first rows of the table and the values of the coded columns, read in a thread."""
    rows_file = ImportFiles(desk.settings, job.id).rows
    coded = {name: column for name, column in form.columns.items() if name in CODED}
    try:
        rows = await run_sync(preview, rows_file, PREVIEW_ROWS)
        return rows, await run_sync(distinct_values, rows_file, coded)
    except FileNotFoundError as error:
        raise NotFoundError("Файла этой загрузки больше нет. Загрузите таблицу ещё раз.") from error


async def wizard_again(
    request: AnyRequest,
    desk: Desk,
    job: ImportJob,
    form: MappingForm,
    errors: Mapping[str, str],
    *,
    notice: str = "",
) -> Template:
    """The wizard with all its choices and what is wrong with them."""
    wizard = await filled_wizard(desk, job, form, errors, notice)
    return await job_page(request, desk, job, wizard=wizard, status=400 if errors else 200)


async def changed(
    request: AnyRequest, desk: Desk, import_id: str, change: Awaitable[ImportJob]
) -> Answer:
    """Does `change`, rings the bell and goes to the page; a lost race shows the page as it is."""
    try:
        job = await change
    except ConflictError as error:
        job = (await repository.IMPORTS.get(desk.engine, import_id)).job
        return await job_page(request, desk, job, notice=error.message, status=409)
    return await ring_and_go(request, desk, job)


async def ring_and_go(request: AnyRequest, desk: Desk, job: ImportJob) -> Answer:
    heard = await ring(desk.settings, "run_import", job.id)
    return go(request, f"/imports/{job.id}" if heard else f"/imports/{job.id}?queue=away")


def headers_of(job: ImportJob) -> list[str]:
    return number_headers(_header(job))


def _header(job: ImportJob) -> list[str]:
    return job.table.header if job.table else []
