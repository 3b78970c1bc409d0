"""«Проверка дублей» and the panel of a case: as pages, in part, by two people, after a refusal."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from litestar.testing import AsyncTestClient
from msgspec.structs import replace

from app.accounts.roles import Role
from app.cases.codes import AnswerState, State
from app.cases.derived import with_derived_fields
from app.cases.models import Answer, Case, Classifier, Duplicate, Place
from app.duplicates import repository
from app.duplicates.models import Verdict, pair_id
from app.duplicates.pairs import offer
from app.engine.client import Engine
from app.settings import Settings
from app.similarity.models import MatchKind, OfferedPair
from tests.casework import COORDINATOR, OPERATOR, case, person, store, stored
from tests.factories import site
from tests.web.people import BASE, HX, Visitor

SINCE = datetime(2026, 3, 9, 9, tzinfo=UTC)
TEXT = (
    "Во дворе дома 5 по улице Ленина третью неделю стоит глубокая яма, дети обходят её по дороге, "
    "машины объезжают по газону, обещали засыпать ещё в феврале"
)
_NUMBERS = re.compile(r'class="chip dup-chip[^"]*" href="([^"]+)"[^>]*>[^<]*<span[^>]*>(\d+)<')
_TABLE = re.compile(r'<td class="figures"><a href="([^"]+)">(\d+)</a>')


def message(number: int, text: str, **fields: Any) -> Case:
    made = case(
        number,
        text=text,
        received_at=SINCE + timedelta(hours=number),
        deadline_at=None,
        classifier=Classifier(im_theme="Ямы"),
        **fields,
    )
    return with_derived_fields(made)


@pytest.fixture
async def operator(engine: Engine, settings: Settings) -> AsyncIterator[Visitor]:
    closed = replace(
        message(4, f"{TEXT}!!", state=State.CLOSED, closed_at=SINCE + timedelta(hours=9)),
        answers=[Answer("a1", "Яму засыплют до 15 марта.", state=AnswerState.SENT, at=SINCE)],
    )
    await store(
        engine,
        message(1, TEXT),
        message(2, TEXT.replace("глубокая", "ОГРОМНАЯ")),
        message(3, "Не горит фонарь у дома 7"),
        closed,
    )
    async with AsyncTestClient(site(settings, OPERATOR), base_url=BASE) as client:
        yield Visitor(client)


async def offered(engine: Engine, one: int, other: int, theme: str | None = "Ямы") -> str:
    pair = OfferedPair(
        a_id=f"case-{one}",
        b_id=f"case-{other}",
        kind=MatchKind.EDITED,
        score=0.6,
        doubt=0.5,
        why=["Тот же текст с правкой"],
        theme=theme,
        at=SINCE,
    )
    await offer(engine, [pair])
    return pair_id(pair.a_id, pair.b_id)


async def verdict_of(engine: Engine, pair: str) -> Verdict | None:
    found = await repository.get(engine, pair)
    assert found
    return found.verdict


async def test_the_queue_marks_what_differs_and_takes_an_answer(
    operator: Visitor, engine: Engine
) -> None:
    pair = await offered(engine, 1, 2)
    page = await operator.get("/duplicates")
    assert page.headers["vary"] == "HX-Request"
    assert "<mark>глубокая</mark>" in page.text
    assert "<mark>ОГРОМНАЯ</mark>" in page.text
    shown = await repository.get(engine, pair)
    assert shown is not None
    assert shown.shown_at is not None
    form = {"verdict": "yes", "back": "/duplicates"}
    plain = await operator.post(f"/duplicates/pairs/{pair}/verdict", form)
    assert plain.status_code == 303
    assert plain.headers["location"] == f"/duplicates?done={pair}"
    told = (await operator.get(plain.headers["location"])).text
    assert "обращения связаны" in told
    assert 'data-hotkey="u"' in told
    linked = await stored(engine, "case-2")
    assert (linked["duplicate"]["of"], linked["duplicate"]["root"]) == ("case-1", "case-1")
    undone = await operator.post(f"/duplicates/pairs/{pair}/undo", {"back": "/duplicates"})
    assert undone.status_code == 303
    assert "duplicate" not in await stored(engine, "case-2")
    assert pair in (await operator.get("/duplicates")).text


async def test_the_second_person_is_told_the_answer_of_the_first(
    operator: Visitor, engine: Engine, settings: Settings
) -> None:
    pair = await offered(engine, 1, 2)
    async with AsyncTestClient(site(settings, COORDINATOR), base_url=BASE) as client:
        other = Visitor(client)
        first = await other.post(f"/duplicates/pairs/{pair}/verdict", {"verdict": "no"})
        assert first.status_code == 303
    second = await operator.post(
        f"/duplicates/pairs/{pair}/verdict", {"verdict": "yes", "back": "/duplicates"}, headers=HX
    )
    assert second.status_code == 409
    assert "уже ответили «нет»" in second.text
    assert 'id="pairs"' in second.text
    assert await verdict_of(engine, pair) is Verdict.NO


async def test_who_does_not_see_the_main_case_is_told_so_and_unlinks_the_own_one(
    engine: Engine, settings: Settings
) -> None:
    north, said = Place(municipality="Север"), Duplicate(of="case-1", root="case-1")
    said = replace(said, of_number="26-000001", by="koord", at=SINCE, why=["Тот же текст"])
    mates = [message(number, TEXT, place=north, duplicate=said) for number in (2, 3)]
    await store(engine, message(1, TEXT), *mates)
    viewer = person("north", Role.OPERATOR, municipalities=["Север"])
    async with AsyncTestClient(site(settings, viewer), base_url=BASE) as client:
        panel = (await Visitor(client).get("/duplicates/cases/case-2")).text
        assert "Группа дублей: 3" in panel
        assert "Главное обращение этой группы вам не видно" in panel
        assert panel.count("Главное") == 1
        assert panel.count("Связь: koord") == 2
        assert "Сделать главным" not in panel
        assert "этой группы вам не видно" not in panel.replace("Главное обращение этой", "")
        done = await Visitor(client).post("/duplicates/cases/case-2/unlink", {"panel": "case-2"})
        assert done.status_code == 303
    assert "duplicate" not in await stored(engine, "case-2")


async def test_bad_input_is_a_sentence(operator: Visitor, engine: Engine) -> None:
    pair = await offered(engine, 1, 2)
    for address in ("?show=no", "?kind=no", "?page=0", "?page=x", f"?theme={'я' * 600}"):
        assert (await operator.get(f"/duplicates{address}")).status_code == 400
    wrong = await operator.post(f"/duplicates/pairs/{pair}/verdict", {"verdict": "perhaps"})
    assert wrong.status_code == 400
    assert "Ответьте «да», «нет» или «не знаю»" in wrong.text
    assert (await operator.post("/duplicates/pairs/none/undo", {})).status_code == 404


async def test_every_number_opens_its_list(operator: Visitor, engine: Engine) -> None:
    pairs = [await offered(engine, 1, 2), await offered(engine, 1, 3, None)]
    pairs.append(await offered(engine, 2, 4, "Мусор"))
    page = (await operator.get("/duplicates")).text
    for address, count in _NUMBERS.findall(page):
        found = (await operator.get(address.replace("&amp;", "&"))).text
        assert found.count('id="pair-') == int(count), address
    await operator.post(f"/duplicates/pairs/{pairs[0]}/verdict", {"verdict": "yes"})
    await operator.post(f"/duplicates/pairs/{pairs[1]}/verdict", {"verdict": "no"})
    figures = (await operator.get("/duplicates/figures")).text
    listed = _TABLE.findall(figures)
    assert len(listed) >= 6
    for address, count in listed:
        found = (await operator.get(address.replace("&amp;", "&"))).text
        assert found.count('id="pair-') == int(count), address


async def test_the_panel_offers_and_respects_a_no(operator: Visitor, engine: Engine) -> None:
    page = (await operator.get("/cases/case-2")).text
    assert 'hx-get="/duplicates/cases/case-2"' in page
    panel = await operator.get("/duplicates/cases/case-2", headers=HX)
    assert "<html" not in panel.text
    assert "Возможно, дубль" in panel.text
    assert "26-000001" in panel.text
    assert "Так уже отвечали" in panel.text
    assert "Яму засыплют до 15 марта." in panel.text
    assert "Сейчас только по словам" in panel.text  # tests run without the model of meaning
    pair = pair_id("case-1", "case-2")
    answer = {"verdict": "no", "panel": "case-2"}
    after = await operator.post(f"/duplicates/pairs/{pair}/verdict", answer, headers=HX)
    assert "больше не предложим" in after.text
    await engine.refresh("pairs")  # type: ignore[arg-type] # a member of Index
    again = (await operator.get("/duplicates/cases/case-2")).text
    assert "<html" in again
    assert "26-000001" not in again


async def test_the_panel_leads_a_copy_of_a_duplicate_to_its_main_case(
    operator: Visitor, engine: Engine
) -> None:
    pair = await offered(engine, 1, 2)
    await operator.post(f"/duplicates/pairs/{pair}/verdict", {"verdict": "yes"})
    await store(engine, message(8, TEXT.replace("глубокая", "ОГРОМНАЯ")))
    await engine.refresh("pairs")  # type: ignore[arg-type] # a member of Index
    panel = (await operator.get("/duplicates/cases/case-8")).text
    offers = re.findall(r'data-open href="/cases/(case-\d)"', panel.partition("Так уже")[0])
    assert "case-1" in offers
    assert "case-2" not in offers


async def test_where_the_main_case_is_closed_it_is_a_recurrence(
    operator: Visitor, engine: Engine
) -> None:
    text = "Фонарь у дома 9 по улице Садовой мигает каждый вечер и мешает спать всему подъезду"
    closed = message(10, text, state=State.CLOSED, closed_at=SINCE + timedelta(hours=11))
    await store(engine, closed, message(11, f"{text}!"), message(12, f"{text}!!"))
    pair = await offered(engine, 10, 11)
    await operator.post(f"/duplicates/pairs/{pair}/verdict", {"verdict": "yes"})
    program = (await operator.get("/api/v1/cases/case-11")).json()
    assert program["duplicate"]["of_number"] == "26-000010"
    assert program["duplicate"]["root"] == "case-10"
    panel = (await operator.get("/duplicates/cases/case-12")).text.partition("Так уже")[0]
    offers = re.findall(r'data-open href="/cases/(case-\d+)"', panel)
    assert "case-10" in offers
    assert "case-11" not in offers
    assert "Повторилось после закрытия" in panel


async def test_the_group_can_be_rearranged_and_undone(operator: Visitor, engine: Engine) -> None:
    pair = await offered(engine, 1, 2)
    await operator.post(f"/duplicates/pairs/{pair}/verdict", {"verdict": "yes"})
    panel = (await operator.get("/duplicates/cases/case-1")).text
    assert "Группа дублей: 2" in panel
    form = {"panel": "case-1"}
    led = await operator.post("/duplicates/cases/case-2/main", form, headers=HX)
    assert led.status_code == 200
    assert (await stored(engine, "case-1"))["duplicate"]["root"] == "case-2"
    assert 'action="/duplicates/cases/case-1/undo"' in led.text
    await operator.post("/duplicates/cases/case-1/undo", form, headers=HX)
    assert (await stored(engine, "case-2"))["duplicate"]["root"] == "case-1"
    plain = await operator.post("/duplicates/cases/case-2/unlink", form)
    assert plain.headers["location"] == "/duplicates/cases/case-1?acted=case-2"
    told = (await operator.get(plain.headers["location"])).text
    assert "больше не дубль" in told.lower()
    assert "Группа дублей" not in told
    refused = await operator.post("/duplicates/cases/case-1/main", form)
    assert refused.status_code == 409
    assert "уже главное" in refused.text


async def test_manual_entry_shows_what_is_alike_while_typing(operator: Visitor) -> None:
    form = {"text": TEXT.replace("дети", "школьники"), "key": "01JZZZZZZZZZZZZZZZZZZZZZZZ"}
    beside = await operator.post("/cases/new/check", form, headers=HX)
    assert "26-000001" in beside.text
    assert "Тот же текст с правкой" in beside.text
    assert "Сейчас только по словам" in beside.text
