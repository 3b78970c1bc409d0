"""«Справочники»: the tree with its counts, names learnt from cases, edits, conflicts, the table."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

import pytest
from httpx import Response
from litestar import Litestar
from litestar.testing import AsyncTestClient

from app.accounts.roles import GRANTS, Role
from app.cases.codes import Channel, State
from app.cases.models import Workflow
from app.engine.client import Engine
from app.reference.service import DepartmentDraft, change_department, open_book
from app.settings import Settings
from app.viewer import EVERYWHERE, Viewer
from tests.factories import site
from tests.integration.search_corpus import case, filled

BASE = "http://127.0.0.1:8000"
_TOKEN = re.compile(r'name="_csrf_token" value="([0-9a-f]+)"')
ADMIN = Viewer("admin", permissions=GRANTS[Role.ADMINISTRATOR].permissions)
BOTH = Viewer(
    "both",
    permissions=GRANTS[Role.ADMINISTRATOR].permissions | GRANTS[Role.COORDINATOR].permissions,
    scopes=(EVERYWHERE,),
)


@dataclass
class Desk:
    client: AsyncTestClient[Litestar]
    engine: Engine

    async def get(self, address: str) -> str:
        answer = await self.client.get(address)
        assert answer.status_code == 200, address
        return answer.text

    async def post(self, address: str, **data: str) -> Response:
        found = _TOKEN.search(await self.get("/books"))
        assert found
        sent = {**data, "_csrf_token": found[1]}
        return await self.client.post(address, data=sent, follow_redirects=True)

    async def load(self, table: bytes) -> Response:
        found = _TOKEN.search(await self.get("/books"))
        assert found
        return await self.client.post(
            "/books/departments.csv",
            data={"_csrf_token": found[1]},
            files={"file": ("book.csv", table, "text/csv")},
        )


def work(number: int, department: str | None, state: State = State.IN_PROGRESS):  # noqa: ANN201
    fields = {"state": state, "channel": Channel.SITE, "workflow": Workflow(department=department)}
    return case(number, f"Яма {number}", **fields)


CASES = [
    work(1, "Управление ЖКХ"),
    work(2, "УЖКХ"),
    work(3, "УЖКХ", State.CLOSED),
    work(4, "управление жкх"),
    work(5, None),
]


@pytest.fixture
async def desk(settings: Settings) -> AsyncIterator[Desk]:
    async with (
        filled(settings, CASES) as engine,
        AsyncTestClient(site(settings, ADMIN), base_url=BASE) as client,
    ):
        yield Desk(client, engine)


async def test_a_name_of_the_cases_becomes_a_department_in_one_click(desk: Desk) -> None:
    page = await desk.get("/books")
    assert "В обращениях есть, в справочнике нет" in page
    assert "УЖКХ" in page
    made = await desk.post("/books/departments", name="Управление ЖКХ")
    assert "Заведено ведомство «Управление ЖКХ»" in made.text
    book = (await open_book(desk.engine, ADMIN)).book
    (one,) = book.departments.values()
    joined = await desk.post("/books/names", name="УЖКХ", department=one.code)
    assert "другие имена (было пусто)" in joined.text
    book = (await open_book(desk.engine, ADMIN)).book
    assert book.departments[one.code].aliases == ["УЖКХ"]
    assert "управление жкх" in joined.text  # cases with another spelling are not seen yet
    nobody = await desk.post("/books/names", name="управление жкх", department="")
    assert nobody.status_code == 400
    again = await desk.post("/books/names", name="управление жкх", department=one.code)
    assert "В обращениях есть, в справочнике нет" not in again.text


async def test_a_number_opens_as_many_rows_as_it_says(desk: Desk, settings: Settings) -> None:
    await desk.post("/books/departments", name="Управление ЖКХ", aliases="УЖКХ")
    assert "/search?" not in (await desk.get("/books")).split("</nav>")[-1]  # admin sees no cases
    async with AsyncTestClient(site(settings, BOTH), base_url=BASE) as client:
        page = (await client.get("/books")).text
        found = re.search(r'href="(/search\?[^"]*state=[^"]*)">(\d+)</a>', page)
        assert found
        query = parse_qsl(urlsplit(found[1].replace("&amp;", "&")).query)
        total = (await client.get("/api/v1/search", params=query)).json()["total"]
    assert total == int(found[2]) == 2


async def test_a_mistake_keeps_what_was_typed(desk: Desk) -> None:
    await desk.post("/books/departments", name="Отдел дорог", code="roads")
    wrong = await desk.post(
        "/books/departments", name="отдел ДОРОГ", aliases="ОД\nОтдел", municipality="Зареченск"
    )
    assert wrong.status_code == 400
    assert "уже носит ведомство «Отдел дорог»" in wrong.text
    for typed in ("отдел ДОРОГ", "ОД\nОтдел", "Зареченск"):
        assert typed in wrong.text


async def test_how_much_a_department_can_carry(desk: Desk) -> None:
    await desk.post("/books/departments", name="Отдел дорог", code="roads", capacity="1 200")
    assert (await open_book(desk.engine, ADMIN)).book.departments["roads"].capacity == 1200
    assert 'data-label="Норма">1\u00a0200<' in await desk.get("/books")
    form = {"name": "Отдел дорог", "version": "1", "active": "on"}
    for wrong in ("0", "-5", "много", "1.5", "100001", "9" * 4400):
        refused = await desk.post("/books/departments/roads", **form, capacity=wrong)
        assert refused.status_code == 400
        assert 'id="capacity-error"' in refused.text
    emptied = await desk.post("/books/departments/roads", **form, capacity="")
    assert "норма (было «1200»)" in emptied.text
    assert (await open_book(desk.engine, ADMIN)).book.departments["roads"].capacity is None


async def test_a_circle_is_refused_and_not_even_offered(desk: Desk) -> None:
    await desk.post("/books/departments", name="Верх", code="top")
    await desk.post("/books/departments", name="Низ", code="low", parent="top")
    page = await desk.get("/books/departments/top")
    assert 'value="low"' not in page
    wrong = await desk.post(
        "/books/departments/top", name="Верх", parent="low", version="1", active="on"
    )
    assert wrong.status_code == 400
    assert "Получился круг" in wrong.text


async def test_the_loser_keeps_the_form_and_learns_who_won(desk: Desk) -> None:
    await desk.post("/books/departments", name="Отдел", code="one")
    await change_department(desk.engine, BOTH, "one", 1, DepartmentDraft("Управление"))
    lost = await desk.post(
        "/books/departments/one", name="Служба", version="1", active="on", municipality="Мой"
    )
    assert lost.status_code == 409
    assert "изменил both" in lost.text
    assert 'value="Служба"' in lost.text
    assert 'value="Мой"' in lost.text
    assert 'name="version" value="2"' in lost.text  # a second press writes over on purpose
    saved = await desk.post("/books/departments/one", name="Служба", version="2", active="on")
    assert "название (было «Управление»)" in saved.text


async def test_sectors(desk: Desk) -> None:
    made = await desk.post("/books/sectors", name="Городское хозяйство")
    assert "Заведён блок «Городское хозяйство»" in made.text
    twice = await desk.post("/books/sectors", name="городское хозяйство")
    assert twice.status_code == 400
    assert "уже есть" in twice.text
    (one,) = (await open_book(desk.engine, ADMIN)).book.sectors.values()
    closed = await desk.post(f"/books/sectors/{one.code}", name=one.name, version="1")
    assert "закрыто" in closed.text
    assert (await desk.client.get("/books/sectors/none")).status_code == 404
    assert (await desk.client.get("/books/departments/none")).status_code == 404


async def test_the_table_goes_out_and_in(desk: Desk) -> None:
    await desk.post("/books/departments", name="<Отдел>", code="one", aliases="Первый\nВторой")
    table = (await desk.client.get("/books/departments.csv")).content
    same = await desk.load(table)
    assert "без изменений: 1" in same.text
    assert "<Отдел>" not in same.text  # escaped
    more = await desk.load(table + "department;two;Другой;;;one;;да\r\n".encode())
    assert "Новых строк: 1" in more.text
    bad = await desk.load(table + "department;three;первый;;;;;\r\n;;;;нет;;;\r\n".encode())
    assert bad.status_code == 400
    assert "Строка 3: Имя «первый» уже носит" in bad.text
    assert "three" not in (await open_book(desk.engine, ADMIN)).book.departments
    nothing = await desk.load(b"")
    assert nothing.status_code == 400
