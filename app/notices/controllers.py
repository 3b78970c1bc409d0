"""«Уведомления»: the list, the way from a notice to its case, the bell, the own choices."""

from datetime import UTC, datetime
from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Stream, Template

from app.accounts import service as accounts
from app.accounts.models import User
from app.accounts.pages import local_next
from app.accounts.reader import BY_ITSELF, still_open
from app.engine.client import Engine
from app.errors import BadInputError
from app.notices.choices import ChoicesForm, form_of, read_choices
from app.notices.contexts import choices_view, list_view
from app.notices.models import address_of
from app.notices.params import NoticeParams, parse_notices
from app.notices.service import open_notices, read_all, read_notice
from app.notices.stream import told
from app.notices.waking import wake
from app.settings import Settings
from app.viewer import Viewer
from app.web.access import SIGNED_IN
from app.web.htmx import go
from app.web.render import page

AnyRequest = Request[Any, Any, Any]
Answer = Response[Any] | Redirect
_STREAM_HEADERS = {"cache-control": "no-store", "x-accel-buffering": "no"}


class NoticesController(Controller):
    path = "/notices"
    opt = SIGNED_IN

    @get()
    async def show(
        self,
        request: AnyRequest,
        engine: NamedDependency[Engine],
        viewer: NamedDependency[Viewer],
    ) -> Template:
        try:
            params, wrong = parse_notices(request.query_params.multi_items()), ""
        except BadInputError as error:
            params, wrong = NoticeParams(), error.message
        view = await list_view(engine, params, await open_notices(engine, params, viewer))
        return page(
            request,
            "notices/page.html",
            fragment="notices/_list.html",
            context={"view": view, "wrong": wrong},
            status=400 if wrong else 200,
        )

    @get("/stream", opt={BY_ITSELF: True})
    async def stream(
        self,
        request: AnyRequest,
        engine: NamedDependency[Engine],
        viewer: NamedDependency[Viewer],
        state: State,
    ) -> Stream:
        async def is_open() -> bool:
            return await still_open(request)

        events = told(state.bells, engine, viewer.name, is_open)
        return Stream(events, media_type="text/event-stream", headers=_STREAM_HEADERS)

    @get("/{notice_id:str}")
    async def follow(
        self,
        engine: NamedDependency[Engine],
        settings: NamedDependency[Settings],
        viewer: NamedDependency[Viewer],
        notice_id: FromPath[str],
    ) -> Redirect:
        """To the case or road map, which asks for itself who may see it; the notice is read."""
        notice = await read_notice(engine, viewer, notice_id, datetime.now(UTC))
        await wake(settings, [viewer.name])
        return Redirect(address_of(notice), status_code=303)

    @post("/read", status_code=303)
    async def read_every(
        self,
        request: AnyRequest,
        engine: NamedDependency[Engine],
        settings: NamedDependency[Settings],
        viewer: NamedDependency[Viewer],
    ) -> Answer:
        await read_all(engine, viewer, datetime.now(UTC))
        await wake(settings, [viewer.name])
        return go(request, await _back(request))

    @post("/{notice_id:str}/read", status_code=303)
    async def read_one(
        self,
        request: AnyRequest,
        engine: NamedDependency[Engine],
        settings: NamedDependency[Settings],
        viewer: NamedDependency[Viewer],
        notice_id: FromPath[str],
    ) -> Answer:
        await read_notice(engine, viewer, notice_id, datetime.now(UTC))
        await wake(settings, [viewer.name])
        return go(request, await _back(request))


async def _back(request: AnyRequest) -> str:
    wanted = local_next(str((await request.form()).get("back", "")))
    return wanted if wanted.startswith("/notices") else "/notices"


class NoticeChoicesController(Controller):
    path = "/me/notices"
    opt = SIGNED_IN

    @get()
    async def ask(
        self,
        request: AnyRequest,
        engine: NamedDependency[Engine],
        settings: NamedDependency[Settings],
        viewer: NamedDependency[Viewer],
    ) -> Template:
        user = (await accounts.load_user(engine, viewer.name)).user
        saved = "Сохранено." if "saved" in request.query_params else ""
        return _choices_page(request, settings, user, form_of(user.notify), told=saved)

    @post(status_code=303)
    async def choose(
        self,
        request: AnyRequest,
        engine: NamedDependency[Engine],
        settings: NamedDependency[Settings],
        viewer: NamedDependency[Viewer],
        state: State,
    ) -> Answer | Template:
        user = (await accounts.load_user(engine, viewer.name)).user
        given = {name: str(value) for name, value in (await request.form()).multi_items()}
        form = form_of(user.notify)
        try:
            form = read_choices(given)
            await accounts.choose_notices(engine, state.sessions, viewer.name, form.choices())
        except BadInputError as error:
            return _choices_page(request, settings, user, form, error=error)
        return go(request, "/me/notices?saved=1")


def _choices_page(
    request: AnyRequest,
    settings: Settings,
    user: User,
    form: ChoicesForm,
    *,
    told: str = "",
    error: BadInputError | None = None,
) -> Template:
    errors = {error.field or "": error.message} if error else {}
    view = choices_view(user, form, mail_on=settings.mail_on, errors=errors, told=told)
    status = error.status if error else 200
    return page(request, "notices/choices.html", context={"view": view}, status=status)
