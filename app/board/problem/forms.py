"""What people fill in on the page of a problem."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from app.accounts.directory import colleague, is_empty
from app.engine.client import Engine
from app.errors import BadInputError
from app.numbers import whole_number
from app.problems.models import ProblemState

_LONGEST = 512


def read_line(raw: Mapping[str, str], name: str) -> str:
    value = raw.get(name, "").strip()
    if len(value) > _LONGEST:
        raise BadInputError("Слишком длинное значение.", field=name)
    return value


def read_other(raw: Mapping[str, str], name: str) -> str:
    """Id of the other problem."""
    if found := read_line(raw, name):
        return found
    raise BadInputError("Выберите другую проблему.", field=name)


def read_state(raw: Mapping[str, str]) -> ProblemState:
    value = raw.get("state", "")
    if value not in set(ProblemState):
        raise BadInputError("Такого состояния у проблемы нет.", field="state")
    return ProblemState(value)


def read_seen(raw: Mapping[str, str]) -> int | None:
    """How many acts the page had shown; None where the form does not say."""
    value = raw.get("seen", "")
    if not value:
        return None
    if (seen := whole_number(value)) is None:
        raise BadInputError("Страница устарела. Откройте проблему заново.", field="seen")
    return seen


def read_cases(pairs: Iterable[tuple[str, str]]) -> list[str]:
    """Ids of the cases that were ticked; how many may be, the service says."""
    return [value for name, value in pairs if name == "case" and 0 < len(value) <= _LONGEST]


async def read_owner(engine: Engine, raw: Mapping[str, str]) -> str | None:
    """Login of somebody who works here; None: nobody."""
    login = read_line(raw, "owner")
    if not login:
        return None
    user = await colleague(engine, login)
    if user is None and await is_empty(engine):
        return login
    if user is None or not user.active:
        raise BadInputError("Такого сотрудника нет. Выберите из списка.", field="owner")
    return login


@dataclass(frozen=True)
class Typed:
    """What a form was sent with: shown again where it was refused."""

    act: str = ""
    pairs: tuple[tuple[str, str], ...] = ()

    def of(self, act: str, name: str, stored: str | None) -> str:
        """The value of a field; `stored` where this form was not the one that was sent."""
        return dict(self.pairs).get(name, "") if self.act == act else stored or ""

    def marks(self, case_id: str) -> bool:
        return ("case", case_id) in self.pairs
