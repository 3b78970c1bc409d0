"""Giving a file: what is taken, what is refused with which sentence, what is kept."""

from io import BytesIO

import pytest
from litestar.testing import AsyncTestClient
from python_calamine import CalamineWorkbook
from redis.asyncio import from_url

from app.engine.client import Engine
from app.intake.models import ImportState
from app.intake.profiles.canonical import CANONICAL_COLUMNS
from app.intake.repository import list_jobs
from app.jobs import queue_namespace
from app.settings import Settings
from tests.factories import row, site
from tests.web.intake_browser import HX, Browser, register

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 2000


async def kept_nothing(browser: Browser) -> bool:
    folder = browser.settings.data_dir / "imports"
    left = list(folder.iterdir()) if folder.exists() else []
    return not left and not await list_jobs(browser.engine)


async def test_empty_page_says_what_to_do(browser: Browser) -> None:
    page = await browser.get("/imports")
    assert page.status_code == 200
    assert "Пока ничего не загружено" in page.text
    for title in ("«Инцидент менеджмент»", "«Тепловая карта»", "Таблица Отклика", "Другая таблица"):
        assert title in page.text
    part = await browser.get("/imports", hx=True)
    assert "<html" not in part.text
    assert part.headers["vary"] == "HX-Request"


async def test_sample_has_all_columns_and_their_meaning(browser: Browser) -> None:
    answer = await browser.get("/imports/sample.xlsx")
    disposition = answer.headers["content-disposition"]
    assert disposition.startswith("attachment; filename*=UTF-8''%D0%A2")
    book = CalamineWorkbook.from_filelike(BytesIO(answer.content))
    assert tuple(book.get_sheet_by_index(0).to_python()[0]) == CANONICAL_COLUMNS
    notes = book.get_sheet_by_index(1).to_python()
    assert [line[0] for line in notes[1:]] == list(CANONICAL_COLUMNS)
    assert all(line[1] for line in notes)


async def test_filled_sample_is_loaded(browser: Browser) -> None:
    cells = row(1)
    content = register(list(cells), [list(cells.values())])
    job = await browser.work(await browser.upload(content, "a.xlsx", "canonical"))
    assert (job.state, job.checkpoint.counts.created) == (ImportState.DONE, 1)


async def test_upload_goes_to_the_page_of_the_import(browser: Browser) -> None:
    answer = await browser.send(register(), "Реестр за март.xlsx")
    assert answer.status_code == 303
    page = await browser.get(answer.headers["location"])
    assert "Реестр за март.xlsx" in page.text
    assert "В очереди" in page.text
    by_htmx = await browser.send(register(), hx=True)
    assert by_htmx.status_code == 204
    assert by_htmx.headers["hx-redirect"].startswith("/imports/")
    listed = await browser.get("/imports")
    assert listed.text.count("data-row") == 2
    assert 'hx-trigger="every 3s"' in listed.text
    assert '<option value="mapped" selected>' in listed.text
    async with from_url(browser.settings.redis_url.get_secret_value()) as redis:
        waiting = await redis.llen(f"{queue_namespace(browser.settings)}:imports")
        assert waiting == 2
        keys = [key async for key in redis.scan_iter(f"{browser.settings.index_prefix}*")]
        await redis.delete(*keys)


@pytest.mark.parametrize("hx", [False, True])
async def test_bad_uploads_are_explained_and_leave_nothing(browser: Browser, *, hx: bool) -> None:
    cases = [
        (None, "heatmap", "file", "Выберите файл с таблицей."),
        (PNG, "heatmap", "file", "Это картинка, а нужна таблица."),
        (b"", "heatmap", "file", "Файл пустой."),
        (register(), "нет такого", "profile", "Нет вида загрузки «нет такого»."),
    ]
    for content, profile, place, sentence in cases:
        answer = await browser.send(content, "a.xlsx", profile, dry=True, hx=hx)
        assert answer.status_code == 400
        assert sentence in answer.text
        if hx:
            assert "<form" not in answer.text
            assert answer.headers["hx-retarget"] == f"#{place}-problem"
        else:
            field = answer.text.split(f'id="{place}-problem"')[1].split("</div>")[0]
            assert sentence in field
            assert 'name="dry_run" value="on" checked' in answer.text
            assert ('<option value="heatmap" selected>' in answer.text) == (profile == "heatmap")
    assert await kept_nothing(browser)


@pytest.mark.parametrize("hx", [False, True])
async def test_too_large_file_is_a_sentence(
    settings: Settings, engine: Engine, *, hx: bool
) -> None:
    small = settings.model_copy(update={"upload_max_mb": 1})
    async with AsyncTestClient(site(small), base_url="http://127.0.0.1:8000") as client:
        browser = Browser(client, engine, small)
        for size in (1_300_000, 3_500_000):
            answer = await browser.send(b"a;b\n" * (size // 4), "a.csv", "heatmap", hx=hx)
            assert answer.status_code == 413
            assert "Файл больше 1\u00a0МБ" in answer.text.replace("1 МБ", "1\u00a0МБ")
            assert answer.headers.get("hx-retarget") == ("#file-problem" if hx else None)
        assert await kept_nothing(browser)


async def test_form_without_its_token_is_refused(browser: Browser) -> None:
    answer = await browser.client.post(
        "/imports", data={"profile": "mapped"}, files={"file": ("a.xlsx", register())}
    )
    assert answer.status_code == 403
    assert await kept_nothing(browser)


async def test_without_redis_the_file_is_taken_and_the_page_says_so(
    settings: Settings, engine: Engine
) -> None:
    away = Settings(**{**settings.model_dump(), "redis_url": "redis://127.0.0.1:9/0"})
    async with AsyncTestClient(site(away), base_url="http://127.0.0.1:8000") as client:
        browser = Browser(client, engine, away)
        answer = await browser.send(register())
        assert answer.status_code == 303
        page = await browser.get(answer.headers["location"])
        assert "Очередь сейчас недоступна, загрузка начнётся сама" in page.text
        part = await browser.get(answer.headers["location"], hx=True)
        assert "queue=away" in part.text
    jobs = await list_jobs(engine)
    assert [job.state for job in jobs] == [ImportState.QUEUED]


async def test_names_of_files_are_only_text(browser: Browser) -> None:
    import_id = await browser.upload(register(), "../../etc/<img src=x>'\".xlsx", "mapped")
    assert (await browser.job(import_id)).file_name == "<img src=x>'\".xlsx"
    for address in ("/imports", f"/imports/{import_id}"):
        page = (await browser.get(address)).text
        assert "<img" not in page
        assert "&lt;img src=x&gt;" in page
    part = await browser.client.get(f"/imports/{import_id}?said=", headers=HX)
    assert "<img" not in part.text
