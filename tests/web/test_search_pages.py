"""The pages of search and of a case, whole and in part, and their JSON."""

from collections.abc import AsyncIterator

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from app.cases.models import Event
from app.settings import Settings
from tests.integration.search_corpus import START, at, case, filled

HX = {"HX-Request": "true"}
CHANGED = Event(
    1, START, "import_changed", "import", changed=["place.house", "place.street", "state"]
)
SECRET = ("+79001234567", "maria@example.org", "Иванова")


@pytest.fixture
async def client(app: Litestar, settings: Settings) -> AsyncIterator[AsyncTestClient[Litestar]]:
    cases = [
        case(1, "Нет <b>горячей</b> воды", place=at("Ленина", "35")),
        case(
            2,
            "Яма на дороге",
            history=[CHANGED],
            original={"Автор": "Иванова Мария", "Тел": "8 900 123-45-67"},
        ),
        *[case(number, f"Свет мигает {number}") for number in range(10, 40)],
    ]
    async with (
        filled(settings, cases),
        AsyncTestClient(app, base_url="http://127.0.0.1:8000") as opened,
    ):
        yield opened


async def test_pages(client: AsyncTestClient[Litestar]) -> None:
    await page_and_fragment(client)
    await escaped_snippet(client)
    await filters_are_links(client)
    await paging(client)
    await empty_states(client)
    await steps_of_understanding(client)
    await bad_input_keeps_the_words(client)
    await case_page(client)
    await json_answers(client)


async def page_and_fragment(client: AsyncTestClient[Litestar]) -> None:
    whole = await client.get("/search", params={"q": "вода"})
    part = await client.get("/search", params={"q": "вода"}, headers=HX)
    assert whole.status_code == part.status_code == 200
    assert whole.headers["vary"] == part.headers["vary"] == "HX-Request"
    assert "<html" in whole.text
    assert "<html" not in part.text
    assert '<div id="search"' in part.text
    assert part.headers["hx-push-url"] == "/search?q=%D0%B2%D0%BE%D0%B4%D0%B0"


async def escaped_snippet(client: AsyncTestClient[Litestar]) -> None:
    answer = await client.get("/search", params={"q": "горячая вода"})
    assert "&lt;b&gt;<mark>горячей</mark>&lt;/b&gt; <mark>воды</mark>" in answer.text
    assert "Найдено 1\u00a0обращение" in answer.text
    assert "ул. Ленина, 35" in answer.text


async def filters_are_links(client: AsyncTestClient[Litestar]) -> None:
    answer = await client.get("/search", params={"q": "свет", "state": "new"})
    assert "Состояние: Новое" in answer.text
    assert (
        'href="/search?q=%D1%81%D0%B2%D0%B5%D1%82&amp;state=new&amp;state=moderation"'
        in answer.text
    )
    assert 'type="hidden" name="state" value="new"' in answer.text


async def paging(client: AsyncTestClient[Litestar]) -> None:
    first = await client.get("/search", params={"q": "свет", "size": 20})
    assert "Дальше" in first.text
    json = (await client.get("/api/v1/search", params={"q": "свет", "size": 20})).json()
    second = await client.get("/search", params={"q": "свет", "after": json["next"]})
    assert second.status_code == 200
    assert "Дальше" not in second.text
    assert "К началу списка" in second.text


async def empty_states(client: AsyncTestClient[Litestar]) -> None:
    nothing = await client.get("/search", params={"q": "абракадабра"})
    assert "Ничего не найдено" in nothing.text
    filtered = await client.get("/search", params={"q": "свет", "state": "closed"})
    assert "Сбросить условия" in filtered.text


async def steps_of_understanding(client: AsyncTestClient[Litestar]) -> None:
    answer = await client.get("/search", params={"q": "cdtn", "state": "new"})
    assert "Искали «свет» вместо «cdtn»" in answer.text
    off = "/search?q=cdtn&amp;state=new&amp;asis=layout"
    assert f'href="{off}"' in answer.text
    switched = await client.get("/search", params={"q": "cdtn", "asis": "layout"})
    assert "Искали «свет»" not in switched.text
    assert "Раскладка не исправлена." in switched.text
    assert 'href="/search?q=cdtn"' in switched.text
    assert 'type="hidden" name="asis" value="layout"' in switched.text
    plain = await client.get("/search", params={"q": "свет"})
    assert "search-changes" not in plain.text
    json = (await client.get("/api/v1/search", params={"q": "cdtn"})).json()
    assert json["query"]["used"] == "свет"
    change = json["query"]["changes"][0]
    assert (change["code"], change["from"], change["to"]) == ("layout", "cdtn", "свет")
    refused = await client.get("/api/v1/search", params={"q": "cdtn", "asis": "magic"})
    assert refused.status_code == 400


async def bad_input_keeps_the_words(client: AsyncTestClient[Litestar]) -> None:
    given = {"q": "вода", "size": "0", "sort": "bad", "state": "new"}
    answer = await client.get("/search", params=given)
    assert answer.status_code == 400
    assert "Состояние: Новое" in answer.text
    assert 'value="вода"' in answer.text
    assert "Такого порядка нет" in answer.text


async def case_page(client: AsyncTestClient[Litestar]) -> None:
    by_number = await client.get("/cases/26-000002")
    by_id = await client.get("/cases/id-0002")
    for answer in (by_number, by_id):
        assert answer.status_code == 200
        assert "Яма на дороге" in answer.text
        assert "исходные ячейки" in answer.text
        assert "изменено при загрузке: место, состояние" in answer.text
        assert not [secret for secret in (*SECRET, "123-45-67") if secret in answer.text]
    assert (await client.get("/cases/26-999999")).status_code == 404
    assert (await client.get(f"/cases/{'я' * 600}")).status_code == 404


async def json_answers(client: AsyncTestClient[Litestar]) -> None:
    found = (await client.get("/api/v1/search", params={"q": "яма"})).json()
    assert found["query"] == {"given": "яма", "used": "яма", "changes": []}
    assert found["total"] == 1
    assert found["next"] is None
    assert set(found["hits"][0]) == {
        "id", "number", "source", "external_id", "score", "received_at", "theme", "state",
        "problem", "snippet", "by_meaning",
    }  # fmt: skip
    one = await client.get("/api/v1/cases/26-000002")
    assert one.json()["author"] == {"name": "И. М.", "phone": "•••67", "email": "m•••@example.org"}
    assert "original" not in one.json()
    refused = await client.get("/api/v1/search", params={"after": "zzz"})
    assert refused.status_code == 400
    assert refused.json()["error"]["field"] == "after"
    schema = (await client.get("/schema/openapi.json")).json()
    named = {
        parameter["name"] for parameter in schema["paths"]["/api/v1/search"]["get"]["parameters"]
    }
    assert {"q", "state", "street", "from", "to", "sort", "mode", "size", "after"} <= named


async def test_the_engine_is_down_and_nothing_typed_is_lost(settings: Settings) -> None:
    from tests.factories import site

    dead = settings.model_copy(update={"es_url": "http://127.0.0.1:9"})
    async with AsyncTestClient(site(dead), base_url="http://127.0.0.1:8000") as opened:
        answer = await opened.get("/search", params={"q": "нет воды", "state": "new"})
    assert answer.status_code == 503
    assert 'value="нет воды"' in answer.text
    assert "Состояние: Новое" in answer.text
