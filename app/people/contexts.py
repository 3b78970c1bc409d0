"""What the templates of «Люди» see."""

from dataclasses import dataclass
from datetime import date

from app.accounts.models import Substitution, User
from app.accounts.roles import ROLE_NAMES, Role
from app.cases.codes import CHANNEL_NAMES, KIND_NAMES, STATE_NAMES
from app.cases.reassign import Reassigned
from app.cases.rows import ROW_NAMES, RowState
from app.people.models import Acting, HeldCases, PeopleFilter
from app.reference.departments import DepartmentBook

ROLE_CHOICES = [(role.value, name) for role, name in ROLE_NAMES.items()]
CHANNEL_CHOICES = [(channel.value, name) for channel, name in CHANNEL_NAMES.items()]
ACTIVE_CHOICES = [("yes", "работают"), ("no", "вход закрыт"), ("all", "все")]


@dataclass(frozen=True)
class PersonRow:
    user: User
    roles: str
    department: str
    open: int


def person_rows(people: list[User], book: DepartmentBook, held: dict[str, int]) -> list[PersonRow]:
    return [
        PersonRow(one, role_words(one), place_words(one, book), held.get(one.login, 0))
        for one in people
    ]


def role_words(user: User) -> str:
    return ", ".join(ROLE_NAMES[role] for role in user.roles)


def place_words(user: User, book: DepartmentBook) -> str:
    """The department, and the block of whoever leads one."""
    department = book.departments.get(user.department or "")
    sector = book.sectors.get(user.sector or "")
    led = f"блок «{sector.name}»" if sector and Role.BLOCK_HEAD in user.roles else ""
    return ", ".join(filter(None, [department.name if department else "", led]))


def filter_values(wanted: PeopleFilter) -> dict[str, str]:
    """As the form has them."""
    codes = {True: "yes", False: "no", None: "all"}
    return {
        "q": wanted.q,
        "role": wanted.role.value if wanted.role else "",
        "department": wanted.department,
        "active": codes[wanted.active],
    }


@dataclass(frozen=True)
class HeldRow:
    id: str
    number: str
    kind: str
    state: str
    state_code: str
    department: str
    deadline: str


def held_rows(held: HeldCases) -> list[HeldRow]:
    return [
        HeldRow(
            one.id,
            one.number,
            KIND_NAMES[one.kind],
            STATE_NAMES[one.state],
            one.state.value,
            one.department or "–",
            one.deadline_at.isoformat() if one.deadline_at else "",
        )
        for one in held.cases
    ]


@dataclass(frozen=True)
class SubstitutionRow:
    who: str
    """«Иванова Мария Петровна» who acts."""
    whom: str
    days: str
    when: str
    """«сейчас», «ещё не началось», «закончилось»."""
    by: str
    end: str
    """The moment that names it in the form which ends it; empty where nothing is to end."""
    absent: str
    substitute: str
    """Logins."""


_NOW, _LATER, _OVER = "сейчас", "ещё не началось", "закончилось"


def substitution_row(
    absent: User, one: Substitution, names: dict[str, str], today: date
) -> SubstitutionRow:
    when = _OVER if one.until < today else _LATER if one.since > today else _NOW
    return SubstitutionRow(
        who=names.get(one.login, one.login),
        whom=absent.name,
        days=_span(one),
        when=when,
        by=names.get(one.by, one.by),
        end="" if when == _OVER else one.at.isoformat(),
        absent=absent.login,
        substitute=one.login,
    )


def _span(one: Substitution) -> str:
    """«с 01.03.2026 по 14.03.2026», of one day «01.03.2026»."""
    first, last = f"{one.since:%d.%m.%Y}", f"{one.until:%d.%m.%Y}"
    return first if first == last else f"с {first} по {last}"


def own_rows(user: User, names: dict[str, str], today: date) -> list[SubstitutionRow]:
    """Of one person, the latest first."""
    rows = sorted(user.substitutions, key=lambda one: (one.since, one.at), reverse=True)
    return [substitution_row(user, one, names, today) for one in rows]


def acting_rows(acting: list[Acting], names: dict[str, str], today: date) -> list[SubstitutionRow]:
    return [substitution_row(one.absent, one.days, names, today) for one in acting]


def people_choices(people: list[User], *, without: str = "") -> list[tuple[str, str]]:
    """Whoever works here, for a list of choices."""
    return [
        (one.login, f"{one.name} ({one.login})")
        for one in people
        if one.active and one.login != without
    ]


@dataclass(frozen=True)
class ResultRow:
    number: str
    done: bool
    words: str


def result_rows(moved: Reassigned) -> list[ResultRow]:
    """What was not done first: it is what there is still to do."""
    rows = [
        ResultRow(
            one.number or one.case_id,
            one.state in {RowState.DONE, RowState.UNCHANGED},
            one.why or ROW_NAMES[one.state],
        )
        for one in moved.rows
    ]
    return sorted(rows, key=lambda row: row.done)
