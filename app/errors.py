"""Errors a person may meet: a Russian sentence, a stable English code, an HTTP status."""

from typing import ClassVar


class OtklikError(Exception):
    """The root: `message` is shown to people as it is, so it never holds personal data."""

    code: ClassVar[str] = "internal"
    status: ClassVar[int] = 500

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        """The name of the input the error is about, as in the form or the JSON."""


class BadInputError(OtklikError):
    """What was sent cannot be used; the sentence says what to do."""

    code = "bad_input"
    status = 400


class BadFileError(BadInputError):
    """A file cannot be read as a table. Nothing of it has been loaded."""

    code = "bad_file"


class NotSignedInError(OtklikError):
    """No session, no token, or one that is over; a page leads to the sign-in."""

    code = "not_signed_in"
    status = 401


class BadTokenError(NotSignedInError):
    """A token was sent and is not one of ours: forged, mistyped or cut."""

    code = "token_unknown"


class ExpiredTokenError(BadTokenError):
    code = "token_expired"


class RevokedTokenError(BadTokenError):
    code = "token_revoked"


class InactiveOwnerError(BadTokenError):
    """The person whose rights the token has is gone or shut out."""

    code = "token_owner_inactive"


class SessionLockedError(NotSignedInError):
    """The session is there and was left alone for too long: the password opens it again."""

    code = "session_locked"

    def __init__(self, message: str, *, login: str) -> None:
        super().__init__(message)
        self.login = login


class PasswordChangeDueError(OtklikError):
    """Signed in, but nothing is open until the one-time or old password is changed."""

    code = "password_change_due"
    status = 403


class TooManyAttemptsError(OtklikError):
    """Sign-in is closed for a while; `seconds` until it opens."""

    code = "too_many_attempts"
    status = 429

    def __init__(self, message: str, *, seconds: float) -> None:
        super().__init__(message)
        self.seconds = seconds


class SessionsUnavailableError(OtklikError):
    """Redis gave no answer, so nobody can be recognised; the same call may succeed later."""

    code = "sessions_unavailable"
    status = 503


class ForbiddenError(OtklikError):
    """The viewer may not do this; the sentence says who may."""

    code = "forbidden"
    status = 403


class NotFoundError(OtklikError):
    code = "not_found"
    status = 404


class ConflictError(OtklikError):
    """Someone else changed the document first; `message` says who and what where it is known."""

    code = "conflict"
    status = 409


class RefusedError(OtklikError):
    """The rules do not let this be done now; `message` says why and what would have to be."""

    code = "refused"
    status = 409


class TooLargeError(OtklikError):
    code = "too_large"
    status = 413


class TooManyRequestsError(OtklikError):
    """`retry_after`: seconds after which the same call is let through."""

    code = "too_many_requests"
    status = 429

    def __init__(self, message: str, *, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class EngineUnavailableError(OtklikError):
    """Elasticsearch gave no answer or is not ready; the same call may succeed later."""

    code = "engine_unavailable"
    status = 503


class EngineSetupError(OtklikError):
    """Indexes are missing or of another version: `otklik setup` or `otklik rebuild` is due."""

    code = "engine_setup"
    status = 503


class RebuildError(OtklikError):
    """A rebuild stopped; the live index is as it was and the command may be given again."""

    code = "rebuild"
    status = 409


class EncoderError(OtklikError):
    """The model of meaning is missing, is not what it says to be, or does not answer.

    Whoever meets it goes on by words alone and says so; nothing waits for the model.
    """

    code = "encoder_unavailable"
    status = 503


class StorageUnavailableError(OtklikError):
    """The disk with people's files is full, read-only or gone; nothing of the call was kept."""

    code = "storage_unavailable"
    status = 507
