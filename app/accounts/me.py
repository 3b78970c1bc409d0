"""The own page: who I am here, my password, where I am signed in."""

from datetime import UTC, datetime
from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from app.accounts import service, signing_in
from app.accounts.contexts import me_view
from app.accounts.events import SecurityEvent, note
from app.accounts.forms import read_password
from app.accounts.pages import local_next, with_cookie
from app.accounts.passwords import change_is_due, rules_in_words
from app.accounts.reader import session_cookie, session_id_of, session_of, visitor_of
from app.engine.client import Engine
from app.errors import BadInputError, NotFoundError, OtklikError, TooManyAttemptsError
from app.settings import Settings
from app.viewer import Viewer
from app.web.access import SIGNED_IN
from app.web.htmx import go
from app.web.render import page

AnyRequest = Request[Any, Any, Any]
Answer = Response[Any] | Redirect | Template


class MeController(Controller):
    path = "/me"
    opt = SIGNED_IN

    @get()
    async def show(
        self,
        request: AnyRequest,
        engine: NamedDependency[Engine],
        settings: NamedDependency[Settings],
        viewer: NamedDependency[Viewer],
        state: State,
    ) -> Template:
        user = (await service.load_user(engine, viewer.name)).user
        sessions = [one for _, one in await state.sessions.of_person(user.login)]
        view = me_view(settings, user, viewer, sessions, session_of(request))
        return page(request, "accounts/me.html", context={"view": view})

    @get("/password")
    async def ask_password(
        self,
        request: AnyRequest,
        engine: NamedDependency[Engine],
        settings: NamedDependency[Settings],
        viewer: NamedDependency[Viewer],
    ) -> Template:
        user = (await service.load_user(engine, viewer.name)).user
        due = change_is_due(settings, user, datetime.now(UTC))
        return _password_page(request, due=due, address=request.query_params.get("next", "/me"))

    @post("/password", status_code=303)
    async def set_password(
        self,
        request: AnyRequest,
        engine: NamedDependency[Engine],
        settings: NamedDependency[Settings],
        viewer: NamedDependency[Viewer],
        state: State,
    ) -> Answer:
        """All other sessions end; this one goes on under a new id."""
        user = (await service.load_user(engine, viewer.name)).user
        due = change_is_due(settings, user, datetime.now(UTC))
        try:
            form = await read_password(request)
            visitor = visitor_of(request)
            await signing_in.check_own_password(
                engine, state.sessions, viewer.name, form.old, visitor
            )
            user = await service.change_own_password(engine, state.sessions, viewer.name, form.new)
        except (BadInputError, TooManyAttemptsError) as error:
            address = str((await request.form()).get("next", "/me"))
            return _password_page(request, due=due, address=address, error=error)
        note(
            SecurityEvent.PASSWORD_CHANGED,
            login=viewer.name,
            address=visitor.address,
            request_id=visitor.request_id,
        )
        session_id = await signing_in.begin(state.sessions, user, visitor, way="password_change")
        return with_cookie(go(request, form.next), session_cookie(request, session_id))

    @post("/sessions/{mark:str}/end", status_code=303)
    async def end_session(
        self,
        request: AnyRequest,
        state: State,
        viewer: NamedDependency[Viewer],
        mark: FromPath[str],
    ) -> Answer:
        if not await state.sessions.end_marked(viewer.name, mark):
            raise NotFoundError("Этот сеанс уже закончен.")
        _note_ended(request, viewer, "one")
        return go(request, "/me")

    @post("/sessions/end-others", status_code=303)
    async def end_others(
        self, request: AnyRequest, state: State, viewer: NamedDependency[Viewer]
    ) -> Answer:
        await state.sessions.end_all(viewer.name, but=session_id_of(request))
        _note_ended(request, viewer, "others")
        return go(request, "/me")


def _note_ended(request: AnyRequest, viewer: Viewer, reason: str) -> None:
    visitor = visitor_of(request)
    note(
        SecurityEvent.SESSION_ENDED,
        login=viewer.name,
        address=visitor.address,
        request_id=visitor.request_id,
        reason=reason,
    )


def _password_page(
    request: AnyRequest, *, due: bool, address: str, error: OtklikError | None = None
) -> Template:
    context = {
        "due": due,
        "next": local_next(address),
        "rules": rules_in_words(request.app.state.settings),
        "error": error.message if error else "",
        "field_name": (error.field or "") if error else "",
    }
    status = error.status if error else 200
    return page(request, "accounts/password.html", context=context, status=status)
