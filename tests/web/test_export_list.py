"""The list of exports: with htmx and as a plain page."""

import html
import re
from collections.abc import AsyncIterator

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from app.exports import service
from app.exports.models import ExportFormat, ExportJob, ExportState
from app.exports.repository import EXPORTS
from app.settings import Settings
from app.viewer import LOCAL_VIEWER, Viewer
from indexers.exports.run import run_export
from tests.factories import site
from tests.integration.search_corpus import at, case, filled
from tests.web.intake_browser import HX, Browser

_ROW = re.compile(r'id="export-([0-9A-Z]{26})"')
_HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)">')


@pytest.fixture
async def clerk(
    settings: Settings, app_client: AsyncTestClient[Litestar]
) -> AsyncIterator[Browser]:
    cases = [case(number, f"Свет мигает {number}", place=at("Мира", "1")) for number in range(30)]
    async with filled(settings, cases) as engine:
        yield Browser(app_client, engine, settings)


async def asked(clerk: Browser, viewer: Viewer = LOCAL_VIEWER, **pairs: str) -> ExportJob:
    return await service.ask(clerk.engine, viewer, pairs.items(), ExportFormat.CSV)


def row(text: str, export_id: str) -> str:
    return text[text.index(f'id="export-{export_id}"') :].partition("</tr>")[0]


async def test_the_list_from_empty_to_the_file(clerk: Browser) -> None:
    await nothing_yet(clerk)
    ready = await from_queued_to_ready(clerk)
    await once_more(clerk, ready)
    await ended_without_a_file(clerk)
    await of_others(clerk)
    await in_pages(clerk)


async def nothing_yet(clerk: Browser) -> None:
    empty = await clerk.get("/exports")
    assert empty.status_code == 200
    assert "Выгрузок пока нет" in empty.text
    assert 'href="/search"' in empty.text
    assert 'href="/exports"' in (await clerk.get("/search?q=свет")).text.partition("<main")[2]


async def from_queued_to_ready(clerk: Browser) -> str:
    job = await asked(clerk, q="свет", state="new", street="Мира")
    waiting = await clerk.get("/exports")
    assert waiting.headers["vary"] == "HX-Request"
    assert 'http-equiv="refresh"' in waiting.text
    assert "В очереди" in row(waiting.text, job.id)
    assert f'action="/exports/{job.id}/cancel"' in row(waiting.text, job.id)
    part = (await clerk.get("/exports", hx=True)).text
    assert "<html" not in part
    assert '<div id="exports" hx-get="/exports" hx-trigger="every 3s"' in part
    await run_export(clerk.engine, clerk.settings, job.id)
    ready = (await clerk.get("/exports")).text
    assert 'http-equiv="refresh"' not in ready
    shown = row(ready, job.id)
    for told in ("«свет»", "Состояние: Новое; Улица: Мира", "Готово", ">8<", "CSV, ", "до\u00a0"):
        assert told.replace("\u00a0", " ") in shown.replace("\u00a0", " "), told
    assert f'href="/exports/{job.id}/file"' in shown
    assert "cancel" not in shown
    assert "hx-trigger" not in (await clerk.get("/exports", hx=True)).text
    return job.id


async def once_more(clerk: Browser, export_id: str) -> None:
    form = row((await clerk.get("/exports")).text, export_id).partition("<form")[2]
    pairs = {name: html.unescape(value) for name, value in _HIDDEN.findall(form)}
    chosen = re.search(r'name="format" value="(\w+)"', form)
    assert chosen
    answer = await clerk.post("/exports", {**pairs, "format": chosen[1]})
    assert answer.status_code == 303
    again = re.search(r"[0-9A-Z]{26}", answer.headers["location"])
    assert again
    first, second = [(await EXPORTS.get(clerk.engine, one)).job for one in (export_id, again[0])]
    assert (second.pairs, second.format) == (first.pairs, first.format)
    assert _ROW.findall((await clerk.get("/exports")).text) == [second.id, first.id]
    await service.cancel(clerk.engine, LOCAL_VIEWER, second.id)


async def ended_without_a_file(clerk: Browser) -> None:
    job = await asked(clerk)
    stored = await EXPORTS.get(clerk.engine, job.id)
    await EXPORTS.replace(clerk.engine, stored, state=ExportState.FAILED, error="Не вышло.")
    shown = row((await clerk.get("/exports")).text, job.id)
    assert "Все обращения" in shown
    assert "Не получилось" in shown
    assert f"/exports/{job.id}/file" not in shown
    assert "Ещё раз" in shown


async def of_others(clerk: Browser) -> None:
    job = await asked(clerk, Viewer("another", everything=True))
    assert job.id not in (await clerk.get("/exports")).text
    assert (await clerk.get(f"/exports?after={job.id}")).status_code == 404
    assert (await clerk.get("/exports?after=NOWHERE")).status_code == 404


async def in_pages(clerk: Browser) -> None:
    jobs = [await asked(clerk, q=f"вопрос {number}") for number in range(service.PAGE_SIZE)]
    first = (await clerk.get("/exports")).text
    assert _ROW.findall(first) == [job.id for job in reversed(jobs)]
    further = re.search(r'rel="next" href="([^"]+)"', first)
    assert further
    second = await clerk.get(further[1])
    assert len(_ROW.findall(second.text)) == 3
    assert not set(_ROW.findall(second.text)) & {job.id for job in jobs}
    assert 'rel="next"' not in second.text
    assert 'rel="first" href="/exports"' in second.text
    part = (await clerk.get(further[1], hx=True)).text
    assert "<html" not in part
    assert _ROW.findall(part) == _ROW.findall(second.text)
    last = _ROW.findall(part)[-1]
    beyond = (await clerk.get(f"/exports?after={last}")).text
    assert "Дальше выгрузок нет" in beyond


@pytest.mark.parametrize("address", ["/exports", "/exports?after=01M81Y2SVW9XNV9R3SY0NRGAM5"])
async def test_the_list_outlives_a_silent_engine(settings: Settings, address: str) -> None:
    dead = settings.model_copy(update={"es_url": "http://127.0.0.1:9"})
    async with AsyncTestClient(site(dead), base_url="http://127.0.0.1:8000") as client:
        part = await client.get(address, headers=HX)
        assert part.status_code == 200
        assert f'<div id="exports" class="stack" hx-get="{address}"' in part.text
        assert "Выгрузки не потеряны" in part.text
        assert (await client.get(address)).status_code == 503
