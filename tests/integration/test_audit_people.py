"""Whoever looks for a citizen is in the journal, the citizen is not."""

from typing import Any

import pytest

from app.audit.service import record_phone_search
from app.engine.client import Engine
from app.engine.names import Index
from app.errors import EngineUnavailableError
from app.intake.manual.forms import EntryForm
from app.intake.manual.lookalikes import find_lookalikes
from app.search.params import SearchParams, parse_params
from app.search.service import search, search_and_tell
from app.settings import Settings
from tests.auditing import lines
from tests.casework import COORDINATOR, OPERATOR, case, store

NAME = "Соколова Мария Петровна"
PHONE = "+79001234567"


async def told(engine: Engine) -> list[tuple[Any, ...]]:
    wanted = ("case.searched_by_name", "case.searched_by_phone")
    found = [line for line in await lines(engine) if line["what"] in wanted]
    assert "Соколова" not in str(found)
    assert "соколова" not in str(found)
    assert PHONE[1:] not in str(found)
    return [(line["what"], line["who"], line["count"], line["name_hash"]) for line in found]


async def test_a_question_with_a_full_name_is_told(engine: Engine, settings: Settings) -> None:
    await store(engine, case(1, text=f"Пишет {NAME}: нет воды"), case(2), case(3))
    for question in (NAME, "мария петровна соколова"):
        await search_and_tell(engine, SearchParams(q=question), COORDINATOR, settings.zone)
    await search_and_tell(engine, SearchParams(q="яма на Ленина"), COORDINATOR, settings.zone)
    first, second = await told(engine)
    assert first[:3] == ("case.searched_by_name", "koord", 1)
    assert first[3] == second[3], "the order of the words is not another person"


async def test_further_pages_and_walks_are_not_told_again(
    engine: Engine, settings: Settings
) -> None:
    await store(engine, *(case(number, text=f"{NAME}, {number}") for number in range(1, 4)))
    params = SearchParams(q=NAME, size=1)
    page = await search_and_tell(engine, params, COORDINATOR, settings.zone)
    assert page.next
    pairs = [("q", NAME), ("size", "1"), ("after", page.next)]
    await search_and_tell(engine, parse_params(pairs), COORDINATOR, settings.zone)
    await search(engine, params, COORDINATOR, settings.zone)
    assert len(await told(engine)) == 1


async def test_a_phone_is_told_once_for_a_form(engine: Engine) -> None:
    author = {"author_phone": "8 900 123-45-67"}
    known = case(1)
    await store(engine, known)
    form = EntryForm(text="Нет света", **author)
    for _ in range(3):
        await find_lookalikes(engine, OPERATOR, form, but="form-1")
    await find_lookalikes(engine, OPERATOR, form, but="form-2")
    await find_lookalikes(engine, OPERATOR, EntryForm(text="Нет света"), but="form-3")
    found = await told(engine)
    assert [line[:3] for line in found] == [("case.searched_by_phone", "oper", 0)] * 2
    assert len({line[3] for line in found}) == 1


async def test_what_cannot_be_told_is_not_shown(
    engine: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object) -> None:
        raise EngineUnavailableError("Поиск сейчас недоступен.")

    await engine.refresh(Index.CASES)
    monkeypatch.setattr("app.audit.service.write", away)
    with pytest.raises(EngineUnavailableError):
        await search_and_tell(engine, SearchParams(q=NAME), COORDINATOR, settings.zone)
    with pytest.raises(EngineUnavailableError):
        await record_phone_search(engine, OPERATOR, PHONE, 0, "form")
    await search_and_tell(engine, SearchParams(q="яма"), COORDINATOR, settings.zone)
