"""Asking for a file, watching it and taking it: with htmx and as a plain form."""

import re
from collections.abc import AsyncIterator

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from app.exports.files import ExportFiles
from app.exports.models import ExportState
from app.exports.repository import EXPORTS
from app.settings import Settings
from app.viewer import Viewer
from indexers.exports.run import run_export
from tests.integration.search_corpus import at, case, filled
from tests.web.intake_browser import HX, Browser


@pytest.fixture
async def clerk(
    settings: Settings, app_client: AsyncTestClient[Litestar]
) -> AsyncIterator[Browser]:
    cases = [case(number, f"Свет мигает {number}", place=at("Мира", "1")) for number in range(30)]
    async with filled(settings, cases) as engine:
        yield Browser(app_client, engine, settings)


async def asked(clerk: Browser, *, hx: bool = False, **pairs: str) -> str:
    answer = await clerk.post("/exports", {"format": "csv", **pairs}, hx=hx)
    assert answer.status_code == (204 if hx else 303), answer.text
    address = answer.headers["hx-redirect" if hx else "location"]
    return re.fullmatch(r"/exports/([0-9A-Z]{26})(\?queue=away)?", address)[1]  # type: ignore[index]


async def test_from_the_button_to_the_file(clerk: Browser) -> None:
    searched = (await clerk.get("/search?q=свет&state=new&size=5")).text
    form = searched[searched.index('action="/exports"') :].partition("</form>")[0]
    assert 'name="state" value="new"' in form
    assert "size" not in form
    await plain_form(clerk)
    await with_htmx(clerk)
    await stopped(clerk)
    await expired(clerk)
    await refused(clerk)


async def plain_form(clerk: Browser) -> None:
    export_id = await asked(clerk, q="свет", state="new")
    waiting = await clerk.get(f"/exports/{export_id}")
    assert waiting.headers["vary"] == "HX-Request"
    assert 'http-equiv="refresh"' in waiting.text
    assert "Состояние" in waiting.text
    assert (await clerk.get(f"/exports/{export_id}/file")).status_code == 404
    await run_export(clerk.engine, clerk.settings, export_id)
    ready = await clerk.get(f"/exports/{export_id}")
    assert "Файл готов: 8\u00a0обращений" in ready.text
    assert 'http-equiv="refresh"' not in ready.text
    assert "Имён, телефонов и адресов авторов" in ready.text
    taken = await clerk.get(f"/exports/{export_id}/file")
    assert taken.status_code == 200
    assert taken.headers["content-type"] == "text/csv; charset=utf-8"
    assert taken.headers["content-disposition"].startswith("attachment")
    assert len(taken.content.decode("utf-8-sig").splitlines()) == 9


async def with_htmx(clerk: Browser) -> None:
    export_id = await asked(clerk, hx=True, q="свет")
    part = await clerk.get(f"/exports/{export_id}", hx=True)
    assert "<html" not in part.text
    assert 'hx-trigger="every 1s"' in part.text
    await run_export(clerk.engine, clerk.settings, export_id)
    ended = await clerk.get(f"/exports/{export_id}?said=Очередь", hx=True)
    assert "hx-trigger" not in ended.text
    assert 'hx-swap-oob="innerHTML:#export-heard">Готово<' in ended.text
    assert "<title>Готово · Выгрузка · Отклик</title>" in ended.text


async def stopped(clerk: Browser) -> None:
    export_id = await asked(clerk)
    answer = await clerk.post(f"/exports/{export_id}/cancel")
    assert answer.status_code == 303
    assert "Выгрузка остановлена" in (await clerk.get(f"/exports/{export_id}")).text
    again = await clerk.post(f"/exports/{export_id}/cancel", hx=True)
    assert again.status_code == 409
    assert "уже закончилась" in again.text


async def expired(clerk: Browser) -> None:
    export_id = await asked(clerk, q="свет")
    await run_export(clerk.engine, clerk.settings, export_id)
    stored = await EXPORTS.get(clerk.engine, export_id)
    ExportFiles(clerk.settings, stored.job).drop()
    await EXPORTS.replace(clerk.engine, stored, state=ExportState.EXPIRED)
    shown = (await clerk.get(f"/exports/{export_id}")).text
    assert "Файла больше нет" in shown
    assert "хранятся 7\u00a0дней" in shown
    assert 'name="q" value="свет"' in shown
    assert (await clerk.get(f"/exports/{export_id}/file")).status_code == 404


async def refused(clerk: Browser) -> None:
    assert (await clerk.post("/exports", {"format": "pdf"})).status_code == 400
    assert (await clerk.post("/exports", {"state": "lost"})).status_code == 400
    assert (await clerk.get("/exports/NOWHERE")).status_code == 404
    export_id = await asked(clerk)
    stored = await EXPORTS.get(clerk.engine, export_id)
    await EXPORTS.replace(clerk.engine, stored, viewer=Viewer("another", everything=True))
    for address in (f"/exports/{export_id}", f"/exports/{export_id}/file"):
        assert (await clerk.get(address)).status_code == 404
    assert (await clerk.post(f"/exports/{export_id}/cancel")).status_code == 404


async def test_a_silent_engine_does_not_end_the_watching(settings: Settings) -> None:
    from tests.factories import site

    dead = settings.model_copy(update={"es_url": "http://127.0.0.1:9"})
    async with AsyncTestClient(site(dead), base_url="http://127.0.0.1:8000") as client:
        address = "/exports/01M81Y2SVW9XNV9R3SY0NRGAM5"
        part = await client.get(address, headers=HX)
        assert part.status_code == 200
        assert f'hx-get="{address}"' in part.text
        assert (await client.get(address)).status_code == 503
