"""The page that asks for a password, wherever it is needed: at its own address, in place of an
answer that needed a session, or as a word to the page whose part was asked for.
"""

import json
from typing import Any
from urllib.parse import urlencode

from litestar import Request, Response
from litestar.datastructures import Cookie
from litestar.response import Redirect, Template
from msgspec import Struct

from app.accounts.models import User
from app.accounts.repository import EVERYBODY, find
from app.accounts.roles import ROLE_NAMES
from app.engine.client import Engine
from app.errors import NotSignedInError, OtklikError, PasswordChangeDueError, SessionLockedError
from app.settings import Settings
from app.web.htmx import wants_fragment
from app.web.render import page
from app.web.typed import Typed, typed_of
from app.web.urls import local_path

AnyRequest = Request[Any, Any, Any]
Answer = Response[Any] | Redirect | Template

HOME = "/"
SIGN_IN = "/sign-in"
CHANGE = "/me/password"
RETURN = "/session/return"
"""Where a sign-in in another tab ends: what was typed waits in the first one."""
_UNAUTHORISED = 401
_SAFE = frozenset({"GET", "HEAD"})
_EVENTS = "text/event-stream"


class Asking(Struct, frozen=True):
    """What the sign-in page shows."""

    login: str = ""
    locked: bool = False
    """The login is known and the person was here: only the password is asked."""
    next: str = HOME
    typed: Typed | None = None
    error: str = ""
    field: str = ""
    notice: str = ""
    examples: tuple[tuple[str, str], ...] = ()
    """Logins of a demo and what they may try, in words."""


class CodeForm(Struct, frozen=True):
    """The second step as it is shown and as it comes back."""

    ticket: str
    code: str
    next: str
    typed: Typed | None


def local_next(address: str | None) -> str:
    """A page of this site, else the first one: `next` never leads away."""
    if not address or not address.startswith("/") or address[1:2] in {"/", "\\"}:
        return HOME
    if any(ord(sign) < ord(" ") for sign in address) or address.startswith(SIGN_IN):
        return HOME
    return address


def sign_in_page(
    request: AnyRequest,
    asking: Asking,
    *,
    status: int = 200,
    headers: dict[str, str] | None = None,
) -> Template:
    settings: Settings = request.app.state.settings
    after = RETURN if asking.typed else asking.next
    context = {
        "asking": asking,
        "oidc_href": f"/sign-in/oidc?{urlencode({'next': after})}",
        "demo_password": settings.demo_password,
    }
    return page(
        request,
        "accounts/sign_in.html",
        fragment="accounts/_unlock.html",
        context=context,
        status=status,
        headers=headers,
    )


def code_page(request: AnyRequest, form: CodeForm, error: OtklikError | None = None) -> Template:
    context = {"asking": form, "error": error.message if error else ""}
    return page(
        request,
        "accounts/code.html",
        fragment="accounts/_code.html",
        context=context,
        status=error.status if error else 200,
    )


def _here(request: AnyRequest) -> str:
    query = request.url.query
    return f"{request.url.path}?{query}" if query else request.url.path


def ask_to_sign_in(request: AnyRequest, error: NotSignedInError) -> Answer:
    """A page leads to the sign-in and back; a form is answered in place with what was typed; the
    page around a fragment asks by itself (`session.js`) and keeps everything on it. A stream of
    events is only refused: a page is no answer to it.
    """
    if wants_fragment(request):
        return Response(
            None,
            status_code=_UNAUTHORISED,
            headers={
                "HX-Reswap": "none",
                "HX-Trigger": json.dumps({"otklik:signed-out": {"code": error.code}}),
                "Vary": "HX-Request",
            },
        )
    if _EVENTS in request.headers.get("accept", ""):
        return Response(None, status_code=_UNAUTHORISED, headers={"Vary": "Accept"})
    if request.method in _SAFE:
        return Redirect(f"{SIGN_IN}?{urlencode({'next': _here(request)})}", status_code=303)
    locked = isinstance(error, SessionLockedError)
    asking = Asking(
        login=error.login if isinstance(error, SessionLockedError) else "",
        locked=locked,
        next=local_next(_page_of_form(request)),
        typed=typed_of(request),
        notice=error.message,
    )
    return sign_in_page(request, asking, status=_UNAUTHORISED)


def _page_of_form(request: AnyRequest) -> str:
    """Where the form stood, which is where to go back to."""
    here = local_path(request.headers.get("referer", ""), request.headers.get("host", ""))
    return here or HOME


def ask_to_change_password(request: AnyRequest, error: PasswordChangeDueError) -> Answer:
    address = CHANGE
    if request.method in _SAFE and not wants_fragment(request):
        address = f"{CHANGE}?{urlencode({'next': _here(request)})}"
    if wants_fragment(request):
        return Response(None, status_code=error.status, headers={"HX-Redirect": address})
    return Redirect(address, status_code=303)


def answer_refusal(request: AnyRequest, error: OtklikError) -> Answer | None:
    """For errors that are answered by asking for a password; None for all others."""
    if isinstance(error, PasswordChangeDueError):
        return ask_to_change_password(request, error)
    if isinstance(error, NotSignedInError):
        return ask_to_sign_in(request, error)
    return None


def after_sign_in(request: AnyRequest, user: User, address: str, typed: Typed | None) -> Answer:
    """To the page that was wanted; with something typed, first to what is to be sent again."""
    if wants_fragment(request):
        told = json.dumps({"otklik:signed-in": {"login": user.login}})
        return Response(None, status_code=204, headers={"HX-Trigger": told})
    if typed is None:
        return Redirect(address, status_code=303)
    context = {"typed": typed, "back": address}
    return page(request, "accounts/typed.html", context=context)


async def examples(engine: Engine, settings: Settings) -> tuple[tuple[str, str], ...]:
    """The people of a demo, so that whoever looks can choose; nobody elsewhere."""
    if not settings.demo_password:
        return ()
    users = [one for one in await find(engine, EVERYBODY) if one.active]
    return tuple((one.login, role_words(one)) for one in users)


def role_words(user: User) -> str:
    return ", ".join(ROLE_NAMES[role] for role in user.roles)


def with_cookie(answer: Answer, cookie: Cookie) -> Answer:
    answer.cookies.append(cookie)
    return answer
