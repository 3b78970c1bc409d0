"""What happened around sign-in and rights, told to the journal in one shape.

One door, so that the audit can be put behind it; never holds a password, a code or a token.
"""

from enum import StrEnum

import structlog

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


def note(
    what: SecurityEvent,
    *,
    login: str,
    subject: str = "",
    address: str = "",
    request_id: str = "",
    reason: str = "",
) -> None:
    """`login` is who acted (or tried to), `subject` the login acted upon where it is another one.

    `reason` is a stable English code, as `unknown_session`; `address` the person's, "" for a
    command on the server.
    """
    log.info(
        "security",
        what=what.value,
        login=login,
        subject=subject or login,
        address=address,
        **({"reason": reason} if reason else {}),
        **({"request_id": request_id} if request_id else {}),
    )
