"""Who may open an address: every route declares it, and one that does not is refused.

`opt=PUBLIC`, `opt=SIGNED_IN` or `opt=needs(Permission.…)` on a handler, a controller or a router.
What a person may do with one case is asked besides, where the case is known.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from litestar.connection import ASGIConnection
from litestar.handlers.base import BaseRouteHandler

from app.errors import ForbiddenError, NotSignedInError
from app.permissions import Permission
from app.viewer import Viewer, require
from app.web.typed import keep_typed

KEY = "access"
PUBLIC: dict[str, Any] = {KEY: "public"}
SIGNED_IN: dict[str, Any] = {KEY: "signed_in"}

AnyConnection = ASGIConnection[Any, Any, Any, Any]
WhoAsks = Callable[[AnyConnection], Awaitable[Viewer | None]]
"""Reads the session or the token of a request; None where there is none that is valid."""

_VIEWER = "viewer"


def needs(permission: Permission) -> dict[str, Any]:
    return {KEY: permission}


def first_of(*readers: WhoAsks) -> WhoAsks:
    """Asks the readers in turn; the first that recognises somebody decides, an error ends it."""

    async def who_asks(connection: AnyConnection) -> Viewer | None:
        for reader in readers:
            if viewer := await reader(connection):
                return viewer
        return None

    return who_asks


async def check_access(connection: AnyConnection, handler: BaseRouteHandler) -> None:
    """The application's only guard: Litestar runs it before anything of the handler.

    Nobody is recognised for a public address: it costs no read and works without Redis.
    """
    declared = handler.opt.get(KEY)
    if declared is None:
        raise ForbiddenError("Кому можно открывать эту страницу, не указано: она закрыта.")
    if declared == PUBLIC[KEY]:
        return
    try:
        viewer = await _recognised(connection)
    except NotSignedInError:
        await keep_typed(connection)
        raise
    if declared != SIGNED_IN[KEY]:
        require(viewer, Permission(declared))


async def _recognised(connection: AnyConnection) -> Viewer:
    who_asks: WhoAsks = connection.app.state.who_asks
    viewer = await who_asks(connection)
    if viewer is None:
        raise NotSignedInError("Нужно войти.")
    connection.scope["state"][_VIEWER] = viewer
    return viewer


def viewer_of(connection: AnyConnection) -> Viewer | None:
    """Whoever the guard recognised; None also outside of any route."""
    viewer: Viewer | None = connection.scope["state"].get(_VIEWER)
    return viewer
