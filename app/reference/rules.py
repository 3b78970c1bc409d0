"""What must hold in the book of departments, and what changed between two states of it."""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct, field
from msgspec.structs import replace

from app.errors import BadInputError
from app.numbers import chosen_number
from app.reference.departments import Department, DepartmentBook, Sector, name_key

LONGEST_NAME = 300
MOST_ALIASES = 40
"""A search takes 50 values of one filter: the list of a department's cases names them all."""
MOST_CAPACITY = 100_000
_CODE = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_LONGEST_CODE = 64
_STAMPS = frozenset({"version", "changed_at", "changed_by"})
_LATIN = dict(
    zip(
        "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
        [
            *("a", "b", "v", "g", "d", "e", "e", "zh", "z", "i", "y", "k", "l", "m", "n", "o", "p"),
            *("r", "s", "t", "u", "f", "kh", "ts", "ch", "sh", "sch", "", "y", "", "e", "yu", "ya"),
        ],
        strict=True,
    )
)


class BookEvent(Struct, frozen=True, omit_defaults=True):
    """One line of the book's history; written in the same write as the change it tells of."""

    seq: int
    at: datetime
    by: str
    what: str
    """The kind of the line and what was done with it: `department_created`, `profile_changed`."""
    code: str
    name: str
    changed: list[str] = field(default_factory=list)
    before: dict[str, Any] = field(default_factory=dict)
    recount: str | None = None
    """Id of the recount that goes with a change of the book of deadlines."""


def new_code(name: str, taken: Iterable[str]) -> str:
    """«Управление ЖКХ» → `upravlenie-zhkkh`, with a number behind where that is taken."""
    spelled = "".join(_LATIN.get(letter, letter) for letter in name.casefold())
    base = re.sub(r"[^a-z0-9]+", "-", spelled).strip("-")[:_LONGEST_CODE].strip("-") or "department"
    busy, code, number = set(taken), base, 2
    while code in busy:
        tail = f"-{number}"
        code, number = base[: _LONGEST_CODE - len(tail)] + tail, number + 1
    return code


def capacity_of(text: str) -> int | None:
    """None where nothing is written. Raises `BadInputError`."""
    digits = "".join(text.split())
    if not digits:
        return None
    told = f"Норма — это целое число от 1 до {MOST_CAPACITY}. Если её нет, оставьте поле пустым."
    return chosen_number(digits, "capacity", MOST_CAPACITY, told)


def clean_name(name: str) -> str:
    return " ".join(name.split())


def clean_aliases(name: str, aliases: Iterable[str]) -> list[str]:
    """In their order, each once, without empty ones and without the name itself."""
    return [one for one in dict.fromkeys(map(clean_name, aliases)) if one and one != name]


def check_department(book: DepartmentBook, one: Department) -> None:
    """Raises `BadInputError` where `one`, standing in `book`, breaks a rule of it."""
    _check_code(one.code)
    _check_names(book, one)
    if one.sector and one.sector not in book.sectors:
        raise BadInputError("Такого отраслевого блока нет. Выберите другой.", field="sector")
    if one.parent and one.parent not in book.departments:
        raise BadInputError("Такого вышестоящего ведомства нет. Выберите другое.", field="parent")
    if _in_circle(book, one):
        upper = book.departments[str(one.parent)].name
        raise BadInputError(
            f"Получился круг: «{upper}» само подчинено этому ведомству. Выберите другое.",
            field="parent",
        )


def _in_circle(book: DepartmentBook, one: Department) -> bool:
    seen: set[str] = set()
    upper = one.parent
    while upper and upper not in seen:
        if upper == one.code:
            return True
        seen.add(upper)
        upper = book.departments[upper].parent if upper in book.departments else None
    return False


def _check_code(code: str) -> None:
    if not _CODE.fullmatch(code):
        raise BadInputError(
            "Код пишется латинскими буквами, цифрами, дефисом и подчёркиванием, "
            f"не длиннее {_LONGEST_CODE} знаков.",
            field="code",
        )


def _check_names(book: DepartmentBook, one: Department) -> None:
    _check_name(one.name)
    if len(one.aliases) > MOST_ALIASES:
        raise BadInputError(f"Других имён больше {MOST_ALIASES}. Уберите лишние.", field="aliases")
    for alias in one.aliases:
        _check_name(alias, "aliases")
    for name in one.names:
        for other in book.bearers(name):
            if other.code != one.code:
                where = "name" if name == one.name else "aliases"
                raise BadInputError(
                    f"Имя «{name}» уже носит ведомство «{other.name}».", field=where
                )


def _check_name(name: str, field: str = "name") -> None:
    if not name:
        raise BadInputError("Напишите название.", field=field)
    if not name.isprintable():
        raise BadInputError("В названии есть невидимые знаки. Наберите его заново.", field=field)
    if len(name) > LONGEST_NAME:
        raise BadInputError(
            f"Слишком длинное название: нужно не больше {LONGEST_NAME} знаков.", field=field
        )


def check_sector(book: DepartmentBook, one: Sector) -> None:
    """Raises `BadInputError`."""
    _check_code(one.code)
    _check_name(one.name)
    for other in book.sectors.values():
        if other.code != one.code and name_key(other.name) == name_key(one.name):
            raise BadInputError(f"Блок «{other.name}» уже есть.", field="name")


def with_department(book: DepartmentBook, one: Department) -> DepartmentBook:
    """The book with `one` in it, checked. Raises `BadInputError`."""
    changed = DepartmentBook({**book.departments, one.code: one}.values(), book.sectors.values())
    check_department(changed, one)
    return changed


def with_sector(book: DepartmentBook, one: Sector) -> DepartmentBook:
    """The book with `one` in it, checked. Raises `BadInputError`."""
    changed = DepartmentBook(book.departments.values(), {**book.sectors, one.code: one}.values())
    check_sector(changed, one)
    return changed


def stamped(
    was: DepartmentBook, now: DepartmentBook, *, by: str, at: datetime, seq: int
) -> tuple[DepartmentBook, list[BookEvent]]:
    """`now` with who and when on each line that differs from `was`, and the events that tell it.

    `seq` is the number of the last event there is. A line that only seems changed keeps its stamps.
    """
    events: list[BookEvent] = []
    sectors = [
        stamped_line(was.sectors.get(one.code), one, "sector", by, at, seq, events)
        for one in now.sectors.values()
    ]
    departments = [
        stamped_line(was.departments.get(one.code), one, "department", by, at, seq, events)
        for one in now.departments.values()
    ]
    return DepartmentBook(departments, sectors), events


def stamped_line(
    old: Any, new: Any, kind: str, by: str, at: datetime, seq: int, events: list[BookEvent]
) -> Any:
    """`new` with its stamps; what changed is added to `events`, whose first follows `seq`."""
    fields = [name for name in new.__struct_fields__ if name not in _STAMPS]
    changed = [name for name in fields if getattr(old, name, None) != getattr(new, name)]
    if old is not None and not changed:
        return old
    number = seq + len(events) + 1
    if old is None:
        events.append(BookEvent(number, at, by, f"{kind}_created", new.code, new.name))
        return replace(new, version=1, changed_at=at, changed_by=by)
    before = {name: msgspec.to_builtins(getattr(old, name)) for name in changed}
    events.append(BookEvent(number, at, by, f"{kind}_changed", new.code, new.name, changed, before))
    return replace(new, version=old.version + 1, changed_at=at, changed_by=by)
