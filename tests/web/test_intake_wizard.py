"""The wizard: guesses, values, mistakes, a dry run, a name for the next time."""

import re
from html import unescape

from app.cases.codes import Channel, State
from app.engine.names import Index
from app.intake.fields import FIELDS
from app.intake.models import Counts, ImportJob, ImportState
from app.intake.wizard import GROUPS
from tests.web.intake_browser import HEADER, ROWS, Browser, book, register

SELECT = re.compile(r'<select[^>]* name="([^"]+)"[^>]*>(.*?)</select>', re.DOTALL)
CHOSEN = re.compile(r'<option value="([^"]*)" selected>')
HIDDEN = re.compile(r'<input type="hidden" name="((?:of|t)\.[^"]+)" value="([^"]*)">')
TYPED = re.compile(r'<input class="form-control[^"]*" id="(system|save_as)"[^>]*?value="([^"]*)"')


def filled(page: str) -> dict[str, str]:
    """What a browser would send of the wizard's form."""
    chosen: dict[str, str] = {}
    for name, options in SELECT.findall(page):
        found = CHOSEN.search(options)
        chosen[name] = unescape(found[1]) if found else ""
    chosen.pop("sheet", None)
    hidden = {name: unescape(value) for name, value in HIDDEN.findall(page)}
    return chosen | hidden | {name: unescape(value) for name, value in TYPED.findall(page)}


async def opened(browser: Browser, content: bytes, name: str = "реестр.xlsx") -> tuple[str, str]:
    """The address of an import that waits for its columns, and its page."""
    job = await browser.work(await browser.upload(content, name))
    assert job.state is ImportState.MAPPING
    address = f"/imports/{job.id}"
    return address, (await browser.get(address)).text


async def found(browser: Browser) -> dict[str, tuple[str, str]]:
    """Number in the source → channel and state of every case."""
    await browser.engine.refresh(Index.CASES)
    body = {"size": 100, "query": {"match_all": {}}}
    hits = (await browser.engine.search(Index.CASES, body))["hits"]["hits"]
    cases = [hit["_source"] for hit in hits]
    return {case["source"]["external_id"]: (case["channel"], case["state"]) for case in cases}


def test_every_field_is_offered_once() -> None:
    offered = [name for _, names in GROUPS for name in names]
    assert sorted(offered) == sorted(target.name for target in FIELDS)


async def test_from_a_strange_table_to_cases_and_a_saved_kind(browser: Browser) -> None:
    address, page = await opened(browser, register())
    form = filled(page)
    assert form["c.text"] == "Описание"
    assert form["c.received_at"] == "Дата обращения"
    assert "так называют поле" in page
    assert "первые" not in page
    assert (form["t.state.0"], form["v.state.0"]) == ("Отказ", "")
    states = {form[f"t.state.{n}"]: form[f"v.state.{n}"] for n in range(3)}
    assert states == {"Отказ": "", "Закрыта": "closed", "новое": "new"}
    job = await matched(browser, address, form)
    assert job.checked == Counts(rows=4, created=3, rejected=1)
    checked = (await browser.get(address)).text
    assert "будет создано 3\u00a0обращения, не загрузится 1\u00a0строка." in checked
    assert "Портал" in checked
    edited = filled((await browser.get(f"{address}?edit=1")).text)
    assert edited["v.state.0"] == "rejected"
    assert edited["system"] == "Журнал"
    await browser.post(f"{address}/confirm")
    job = await browser.work(job.id)
    assert job.checkpoint.counts == Counts(rows=4, created=3, rejected=1)
    assert await found(browser) == {
        "1": (Channel.VK, State.CLOSED),
        "2": (Channel.OTHER, State.REJECTED),
        "4": (Channel.VK, State.NEW),
    }
    done = (await browser.get(address)).text
    assert "/search?source=%D0%96%D1%83%D1%80%D0%BD%D0%B0%D0%BB&amp;sort=-received_at" in done
    await next_time_no_columns_are_asked(browser)


async def matched(browser: Browser, address: str, form: dict[str, str]) -> ImportJob:
    """Chooses the column of channels as htmx does, translates, names, sends."""
    asked = await browser.client.get(f"{address}/values/channel", params={"c.channel": "Откуда"})
    assert "<html" not in asked.text
    values = filled(asked.text)
    assert values["t.channel.0"] == "ВК"
    form |= values
    form |= {"c.source": "", "c.channel": "Откуда", "v.channel.0": "vk", "v.state.0": "rejected"}
    form |= {"system": " Журнал ", "save_as": "Наш журнал"}
    answer = await browser.post(f"{address}/mapping", form)
    assert (answer.status_code, answer.headers["location"]) == (303, address)
    job = await browser.work(address.rpartition("/")[2])
    assert job.state is ImportState.CHECKED
    return job


