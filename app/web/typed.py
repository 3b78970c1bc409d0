"""What was typed into a form whose sender has to sign in first: kept in the answer, sent again.

It travels through the browser as hidden fields, so nothing of it is stored here.
"""

from typing import Any

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.datastructures import FormMultiDict, UploadFile
from msgspec import Struct

FIELD = "typed."
"""Beginning of the hidden fields' names, so that they mix with no field of the sign-in."""
ACTION = "typed-action"
_CSRF = "_csrf_token"
_MOST = 400_000
"""Signs in all: with their escaping they still fit a request (`MAX_BODY`)."""
_KINDS = ("application/x-www-form-urlencoded", "multipart/form-data")
_SECRET = frozenset({"password", "old", "again"})
"""A form with one of these is not carried along: it would show a password."""
_KEY = "typed"


class Typed(Struct, frozen=True):
    action: str
    """Path and query the form was sent to."""
    fields: tuple[tuple[str, str], ...]
    files: bool = False
    """There were files besides: a browser lets nobody send them again by itself."""
    too_long: bool = False
    """Too much to carry along; it is still in the form that the browser goes back to."""


async def keep_typed(connection: ASGIConnection[Any, Any, Any, Any]) -> None:
    """Reads the form of a request that is about to be refused; the CSRF token was right."""
    if not isinstance(connection, Request) or connection.method != "POST":
        return
    if not connection.headers.get("content-type", "").startswith(_KINDS):
        return
    fields, files = _split(await connection.form())
    if any(name in _SECRET for name, _ in fields):
        return
    too_long = sum(len(name) + len(value) for name, value in fields) > _MOST
    query = connection.url.query
    action = f"{connection.url.path}?{query}" if query else connection.url.path
    typed = Typed(action, () if too_long else fields, files, too_long)
    connection.scope["state"][_KEY] = typed


def _split(form: FormMultiDict) -> tuple[tuple[tuple[str, str], ...], bool]:
    """Texts as they were sent, and whether there were files."""
    items = [(name, value) for name, value in form.multi_items() if name != _CSRF]
    texts = tuple((name, value) for name, value in items if isinstance(value, str))
    return texts, any(isinstance(value, UploadFile) for _, value in items)


def typed_of(request: Request[Any, Any, Any]) -> Typed | None:
    """What `keep_typed` kept of this request."""
    typed: Typed | None = request.scope["state"].get(_KEY)
    return typed


def typed_again(form: FormMultiDict) -> Typed | None:
    """What a sign-in form carries along; None where it carries nothing, or not to a local page."""
    action = form.get(ACTION, "")
    if not isinstance(action, str) or not action.startswith("/") or action[1:2] in {"/", "\\"}:
        return None
    fields = tuple(
        (name.removeprefix(FIELD), value)
        for name, value in form.multi_items()
        if name.startswith(FIELD) and isinstance(value, str)
    )
    return Typed(action, fields, files=form.get("typed-files") == "on")
