"""The list of exports in Chromium: alive while it is open, and the way from it to a file."""

import pytest
from playwright.async_api import Browser, expect

from app.exports import service
from app.exports.models import ExportFormat
from app.settings import Settings
from indexers.exports.run import run_export
from tests.e2e.conftest import BOSS, visit
from tests.integration.search_corpus import case, filled

pytestmark = pytest.mark.usefixtures("workers")

PATIENCE = 60_000


@pytest.mark.parametrize("scripts", [True, False])
async def test_the_list_shows_the_end_by_itself(
    browser: Browser, product: str, settings: Settings, *, scripts: bool
) -> None:
    """Without scripts the page reloads itself while a file is being made."""
    async with filled(
        settings, [case(number, f"Свет мигает {number}") for number in range(3)]
    ) as engine:
        job = await service.ask(engine, BOSS, [("q", "свет")], ExportFormat.CSV)
        async with visit(browser, f"{product}/exports", java_script_enabled=scripts) as page:
            row = page.locator("tr", has=page.locator(f"#export-{job.id}"))
            await expect(row).to_contain_text("«свет»")
            await run_export(engine, settings, job.id)
            await expect(row.get_by_text("Готово")).to_be_visible(timeout=PATIENCE)
            await expect(row.get_by_role("link", name="Скачать")).to_be_visible()
            rows = page.locator("#exports [data-row]")
            before = await rows.count()
            await row.get_by_role("button", name="Выгрузить ещё раз").click()
            await expect(page.get_by_role("link", name="Скачать")).to_be_visible(timeout=PATIENCE)
            await page.get_by_role("link", name="Все выгрузки").click()
            await expect(rows).to_have_count(before + 1)
