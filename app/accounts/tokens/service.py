"""Giving tokens out, taking them back, and recognising who shows one."""

import secrets
from collections.abc import Collection
from datetime import UTC, datetime, timedelta

import msgspec
import structlog
from msgspec import Struct

from app.accounts.events import SecurityEvent, announce, note
from app.accounts.tokens import repository
from app.accounts.tokens.models import PREFIX, SHORT, Token, TokenState, token_id
from app.engine.client import Engine, Stored
from app.errors import (
    BadInputError,
    BadTokenError,
    ConflictError,
    ExpiredTokenError,
    NotFoundError,
    RevokedTokenError,
)
from app.permissions import PERMISSION_NAMES, Permission
from app.viewer import Viewer, require

log = structlog.get_logger()

USUAL_DAYS = 365
MOST_DAYS = 1095
LONGEST_NAME = 80
_SECRET_OCTETS = 32
_NOTED_EACH = timedelta(hours=1)
_TRIES = 5


class Wish(Struct, frozen=True, kw_only=True):
    """A token asked for, as a form or a command has it."""

    login: str
    name: str
    days: int = USUAL_DAYS
    permissions: list[str] | None = None
    municipalities: list[str] | None = None
    channels: list[str] | None = None


async def create(
    engine: Engine, viewer: Viewer | None, owner: Viewer | None, wish: Wish
) -> tuple[str, Token]:
    """The secret, never to be seen again, and the token. `owner`: the person of `wish.login`.

    Raises `ForbiddenError`, and `BadInputError` that names the field.
    """
    by = require(viewer, Permission.TOKENS_MANAGE).name
    if owner is None:
        raise BadInputError("Такого человека нет, или он больше не работает.", field="login")
    _check(wish, owner)
    secret = PREFIX + secrets.token_urlsafe(_SECRET_OCTETS)
    now = datetime.now(UTC)
    token = Token(
        id=token_id(secret) or "",
        name=" ".join(wish.name.split()),
        login=owner.name,
        created_at=now,
        created_by=by,
        expires_at=now + timedelta(days=wish.days),
        permissions=wish.permissions,
        municipalities=wish.municipalities,
        channels=wish.channels,
    )
    created = SecurityEvent.TOKEN_CREATED
    await announce(created, login=by, subject=token.login, token=token.short_id)
    await repository.add(engine, token)
    log.info("token_created", token=token.short_id)
    return secret, token


def _check(wish: Wish, owner: Viewer) -> None:
    name = " ".join(wish.name.split())
    if not name:
        raise BadInputError("Напишите, для какой программы токен.", field="name")
    if len(name) > LONGEST_NAME or not name.isprintable():
        raise BadInputError(f"Название: не больше {LONGEST_NAME} знаков.", field="name")
    if not 1 <= wish.days <= MOST_DAYS:
        raise BadInputError(f"Срок: от 1 до {MOST_DAYS} дней.", field="days")
    if wish.permissions is not None:
        _check_permissions(wish.permissions, owner)


def _check_permissions(wanted: Collection[str], owner: Viewer) -> None:
    if not wanted:
        raise BadInputError("Выберите хотя бы одно право.", field="permissions")
    for code in wanted:
        if code not in set(Permission):
            raise BadInputError(f"Нет такого права: «{code[:60]}».", field="permissions")
        if not owner.may(Permission(code)):
            words = PERMISSION_NAMES[Permission(code)]
            raise BadInputError(f"У этого человека нет права «{words}».", field="permissions")


async def listed(engine: Engine, viewer: Viewer | None) -> list[Token]:
    require(viewer, Permission.TOKENS_MANAGE)
    return await repository.newest(engine)


async def revoke(engine: Engine, viewer: Viewer | None, name: str) -> Token:
    """`name` is an id or its beginning as people see it. A dead token stays as it is."""
    by = require(viewer, Permission.TOKENS_MANAGE).name
    for _ in range(_TRIES):
        token, read = await _by_name(engine, name)
        if token.revoked_at is not None:
            return token
        dead = msgspec.structs.replace(token, revoked_at=datetime.now(UTC), revoked_by=by)
        try:
            await repository.replace(engine, read, dead, refresh=True)
        except ConflictError:
            continue  # it was used just now
        log.info("token_revoked", token=token.short_id)
        revoked = SecurityEvent.TOKEN_REVOKED
        note(revoked, login=by, subject=token.login, token=token.short_id)
        return dead
    raise ConflictError("Токен как раз меняется. Повторите.")


async def _by_name(engine: Engine, name: str) -> tuple[Token, Stored]:
    if len(name) >= SHORT:
        for token in await repository.newest(engine, {"prefix": {"id": name.lower()}}):
            if found := await repository.find(engine, token.id):
                return found
    raise NotFoundError("Такого токена нет.")


async def recognise(engine: Engine, secret: str, now: datetime) -> Token:
    """The living token behind `secret`; raises `BadTokenError` or one of its kinds."""
    known = token_id(secret)
    found = await repository.find(engine, known) if known else None
    if found is None:
        log.warning("token_refused", code=BadTokenError.code, token=known and known[:SHORT])
        raise BadTokenError("Токен не опознан.")
    token, read = found
    if token.state(now) is TokenState.REVOKED:
        raise refused(RevokedTokenError("Токен отозван."), token)
    if token.state(now) is TokenState.EXPIRED:
        raise refused(ExpiredTokenError("Срок токена истёк."), token)
    if token.used_at is None or now - token.used_at >= _NOTED_EACH:
        await _note_use(engine, read, token, now)
    return token


def refused(error: BadTokenError, token: Token) -> BadTokenError:
    """`error`, once it is told whose token it was; of an unknown one the refused request tells."""
    log.warning("token_refused", code=error.code, token=token.short_id)
    what = SecurityEvent.TOKEN_REFUSED
    note(what, login=token.login, reason=error.code, token=token.short_id)
    return error


async def _note_use(engine: Engine, read: Stored, token: Token, now: datetime) -> None:
    used = msgspec.structs.replace(token, used_at=now.replace(minute=0, second=0, microsecond=0))
    try:
        await repository.replace(engine, read, used)
    except ConflictError:
        log.info("token_use_noted_elsewhere", token=token.short_id)


def narrowed(owner: Viewer, token: Token) -> Viewer:
    """The person as far as the token goes; never more than the person may now."""
    given = owner.permissions if token.permissions is None else frozenset(token.permissions)
    parts = tuple(
        msgspec.structs.replace(part, permissions=part.permissions & given) for part in owner.parts
    )
    return msgspec.structs.replace(
        owner,
        everything=False,
        permissions=owner.permissions & given,
        parts=parts,
        within=token.within(),
    )
