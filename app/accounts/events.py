"""What happened around sign-in and rights, told to the journal in one shape.

One door, so that the audit can be put behind it; never holds a password, a code or a token.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import Protocol

import structlog
from msgspec import Struct

log = structlog.get_logger("otklik.security")


class SecurityEvent(StrEnum):
    SIGNED_IN = "sign_in.done"
    SIGN_IN_REFUSED = "sign_in.refused"
    SIGN_IN_CLOSED = "sign_in.closed"
    """Too many attempts: for a login or an address nothing is checked for a while."""
    SIGNED_OUT = "sign_out"
    SESSION_REFUSED = "session.refused"
    SESSION_LOCKED = "session.locked"
    SESSION_UNLOCKED = "session.unlocked"
    SESSION_ENDED = "session.ended"
    USER_CREATED = "user.created"
    USER_CHANGED = "user.changed"
    RIGHTS_CHANGED = "user.rights_changed"
    USER_DEACTIVATED = "user.deactivated"
    USER_ACTIVATED = "user.activated"
    PASSWORD_CHANGED = "password.changed"  # noqa: S105 - an event's name
    PASSWORD_RESET = "password.reset"  # noqa: S105 - an event's name
    TOTP_ON = "totp.on"
    TOTP_OFF = "totp.off"
    RECOVERY_CODE_USED = "totp.recovery_code_used"
    EXTERNAL_ID_BOUND = "oidc.bound"
    TOKEN_CREATED = "token.created"  # noqa: S105 - an event's name
    TOKEN_REVOKED = "token.revoked"  # noqa: S105 - an event's name
    TOKEN_REFUSED = "token.refused"  # noqa: S105 - an event's name


class Told(Struct, frozen=True):
    """As `note` has it; `refused` where somebody was not let do what they wanted."""

    what: SecurityEvent
    login: str
    subject: str = ""
    reason: str = ""
    token: str = ""
    """Short id of the API token it is about."""

    @property
    def refused(self) -> bool:
        return self.what.endswith((".refused", ".closed"))


class Sink(Protocol):
    """Where events go besides the log: the audit, which stands above this domain."""

    def take(self, told: Told) -> None:
        """Returns at once; the event is written beside."""

    async def write(self, told: Told) -> None:
        """Returns when the event is on the disk, or raises what kept it from there."""


_sinks: list[tuple[asyncio.AbstractEventLoop, Sink]] = []


@contextmanager
def tell_to(sink: Sink) -> Iterator[None]:
    """While it lasts, events of this event loop go to `sink`; of several the last one gets them."""
    listening = (asyncio.get_running_loop(), sink)
    _sinks.append(listening)
    try:
        yield
    finally:
        _sinks.remove(listening)


def _sink() -> Sink | None:
    """Clients of a sink belong to its loop: an event of another loop is not for it."""
    if not _sinks:
        return None
    try:
        here = asyncio.get_running_loop()
    except RuntimeError:  # outside of any loop there is nobody to write
        return None
    return next((sink for loop, sink in reversed(_sinks) if loop is here), None)


async def announce(
    what: SecurityEvent, *, login: str, subject: str = "", reason: str = "", token: str = ""
) -> None:
    """Tells of a change of rights before it is made: what cannot be told must not happen.

    Raises `EngineUnavailableError`.
    """
    told = Told(what, login, subject, reason, token)
    if sink := _sink():
        await sink.write(told)
    _log(told)


def note(
    what: SecurityEvent,
    *,
    login: str,
    subject: str = "",
    address: str = "",
    request_id: str = "",
    reason: str = "",
    token: str = "",
) -> None:
    """`login` is who acted (or tried to), `subject` the login acted upon where it is another one.

    `reason` is a stable English code, as `unknown_session`; `address` the person's, "" for a
    command on the server.
    """
    told = Told(what, login, subject, reason, token)
    if sink := _sink():
        sink.take(told)
    _log(told, address, request_id)


def _log(told: Told, address: str = "", request_id: str = "") -> None:
    log.info(
        "security",
        what=told.what.value,
        login=told.login,
        subject=told.subject or told.login,
        address=address,
        **({"reason": told.reason} if told.reason else {}),
        **({"token": told.token} if told.token else {}),
        **({"request_id": request_id} if request_id else {}),
    )
