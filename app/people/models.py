"""What «Люди» lists."""

from datetime import datetime

from msgspec import Struct

from app.accounts.models import Substitution, User
from app.accounts.roles import Role
from app.cases.codes import Kind, State


class PeopleFilter(Struct, frozen=True):
    q: str = ""
    """In the name, the login or the e-mail."""
    role: Role | None = None
    department: str = ""
    """A code; only this department itself, as the book counts people."""
    active: bool | None = True
    """None for both."""


class HeldCase(Struct, frozen=True):
    """An open case in somebody's hands, as far as a keeper of people sees it."""

    id: str
    number: str
    kind: Kind
    state: State
    department: str | None
    deadline_at: datetime | None = None


class HeldCases(Struct, frozen=True):
    total: int
    cases: list[HeldCase]
    """The most urgent first; fewer than `total` where there are very many."""


class Acting(Struct, frozen=True):
    """Who acts for whom, and when."""

    absent: User
    substitute: str
    """Login."""
    days: Substitution
    number: int
    """Place among the substitutions of the absent person."""
