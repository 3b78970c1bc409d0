"""The book of deadlines on the real engine: at once, without the engine, in the journal."""

import asyncio
from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from app.deadlines.editing import with_calendar, with_profile
from app.deadlines.models import DEFAULT_CALENDAR
from app.deadlines.repository import DOCUMENT, load, save_newest
from app.deadlines.service import current_deadlines, forget_deadlines, open_deadlines
from app.deadlines.shipped import SHIPPED
from app.engine import writer
from app.engine.client import Engine
from app.engine.names import Index
from app.errors import ConflictError, EngineUnavailableError, ForbiddenError
from app.settings import Settings
from app.viewer import Viewer
from indexers.audit.book import project_book, project_books
from tests.auditing import lines

AT = datetime(2026, 3, 10, tzinfo=UTC)
LUNCHLESS = with_calendar(SHIPPED, replace(DEFAULT_CALENDAR, lunch=""), 1).book


async def test_what_is_shipped_holds_until_somebody_changes_it(engine: Engine) -> None:
    assert await current_deadlines(engine) == SHIPPED
    saved = await save_newest(engine, LUNCHLESS, 0, by="admin", at=AT, recount="r1")
    forget_deadlines(engine)
    now = await current_deadlines(engine)
    assert now == saved.book
    calendar = now.calendars["default"]
    assert (calendar.lunch, calendar.version, calendar.changed_by) == ("", 2, "admin")
    assert now.profiles == SHIPPED.profiles
    again = await save_newest(engine, LUNCHLESS, 0, by="admin", at=AT, recount="r1")
    assert len(again.history) == 1, "the same change is made once"


async def test_hours_are_those_of_the_installation(settings: Settings) -> None:
    engine = Engine(settings.model_copy(update={"timezone": "Asia/Kamchatka"}))
    found = [await current_deadlines(engine), (await load(engine)).book]
    await engine.close()
    assert {one.calendar_for(None).zone for one in found} == {"Asia/Kamchatka"}
    assert SHIPPED.calendar_for(None).zone == "Europe/Moscow"


async def test_one_of_many_wins_and_the_others_learn_who(engine: Engine) -> None:
    wanted = [
        with_calendar(SHIPPED, replace(DEFAULT_CALENDAR, shorten=number), 1).book
        for number in range(10, 15)
    ]
    ends = await asyncio.gather(
        *(save_newest(engine, one, 0, by="admin", at=AT) for one in wanted), return_exceptions=True
    )
    lost = [end for end in ends if isinstance(end, ConflictError)]
    assert len(lost) == 4
    assert all("admin" in end.message or "меняют" in end.message for end in lost)
    assert (await load(engine)).version == 1


async def test_a_profile_that_is_switched_off_keeps_the_rule_of_the_release(
    engine: Engine,
) -> None:
    off = with_profile(SHIPPED, replace(SHIPPED.profiles["im-9h"], active=False), 1).book
    await save_newest(engine, off, 0, by="admin", at=AT)
    read = await engine.get(Index.DEADLINES, DOCUMENT)
    assert read is not None
    older = [{**one, "amount": 1} for one in read.source["profiles"] if one["code"] != "im-2h"]
    await writer.replace(engine, read, {**read.source, "profiles": older})
    book = (await load(engine)).book
    assert not book.profiles["im-9h"].active
    assert book.profiles["im-9h"].amount == 540
    assert book.profiles["im-2h"] == SHIPPED.profiles["im-2h"]


async def test_a_book_away_or_damaged_never_leaves_a_case_without_a_term(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    await save_newest(engine, LUNCHLESS, 0, by="admin", at=AT)
    forget_deadlines(engine)
    assert (await current_deadlines(engine)).calendars["default"].lunch == ""
    read = await engine.get(Index.DEADLINES, DOCUMENT)
    assert read is not None
    await writer.replace(engine, read, {**read.source, "profiles": [{"code": 7}]})
    forget_deadlines(engine)
    assert (await current_deadlines(engine)).calendars["default"].lunch == ""

    async def away(*_: object, **__: object) -> None:
        raise EngineUnavailableError("Нет ответа.")

    monkeypatch.setattr(engine, "get", away)
    forget_deadlines(engine)
    assert (await current_deadlines(engine)).calendars["default"].lunch == ""


async def test_changes_stand_in_the_journal_once(engine: Engine) -> None:
    await save_newest(engine, LUNCHLESS, 0, by="admin", at=AT)
    await asyncio.gather(*(project_books(engine) for _ in range(3)))
    assert await project_book(engine, Index.DEADLINES) == 0
    (line,) = await lines(engine, kind="book")
    assert (line["what"], line["object_id"], line["who"]) == (
        "book.calendar_changed",
        "default",
        "admin",
    )
    saved = await save_newest(engine, SHIPPED, 1, by="admin", at=AT)
    assert saved.version == 2, "the audit's own write is no change of the book"


async def test_only_who_works_with_cases_reads_it(engine: Engine) -> None:
    with pytest.raises(ForbiddenError):
        await open_deadlines(engine, None)
    with pytest.raises(ForbiddenError):
        await open_deadlines(engine, Viewer("ghost"))
