"""The page of one import in each of its states, whole and as the part that htmx asks for."""

from datetime import UTC, datetime, timedelta
from io import BytesIO

from litestar.testing import AsyncTestClient
from python_calamine import CalamineWorkbook

from app.intake.models import Checkpoint, Counts, ImportState, TableSummary
from app.intake.repository import IMPORTS
from app.settings import Settings
from tests.factories import row, site
from tests.web.intake_browser import HX, Browser, register


def canonical(*rows: dict[str, str]) -> bytes:
    header = list(rows[0])
    return register(header, [[cells[name] for name in header] for cells in rows])


GOOD = [row(number) for number in range(1, 6)]
BAD = [row(6, received_at="вчера"), row(7, text="")]


async def test_done_tells_the_sum_and_gives_the_rejected_rows(browser: Browser) -> None:
    import_id = await browser.upload(canonical(*GOOD, *BAD), 'март "1".xlsx', "canonical")
    address = f"/imports/{import_id}"
    queued = await browser.get(address)
    assert '<noscript><meta http-equiv="refresh"' in queued.text
    assert 'hx-trigger="every 1s"' in queued.text
    assert "Страницу можно закрыть" in queued.text
    await browser.work(import_id)
    page = (await browser.get(address)).text
    assert "создано 5\u00a0обращений, не загружено 2\u00a0строки." in page
    assert "/search?sort=-received_at" in page
    assert "every 1s" not in page
    assert "http-equiv" not in page
    for words in ("Это не дата.", "нет текста", "Скачать все с причинами", "received_at"):
        assert words in page
    again = await browser.work(await browser.upload(canonical(*GOOD), "b.xlsx", "canonical"))
    assert again.checkpoint.counts == Counts(rows=5, unchanged=5)
    assert "без изменений 5\u00a0обращений" in (await browser.get(f"/imports/{again.id}")).text
    await rejected_rows_are_downloaded(browser, address)
    await the_list_tells_the_outcome(browser)


async def rejected_rows_are_downloaded(browser: Browser, address: str) -> None:
    answer = await browser.get(f"{address}/rejects.xlsx")
    name = "attachment; filename*=UTF-8''%D0%9D%D0%B5%20"
    assert answer.headers["content-disposition"].startswith(name)
    assert "%22" in answer.headers["content-disposition"]
    assert int(answer.headers["content-length"]) == len(answer.content)
    table = CalamineWorkbook.from_filelike(BytesIO(answer.content)).get_sheet_by_index(0)
    rows = table.to_python()
    assert rows[0][:3] == ["Строка файла", "Столбец", "Причина"]
    assert [(line[0], line[1]) for line in rows[1:]] == [(7, "received_at"), (8, "text")]
    assert "вчера" in rows[1]


async def the_list_tells_the_outcome(browser: Browser) -> None:
    page = (await browser.get("/imports")).text
    assert "создано 5, не загружено 2" in page
    assert "без изменений 5" in page
    assert "every 3s" not in page


async def test_check_then_load_then_nothing_more_to_decide(browser: Browser) -> None:
    import_id = await browser.upload(canonical(*GOOD, *BAD), "a.xlsx", "canonical", dry=True)
    address = f"/imports/{import_id}"
    await browser.work(import_id)
    page = (await browser.get(address)).text
    assert "Если загрузить: будет создано 5\u00a0обращений, не загрузятся 2\u00a0строки." in page
    assert "Пока ничего не записано." in page
    assert "Исправить сопоставление" not in page
    answer = await browser.post(f"{address}/confirm")
    assert (answer.status_code, answer.headers["location"]) == (303, address)
    late = await browser.post(f"{address}/confirm")
    assert late.status_code == 409
    assert "Загрузка уже в другом состоянии" in late.text
    assert "Файл принят и ждёт своей очереди" in late.text
    job = await browser.work(import_id)
    assert (job.state, job.checkpoint.counts.created) == (ImportState.DONE, 5)
    stopped = await browser.post(f"{address}/cancel")
    assert stopped.status_code == 409
    assert "Загрузка уже закончилась." in stopped.text


