"""«Моя работа»: the queue, what is new in it, the next case, the own lists."""

from asyncio import gather
from datetime import UTC, datetime
from typing import Annotated, Any

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import PathParameter, QueryParameter
from litestar.response import Redirect, Template

from app.cases.directory import read_directory, read_people
from app.cases.rows import RowState
from app.engine.client import Engine
from app.errors import BadInputError, EngineSetupError, EngineUnavailableError
from app.jobs import ring
from app.permissions import Permission
from app.settings import Settings
from app.viewer import Viewer
from app.web.access import needs
from app.web.render import Banner, page
from app.work import desk as rules
from app.work.bulk import do_to_marked
from app.work.bulk_view import (
    NOTHING_TYPED,
    ToldOutcome,
    Typed,
    bulk_view,
    named,
    told_outcome,
)
from app.work.contexts import case_url, empty_view, live_context, view_params, work_view
from app.work.forms import ViewForm, read_bulk, read_view_form
from app.work.models import Desk
from app.work.params import WorkParams, parse_work, readable_work
from app.work.service import change_views, desk_of, live, next_case, open_queue
from app.work.views import views_context

AnyRequest = Request[Any, Any, Any]
_PAGE, _LIST, _LIVE, _VIEWS = (
    "work/page.html",
    "work/_list.html",
    "work/_live.html",
    "work/views.html",
)

Slug = Annotated[str, PathParameter(description="Свой список.")]


class WorkController(Controller):
    path = "/work"
    opt = needs(Permission.CASE_VIEW)

    @get()
    async def show(
        self,
        request: AnyRequest,
        engine: NamedDependency[Engine],
        settings: NamedDependency[Settings],
        viewer: NamedDependency[Viewer],
    ) -> Template | Redirect:
        """Without any parameters the person's own default list opens, if there is one."""
        pairs = list(request.query_params.multi_items())
        if not pairs and (own := _default(await desk_of(engine, viewer))):
            return Redirect(own.address, status_code=302)
        return await _shown(request, engine, settings, viewer, pairs)

    @get("/live")
    async def poll(
        self,
        request: AnyRequest,
        engine: NamedDependency[Engine],
        settings: NamedDependency[Settings],
        viewer: NamedDependency[Viewer],
        since: Annotated[datetime, QueryParameter(description="Когда список был показан.")],
    ) -> Template:
        """Numbers and one line, put where they belong: the page around them stays as it is."""
        params = parse_work(request.query_params.multi_items())
        moment = since if since.tzinfo else since.replace(tzinfo=UTC)
        try:
            found = await live(engine, params.first, viewer, settings.zone, moment)
        except (EngineUnavailableError, EngineSetupError):
            return page(request, _LIVE, context={"away": True})
        return page(request, _LIVE, context=live_context(found, params, viewer))

    @get("/next")
    async def next(
        self,
        request: AnyRequest,
        engine: NamedDependency[Engine],
        settings: NamedDependency[Settings],
        viewer: NamedDependency[Viewer],
        at: Annotated[str, QueryParameter(description="Место обращения в очереди.")],
    ) -> Redirect:
        """The case after this place; past the last one, the queue from its beginning."""
        params = parse_work(request.query_params.multi_items())
        row = await next_case(engine, params.first, viewer, settings.zone, at)
        end = f"{params.first.address}&end=1"
        return Redirect(case_url(params, row) if row else end, status_code=303)

    @get("/do")
    async def reopened(self, request: AnyRequest) -> Redirect:
        """The address of a form that was sent without scripts, opened again by the browser."""
        params = readable_work(request.query_params.multi_items())
        return Redirect(params.address, status_code=303)

    @post("/do", status_code=200)
    async def do(
        self,
        request: AnyRequest,
        engine: NamedDependency[Engine],
        settings: NamedDependency[Settings],
        viewer: NamedDependency[Viewer],
    ) -> Template:
        """One action on the marked rows, then the list with what came of each."""
        sent = [(name, str(value)) for name, value in (await request.form()).multi_items()]
        here = list(request.query_params.multi_items())
        try:
            form = read_bulk(sent)
            rows = await do_to_marked(
                engine, viewer, form.ids, form.action, form.raw, form.key, settings.zone
            )
        except BadInputError as error:
            typed = Typed(
                error.message, dict(sent), [value for name, value in sent if name == "id"]
            )
            return await _shown(request, engine, settings, viewer, here, typed=typed)
        told = told_outcome(form.action, rows)
        done = [row.case_id for row in rows if row.state is RowState.DONE]
        await gather(*(ring(settings, "project_audit", one) for one in done))
        await ring(settings, "sweep_notices")
        return await _shown(request, engine, settings, viewer, here, outcome=told)


