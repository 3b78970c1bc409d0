"""«Все обращения автора»: who opens it, what is in it, that the journal knows and names nobody."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
from litestar.testing import AsyncTestClient
from msgspec.structs import replace

from app.accounts.roles import Role
from app.cases.authors.cursor import make_cursor
from app.cases.authors.query import PAGE
from app.cases.codes import Channel, State
from app.cases.models import Author, Case
from app.engine.client import Engine
from app.errors import EngineUnavailableError
from app.settings import Settings
from app.viewer import Scope, Viewer
from tests.auditing import lines
from tests.casework import COORDINATOR, EXECUTOR, HOUSE, OPERATOR, ROADS, case, person, store
from tests.factories import site
from tests.web.intake_browser import HX

ADDRESS = "/cases/case-1/author"
NAME, PHONE = "Сидоров Иван Петрович", "+79991234567"
Told = Callable[[], Awaitable[list[dict[str, Any]]]]
_NUMBER = re.compile(r"data-open>(26-\d{6})</a>")


def written(number: int, key: str | None = "author-1", **fields: Any) -> Case:
    """Of the author with `key`; a greater number came later."""
    one = case(number, author=Author(key=key, name=NAME, phone=PHONE), **fields)
    return replace(one, received_at=one.received_at + timedelta(minutes=number))


@asynccontextmanager
async def opened(settings: Settings, viewer: Viewer) -> AsyncIterator[AsyncTestClient[Any]]:
    async with AsyncTestClient(
        site(settings, viewer), base_url="http://127.0.0.1:8000", raise_server_exceptions=False
    ) as client:
        yield client


@pytest.fixture
async def told(engine: Engine) -> Told:
    """What the journal says of such searches since the test began: lines of earlier ones stay."""

    async def every() -> list[dict[str, Any]]:
        return [one for one in await lines(engine) if one["what"] == "case.searched_by_author"]

    before = [one["id"] for one in await every()]

    async def since() -> list[dict[str, Any]]:
        return [one for one in await every() if one["id"] not in before]

    return since


async def test_all_cases_of_the_author_and_of_nobody_else(
    engine: Engine, settings: Settings, told: Told
) -> None:
    closed = {"state": State.CLOSED, "closed_at": case().received_at}
    await store(engine, written(1), written(2, **closed), written(3), written(4, "author-2"))
    async with opened(settings, OPERATOR) as client:
        shown = (await client.get("/cases/case-1")).text
        assert "Ещё 2\u00a0обращения этого автора" in shown
        assert f'href="{ADDRESS}"' in shown
        assert await told() == [], "a count opens nothing"
        whole, part = await client.get(ADDRESS), await client.get(ADDRESS, headers=HX)
    assert whole.status_code == part.status_code == 200
    assert _NUMBER.findall(whole.text) == ["26-000003", "26-000002", "26-000001"]
    assert _NUMBER.findall(part.text) == _NUMBER.findall(whole.text)
    assert "3\u00a0обращения" in whole.text
    assert "закрыто" in whole.text
    assert "срок" in whole.text
    assert "<html" not in part.text
    assert whole.headers["cache-control"] == "no-store"
    for secret in ("Сидоров", PHONE[1:], "author-1"):
        assert secret not in whole.text + part.text


async def test_the_journal_tells_who_looked_and_not_for_whom(
    engine: Engine, settings: Settings, told: Told
) -> None:
    await store(engine, written(1), written(2), written(3, "author-2"))
    async with opened(settings, OPERATOR) as client:
        for number in (1, 2, 3):
            assert (await client.get(f"/cases/case-{number}/author")).status_code == 200
    found = sorted(await told(), key=lambda line: str(line["number"]))
    assert [(line["who"], line["number"], line["count"]) for line in found] == [
        ("oper", "26-000001", 2),
        ("oper", "26-000002", 2),
        ("oper", "26-000003", 1),
    ]
    assert found[0]["name_hash"] == found[1]["name_hash"] != found[2]["name_hash"]
    for secret in ("Сидоров", PHONE[1:], "author-1"):
        assert secret not in str(found)


async def test_what_cannot_be_told_is_not_shown(
    engine: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object) -> None:
        raise EngineUnavailableError("Поиск сейчас недоступен.")

    await store(engine, written(1), written(2))
    monkeypatch.setattr("app.audit.service.write", away)
    async with opened(settings, OPERATOR) as client:
        answer = await client.get(ADDRESS)
    assert answer.status_code == 503
    assert "26-000002" not in answer.text


async def test_whoever_may_not_open_the_author_learns_of_no_other_case(
    engine: Engine, settings: Settings, told: Told
) -> None:
    own = {"department": HOUSE}
    await store(engine, written(1, work=own), written(2, work=own))
    async with opened(settings, EXECUTOR) as client:
        shown = (await client.get("/cases/case-1")).text
        answer = await client.get(ADDRESS)
    assert "этого автора" not in shown
    assert answer.status_code == 403
    assert "26-000002" not in answer.text
    assert await told() == []


async def test_the_list_ends_where_the_scope_ends(
    engine: Engine, settings: Settings, told: Told
) -> None:
    await store(
        engine,
        written(1, work={"department": HOUSE}),
        written(2, work={"department": HOUSE}),
        written(3, work={"department": ROADS}),
    )
    limited = replace(OPERATOR, parts=(), scopes=(Scope(None, frozenset({HOUSE}), None),))
    async with opened(settings, limited) as client:
        shown, found = await client.get("/cases/case-1"), await client.get(ADDRESS)
        absent = await client.get("/cases/case-3/author")
    assert "Ещё 1\u00a0обращение этого автора" in shown.text
    assert _NUMBER.findall(found.text) == ["26-000002", "26-000001"]
    assert absent.status_code == 404
    assert [line["count"] for line in await told()] == [2]


async def test_one_role_opens_no_author_of_what_another_one_sees(
    engine: Engine, settings: Settings
) -> None:
    """Authors of the portal may be opened; cases of the own department are only worked on, also
    those in the own hands.
    """
    both = person("both", Role.POS_OFFICER, Role.EXECUTOR, department="house")
    await store(
        engine,
        written(1, channel=Channel.POS),
        written(2, channel=Channel.POS),
        written(3, channel=Channel.SITE, work={"department": HOUSE}),
        written(4, channel=Channel.SITE, work={"department": HOUSE, "assignee": "both"}),
    )
    async with opened(settings, both) as client:
        found = await client.get(ADDRESS)
        other = await client.get("/cases/case-3/author")
        own = await client.get("/cases/case-4/author")
        seen = await client.get("/cases/case-3")
        counted = await client.get("/cases/case-1")
    assert _NUMBER.findall(found.text) == ["26-000002", "26-000001"]
    assert (seen.status_code, other.status_code, own.status_code) == (200, 403, 403)
    assert "этого автора" not in seen.text
    assert "Ещё 1\u00a0обращение этого автора" in counted.text


async def test_pages_hold_every_case_once(engine: Engine, settings: Settings, told: Told) -> None:
    many = PAGE * 2 + 3
    await store(engine, *(written(number) for number in range(1, many + 1)))
    found, address = [], ADDRESS
    async with opened(settings, COORDINATOR) as client:
        while address:
            text = (await client.get(address)).text
            found += _NUMBER.findall(text)
            further = re.search(r'rel="next" href="([^"]+)"', text)
            address = further[1] if further else ""
    assert found == [f"26-{number:06d}" for number in range(many, 0, -1)]
    assert len(await told()) == 3, "no page is opened untold"


async def test_a_place_after_the_last_case_says_so(engine: Engine, settings: Settings) -> None:
    await store(engine, written(1))
    async with opened(settings, OPERATOR) as client:
        after = make_cursor("author-1", [0, "case-1"])
        answer = await client.get(ADDRESS, params={"after": after})
    assert answer.status_code == 200
    assert "Дальше обращений нет" in answer.text
    assert f'rel="first" href="{ADDRESS}"' in answer.text


@pytest.mark.parametrize(
    "after", ["x", "W10", make_cursor("author-2", [1, "id"]), make_cursor("author-1", ["a", 1])]
)
async def test_a_place_of_another_list_is_refused(
    engine: Engine, settings: Settings, told: Told, after: str
) -> None:
    await store(engine, written(1), written(2))
    async with opened(settings, OPERATOR) as client:
        answer = await client.get(ADDRESS, params={"after": after})
    assert answer.status_code == 400
    assert "26-000002" not in answer.text
    assert await told() == []


async def test_an_author_nobody_knows_has_no_list(
    engine: Engine, settings: Settings, told: Told
) -> None:
    await store(engine, written(1, None), written(2, None))
    async with opened(settings, OPERATOR) as client:
        shown, empty = await client.get("/cases/case-1"), await client.get(ADDRESS)
    assert "этого автора" not in shown.text
    assert empty.status_code == 200
    assert _NUMBER.findall(empty.text) == []
    assert "автора не узнать" in empty.text
    assert "В журнал записано" not in empty.text
    assert await told() == []