async def test_stopped_and_failed_say_what_was_kept(browser: Browser) -> None:
    first = await browser.upload(canonical(*GOOD), "a.xlsx", "canonical")
    answer = await browser.post(f"/imports/{first}/cancel", hx=True)
    assert (answer.status_code, answer.headers["hx-redirect"]) == (204, f"/imports/{first}")
    page = (await browser.get(f"/imports/{first}")).text
    assert "Загрузка остановлена." in page
    assert "Ни одно обращение не создано и не изменено." in page
    assert "every 1s" not in page
    assert (await browser.work(first)).state is ImportState.CANCELLED
    second = await browser.upload(canonical(*GOOD), "a.xlsx", "heatmap")
    assert (await browser.work(second)).state is ImportState.FAILED
    page = (await browser.get(f"/imports/{second}")).text
    assert "В таблице нет столбцов «Подтема», «Дата»." in page
    assert "Загрузить ещё раз" in page


async def test_unknown_import_is_a_page_that_says_so(browser: Browser) -> None:
    for address in (
        "/imports/01HZZZ",
        "/imports/01HZZZ/rejects.xlsx",
        "/imports/01HZZZ/values/state",
    ):
        answer = await browser.get(address)
        assert answer.status_code == 404
        assert "Такой загрузки нет." in answer.text
    assert (await browser.post("/imports/01HZZZ/cancel")).status_code == 404


async def test_progress_moves_and_stops_asking(browser: Browser) -> None:
    import_id = await browser.upload(canonical(*GOOD), "a.xlsx", "canonical")
    stored = await IMPORTS.get(browser.engine, import_id)
    now = datetime.now(UTC)
    stored = await IMPORTS.replace(
        browser.engine,
        stored,
        state=ImportState.LOADING,
        table=TableSummary("xlsx", "Реестр", ["Реестр"], 1, ["text"], 12_000),
        checkpoint=Checkpoint(1, 0, Counts(rows=3000, created=3000)),
        phase_started_at=now - timedelta(seconds=10),
        lease_owner="x",
        lease_until=now + timedelta(minutes=1),
    )
    part = await browser.client.get(f"/imports/{import_id}?said=", headers=HX)
    text = part.text.replace("\u00a0", " ")
    assert "<html" not in text
    assert "<title>25 % · a.xlsx · Отклик</title>" in text
    assert "3 000 из 12 000" in text
    assert "строк в секунду" in text
    assert "осталось около 30 секунд" in text
    assert "innerHTML:#import-heard" in text
    same = await browser.client.get(
        f"/imports/{import_id}", params={"said": "Загрузка: 20 %"}, headers=HX
    )
    assert "import-heard" not in same.text
    await IMPORTS.replace(browser.engine, stored, lease_until=now - timedelta(minutes=5))
    lost = await browser.get(f"/imports/{import_id}")
    assert "Она сама продолжится с того же места." in lost.text
    done = await browser.work(import_id)
    assert done.state is ImportState.DONE
    part = await browser.client.get(f"/imports/{import_id}?said=", headers=HX)
    assert "hx-trigger" not in part.text
    assert "Загружено · a.xlsx" in part.text


async def test_progress_outlives_a_silent_engine(settings: Settings) -> None:
    away = settings.model_copy(update={"es_url": "http://127.0.0.1:9"})
    async with AsyncTestClient(site(away), base_url="http://127.0.0.1:8000") as client:
        part = await client.get("/imports/01HZZZ?said=x", headers=HX)
        assert part.status_code == 200
        assert 'hx-get="/imports/01HZZZ?said=x"' in part.text
        assert "Загрузка не потеряна" in part.text
        whole = await client.get("/imports/01HZZZ")
        assert whole.status_code == 503
        assert (await client.get("/imports")).status_code == 503
        listed = await client.get("/imports", headers=HX)
        assert listed.status_code == 200
        assert '<div id="imports" class="stack" hx-get="/imports"' in listed.text
