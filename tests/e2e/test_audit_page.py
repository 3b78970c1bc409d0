"""«Журнал» in Chromium: narrowed by links, without scripts too, fit for every eye and width."""

import asyncio
import threading
from collections.abc import AsyncIterator

import pytest
import uvicorn
from playwright.async_api import Browser, expect

from app.audit.models import ObjectKind, Outcome, happened
from app.audit.service import record
from app.engine.client import Engine
from app.engine.names import Index
from app.permissions import Permission
from app.settings import Settings
from app.viewer import Viewer
from cli.serve import listen
from tests.e2e.conftest import visit
from tests.e2e.eyes import findings
from tests.factories import site

AUDITOR = Viewer("auditor", permissions=frozenset({Permission.AUDIT_VIEW}))


async def filled(engine: Engine) -> None:
    for number in range(60):
        told = happened(
            "case.assign" if number % 3 else "case.take",
            who=f"user{number % 4}",
            kind=ObjectKind.CASE,
            object_id=f"01M8AS4G1FX2YHD3GZAX1TGK{number:02d}",
            number=f"26-{number:06d}",
            changed=["workflow.assignee", "state"],
            address="10.120.30.40",
            agent="Яндекс Браузер",
            request_id="3f2a9c0d11ab",
        )
        await record(engine, told)
    refused = {"outcome": Outcome.REFUSED, "code": "forbidden", "method": "GET"}
    await record(engine, happened("request.refused", route="/audit", **refused))
    await engine.refresh_reads(Index.AUDIT)


@pytest.fixture
async def served(settings: Settings, engine: Engine) -> AsyncIterator[str]:
    """The site with an auditor signed in, on a port of its own."""
    await filled(engine)
    listening = listen("127.0.0.1", 0)
    config = uvicorn.Config(site(settings, AUDITOR), log_config=None, access_log=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    while not server.started:
        assert thread.is_alive()
        await asyncio.sleep(0.02)
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    thread.join()


@pytest.mark.parametrize("scripts", [True, False])
async def test_the_journal_is_narrowed_by_links(
    browser: Browser, served: str, *, scripts: bool
) -> None:
    async with visit(browser, f"{served}/audit", java_script_enabled=scripts) as page:
        rows = page.locator("#audit tbody tr")
        await expect(rows).to_have_count(50)
        await page.get_by_role("link", name="Дальше").click()
        await expect(page.get_by_text("К началу журнала")).to_be_visible()
        await page.goto(f"{served}/audit")
        await rows.first.get_by_role("link").nth(0).click()
        await expect(page.locator(".chips")).to_contain_text("Кто: ")
        await page.goto(f"{served}/audit?number=26-000007")
        await expect(rows).to_have_count(1)
        await expect(rows.first).to_contain_text("Назначено")
        await page.get_by_role("link", name="Сбросить всё").click()
        await expect(page.locator(".chips")).to_have_count(0)


async def test_axe_finds_nothing_serious(browser: Browser, served: str) -> None:
    found = []
    async with visit(browser, f"{served}/audit") as page:
        for path in ("", "?who=user1&from=2026-01-01", "?who=nobody"):
            found += await findings(page, f"{served}/audit{path}")
    assert not found, "\n".join(found)
