"""What people do with the book of departments: every change is checked and has who and when."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime

import structlog
from msgspec import Struct, field
from msgspec.structs import replace

from app.engine.client import Engine
from app.errors import BadInputError, ConflictError, NotFoundError
from app.permissions import Permission
from app.reference import repository
from app.reference.current import current_book, forget_book
from app.reference.departments import Department, DepartmentBook, Sector
from app.reference.repository import StoredBook
from app.reference.rules import (
    capacity_of,
    clean_aliases,
    clean_name,
    new_code,
    with_department,
    with_sector,
)
from app.viewer import Viewer, require

__all__ = [
    "DepartmentDraft",
    "SectorDraft",
    "StoredBook",
    "change_department",
    "change_sector",
    "create_department",
    "create_sector",
    "current_book",
    "edit_book",
    "join_name",
    "open_book",
]

log = structlog.get_logger()
_TRIES = 10


class DepartmentDraft(Struct, frozen=True):
    """A department as a form or a row of a table has it, not yet checked."""

    name: str
    aliases: list[str] = field(default_factory=list)
    sector: str | None = None
    parent: str | None = None
    municipality: str | None = None
    capacity: str = ""
    active: bool = True


class SectorDraft(Struct, frozen=True):
    name: str
    active: bool = True


async def open_book(engine: Engine, viewer: Viewer | None) -> StoredBook:
    """The newest book with its history, for the page that edits it. Raises `ForbiddenError`."""
    require(viewer, Permission.BOOKS_EDIT)
    return await repository.load(engine)


async def edit_book(
    engine: Engine, viewer: Viewer | None, change: Callable[[DepartmentBook], DepartmentBook]
) -> DepartmentBook:
    """Applies `change`, which checks, to the newest book; repeated when somebody wrote in between.

    Raises `ForbiddenError`, whatever `change` raises, and `ConflictError` where the book changes
    all the time.
    """
    who = require(viewer, Permission.BOOKS_EDIT).name
    for _ in range(_TRIES):
        stored = await repository.load(engine)
        wanted = change(stored.book)
        try:
            book = await repository.save(engine, stored, wanted, by=who, at=datetime.now(UTC))
        except ConflictError:
            continue
        forget_book(engine)
        log.info("departments_changed", by=who)
        return book
    raise ConflictError("Справочник как раз меняют. Повторите через несколько секунд.")


async def create_department(
    engine: Engine, viewer: Viewer | None, draft: DepartmentDraft, code: str = ""
) -> Department:
    """Without `code` one is made from the name. Raises `BadInputError`."""
    made = ""

    def change(book: DepartmentBook) -> DepartmentBook:
        nonlocal made
        made = code or new_code(draft.name, book.departments)
        if made in book.departments:
            raise BadInputError(f"Код «{made}» уже занят. Напишите другой.", field="code")
        return with_department(book, drafted(draft, made))

    return (await edit_book(engine, viewer, change)).departments[made]


async def change_department(
    engine: Engine, viewer: Viewer | None, code: str, version: int, draft: DepartmentDraft
) -> Department:
    """The name it bore until now stays with it as another one: old cases bear it.

    `version` is the one that was shown. Raises `NotFoundError`, `BadInputError`, and
    `ConflictError` that names who changed it since.
    """

    def change(book: DepartmentBook) -> DepartmentBook:
        now = _department(book, code)
        _check_version(now, version, f"Ведомство «{now.name}»")
        return with_department(book, drafted(draft, code, now))

    return (await edit_book(engine, viewer, change)).departments[code]


async def join_name(engine: Engine, viewer: Viewer | None, code: str, name: str) -> Department:
    """«Это другое имя»: from now on `name` belongs to the department. Raises `BadInputError`."""

    def change(book: DepartmentBook) -> DepartmentBook:
        now = _department(book, code)
        aliases = clean_aliases(now.name, [*now.aliases, name])
        return with_department(book, replace(now, aliases=aliases))

    return (await edit_book(engine, viewer, change)).departments[code]


async def create_sector(
    engine: Engine, viewer: Viewer | None, draft: SectorDraft, code: str = ""
) -> Sector:
    made = ""

    def change(book: DepartmentBook) -> DepartmentBook:
        nonlocal made
        made = code or new_code(draft.name, book.sectors)
        if made in book.sectors:
            raise BadInputError(f"Код «{made}» уже занят. Напишите другой.", field="code")
        return with_sector(book, Sector(made, clean_name(draft.name), draft.active))

    return (await edit_book(engine, viewer, change)).sectors[made]


async def change_sector(
    engine: Engine, viewer: Viewer | None, code: str, version: int, draft: SectorDraft
) -> Sector:
    def change(book: DepartmentBook) -> DepartmentBook:
        now = book.sectors.get(code)
        if now is None:
            raise NotFoundError("Такого отраслевого блока нет.")
        _check_version(now, version, f"Блок «{now.name}»")
        return with_sector(book, replace(now, name=clean_name(draft.name), active=draft.active))

    return (await edit_book(engine, viewer, change)).sectors[code]


def drafted(draft: DepartmentDraft, code: str, was: Department | None = None) -> Department:
    """The department that `draft` asks for, in place of `was`. Raises `BadInputError`."""
    name = clean_name(draft.name)
    aliases: Iterable[str] = draft.aliases
    if was and name and was.name != name:
        aliases = [*aliases, was.name]
    return Department(
        code=code,
        name=name,
        aliases=clean_aliases(name, aliases),
        sector=draft.sector or None,
        parent=draft.parent or None,
        municipality=clean_name(draft.municipality or "") or None,
        capacity=capacity_of(draft.capacity),
        active=draft.active,
    )


def _department(book: DepartmentBook, code: str) -> Department:
    found = book.departments.get(code)
    if found is None:
        raise NotFoundError("Такого ведомства нет.")
    return found


def _check_version(now: Department | Sector, version: int, what: str) -> None:
    if now.version != version:
        who = now.changed_by or "кто-то"
        raise ConflictError(f"{what} тем временем изменил {who}. Введённое осталось в форме.")
