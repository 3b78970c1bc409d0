"""Tokens as the page shows them."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from app.accounts.tokens.models import Token, TokenState
from app.accounts.tokens.service import Wish
from app.errors import BadInputError
from app.permissions import PERMISSION_NAMES, Permission
from app.web.progress import Look

_LOOKS = {
    TokenState.ACTIVE: Look("Действует", "green", "circle-check"),
    TokenState.EXPIRED: Look("Истёк", "gray", "clock"),
    TokenState.REVOKED: Look("Отозван", "gray", "ban"),
}
FOR_PROGRAMS = (
    Permission.CASE_REGISTER,
    Permission.CASE_VIEW,
    Permission.SEARCH_EXPORT,
    Permission.SUMMARY_VIEW,
)
"""Rights a program can use so far: pages are not opened by a token."""


@dataclass(frozen=True)
class TokenLine:
    token: Token
    look: Look
    rights: str
    limits: str
    alive: bool


@dataclass(frozen=True)
class TokensView:
    lines: list[TokenLine]


@dataclass(frozen=True)
class FormView:
    wish: Wish
    rights: list[tuple[str, str, bool]]
    """Code, words, whether it is chosen."""
    municipalities: str
    errors: dict[str, str] = field(default_factory=dict)


def tokens_view(tokens: list[Token]) -> TokensView:
    now = datetime.now(UTC)
    return TokensView([_line(token, now) for token in tokens])


def _line(token: Token, now: datetime) -> TokenLine:
    state = token.state(now)
    limits = [*(token.municipalities or []), *(token.channels or [])]
    return TokenLine(
        token=token,
        look=_LOOKS[state],
        rights=rights_words(token),
        limits=", ".join(limits),
        alive=state is TokenState.ACTIVE,
    )


def rights_words(token: Token) -> str:
    if token.permissions is None:
        return "все права этого человека"
    names = [PERMISSION_NAMES[Permission(code)] for code in token.permissions]
    return "; ".join(names)


def form_view(wish: Wish, error: BadInputError | None) -> FormView:
    chosen = wish.permissions
    if chosen is None:
        chosen = [Permission.CASE_REGISTER]
    return FormView(
        wish=wish,
        rights=[(code.value, PERMISSION_NAMES[code], code in chosen) for code in FOR_PROGRAMS],
        municipalities=", ".join(wish.municipalities or []),
        errors={error.field or "": error.message} if error else {},
    )