async def next_time_no_columns_are_asked(browser: Browser) -> None:
    assert '<option value="Наш журнал" selected>' in (await browser.get("/imports")).text
    job = await browser.work(await browser.upload(register(), "апрель.xlsx", "Наш журнал"))
    assert job.state is ImportState.DONE
    assert job.checkpoint.counts == Counts(rows=4, unchanged=3, rejected=1)


async def test_mistakes_keep_every_choice(browser: Browser) -> None:
    address, page = await opened(browser, register())
    form = filled(page) | {
        "c.received_at": "",
        "c.title": "Описание",
        "c.theme": "Такого нет",
        "v.state.0": "forwarded",
        "d.kind": "appeal",
        "save_as": "canonical",
    }
    answer = await browser.post(f"{address}/mapping", form)
    assert answer.status_code == 400
    for sentence in (
        "Выберите столбец: без него строки не загрузить.",
        "Этот столбец уже выбран для поля «Текст».",
        "Такого столбца в таблице нет.",
        "Напишите, откуда таблица",
    ):
        assert sentence in answer.text
    kept = filled(answer.text)
    assert kept == form | {"c.theme": ""}
    assert (await browser.job(address.rpartition("/")[2])).state is ImportState.MAPPING
    form |= {"c.received_at": "Дата обращения", "c.title": "", "c.theme": "", "system": "Ж"}
    taken = await browser.post(f"{address}/mapping", form)
    assert taken.status_code == 400
    assert "Это название занято, выберите другое." in taken.text
    assert filled(taken.text) == form


async def test_without_javascript_another_column_shows_its_values_first(browser: Browser) -> None:
    address, page = await opened(browser, register())
    form = filled(page) | {"c.source": "", "c.channel": "Откуда", "system": "Ж"}
    answer = await browser.post(f"{address}/mapping", form)
    assert answer.status_code == 200
    assert "Выбран другой столбец." in answer.text
    second = filled(answer.text)
    assert second["of.channel"] == "Откуда"
    assert {second["t.channel.0"], second["t.channel.1"]} == {"ВК", "Портал"}
    by_address = await browser.client.get(address, params={"c.state": "Откуда", "system": "Ж"})
    asked = filled(by_address.text)
    assert (asked["c.text"], asked["of.state"], asked["system"]) == ("", "Откуда", "Ж")
    assert (await browser.post(f"{address}/mapping", second)).status_code == 303


async def test_another_sheet_is_read_anew(browser: Browser) -> None:
    content = book({"Раз": [HEADER, *ROWS], "Два": [("Суть", "Дата"), ("Яма", "01.03.2026")]})
    address, page = await opened(browser, content)
    assert '<option value="Раз" selected>' in page
    wrong = await browser.post(f"{address}/sheet", {"sheet": "Три"})
    assert wrong.status_code == 400
    assert "В файле нет такого листа." in wrong.text
    assert (await browser.post(f"{address}/sheet", {"sheet": "Два"})).status_code == 303
    job = await browser.work(address.rpartition("/")[2])
    assert job.table is not None
    assert job.table.sheet == "Два"
    assert filled((await browser.get(address)).text)["c.text"] == "Суть"


async def test_strangers_words_are_only_text(browser: Browser) -> None:
    evil = "<script>alert(1)</script>"
    header = ["Описание", "Дата", f"{evil}", "=HYPERLINK(1)", "Статус", "Описание"]
    row = [f'"><img src=x onerror=1>{evil}', "01.03.2026", "=1+1", "x" * 5000, f"'{evil}", ""]
    address, page = await opened(browser, register(header, [row]), f"{evil}.xlsx")
    form = filled(page)
    assert form["t.state.0"] == f"'{evil}"
    assert "Описание (2)" in page
    assert len(page) < 60_000
    form |= {"c.title": evil, "system": evil, "save_as": evil}
    answer = await browser.post(f"{address}/mapping", form)
    assert answer.status_code == 303
    await browser.work(address.rpartition("/")[2])
    checked = (await browser.get(address)).text
    listed = (await browser.get("/imports")).text
    values = await browser.client.get(f"{address}/values/state", params={"c.state": evil})
    for text in (page, checked, listed, values.text):
        assert "<script>alert" not in text
        assert "<img" not in text
        assert "&lt;script&gt;" in text


async def test_only_fields_with_codes_have_values(browser: Browser) -> None:
    address, _ = await opened(browser, register())
    assert (await browser.get(f"{address}/values/text")).status_code == 400
    none = await browser.client.get(f"{address}/values/state", params={"c.state": "нет"})
    assert "of.state" not in none.text
    assert 'id="values-state"' in none.text
