"""Who asks, where a program asks: `Authorization: Bearer …` under `/api/`.

Elsewhere the header is not looked at: a token opens no pages, and no form can be sent by one.
"""

from datetime import UTC, datetime

import msgspec

from app.accounts.tokens.models import Token
from app.accounts.tokens.owners import owner_of
from app.accounts.tokens.service import narrowed, recognise, refused
from app.engine.client import Engine
from app.errors import BadTokenError, InactiveOwnerError
from app.origin import Origin, current_origin, set_origin
from app.viewer import Viewer
from app.web.access import AnyConnection
from app.web.rate import RateLimit

_TOKEN = "token"  # noqa: S105 - a key of the request's state
_PATHS = ("/api/",)


async def who_bears(connection: AnyConnection) -> Viewer | None:
    """None where no token is shown. Raises `BadTokenError`: a bad token never turns into a guest,
    nor into whoever the cookie names.
    """
    header = connection.headers.get("authorization")
    if header is None or not connection.url.path.startswith(_PATHS):
        return None
    scheme, _, secret = header.partition(" ")
    if scheme.lower() != "bearer":
        raise BadTokenError("Нужен заголовок Authorization: Bearer и токен.")
    engine: Engine = connection.app.state.engine
    token = await recognise(engine, secret.strip(), datetime.now(UTC))
    limit: RateLimit = connection.app.state.rate_limit
    await limit.spend(token.id)
    owner = await owner_of(engine, token.login)
    if owner is None:
        raise refused(
            InactiveOwnerError("Человек, за которого действует токен, больше не работает."), token
        )
    connection.scope["state"][_TOKEN] = token
    set_origin(msgspec.structs.replace(current_origin() or Origin(), token=token.name))
    return narrowed(owner, token)


def token_of(connection: AnyConnection) -> Token | None:
    """What the guard recognised; None where a person asks."""
    token: Token | None = connection.scope["state"].get(_TOKEN)
    return token
