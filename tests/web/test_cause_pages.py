"""Pages of causes, weather, road maps and practices, as people and their browsers meet them."""

import re
from typing import Any

from litestar.testing import AsyncTestClient

from app.accounts.roles import GRANTS, Role
from app.engine.client import Engine
from app.problems import repository as problems
from app.settings import Settings
from app.viewer import EVERYWHERE, Viewer
from tests.factories import make_user, site
from tests.integration.test_road_maps import lead, problem
from tests.web.intake_browser import HX

BASE = "http://127.0.0.1:8000"
_TOKEN = re.compile(r'name="_csrf_token" value="([0-9a-f]+)"')
HEAD = Viewer("head", permissions=GRANTS[Role.COORDINATOR].permissions, scopes=(EVERYWHERE,))
ADMIN = Viewer("admin", permissions=GRANTS[Role.ADMINISTRATOR].permissions)


class Person:
    def __init__(self, client: AsyncTestClient[Any]) -> None:
        self.client = client
        self.token = ""

    async def read(self, path: str, **headers: str) -> str:
        answer = await self.client.get(path, headers=headers)
        assert answer.status_code == 200, (path, answer.status_code)
        if found := _TOKEN.search(answer.text):
            self.token = found[1]
        return answer.text

    async def send(self, path: str, status: int = 200, **fields: str) -> str:
        """Follows the redirect; a refusal answers with the form again."""
        answer = await self.client.post(path, data={**fields, "_csrf_token": self.token})
        assert answer.status_code == status, (path, answer.status_code, answer.text[-600:])
        return str(answer.url) if status == 200 else answer.text


def hidden_of(page: str, action: str) -> dict[str, str]:
    """What the form of `action` sends without being typed."""
    form = page[page.index(f'action="{action}"') :].partition("</form>")[0]
    found = re.findall(r'<input type="hidden" name="(part|seen)" value="([^"]*)"', form)
    return dict(found)


def opened(settings: Settings, viewer: Viewer) -> AsyncTestClient[Any]:
    return AsyncTestClient(site(settings, viewer), base_url=BASE)


async def test_a_cause_is_written_found_and_hidden(settings: Settings, engine: Engine) -> None:
    await problems.create(engine, problem("p1"))
    async with opened(settings, HEAD) as client:
        person = Person(client)
        part = await person.read("/problems/p1/causes", **HX)
        assert "<html" not in part
        assert "<html" in await person.read("/problems/p1/factors")
        await person.read("/problems/causes/new?problem=p1&evidence=Дом%2014")
        refused = await person.send("/problems/causes", 400, statement=" ", problem="p1")
        assert "Напишите, в чём причина." in refused
        address = await person.send(
            "/problems/causes", statement="<b>Трубы</b>", problem="p1", evidence="Дом 14"
        )
        shown = await person.read(address)
        assert "&lt;b&gt;Трубы" in shown
        assert "Дом 14" in shown
        wrong = await person.send(
            f"{address}/evidence", 400, evidence="Смотри", links="javascript:alert(1)"
        )
        assert "Ссылка начинается" in wrong
        assert "Смотри" in wrong, "what was typed is kept"
        assert "Трубы" in await person.read("/problems/causes?status=presumed")
        assert "Таких причин нет" in await person.read("/problems/causes?status=removed")
        assert "Трубы" in await person.read("/problems/p1/causes")
    async with opened(settings, lead("Инокраевск")) as client:
        assert (await client.get(address)).status_code == 404
        assert (await client.get("/problems/p1/causes")).status_code == 404
        assert "Трубы" not in (await client.get("/problems/causes")).text


