"""What the sign-in and the own page are sent."""

from typing import Any

from litestar import Request
from litestar.datastructures import FormMultiDict
from msgspec import Struct

from app.accounts.pages import CodeForm, local_next
from app.errors import BadInputError
from app.web.typed import Typed, typed_again

_LONGEST = 1000


class SignInForm(Struct, frozen=True):
    login: str
    password: str
    next: str
    typed: Typed | None
    locked: bool
    """Sent by somebody who had been there: the login was not asked for."""


class PasswordForm(Struct, frozen=True):
    old: str
    new: str
    next: str


def _text(form: FormMultiDict, name: str) -> str:
    value = form.get(name, "")
    return value if isinstance(value, str) and len(value) <= _LONGEST else ""


async def read_sign_in(request: Request[Any, Any, Any]) -> SignInForm:
    form = await request.form()
    return SignInForm(
        login=_text(form, "login").strip(),
        password=_text(form, "password"),
        next=local_next(_text(form, "next")),
        typed=typed_again(form),
        locked=_text(form, "locked") == "on",
    )


async def read_code(request: Request[Any, Any, Any]) -> CodeForm:
    form = await request.form()
    return CodeForm(
        ticket=_text(form, "ticket"),
        code=_text(form, "code").strip(),
        next=local_next(_text(form, "next")),
        typed=typed_again(form),
    )


async def read_password(request: Request[Any, Any, Any]) -> PasswordForm:
    """Raises `BadInputError` where the new password was not repeated the same."""
    form = await request.form()
    new = _text(form, "password")
    if new != _text(form, "again"):
        raise BadInputError("Новый пароль повторён не так же. Наберите ещё раз.", field="again")
    return PasswordForm(_text(form, "old"), new, local_next(_text(form, "next")))


class TotpForm(Struct, frozen=True):
    password: str
    code: str
    sealed: str


async def read_totp(request: Request[Any, Any, Any]) -> TotpForm:
    form = await request.form()
    return TotpForm(_text(form, "old"), _text(form, "code").strip(), _text(form, "sealed"))
