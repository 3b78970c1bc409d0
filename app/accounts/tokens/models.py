"""A token (токен): what a program shows instead of a password; it acts for one person."""

import hashlib
import re
from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from app.viewer import Scope

PREFIX = "otk_"
"""So that a leaked one is recognised by people and by scanners of repositories."""
_SECRET = re.compile(r"otk_[A-Za-z0-9_-]{43}")
SHORT = 12
"""Signs of the id that people and journals see: enough to tell tokens apart."""


class TokenState(StrEnum):
    ACTIVE = "active"
    EXPIRED = "expired"
    REVOKED = "revoked"


class Token(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Its rights are at most those of the person, as they are at the moment of each call."""

    id: str
    """SHA-256 of the secret; the secret itself is shown once and kept nowhere."""
    name: str
    """Of the program, for people; also the source of messages that name none."""
    login: str
    """Whose rights it has."""
    created_at: datetime
    created_by: str
    expires_at: datetime
    permissions: list[str] | None = None
    """A part of the person's; None for all that the person has."""
    municipalities: list[str] | None = None
    """Further limits; None for none."""
    channels: list[str] | None = None
    used_at: datetime | None = None
    """The last call, to the hour."""
    revoked_at: datetime | None = None
    revoked_by: str | None = None

    @property
    def short_id(self) -> str:
        return self.id[:SHORT]

    def state(self, now: datetime) -> TokenState:
        if self.revoked_at is not None:
            return TokenState.REVOKED
        return TokenState.EXPIRED if self.expires_at <= now else TokenState.ACTIVE

    def within(self) -> Scope | None:
        """The limit of the token itself; None where it has none."""
        if self.municipalities is None and self.channels is None:
            return None
        return Scope(_some(self.municipalities), None, _some(self.channels))


def _some(values: list[str] | None) -> frozenset[str] | None:
    return None if values is None else frozenset(values)


def token_id(secret: str) -> str | None:
    """None for what cannot be a token: nothing is asked of the engine then."""
    if not _SECRET.fullmatch(secret):
        return None
    return hashlib.sha256(secret.encode()).hexdigest()
