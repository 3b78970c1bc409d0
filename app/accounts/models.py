"""People of an installation (пользователи): who signs in, in which roles, for whom."""

from datetime import date, datetime
from enum import StrEnum

from msgspec import Struct, field

from app.accounts.roles import Role


class Substitution(Struct, frozen=True):
    """While one person is away another acts for them (замещение); both days are inclusive and
    the municipality's.
    """

    login: str
    """Who acts."""
    since: date
    until: date
    by: str
    at: datetime


class Way(StrEnum):
    """How a person wants to be told of something by letter."""

    NOW = "now"
    DIGEST = "digest"
    NEVER = "never"


class DigestDays(StrEnum):
    WORKING = "working"
    EVERY = "every"


class NoticeChoices(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What of the notices goes by letter and when; hours are «ЧЧ:ММ» in the municipality's zone."""

    ways: dict[str, Way] = field(default_factory=dict)
    """By kind of notice (`app.notices.models.NoticeKind`); what is not here goes at once."""
    quiet_from: str | None = "21:00"
    quiet_until: str | None = "08:00"
    """No letter between these; the same hour twice, or none: letters go at any time."""
    digest_at: str | None = "08:30"
    """None: no digest."""
    digest_days: DigestDays = DigestDays.WORKING


class User(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """The login is the document's id and never changes: histories name people by it."""

    login: str
    name: str
    """Family name, first name, patronymic; an official's, shown to colleagues."""
    roles: list[Role]
    created_at: datetime
    created_by: str
    updated_at: datetime
    updated_by: str | None = None
    """Login; None where nobody changed it since."""
    version: int = 1
    """Grows with each change; sessions of an older one are read anew."""
    epoch: int = 1
    """Grows when the password, the rights or the activity change: sessions of another are over."""
    active: bool = True
    department: str | None = None
    """Code of the own department."""
    sector: str | None = None
    """Code of the sector block a head leads."""
    municipalities: list[str] | None = None
    """Names the person is limited to; None for all."""
    channels: list[str] | None = None
    email: str | None = None
    password_hash: str | None = None
    """argon2id; None for those who only come through another sign-in."""
    password_at: datetime | None = None
    must_change_password: bool = False
    password_history: list[str] = field(default_factory=list)
    """Hashes of those before, the newest first."""
    totp_secret: str | None = None
    """Sealed by `app.accounts.totp`; None where there is no second factor."""
    recovery_codes: list[str] = field(default_factory=list)
    """Hashes of those not yet used."""
    external_id: str | None = None
    """Issuer and subject of the OpenID Connect provider."""
    substitutions: list[Substitution] = field(default_factory=list)
    """Who acts for this person, and when."""
    notify: NoticeChoices = NoticeChoices()


def short_name(name: str) -> str:
    """«Иванова Мария Петровна» → «Иванова М. П.»."""
    family, *others = name.split()
    return " ".join([family, *(f"{other[0]}." for other in others[:2])]) if family else name
