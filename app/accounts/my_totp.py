"""The second step on the own page: shown, switched on and off, codes renewed."""

from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.response import Redirect, Template

from app.accounts import factors, service, signing_in, totp
from app.accounts.events import SecurityEvent, note
from app.accounts.forms import TotpForm, read_totp
from app.accounts.reader import session_id_of, visitor_of
from app.engine.client import Engine
from app.errors import BadInputError, ConflictError, OtklikError, TooManyAttemptsError
from app.settings import Settings
from app.viewer import Viewer
from app.web.access import SIGNED_IN
from app.web.htmx import go
from app.web.render import page

AnyRequest = Request[Any, Any, Any]
Answer = Response[Any] | Redirect | Template
_REFUSALS = (BadInputError, TooManyAttemptsError, ConflictError)


class MyTotpController(Controller):
    path = "/me/totp"
    opt = SIGNED_IN

    @get()
    async def show(
        self,
        request: AnyRequest,
        engine: NamedDependency[Engine],
        settings: NamedDependency[Settings],
        viewer: NamedDependency[Viewer],
    ) -> Answer:
        """A new secret each time; it counts only once a code of it comes back."""
        user = (await service.load_user(engine, viewer.name)).user
        if user.totp_secret is not None or user.password_hash is None:
            return go(request, "/me")
        return _offer(request, settings, viewer.name, totp.new_secret())

    @post(status_code=200)
    async def turn_on(
        self,
        request: AnyRequest,
        engine: NamedDependency[Engine],
        settings: NamedDependency[Settings],
        viewer: NamedDependency[Viewer],
        state: State,
    ) -> Answer:
        form = await read_totp(request)
        try:
            await _check(request, engine, viewer, form)
            codes = await factors.turn_on(
                engine, state.sessions, viewer.name, form.sealed, form.code
            )
        except _REFUSALS as error:
            secret = totp.unseal(settings, viewer.name, form.sealed)
            return _offer(request, settings, viewer.name, secret, error)
        await state.sessions.end_all(viewer.name, but=session_id_of(request))
        _note(request, viewer, SecurityEvent.TOTP_ON)
        return _codes(request, codes)

    @post("/off", status_code=303)
    async def turn_off(
        self,
        request: AnyRequest,
        engine: NamedDependency[Engine],
        viewer: NamedDependency[Viewer],
        state: State,
    ) -> Answer:
        form = await read_totp(request)
        try:
            await _check(request, engine, viewer, form)
        except _REFUSALS as error:
            return _confirm(request, error)
        await factors.turn_off(engine, state.sessions, viewer.name)
        _note(request, viewer, SecurityEvent.TOTP_OFF)
        return go(request, "/me")

    @post("/codes", status_code=200)
    async def renew_codes(
        self,
        request: AnyRequest,
        engine: NamedDependency[Engine],
        viewer: NamedDependency[Viewer],
        state: State,
    ) -> Answer:
        form = await read_totp(request)
        try:
            await _check(request, engine, viewer, form)
            codes = await factors.renew_codes(engine, state.sessions, viewer.name)
        except _REFUSALS as error:
            return _confirm(request, error)
        _note(request, viewer, SecurityEvent.TOTP_ON, "codes_renewed")
        return _codes(request, codes)

    @get("/change")
    async def confirm(self, request: AnyRequest) -> Template:
        return _confirm(request)


async def _check(request: AnyRequest, engine: Engine, viewer: Viewer, form: TotpForm) -> None:
    """A stolen session must not take the second step away, nor set it to the thief's telephone."""
    await signing_in.check_own_password(
        engine, request.app.state.sessions, viewer.name, form.password, visitor_of(request)
    )


def _offer(
    request: AnyRequest,
    settings: Settings,
    login: str,
    secret: str,
    error: OtklikError | None = None,
) -> Template:
    context = {
        "sealed": totp.seal(settings, login, secret),
        "picture": totp.picture(login, secret),
        "secret": totp.grouped(secret),
        **_told(error),
    }
    status = error.status if error else 200
    return page(request, "accounts/totp.html", context=context, status=status)


def _confirm(request: AnyRequest, error: OtklikError | None = None) -> Template:
    status = error.status if error else 200
    return page(request, "accounts/totp_change.html", context=_told(error), status=status)


def _told(error: OtklikError | None) -> dict[str, str]:
    return {"error": error.message if error else "", "wrong": (error.field or "") if error else ""}


def _codes(request: AnyRequest, codes: list[str]) -> Template:
    """Shown once: they are kept nowhere."""
    headers = {"Cache-Control": "no-store"}
    return page(request, "accounts/codes.html", context={"codes": codes}, headers=headers)


def _note(request: AnyRequest, viewer: Viewer, what: SecurityEvent, reason: str = "") -> None:
    visitor = visitor_of(request)
    note(
        what,
        login=viewer.name,
        address=visitor.address,
        request_id=visitor.request_id,
        reason=reason,
    )
