"""What is chosen for the values of a column stays when the columns are looked through."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Browser, Locator, Page, Route, expect

from tests.e2e.conftest import settled, visit
from tests.e2e.test_first_day import PATIENCE, upload
from tests.factories import write_csv

pytestmark = pytest.mark.usefixtures("workers")

ROWS = [
    {"Дата": f"{n}.02.2026", "Суть": f"Яма у дома {n}", "Статус": state, "Этап": stage}
    for n, (state, stage) in enumerate((("Сделано", "Дом"), ("Ждёт", "Двор")), start=1)
]


@asynccontextmanager
async def wizard(browser: Browser, product: str, folder: Path) -> AsyncIterator[Page]:
    path = write_csv(folder / "Журнал.csv", ROWS)
    async with visit(browser, f"{product}/imports") as page:
        await upload(page, path, "mapped")
        await expect(page.locator("#c-state")).to_have_value("Статус", timeout=PATIENCE)
        await settled(page)
        yield page


def code_of(page: Page, value: str) -> Locator:
    return page.get_by_role("row").filter(has_text=value).get_by_role("combobox")


async def test_another_column_and_back(browser: Browser, product: str, tmp_path: Path) -> None:
    async with wizard(browser, product, tmp_path) as page:
        await code_of(page, "Сделано").select_option("closed")
        await page.select_option("#c-state", "Этап")
        await expect(code_of(page, "Двор")).to_have_value("")
        await code_of(page, "Двор").select_option("new")
        await settled(page)
        await page.select_option("#c-state", "Статус")
        await expect(code_of(page, "Сделано")).to_have_value("closed")
        await expect(code_of(page, "Ждёт")).to_have_value("")
        await settled(page)
        await page.select_option("#c-state", "Этап")
        await expect(code_of(page, "Двор")).to_have_value("new")
        await expect(code_of(page, "Дом")).to_have_value("")


async def test_chosen_before_a_slow_answer_is_in(
    browser: Browser, product: str, tmp_path: Path
) -> None:
    """The same column asked again: its values come after a person has chosen one of them."""
    go = asyncio.Event()

    async def later(route: Route) -> None:
        await go.wait()
        await route.continue_()

    async with wizard(browser, product, tmp_path) as page:
        await page.route("**/values/state*", later)
        async with page.expect_response("**/values/state*") as answered:
            await page.select_option("#c-state", "Статус")
            await code_of(page, "Сделано").select_option("closed")
            go.set()
        await answered.value
        await settled(page)
        await expect(code_of(page, "Сделано")).to_have_value("closed")
