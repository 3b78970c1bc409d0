"""The pages of «Моя работа», whole and in part, with and without an engine."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from app.cases.codes import Importance, State
from app.cases.models import Workflow
from app.permissions import Permission
from app.settings import Settings
from app.viewer import EVERYWHERE, Viewer
from tests.factories import site
from tests.integration.search_corpus import at, case, filled

Client = AsyncTestClient[Litestar]
HX = {"HX-Request": "true"}
SECRET = ("+79001234567", "maria@example.org", "Иванова")
OPERATOR = Viewer(
    "olga",
    title="Ольга",
    permissions=frozenset(Permission),
    scopes=(EVERYWHERE,),
)
OWN = "/work?queue=open&importance=high&street=%D0%9C%D0%B8%D1%80%D0%B0"
MARK = re.compile(r'name="_csrf_token" value="([^"]+)"')


@pytest.fixture
async def client(settings: Settings) -> AsyncIterator[Client]:
    now = datetime.now(UTC)
    late = now - timedelta(days=2, hours=1)
    cases = [
        case(
            number,
            f"Свет <i>мигает</i> {number}",
            state=State.IN_PROGRESS,
            deadline_at=late + timedelta(minutes=number),
            workflow=Workflow(department="Отдел", assignee="olga"),
            place=at("Ленина" if number % 2 else "Мира", str(number)),
        )
        for number in range(40)
    ]
    cases.append(
        case(
            50,
            "Провалился люк",
            state=State.NEW,
            importance=Importance.HIGH,
            workflow=Workflow(),
            updated_at=now + timedelta(seconds=30),
        )
    )
    async with (
        filled(settings, cases),
        AsyncTestClient(site(settings, OPERATOR), base_url="http://127.0.0.1:8000") as opened,
    ):
        yield opened


async def token(client: Client) -> str:
    found = MARK.search((await client.get("/work")).text)
    assert found
    return found[1]


async def post(client: Client, path: str, **form: str) -> tuple[int, str, str]:
    data = {"_csrf_token": await token(client), **form}
    answer = await client.post(path, data=data, follow_redirects=False)
    return answer.status_code, answer.headers.get("location", ""), answer.text


async def test_the_list(client: Client) -> None:
    """One town for all of these: an engine takes longer to make than to ask."""
    await what_came_since_the_last_visit_is_marked(client)
    await whole_page_and_fragment(client)
    await the_next_page_and_the_next_case_are_links(client)
    await a_case_opened_otherwise_has_no_way_to_a_queue(client)
    await a_bad_address_is_said_and_nothing_else_is_lost(client)
    await filters_are_links_with_numbers(client)
    await live_brings_numbers_and_one_line_only(client)


async def whole_page_and_fragment(client: Client) -> None:
    whole = await client.get("/work?queue=mine")
    part = await client.get("/work?queue=mine", headers=HX)
    assert (whole.status_code, part.status_code) == (200, 200)
    assert "<html" in whole.text
    assert "<html" not in part.text
    for answer in (whole, part):
        assert answer.headers["vary"] == "HX-Request"
        assert "Мои: 40\u00a0обращений" in answer.text
        assert answer.text.count("data-row") == 30
        assert "просрочено на 2\u00a0дня" in answer.text
        assert "&lt;i&gt;мигает&lt;/i&gt;" in answer.text
        assert not [secret for secret in SECRET if secret in answer.text]


async def the_next_page_and_the_next_case_are_links(client: Client) -> None:
    text = (await client.get("/work?queue=mine")).text
    following = re.search(r'rel="next" href="([^"]+)"', text)
    assert following
    second = (await client.get(following[1].replace("&amp;", "&"))).text
    assert second.count("data-row") == 10
    assert 'rel="first"' in second
    opened = re.findall(r'class="hit-number figures" href="([^"]+)"', text)
    case_page = (await client.get(opened[0].replace("&amp;", "&"))).text
    onward = re.search(r'href="(/work/next[^"]+)"', case_page)
    assert onward
    answer = await client.get(onward[1].replace("&amp;", "&"), follow_redirects=False)
    assert answer.status_code == 303
    assert urlsplit(answer.headers["location"]).path == "/cases/id-0001"
    last = re.findall(r'class="hit-number figures" href="([^"]+)"', second)[-1]
    given = parse_qs(urlsplit(last.replace("&amp;", "&")).query)
    over = await client.get(f"/work/next?{given['work'][0]}&at={given['at'][0]}")
    assert "Дальше в этой очереди ничего нет" in over.text


async def a_case_opened_otherwise_has_no_way_to_a_queue(client: Client) -> None:
    assert "/work/next" not in (await client.get("/cases/id-0001")).text


async def a_bad_address_is_said_and_nothing_else_is_lost(client: Client) -> None:
    for headers in ({}, HX):
        await bad_addresses(client, headers)


async def bad_addresses(client: Client, headers: dict[str, str]) -> None:
    answer = await client.get("/work?queue=mine&state=nonsense&street=Мира", headers=headers)
    assert answer.status_code == 400
    assert "не знает такого значения" in answer.text
    assert "Улица: Мира" in answer.text
    broken = await client.get("/work?queue=mine&after=abc", headers=headers)
    assert broken.status_code == 400
    assert "Откройте очередь с начала" in broken.text


async def filters_are_links_with_numbers(client: Client) -> None:
    text = (await client.get("/work?queue=mine&street=Мира")).text
    assert "Мои: 20\u00a0обращений" in text
    assert "Улица: Мира" in text
    assert 'href="/work?queue=mine"' in text


async def what_came_since_the_last_visit_is_marked(client: Client) -> None:
    await client.get("/work")
    text = (await client.get("/work?queue=open&importance=high")).text
    assert text.count("Новое для вас") == 1


async def live_brings_numbers_and_one_line_only(client: Client) -> None:
    since = datetime.now(UTC).isoformat()
    answer = await client.get("/work/live", params={"queue": "open", "since": since}, headers=HX)
    assert answer.status_code == 200
    assert answer.text.count("hx-swap-oob") == 1 + len(re.findall('id="count-', answer.text))
    assert "Появилось или изменилось" in answer.text
    assert "<html" not in answer.text
    bad = await client.get("/work/live", params={"queue": "open", "since": "вчера"}, headers=HX)
    assert bad.status_code == 400


async def test_own_lists(client: Client, settings: Settings) -> None:
    await own_lists_are_saved_opened_first_and_brought_back(client)
    await a_refused_name_is_shown_again_with_the_reason(client)
    await another_person_has_lists_of_the_own(client, settings)


async def own_lists_are_saved_opened_first_and_brought_back(client: Client) -> None:
    status, where, _ = await post(
        client, "/work/views", name="Мира, важное", queue="open", street="Мира", importance="high"
    )
    assert (status, where) == (303, OWN)
    page = (await client.get("/work/views")).text
    slug = re.search(r'action="/work/views/(\w+)"', page)
    assert slug
    assert "улица: Мира" in page
    assert (await post(client, f"/work/views/{slug[1]}", action="first"))[0] == 303
    home = await client.get("/work", follow_redirects=False)
    assert (home.status_code, home.headers["location"]) == (302, where)
    assert (await client.get("/work?queue=mine", follow_redirects=False)).status_code == 200
    status, undo, _ = await post(client, f"/work/views/{slug[1]}", action="delete")
    assert status == 303
    removed = (await client.get(undo)).text
    assert "«Мира, важное» удалён" in removed
    assert (await client.get("/work", follow_redirects=False)).status_code == 200
    given = parse_qs(urlsplit(undo).query)
    back = {name: values[0] for name, values in given.items()}
    assert (await post(client, "/work/views", **back))[1] == where


async def a_refused_name_is_shown_again_with_the_reason(client: Client) -> None:
    await post(client, "/work/views", name="Дороги", queue="open")
    status, _, text = await post(client, "/work/views", name="дороги", queue="mine")
    assert status == 400
    assert 'value="дороги"' in text
    assert "уже есть" in text
    slug = re.search(r'action="/work/views/(\w+)"', text)
    assert slug
    status, _, text = await post(client, f"/work/views/{slug[1]}", action="rename", name="x" * 70)
    assert status == 400
    assert "x" * 70 in text
    assert (await post(client, f"/work/views/{slug[1]}", action="explode"))[0] == 400
    assert (await post(client, "/work/views/gone", action="first"))[0] == 404


async def another_person_has_lists_of_the_own(client: Client, settings: Settings) -> None:
    await post(client, "/work/views", name="Дороги", queue="open")
    other = Viewer("kira", permissions=OPERATOR.permissions, scopes=(EVERYWHERE,))
    async with AsyncTestClient(site(settings, other), base_url="http://127.0.0.1:8000") as second:
        assert "Дороги" not in (await second.get("/work/views")).text


@pytest.mark.parametrize(
    ("permissions", "where"),
    [
        ({Permission.CASE_VIEW, Permission.CASE_TAKE}, "/work"),
        ({Permission.CASE_VIEW, Permission.CASE_TAKE, Permission.TODAY_VIEW}, "/today"),
        ({Permission.CASE_VIEW}, "/search"),
        ({Permission.SYSTEM_VIEW}, "/system"),
    ],
)
async def test_everybody_begins_where_there_is_something_to_do(
    settings: Settings, permissions: set[Permission], where: str
) -> None:
    viewer = Viewer("one", permissions=frozenset(permissions))
    async with AsyncTestClient(site(settings, viewer), base_url="http://127.0.0.1:8000") as opened:
        answer = await opened.get("/", follow_redirects=False)
    assert answer.headers["location"] == where


async def test_without_an_engine_the_page_still_stands(lone: Client) -> None:
    answer = await lone.get("/work?queue=mine&street=Мира")
    assert answer.status_code == 503
    assert "Улица: Мира" in answer.text
    part = await lone.get("/work/live?queue=mine&since=2026-03-01T00:00:00Z", headers=HX)
    assert part.status_code == 200
    assert "не отвечает" in part.text
