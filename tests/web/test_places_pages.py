"""«Места» in «Справочники», and a suggested place that is accepted with its point."""

import re

from litestar.testing import AsyncTestClient

from app.cases.codes import State
from app.cases.models import Classifier, Place, Point, Workflow
from app.cases.repository import case_by_id
from app.engine.client import Engine
from app.settings import Settings
from app.suggestions.current import forget_suggestions
from tests.casework import OPERATOR
from tests.factories import site
from tests.integration.search_corpus import case, put
from tests.web.people import BASE, HX, Visitor
from tests.web.test_books_pages import ADMIN

HERE = "/books/places"
TABLE = "street;house;lat;lon\nул. Мира;14;50.5;30.5\n"
_PLACE = re.compile(
    r'<form method="post" action="(/cases/id-0500/actions/set_place)".*?</form>', re.DOTALL
)
_HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')


async def load(visitor: Visitor, table: str, way: str = "add", name: str = "places.csv"):  # noqa: ANN201 - of httpx
    return await visitor.client.post(
        HERE,
        data={"_csrf_token": await visitor.token(), "way": way},
        files={"file": (name, table.encode(), "text/csv")},
    )


async def test_a_table_is_loaded_told_of_and_taken_back(engine: Engine, settings: Settings) -> None:
    async with AsyncTestClient(site(settings, ADMIN), base_url=BASE) as client:
        visitor = Visitor(client)
        assert "ни одного места" in (await visitor.get(HERE)).text
        done = await load(visitor, TABLE)
        assert done.status_code == 200
        assert "новых 1, изменено 0, без изменений 0" in done.text
        assert "1\u00a0место на 1\u00a0улице" in done.text
        bad = await load(visitor, TABLE + "Мира;сарай;50;30\n", "replace")
        assert bad.status_code == 400
        assert "Строка 3: Не похоже на номер дома: «сарай»" in bad.text
        assert '<option value="replace" selected>' in bad.text
        none = await visitor.post(HERE, {"way": "add"})
        assert "Выберите файл" in none.text
        table = await visitor.get(f"{HERE}/table.csv")
        assert table.content.decode("utf-8-sig").splitlines()[1] == ";;;ул.;Мира;14;50.5;30.5"
        await load(visitor, "street;lat;lon\nЛесная;51;31\n", "replace")
        late = await visitor.post(f"{HERE}/restore", {"version": "1"})
        assert late.status_code == 409
        assert (await visitor.post(f"{HERE}/restore", {"version": "2"})).status_code == 303
        page = (await visitor.get(HERE)).text
        assert "Возвращено прежнее" in page
        assert "просматриваются заново" in page
    async with AsyncTestClient(site(settings, OPERATOR), base_url=BASE) as client:
        assert (await Visitor(client).get(HERE)).status_code == 403


async def test_a_suggested_place_is_accepted_with_its_point(
    engine: Engine, settings: Settings
) -> None:
    new = {"state": State.NEW, "classifier": Classifier(), "workflow": Workflow(), "place": Place()}
    await put(engine, [case(500, "На улице Мира, дом 14 нет воды. Просим разобраться", **new)])
    async with AsyncTestClient(site(settings, ADMIN), base_url=BASE) as client:
        await load(Visitor(client), TABLE)
    forget_suggestions(engine)
    async with AsyncTestClient(site(settings, OPERATOR), base_url=BASE) as client:
        visitor = Visitor(client)
        part = (await visitor.get("/cases/id-0500/suggestions", HX)).text
        assert "точка из справочника мест; запишется и точка" in part
        form = _PLACE.search(part)
        assert form
        fields = {name: value for name, value in _HIDDEN.findall(form[0]) if name != "_csrf_token"}
        assert fields["point"] == "50.500000, 30.500000"
        await visitor.post(form[1], fields, headers=HX)
        now = await case_by_id(engine, "id-0500")
        assert now
        assert (now.place.street, now.place.house) == ("Мира", "14")
        assert now.place.point == Point(50.5, 30.5)
        assert "set_place" not in (await visitor.get("/cases/id-0500/suggestions", HX)).text
        moved = {**fields, "house": "16", "version": str(now.version), "key": "other"}
        await visitor.post(form[1], moved, headers=HX)
        after = await case_by_id(engine, "id-0500")
        assert after
        assert (after.place.house, after.place.point) == ("16", None), "it was of another house"
        wrong = {**moved, "point": "95.0, 30.0", "version": str(after.version), "key": "third"}
        refused = await visitor.post(form[1], wrong, headers=HX)
        assert "Такой точки нет" in refused.text
