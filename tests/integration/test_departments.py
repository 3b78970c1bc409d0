"""The book of departments on the real engine: concurrent edits, and what happens without it."""

import asyncio
from datetime import UTC, datetime

import pytest

from app.engine import writer
from app.engine.client import Engine
from app.engine.names import Index
from app.errors import BadInputError, ConflictError, EngineUnavailableError, ForbiddenError
from app.permissions import Permission
from app.reference import current, service
from app.reference.current import current_book, forget_book
from app.reference.repository import DOCUMENT
from app.reference.service import DepartmentDraft, SectorDraft
from app.viewer import Viewer

ADMIN = Viewer("admin", permissions=frozenset({Permission.BOOKS_EDIT}))
OTHER = Viewer("second", permissions=frozenset({Permission.BOOKS_EDIT}))


async def test_at_once_everybody_writes_and_nothing_is_lost(engine: Engine) -> None:
    drafts = [DepartmentDraft(f"Отдел {number}") for number in range(6)]
    made = await asyncio.gather(
        *(service.create_department(engine, ADMIN, draft) for draft in drafts)
    )
    stored = await service.open_book(engine, ADMIN)
    assert {one.code for one in made} == set(stored.book.departments)
    assert [event.seq for event in stored.history] == [1, 2, 3, 4, 5, 6]
    assert all(one.changed_by == "admin" for one in stored.book.departments.values())


async def test_one_name_asked_for_twice_at_once_goes_to_one(engine: Engine) -> None:
    outcomes = await asyncio.gather(
        *(service.create_department(engine, ADMIN, DepartmentDraft("Отдел")) for _ in range(4)),
        return_exceptions=True,
    )
    refused = [one for one in outcomes if isinstance(one, BadInputError)]
    assert len(refused) == 3
    assert len((await service.open_book(engine, ADMIN)).book.departments) == 1


async def test_a_circle_cannot_be_closed_by_two_at_once(engine: Engine) -> None:
    for code in ("a", "b"):
        await service.create_department(engine, ADMIN, DepartmentDraft(code), code)
    outcomes = await asyncio.gather(
        service.change_department(engine, ADMIN, "a", 1, DepartmentDraft("a", parent="b")),
        service.change_department(engine, OTHER, "b", 1, DepartmentDraft("b", parent="a")),
        return_exceptions=True,
    )
    assert sum(isinstance(one, BadInputError) for one in outcomes) == 1


async def test_the_loser_is_told_who_won(engine: Engine) -> None:
    await service.create_department(engine, ADMIN, DepartmentDraft("Отдел"), "one")
    await service.change_department(engine, OTHER, "one", 1, DepartmentDraft("Управление"))
    with pytest.raises(ConflictError, match="second"):
        await service.change_department(engine, ADMIN, "one", 1, DepartmentDraft("Служба"))
    book = (await service.open_book(engine, ADMIN)).book
    assert book.departments["one"].names == ("Управление", "Отдел")


async def test_the_book_is_edited_by_whoever_may(engine: Engine) -> None:
    stranger = Viewer("stranger", permissions=frozenset({Permission.CASE_VIEW}))
    for viewer in (None, stranger):
        with pytest.raises(ForbiddenError):
            await service.create_sector(engine, viewer, SectorDraft("Блок"))
        with pytest.raises(ForbiddenError):
            await service.open_book(engine, viewer)


async def test_a_change_is_seen_at_once_here(engine: Engine) -> None:
    assert (await current_book(engine)).departments == {}
    await service.create_department(engine, ADMIN, DepartmentDraft("Отдел"), "one")
    assert "one" in (await current_book(engine)).departments


async def test_a_book_that_cannot_be_read_is_the_last_one_and_then_none(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    await service.create_department(engine, ADMIN, DepartmentDraft("Отдел"), "one")
    assert "one" in (await current_book(engine)).departments

    async def away(*_: object, **__: object) -> None:
        raise EngineUnavailableError("Нет ответа.")

    monkeypatch.setattr(engine, "get", away)
    forget_book(engine)
    assert "one" in (await current_book(engine)).departments
    monkeypatch.setattr(current, "STALE_SECONDS", -1.0)
    forget_book(engine)
    assert (await current_book(engine)).departments == {}


async def test_a_damaged_book_holds_nothing(engine: Engine) -> None:
    at = datetime.now(UTC).isoformat()
    broken = {"departments": [{"code": 7}], "sectors": [], "rev": 1, "updated_at": at}
    await writer.create(engine, Index.DEPARTMENTS, DOCUMENT, broken)
    assert (await current_book(engine)).departments == {}