async def _shown(
    request: AnyRequest,
    engine: Engine,
    settings: Settings,
    viewer: Viewer,
    pairs: list[tuple[str, str]],
    *,
    outcome: ToldOutcome | None = None,
    typed: Typed = NOTHING_TYPED,
) -> Template:
    params = readable_work(pairs)
    try:
        params = parse_work(pairs)
        found, directory = await gather(
            open_queue(engine, params, viewer, settings.zone), read_directory(engine, viewer)
        )
    except BadInputError as error:
        return _trouble(request, params, viewer, error.message, error.status)
    except (EngineUnavailableError, EngineSetupError) as error:
        banner = Banner(error.message)
        return _trouble(request, params, viewer, error.message, error.status, banner)
    context = {
        "work": work_view(params, found, viewer, directory),
        "bulk": bulk_view(viewer, directory, typed),
        "outcome": named(outcome, directory) if outcome else None,
        "trouble": None,
    }
    status = 400 if typed.error else 200
    return page(request, _PAGE, fragment=_LIST, context=context, status=status)


def _trouble(
    request: AnyRequest,
    params: WorkParams,
    viewer: Viewer,
    message: str,
    status: int,
    banner: Banner | None = None,
) -> Template:
    view = empty_view(params, viewer, Desk(login=viewer.name))
    context = {"work": view, "bulk": None, "outcome": None, "trouble": message}
    return page(request, _PAGE, fragment=_LIST, context=context, banner=banner, status=status)


def _default(desk: Desk) -> WorkParams | None:
    return next((view_params(one) for one in desk.views if one.slug == desk.default), None)


class ViewsController(Controller):
    path = "/work/views"
    opt = needs(Permission.CASE_VIEW)

    @get()
    async def show(
        self,
        request: AnyRequest,
        engine: NamedDependency[Engine],
        viewer: NamedDependency[Viewer],
    ) -> Template:
        form = read_view_form(request.query_params.multi_items())
        desk, people = await gather(desk_of(engine, viewer), read_people(engine))
        return page(request, _VIEWS, context=views_context(desk, people, removed=form))

    @post(status_code=303)
    async def save(
        self,
        request: AnyRequest,
        engine: NamedDependency[Engine],
        viewer: NamedDependency[Viewer],
    ) -> Redirect | Template:
        form = await _form(request)
        try:
            await change_views(
                engine, viewer, lambda desk: rules.with_view(desk, form.name, form.params.pairs())
            )
        except BadInputError as error:
            return await _again(request, engine, viewer, form, error)
        return Redirect(form.params.address, status_code=303)

    @post("/{slug:str}", status_code=303)
    async def change(
        self,
        request: AnyRequest,
        engine: NamedDependency[Engine],
        viewer: NamedDependency[Viewer],
        slug: Slug,
    ) -> Redirect | Template:
        form = await _form(request, slug)
        try:
            before = await desk_of(engine, viewer)
            await change_views(engine, viewer, form.change)
        except BadInputError as error:
            return await _again(request, engine, viewer, form, error)
        return Redirect(form.told(before), status_code=303)


async def _form(request: AnyRequest, slug: str = "") -> ViewForm:
    sent = await request.form()
    return read_view_form([(name, str(value)) for name, value in sent.multi_items()], slug)


async def _again(
    request: AnyRequest, engine: Engine, viewer: Viewer, form: ViewForm, error: BadInputError
) -> Template:
    """The page of own lists with what was typed and why it was not taken."""
    desk, people = await gather(desk_of(engine, viewer), read_people(engine))
    context = views_context(desk, people, form=form, error=error.message)
    return page(request, _VIEWS, context=context, status=error.status)
