"""Signing in and out, and whether a session is still open."""

from datetime import UTC, datetime
from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.response import Redirect, Template
from msgspec import structs

from app.accounts import signing_in, tickets
from app.accounts.events import SecurityEvent, note
from app.accounts.forms import SignInForm, read_code, read_sign_in
from app.accounts.models import User
from app.accounts.pages import (
    Asking,
    CodeForm,
    after_sign_in,
    code_page,
    examples,
    local_next,
    sign_in_page,
    with_cookie,
)
from app.accounts.reader import (
    session_cookie,
    session_id_of,
    valid_session,
    visitor_of,
)
from app.accounts.sessions import Session, Sessions
from app.engine.client import Engine
from app.errors import BadInputError, NotSignedInError, OtklikError, TooManyAttemptsError
from app.settings import Settings
from app.web.access import PUBLIC, SIGNED_IN
from app.web.htmx import go
from app.web.render import page
from app.web.typed import Typed

AnyRequest = Request[Any, Any, Any]
Answer = Response[Any] | Redirect | Template


class SignInController(Controller):
    @get("/sign-in", opt=PUBLIC)
    async def show(
        self,
        request: AnyRequest,
        engine: NamedDependency[Engine],
        settings: NamedDependency[Settings],
    ) -> Answer:
        """Whoever is signed in goes on; a locked session asks for the password only."""
        address = local_next(request.query_params.get("next"))
        asking = Asking(next=address)
        session_id = session_id_of(request)
        found = await valid_session(request, session_id) if session_id else None
        if found:
            session, _ = found
            if not session.is_idle(settings, datetime.now(UTC)):
                return Redirect(address, status_code=303)
            if request.query_params.get("as") != "other":
                asking = Asking(login=session.login, locked=True, next=address)
        asking = structs.replace(asking, examples=await examples(engine, settings))
        return sign_in_page(request, asking)

    @post("/sign-in", opt=PUBLIC, status_code=303)
    async def sign_in(
        self, request: AnyRequest, engine: NamedDependency[Engine], state: State
    ) -> Answer:
        form = await read_sign_in(request)
        try:
            user = await signing_in.check_by_password(
                engine, state.sessions, form.login, form.password, visitor_of(request)
            )
        except (BadInputError, TooManyAttemptsError) as error:
            return _again(request, form, error, await examples(engine, state.settings))
        return await next_step(request, user, form.next, form.typed)

    @post("/sign-in/code", opt=PUBLIC, status_code=303)
    async def second_step(
        self, request: AnyRequest, engine: NamedDependency[Engine], state: State
    ) -> Answer:
        form = await read_code(request)
        try:
            user, way = await signing_in.check_code(
                engine, state.sessions, form.ticket, form.code, visitor_of(request)
            )
        except (BadInputError, TooManyAttemptsError) as error:
            return code_page(request, form, error)
        except NotSignedInError as error:
            asking = Asking(next=form.next, typed=form.typed, error=error.message)
            return sign_in_page(request, asking, status=error.status)
        return await finish(request, user, form.next, form.typed, way)

    @post("/sign-out", opt=PUBLIC, status_code=303)
    async def sign_out(self, request: AnyRequest) -> Answer:
        """Also of a locked session, and of one that is over already."""
        if session := await end_old(request):
            visitor = visitor_of(request)
            note(
                SecurityEvent.SIGNED_OUT,
                login=session.login,
                address=visitor.address,
                request_id=visitor.request_id,
            )
        return with_cookie(go(request, "/sign-in"), session_cookie(request, ""))


class SessionController(Controller):
    """For the page's own script: is it still open, and «I am here»."""

    path = "/session"
    opt = PUBLIC

    @get()
    async def show(self, request: AnyRequest) -> dict[str, Any]:
        return await _session_state(request)

    @post(status_code=200)
    async def awake(self, request: AnyRequest, state: State) -> dict[str, Any]:
        """Somebody types a long text without asking for anything: the session stays open."""
        told = await _session_state(request)
        if told["state"] == "open":
            session_id = session_id_of(request)
            found = await state.sessions.read(session_id)
            if found.session:
                await state.sessions.touch(session_id, found.session)
        return told

    @get("/return", opt=SIGNED_IN)
    async def come_back(self, request: AnyRequest) -> Template:
        """After signing in elsewhere: the page with what was typed is open in another tab."""
        return page(request, "accounts/return.html")


async def _session_state(request: AnyRequest) -> dict[str, Any]:
    """`state`: open, locked or none; a locked or missing session tells nothing else."""
    session_id = session_id_of(request)
    found = await valid_session(request, session_id) if session_id else None
    if found is None:
        return {"state": "none"}
    session, _ = found
    now = datetime.now(UTC)
    if session.is_idle(request.app.state.settings, now):
        return {"state": "locked"}
    idle = (now - session.seen_at).total_seconds()
    return {"state": "open", "login": session.login, "idle_seconds": round(idle)}


def _again(
    request: AnyRequest, form: SignInForm, error: OtklikError, known: tuple[tuple[str, str], ...]
) -> Template:
    """The same form with the reason; the password is typed again, all else is kept."""
    asking = Asking(
        login=form.login,
        locked=form.locked,
        next=form.next,
        typed=form.typed,
        error=error.message,
        field=error.field or "",
        examples=known,
    )
    headers = (
        {"Retry-After": str(int(error.seconds) + 1)}
        if isinstance(error, TooManyAttemptsError)
        else None
    )
    return sign_in_page(request, asking, status=error.status, headers=headers)


async def next_step(
    request: AnyRequest, user: User, address: str, typed: Typed | None, way: str = "password"
) -> Answer:
    """After the first step: the code where the person has one, else they are in."""
    if user.totp_secret is None:
        return await finish(request, user, address, typed, way)
    word = await tickets.give(request.app.state.sessions, user, way)
    return code_page(request, CodeForm(word, "", address, typed))


async def finish(
    request: AnyRequest, user: User, address: str, typed: Typed | None, way: str
) -> Answer:
    """A new session under a new id; the one the browser came with ends."""
    sessions: Sessions = request.app.state.sessions
    old, visitor = await end_old(request), visitor_of(request)
    session_id = await signing_in.begin(sessions, user, visitor, way=way)
    if old and old.login == user.login and old.is_idle(sessions.settings, datetime.now(UTC)):
        note(
            SecurityEvent.SESSION_UNLOCKED,
            login=user.login,
            address=visitor.address,
            request_id=visitor.request_id,
        )
    answer = after_sign_in(request, user, address, typed)
    return with_cookie(answer, session_cookie(request, session_id))


async def end_old(request: AnyRequest) -> Session | None:
    """Ends the session the browser brought: its id opens nothing afterwards."""
    sessions: Sessions = request.app.state.sessions
    if not (session_id := session_id_of(request)):
        return None
    session = (await sessions.read(session_id)).session
    if session:
        await sessions.end(session_id, session)
    return session
