"""What may be wrong with a message sent by a program: one stable code for each kind of mistake."""

from app.errors import BadInputError, TooLargeError


class BadJsonError(BadInputError):
    """The body is no JSON, or JSON that cannot be kept."""

    code = "bad_json"


class EmptyListError(BadInputError):
    code = "empty_list"


class TooManyMessagesError(TooLargeError):
    code = "too_many_messages"


class UnknownFieldError(BadInputError):
    """Refused and not skipped: a mistyped name would lose what stands under it."""

    code = "unknown_field"


class RequiredError(BadInputError):
    code = "required"


class WrongTypeError(BadInputError):
    code = "wrong_type"


class TooLongError(BadInputError):
    code = "too_long"


class UnknownValueError(BadInputError):
    code = "unknown_value"


class BadValueError(BadInputError):
    code = "bad_value"


BY_CODE: dict[str, type[BadInputError]] = {
    kind.code: kind for kind in (RequiredError, TooLongError, UnknownValueError, BadValueError)
}
"""Codes of `app.intake.assemble.RowError` → what a program gets."""
