"""What the forms of «Люди» send; whatever was typed is kept, also when it is wrong."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from app.accounts.models import User
from app.accounts.roles import Role
from app.accounts.service import NewUser, Person
from app.cases.codes import Channel
from app.errors import BadInputError
from app.numbers import whole_number
from app.people.models import PeopleFilter

_ACTIVE = {"yes": True, "no": False, "all": None}


@dataclass(frozen=True)
class PersonForm:
    login: str = ""
    name: str = ""
    roles: tuple[str, ...] = ()
    department: str = ""
    sector: str = ""
    municipalities: str = ""
    """One in a line; empty for all."""
    channels: tuple[str, ...] = ()
    """Empty for all."""
    email: str = ""
    version: int = 0
    errors: dict[str, str] = field(default_factory=dict)

    def person(self) -> Person:
        """Raises `BadInputError` for a role or a channel that there is not."""
        return Person(**self._fields())

    def new_user(self) -> NewUser:
        return NewUser(login=self.login, **self._fields())

    def _fields(self) -> dict[str, Any]:
        lines = [" ".join(line.split()) for line in self.municipalities.splitlines()]
        return {
            "name": self.name,
            "roles": [_role(one) for one in self.roles],
            "department": self.department or None,
            "sector": self.sector or None,
            "municipalities": list(dict.fromkeys(filter(None, lines))) or None,
            "channels": [_channel(one) for one in self.channels] or None,
            "email": self.email or None,
        }


def _role(code: str) -> Role:
    try:
        return Role(code)
    except ValueError:
        raise BadInputError("Такой роли нет. Выберите другую.", field="roles") from None


def _channel(code: str) -> str:
    try:
        return Channel(code).value
    except ValueError:
        raise BadInputError("Такого канала нет. Выберите другой.", field="channels") from None


def filled(user: User) -> PersonForm:
    return PersonForm(
        login=user.login,
        name=user.name,
        roles=tuple(one.value for one in user.roles),
        department=user.department or "",
        sector=user.sector or "",
        municipalities="\n".join(user.municipalities or []),
        channels=tuple(user.channels or ()),
        email=user.email or "",
        version=user.version,
    )


def read_person(pairs: Iterable[tuple[str, object]], login: str = "") -> PersonForm:
    given = [(name, value.strip()) for name, value in pairs if isinstance(value, str)]
    last = dict(given)
    return PersonForm(
        login=login or last.get("login", ""),
        name=last.get("name", ""),
        roles=_several(given, "roles"),
        department=last.get("department", ""),
        sector=last.get("sector", ""),
        municipalities=last.get("municipalities", ""),
        channels=_several(given, "channels"),
        email=last.get("email", ""),
        version=_number(last.get("version", "")),
    )


def _several(given: Iterable[tuple[str, str]], name: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for key, value in given if key == name and value))


def _number(text: str) -> int:
    """0, which is no version of anybody, where it is no number."""
    return whole_number(text) or 0


def read_filter(given: Mapping[str, str]) -> PeopleFilter:
    """A value that means nothing counts as not given: a list is better than a refusal."""
    role = given.get("role", "")
    return PeopleFilter(
        q=given.get("q", "").strip(),
        role=Role(role) if role in set(Role) else None,
        department=given.get("department", ""),
        active=_ACTIVE.get(given.get("active", "yes"), True),
    )
