"""The way to the OpenID Connect provider and back."""

from typing import Any

from litestar import Controller, Request, Response, get
from litestar.datastructures import Cookie, State
from litestar.di import NamedDependency
from litestar.response import Redirect, Template

from app.accounts import oidc
from app.accounts.controllers import next_step
from app.accounts.events import SecurityEvent, note
from app.accounts.pages import Asking, local_next, sign_in_page, with_cookie
from app.accounts.reader import visitor_of
from app.engine.client import Engine
from app.errors import NotFoundError, OtklikError, TooManyRequestsError
from app.settings import Settings
from app.web.access import PUBLIC
from app.web.callers import network_of
from app.web.csrf import secret_mark
from app.web.rate import RateLimit

AnyRequest = Request[Any, Any, Any]
Answer = Response[Any] | Redirect | Template
_COOKIE = "otklik_oidc"
_LASTS = 600
TOO_OFTEN = "С вашего адреса слишком часто начинают такой вход."


class OidcController(Controller):
    path = "/sign-in/oidc"
    opt = PUBLIC

    @get()
    async def start(
        self, request: AnyRequest, settings: NamedDependency[Settings], state: State
    ) -> Answer:
        _check_on(settings)
        address = local_next(request.query_params.get("next"))
        try:
            await _spend(request)
            there, word = await oidc.begin(state.sessions, address)
        except TooManyRequestsError as error:
            return _too_often(request, address, error)
        except (oidc.OidcAwayError, oidc.OidcRefusedError) as error:
            return sign_in_page(request, Asking(next=address, error=error.message), status=503)
        return with_cookie(Redirect(there, status_code=303), _cookie(settings, word))

    @get("/done")
    async def done(
        self,
        request: AnyRequest,
        engine: NamedDependency[Engine],
        settings: NamedDependency[Settings],
        state: State,
    ) -> Answer:
        _check_on(settings)
        query = request.query_params
        word = request.cookies.get(_name(settings), "")
        visitor = visitor_of(request)
        try:
            begun = await oidc.taken(state.sessions, query.get("state", ""), word)
            known = await oidc.identity(settings, begun, query.get("code", ""))
            user = await oidc.user_of(engine, known, visitor)
        except (oidc.OidcAwayError, oidc.OidcRefusedError) as error:
            return _refused(request, settings, error)
        answer = await next_step(request, user, begun.next, None, way="oidc")
        return with_cookie(answer, _cookie(settings, ""))


def _check_on(settings: Settings) -> None:
    if not settings.oidc_issuer:
        raise NotFoundError("Такого входа здесь нет.")


async def _spend(request: AnyRequest) -> None:
    """Each start is a question to the provider and minutes of Redis, for anybody who asks.

    Raises `TooManyRequestsError`.
    """
    limit: RateLimit = request.app.state.oidc_starts
    await limit.spend(f"oidc:{network_of(visitor_of(request).address)}")


def _too_often(request: AnyRequest, address: str, error: TooManyRequestsError) -> Answer:
    _note_refused(request, error)
    asking = Asking(next=address, error=error.message)
    wait = {"Retry-After": str(error.retry_after)}
    return sign_in_page(request, asking, status=error.status, headers=wait)


def _note_refused(request: AnyRequest, error: OtklikError) -> None:
    visitor = visitor_of(request)
    note(
        SecurityEvent.SIGN_IN_REFUSED,
        login="",
        address=visitor.address,
        request_id=visitor.request_id,
        reason=error.code,
    )


def _refused(request: AnyRequest, settings: Settings, error: OtklikError) -> Answer:
    _note_refused(request, error)
    answer = sign_in_page(request, Asking(error=error.message), status=error.status)
    return with_cookie(answer, _cookie(settings, ""))


def _name(settings: Settings) -> str:
    return f"{_COOKIE}_{secret_mark(settings)}"


def _cookie(settings: Settings, word: str) -> Cookie:
    """Binds the way to the provider to this browser; empty takes it away."""
    return Cookie(
        key=_name(settings),
        value=word,
        path="/sign-in/oidc",
        max_age=_LASTS if word else 0,
        httponly=True,
        samesite="lax",
        secure=settings.secure,
    )
