"""«Проблемы»: the list, the page of one, what people do with it, the same for programs."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from urllib.parse import urlencode

import msgspec
import pytest
from litestar.testing import AsyncTestClient

from app.cases.models import Classifier, Place
from app.engine import writer
from app.engine.client import Engine
from app.engine.names import Index
from app.problems.models import Counts, ProblemState
from app.settings import Settings
from indexers.exports.run import run_export
from tests.boarding import NOW, TOWN, problem, store_growth, store_member, store_problems
from tests.casework import COORDINATOR, EXECUTOR, HEAD, ROADMAN, case
from tests.factories import site
from tests.web.people import BASE, HX, Visitor

LISTS = re.compile(r'<a href="(/problems[^"]*)"[^>]*>([А-Яа-я ]+) <span[^>]*>(\d+)<')


@pytest.fixture
async def board(engine: Engine, settings: Settings) -> AsyncIterator[Visitor]:
    await store_problems(
        engine,
        problem(
            1,
            growing=True,
            members=10,
            counts=Counts(themes={"Вода": 6, "Мусор": 4}),
        ),
        problem(2, theme="Мусор", title="Мусор: ул. Мира", state=ProblemState.RETURNED),
        problem(3, last_at=NOW - timedelta(days=35), open=1, owner="koord"),
        problem(4, first_at=NOW - timedelta(days=2), seen_by=["чужой|*|*"]),
        problem(5, state=ProblemState.MERGED, merged_into="p1"),
    )
    for number in range(1, 4):
        await store_member(engine, number, "p1", days_ago=number)
    await store_member(engine, 4, "p2")
    await store_growth(engine, "p1")
    async with AsyncTestClient(site(settings, COORDINATOR), base_url=BASE) as client:
        yield Visitor(client)


async def test_each_count_is_the_length_of_its_list(board: Visitor) -> None:
    page = await board.get("/problems")
    assert page.headers["vary"] == "HX-Request"
    assert "Растёт: 2 за 3 дня, обычно 0,1" in page.text
    found = LISTS.findall(page.text)
    assert [name for _, name, _ in found] == [
        "Растут",
        "Новые",
        "Давно без движения",
        "Возвращаются",
        "Все",
    ]
    for url, name, count in found:
        rows = (await board.get(url.replace("&amp;", "&"), HX)).text
        assert rows.count('class="hit board-row"') == int(count), name
        assert "<html" not in rows
    counts = {name: count for _, name, count in found}
    assert counts["Давно без движения"] == "1"
    row = re.search(r'href="(/search\?problem=p1)">3\s', page.text.replace("\u00a0", " "))
    assert row, "the number leads to the cases it counts"
    assert (await board.get(row[1])).text.count('class="hit"') == 3


async def test_the_list_is_narrowed_and_refuses_nonsense_in_russian(board: Visitor) -> None:
    narrowed = await board.get("/problems?theme=Мусор&q=мира")
    assert narrowed.text.count('class="hit board-row"') == 1
    assert "Тема: Мусор" in narrowed.text
    assert (await board.get("/problems?owner=koord")).text.count("board-row") >= 1
    for wrong in (
        "to=9999-12-31",
        "show=x",
        "page=0",
        "page=9999",
        "state=merged",
        "from=вчера",
        "size=1000",
    ):
        refused = await board.get(f"/problems?{wrong}")
        assert refused.status_code == 400, wrong
        assert 'role="alert"' in refused.text


@pytest.mark.parametrize(
    ("page", "rest"),
    [("", "theme=%D0%AF%D0%BC%D1%8B"), ("/map", "what=messages&theme=%D0%AF%D0%BC%D1%8B")],
)
async def test_one_wrong_condition_leaves_the_others(board: Visitor, page: str, rest: str) -> None:
    late = await board.get(f"/problems{page}?{rest}&from=2026-02-02&to=2026-01-01")
    assert late.status_code == 400
    assert "поменяйте даты местами" in late.text
    assert "Тема: Ямы" in late.text
    assert 'value="2026-02-02"' in late.text
    assert 'value="2026-01-01"' in late.text
    kept = re.findall(r'<a class="chip[^"]*" href="([^"]+)"[^>]*>(Тема|по|Сбросить)', late.text)
    kept_words = {word: url.replace("&amp;", "&") for url, word in kept}
    assert kept_words["по"] == f"/problems{page}?{rest}"
    mode = "?what=messages" if page else ""
    assert kept_words["Сбросить"] == f"/problems{page}{mode}"


async def test_a_street_of_the_map_opens_the_cases_it_counts(
    board: Visitor, engine: Engine
) -> None:
    for number, (settlement, district) in enumerate(
        [("Дубки", "Центр"), ("Дубки", "Восток"), ("Сосны", "Центр")], 10
    ):
        place = Place(TOWN, settlement=settlement, district=district, street="Мира")
        one = case(number, place=place)
        await writer.create(engine, Index.CASES, one.id, msgspec.to_builtins(one))
    await engine.refresh(Index.CASES)
    asked = urlencode({"what": "messages", "settlement": "Дубки", "district": "Центр"})
    shown = (await board.get(f"/problems/map?{asked}")).text
    link = re.search(r'href="(/search[^"]+)"[^>]*>Мира</a> <span [^>]*>1</span>', shown)
    assert link
    assert (await board.get(link[1].replace("&amp;", "&"))).text.count('class="hit"') == 1


async def test_the_page_tells_what_the_cases_tell(board: Visitor) -> None:
    page = await board.get("/problems/p1")
    assert page.status_code == 200
    assert '<span class="problem-number figures">3</span>' in page.text
    assert "тот же дом; та же тема" in page.text
    assert 'class="problem-days"' in page.text
    of_house = re.search(r'href="(/problems/p1\?street=[^"#]*house=5)#cases"', page.text)
    assert of_house
    there = await board.get(of_house[1].replace("&amp;", "&"))
    assert there.text.count('class="hit"') == 3
    moved = await board.get("/problems/p5")
    assert (moved.status_code, moved.headers["location"]) == (301, "/problems/p1")
    assert (await board.get("/problems/p99")).status_code == 404
    assert (await board.get("/problems/" + "p" * 600)).status_code == 404
    assert "+7999" not in page.text
    assert "В этой проблеме две темы" in page.text
    assert "«Вода» (6 сообщений) и «Мусор» (4)" in page.text.replace("\u00a0", " ")


async def test_whoever_sees_none_of_its_cases_sees_no_problem(
    board: Visitor, settings: Settings
) -> None:
    """And whoever sees a part of them gets the numbers of that part."""
    async with AsyncTestClient(site(settings, EXECUTOR), base_url=BASE) as client:
        stranger = Visitor(client)
        assert "board-row" not in (await stranger.get("/problems")).text
        assert (await stranger.get("/problems/p1")).status_code == 404
        assert (await stranger.get("/api/v1/problems/p1")).status_code == 404
    async with AsyncTestClient(site(settings, ROADMAN), base_url=BASE) as client:
        mate = Visitor(client)
        page = await mate.get("/problems/p1")
        assert page.status_code == 200
        assert "Вести проблему" not in page.text
        assert "обычно 2,1" not in page.text
        refused = await mate.post("/problems/p1/name", {"name": "Моё"})
        assert refused.status_code == 403


async def test_people_lead_a_problem(board: Visitor, engine: Engine) -> None:
    acts = {
        "name": {"name": "Ямы у школы"},
        "state": {"state": "in_work"},
        "owner": {"owner": HEAD.name},
        "in": {"number": "26-000004"},
        "out": {"case": "case-1"},
    }
    for act, form in acts.items():
        answer = await board.post(f"/problems/p1/{act}", form)
        assert (answer.status_code, answer.headers["location"]) == (303, f"/problems/p1?done={act}")
    page = await board.get("/problems/p1?done=name")
    assert "Ямы у школы" in page.text
    assert "Состояние: В работе" in page.text
    assert "Добавлено 1\u00a0сообщение" in page.text
    for act, form in {
        "state": {"state": "x"},
        "in": {"number": "26-9"},
        "out": {},
        "x": {},
    }.items():
        refused = await board.post(f"/problems/p1/{act}", form)
        assert refused.status_code in {400, 404}, act
        assert 'role="alert"' in refused.text


async def test_merging_and_splitting(board: Visitor, engine: Engine) -> None:
    choice = await board.get("/problems/p2/merge?q=Ямы ленина")
    assert 'name="into" value="p1"' in choice.text
    for address in ("http://городской.рф/problems/p1?done=state", "/problems/p1/#cases", "p1"):
        by_address = await board.get(f"/problems/p2/merge?{urlencode({'q': address})}")
        assert 'name="into" value="p1"' in by_address.text, address
    for odd in ("/", "http://[", "/problems/"):
        answer = await board.get(f"/problems/p2/merge?{urlencode({'q': odd})}")
        assert answer.status_code == 200, odd
    assert (await board.post("/problems/p2/merge", {"into": "p2"})).status_code == 409
    apart = await board.post("/problems/p2/apart", {"other": "p3"})
    assert apart.headers["location"] == "/problems/p2?done=apart"
    merged = await board.post("/problems/p2/merge", {"into": "p1"})
    assert merged.headers["location"] == "/problems/p1?done=merged"
    assert (await board.get("/problems/p2")).headers["location"] == "/problems/p1"
    part = await board.post("/problems/p1/split", {"case": "case-2"})
    whither = part.headers["location"]
    assert whither.endswith("?done=split")
    assert "отделена от другой проблемы" in (await board.get(whither)).text
    stored = await engine.get(Index.PROBLEMS, "p1")
    assert stored
    assert [act["kind"] for act in stored.source["acts"]] == ["took_in", "split"]


async def test_programs_get_the_same(board: Visitor) -> None:
    found = (await board.get("/api/v1/problems?theme=Ямы&size=1")).json()
    assert (found["total"], found["next_page"]) == (2, 2)
    assert found["lists"]["growing"] == 1
    first = found["problems"][0]
    assert (first["id"], first["messages"], first["municipality"]) == ("p1", 3, TOWN)
    assert first["growth"] == {"seen": 2, "usual": pytest.approx(0.1, abs=0.05)}
    one = (await board.get("/api/v1/problems/p1")).json()
    assert sum(one["days"].values()) == one["problem"]["messages"] == 3
    cases = (await board.get("/api/v1/problems/p1/cases?size=2")).json()
    assert (cases["total"], len(cases["cases"]), cases["next_page"]) == (3, 2, 2)
    assert cases["cases"][0]["why"] == ["тот же дом", "та же тема"]
    moved = await board.get("/api/v1/problems/p5/cases?size=2")
    assert moved.status_code == 308
    assert moved.headers["location"] == "/api/v1/problems/p1/cases?size=2"
    refused = await board.get("/api/v1/problems?page=x")
    assert refused.json()["error"]["field"] == "page"


BOX = "south=55&west=37&north=56&east=38&zoom=10"


async def test_the_map_draws_what_is_seen(board: Visitor, settings: Settings) -> None:
    page = await board.get("/problems/map")
    assert 'data-reach="55.75000,37.60000,55.75000,37.60000"' in page.text
    assert 'data-tiles=""' in page.text
    for told in ("Обозначения", 'data-mark="returned"', "Растёт: кольцо", "Чем больше кружок"):
        assert told in page.text, told
    of_messages = (await board.get("/problems/map?what=messages")).text
    assert "Столько сообщений рядом" in of_messages
    assert "data-mark" not in of_messages
    drawn = (await board.get(f"/problems/map/points?{BOX}&show=growing")).json()
    point = drawn["points"][0]
    assert (point["url"], point["count"], drawn["clusters"]) == ("/problems/p1", 3, [])
    assert (point["state"], point["growing"]) == ("new", True)
    assert (round(point["lat"], 3), round(point["lon"], 3)) == (55.75, 37.6)
    messages = (await board.get(f"/problems/map/points?{BOX}&what=messages&theme=Ямы")).json()
    assert [one["count"] for one in messages["clusters"]] == [4]
    elsewhere = BOX.replace("55", "54").replace("56", "55")
    assert (await board.get(f"/problems/map/points?{elsewhere}")).json()["points"] == []
    assert (await board.get("/problems/map/points?zoom=5")).status_code == 400
    async with AsyncTestClient(site(settings, EXECUTOR), base_url=BASE) as client:
        hidden = (await Visitor(client).get(f"/problems/map/points?{BOX}&what=messages")).json()
        assert hidden["clusters"] == []


async def test_own_boundaries_come_and_go(board: Visitor, settings: Settings) -> None:
    shape = b'{"type": "LineString", "coordinates": [[37.1, 55.1], [37.2, 55.2]]}'
    async with AsyncTestClient(site(settings), base_url=BASE) as client:
        keeper = Visitor(client)
        form = {"_csrf_token": await keeper.token()}
        assert (await keeper.get("/problems/map/boundaries")).status_code == 404
        for data, status in ((shape, 303), (b"{}", 400)):
            answer = await client.post(
                "/problems/map/boundaries",
                data=form,
                files={"file": ("b.geojson", data)},
                follow_redirects=False,
            )
            assert answer.status_code == status
        assert "Это не GeoJSON" in answer.text
        kept = (await keeper.get("/problems/map/boundaries")).json()
        assert kept["features"][0]["geometry"]["type"] == "LineString"
        assert (
            'data-boundaries="/problems/map/boundaries"' in (await keeper.get("/problems/map")).text
        )
        await keeper.post("/problems/map/boundaries/remove")
        assert (await keeper.get("/problems/map/boundaries")).status_code == 404


async def test_each_number_of_the_heat_maps_opens_its_cases(board: Visitor) -> None:
    page = await board.get("/problems/heat?weeks=13")
    day = NOW - timedelta(days=2)
    found = re.findall(r'<a class="figures" href="([^"]+)"[^>]*>(\d+)</a>', page.text)
    assert len(found) >= 3
    assert f"{day:%d.%m.%Y}: 1" in page.text or f"{day:%d.%m.%Y}: 2" in page.text
    for url, count in found:
        listed = await board.get(url.replace("&amp;", "&"))
        assert listed.text.count('class="hit"') == int(count), url
    by_theme = re.search(rf'aria-label="Ямы, {TOWN}: 4', page.text)
    assert by_theme
    assert "4\u00a0сообщения" in (await board.get("/problems/heat?theme=Ямы")).text
    assert "0\u00a0сообщений" in (await board.get("/problems/heat?theme=Лес")).text
    for wrong in ("weeks=5", "level=x", f"municipality={'я' * 600}"):
        refused = await board.get(f"/problems/heat?{wrong}&theme=Ямы", HX)
        assert refused.status_code == 400
        assert 'value="Ямы" selected' in refused.text
        assert refused.headers["HX-Push-Url"] == f"/problems/heat?{urlencode({'theme': 'Ямы'})}"


async def test_a_theme_that_is_rare_in_a_shown_territory_is_counted_there(
    board: Visitor, engine: Engine
) -> None:
    """The town has the most messages, and of this theme fewer than twelve other places."""
    places = [TOWN, *(place for letter in "АБВГДЕЖЗИКЛМ" for place in 2 * [f"Село {letter}"])]
    for number, place in enumerate(places, 10):
        one = case(
            number,
            received_at=NOW - timedelta(days=1),
            place=Place(municipality=place),
            classifier=Classifier(im_theme="Свет"),
        )
        await writer.create(engine, Index.CASES, one.id, msgspec.to_builtins(one))
    await engine.refresh(Index.CASES)
    page = (await board.get("/problems/heat")).text
    assert f'aria-label="Свет, {TOWN}: 1\u00a0сообщение"' in page
    assert 'aria-label="Свет, Село А: 2\u00a0сообщения"' in page


async def test_a_case_and_the_search_name_the_problem(board: Visitor) -> None:
    part = await board.get("/problems/of/case-1", HX)
    assert '<a href="/problems/p1">Ямы: ул. Ленина, 1</a>' in part.text
    assert "Почему: тот же дом; та же тема." in part.text
    assert 'hx-get="/problems/of/case-1"' in (await board.get("/cases/case-1")).text
    found = await board.get("/search?problem=p1")
    assert "Проблема: Ямы: ул. Ленина, 1" in found.text
    assert '<a href="/problems/p1">Ямы: ул. Ленина, 1</a>' in found.text
    answer = (await board.get("/api/v1/search?q=яма")).json()
    assert "Мусор: ул. Мира" in {one["label"] for one in answer["facets"]["problem"]}


async def test_the_list_is_taken_away_as_it_is_narrowed(
    board: Visitor, engine: Engine, settings: Settings
) -> None:
    shown = (await board.get("/problems?theme=Ямы&show=growing&size=50")).text
    form = shown[shown.index('action="/problems/exports"') :].partition("</form>")[0]
    assert 'name="theme" value="Ямы"' in form
    assert 'name="show" value="growing"' in form
    assert 'name="size"' not in form
    sent = {"theme": "Ямы", "show": "growing", "format": "csv"}
    answer = await board.post("/problems/exports", sent)
    assert answer.status_code == 303
    address = answer.headers["location"].partition("?")[0]
    waiting = (await board.get(address)).text
    assert "К проблемам" in waiting
    assert 'href="/problems?show=growing&amp;theme=' in waiting
    await run_export(engine, settings, address.rpartition("/")[2])
    ready = await board.get(address)
    assert "Файл готов: 1\u00a0проблема" in ready.text
    assert 'action="/problems/exports"' in ready.text
    assert "Одна строка – одна проблема" in ready.text
    taken = await board.get(f"{address}/file")
    assert "Ямы: ул. Ленина, 1" in taken.text
    listed = (await board.get("/exports")).text
    assert ">Проблемы</a>" in listed
    assert "Список: Растут; Тема: Ямы" in listed
    assert (await board.post("/problems/exports", {"show": "odd"})).status_code == 400
    async with AsyncTestClient(site(settings, EXECUTOR), base_url=BASE) as client:
        visitor = Visitor(client)
        assert "/problems/exports" not in (await visitor.get("/problems")).text
        assert (await visitor.post("/problems/exports", sent)).status_code == 403