async def test_a_road_map_from_the_problem_to_the_practices(
    settings: Settings, engine: Engine
) -> None:
    await make_user(engine, settings, "petrov", Role.COORDINATOR)
    await problems.create(engine, problem("p1"))
    async with opened(settings, HEAD) as client:
        person = Person(client)
        assert "<html" not in await person.read("/problems/p1/road-map", **HX)
        address = await person.send("/problems/p1/road-map", title="Заменить трубы")
        await person.read(address)
        late = await person.send(
            f"{address}/steps", 400, title="Копать", owner_1="petrov", due_on_1="2020-01-01"
        )
        assert "Срок уже прошёл" in late
        await person.send(f"{address}/steps", title="Копать", owner_1="petrov", term_1="h4")
        await person.send(f"{address}/begin")
        upload = await client.post(
            f"{address}/parts/s1/files",
            data={"_csrf_token": person.token},
            files={"file": ("акт.txt", b"done", "text/plain")},
        )
        file = re.search(r'href="(/problems/road-maps/[^"]+/files/[^"]+)"', upload.text)
        assert file
        got = await client.get(file[1])
        assert got.content == b"done"
        assert "attachment" in got.headers["content-disposition"]
        assert "Напишите, что сделано." in await person.send(
            f"{address}/parts/s1", 400, state="done", result=""
        )
        move = {"part": "s1", "seen": "0", "term": "d3"}
        silent = await person.send(f"{address}/parts/s1/move", 400, **move, reason="")
        assert "Напишите причину" in silent
        assert '<option value="d3" selected>' in silent, "what was chosen stays"
        await person.send(f"{address}/parts/s1/move", **move, reason="Нет экскаватора")
        late = await person.send(f"{address}/parts/s1/move", 409, **move, reason="И ещё раз")
        assert "И ещё раз</textarea>" in late
        shown = await person.read(address)
        assert "срок перенесён с <time" in shown
        assert "причина: Нет экскаватора" in shown
        assert "сроки переносили 1\u00a0раз" in shown
        assert "Перенести срок или передать" in shown
        await person.send(f"{address}/parts/s1", seen="0", state="done", result="Выкопали")
        assert "Перенести срок или передать" not in await person.read(address)
        await person.send(f"{address}/solve")
        assert "через неделю" in await person.read(address)
        await person.send(f"{address}/practice", seen="0", title="Трубы", done="Заменили")
        assert "Заменили" in await person.read("/problems/practices")
        assert "Выполнена" in await person.read("/problems/p1/road-map")
    async with opened(settings, lead("Инокраевск")) as client:
        assert (await client.get(address)).status_code == 404
        assert (await client.get(file[1])).status_code == 404
        spread = (await client.get("/problems/practices")).text
        assert "Заменили" in spread
        assert "/problems/road-maps/" not in spread


async def test_what_a_colleague_wrote_of_a_step_and_a_practice_stays(
    settings: Settings, engine: Engine
) -> None:
    await make_user(engine, settings, "petrov", Role.COORDINATOR)
    await problems.create(engine, problem("p1"))
    async with opened(settings, HEAD) as client:
        person = Person(client)
        await person.read("/problems/p1/road-map")
        made = await person.send("/problems/p1/road-map", title="Заменить трубы")
        address = made.removeprefix(BASE)
        step = {"title": "Копать", "owner_1": "petrov", "term_1": "h4"}
        unnamed = await person.send(f"{address}/steps", 400, **step, term_2="d1")
        assert "<details open>" in unnamed
        assert "Выберите, кто отвечает." in unnamed
        await person.send(f"{address}/steps", **step)
        await person.send(f"{address}/begin")
        part = f"{address}/parts/s1"
        report = hidden_of(await person.read(address), part)
        for _ in range(2):  # pressed twice
            await person.send(part, **report, state="done", result="Выкопали")
        late = await person.send(part, 409, **report, state="doing", result="Копаем")
        assert "Копаем</textarea>" in late
        assert "<p>Выкопали</p>" in late
        await person.send(part, **hidden_of(late, part), state="done", result="Выкопали всё")
        await person.send(f"{address}/solve")
        practice = hidden_of(await person.read(address), f"{address}/practice")
        for _ in range(2):
            await person.send(f"{address}/practice", **practice, title="Трубы", done="Да")
        late = await person.send(f"{address}/practice", 409, **practice, title="Трубы", done="Нет")
        assert "Нет</textarea>" in late
        assert "Да" in await person.read("/problems/practices")
        fresh = hidden_of(late, f"{address}/practice")
        await person.send(f"{address}/practice", **fresh, title="Трубы", done="Нет")


async def test_an_address_that_no_document_can_have_is_not_found(
    settings: Settings, engine: Engine
) -> None:
    """The engine refuses a line of more than 4 KB and an id of more than 512 octets."""
    async with opened(settings, HEAD) as client:
        for name in ("p" * 5_000, "ы" * 300, "%2E%2E"):
            for page in (
                f"/problems/{name}",
                f"/problems/{name}/causes",
                f"/problems/{name}/factors",
                f"/problems/{name}/road-map",
                f"/problems/causes/{name}",
                f"/problems/causes/new?problem={name}",
                f"/problems/road-maps/{name}",
                f"/cases/{name}",
                f"/api/v1/problems/{name}",
            ):
                answer = await client.get(page)
                assert answer.status_code == 404, (page[:40], answer.status_code)


async def test_days_of_weather_are_entered_and_taken_out(
    settings: Settings, engine: Engine
) -> None:
    async with opened(settings, ADMIN) as client:
        person = Person(client)
        await person.read("/books/weather")
        assert "прошедшие" in await person.send("/books/weather", 400, day="2999-01-01", kind="ice")
        day = {"day": "2026-01-03", "kind": "frost", "note": "минус тридцать"}
        await person.send("/books/weather", **day)
        assert "минус тридцать" in await person.read("/books/weather")
        await person.send("/books/weather/remove", **day)
        assert "минус тридцать" not in await person.read("/books/weather")
