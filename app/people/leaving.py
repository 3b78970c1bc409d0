"""A person leaves: the open cases go to somebody else in one act, then the sign-in is closed."""

from msgspec import Struct

from app.accounts import service as accounts
from app.accounts.models import User
from app.accounts.sessions import Sessions
from app.cases.reassign import Reassigned, reassign
from app.engine.client import Engine
from app.errors import BadInputError, NotFoundError
from app.people.service import held_cases, let_go
from app.permissions import Permission
from app.viewer import Viewer, require

TO_DEPARTMENT = "*"
"""In place of a login, which never looks so: cases wait in their departments."""


class Farewell(Struct, frozen=True):
    moved: Reassigned
    left: int
    """Open cases that are still with the person; 0 lets the sign-in be closed."""
    user: User


async def hand_over(
    engine: Engine,
    sessions: Sessions,
    viewer: Viewer | None,
    login: str,
    to: str,
    *,
    close: bool,
) -> Farewell:
    """Moves every open case of `login` to the login `to`, or back with `TO_DEPARTMENT`; then, if
    none is left and `close` is wanted, the person signs in no more. Safe to repeat.

    Raises `ForbiddenError`, `NotFoundError`, `BadInputError`, `ConflictError` for the last
    administrator, before anything is moved.
    """
    who = require(viewer, Permission.PEOPLE_MANAGE)
    user = await accounts.get_user(engine, who, login)
    receiver = None if to == TO_DEPARTMENT else to
    if receiver is not None:
        await _check_receiver(engine, login, receiver)
    moved = await reassign(engine, who, login, receiver, zone=sessions.settings.zone)
    left = (await held_cases(engine, who, login)).total
    if close and not left and user.active:
        user = await let_go(engine, sessions, who, login)
    return Farewell(moved, left, user)


async def _check_receiver(engine: Engine, login: str, to: str) -> None:
    if not to or to == login:
        raise BadInputError("Выберите, кому передать обращения.", field="to")
    try:
        receiver = (await accounts.load_user(engine, to)).user
    except NotFoundError:
        raise BadInputError("Такого человека нет. Выберите другого.", field="to") from None
    if not receiver.active:
        raise BadInputError("Этому человеку вход закрыт. Выберите другого.", field="to")
