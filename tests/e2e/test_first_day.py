"""The first day of an operator: load a file, watch it, find a message, open it, come back."""

import re
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from dev.demo.generate import only
from dev.demo.stream import generate
from dev.demo.writers.im import Layout, write_im
from tests.e2e.conftest import visit
from tests.factories import row, write_csv

pytestmark = pytest.mark.usefixtures("workers")

QUERY = "нет горячей воды на Ленина"
PATIENCE = 60_000


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("export") / "Выгрузка ИМ.xlsx"
    write_im(path, only(generate(1_500, 5), "im"), Layout.MONITORING)
    return path


async def upload(page: Page, path: Path, kind: str) -> None:
    await page.set_input_files("input[type=file]", path)
    await page.select_option("select[name=profile]", kind)
    await page.get_by_role("button", name="Загрузить", exact=True).click()


@pytest.mark.parametrize("scripts", [True, False], ids=["htmx", "plain"])
async def test_from_a_file_to_a_found_message(
    browser: Browser, product: str, export: Path, scripts: bool
) -> None:
    async with visit(browser, f"{product}/imports", java_script_enabled=scripts) as page:
        await upload(page, export, "im")
        await page.wait_for_url(re.compile(r"/imports/[0-9A-Z]{26}"))
        shown = page.get_by_role("link", name="Показать в поиске")
        await expect(shown).to_be_visible(timeout=PATIENCE)
        await shown.click()
        await page.locator("main input[type=search]").fill(QUERY)
        await page.get_by_role("button", name="Найти").click()
        await expect(page.locator("mark").first).to_be_visible()
        text = (await page.locator(".hit").first.inner_text()).lower()
        assert "ленина" in text
        assert "вод" in text or "гвс" in text
        searched = page.url
        await page.locator(".hit-number").first.click()
        await expect(page.locator("h1").first).to_be_visible()
        assert "/cases/" in page.url
        await page.go_back()
        assert page.url == searched
        await expect(page.locator("main input[type=search]")).to_have_value(QUERY)


async def test_a_facet_narrows_and_the_address_can_be_sent(
    browser: Browser, product: str, tmp_path: Path
) -> None:
    rows = [row(n, channel="phone" if n % 3 else "site") for n in range(12)]
    path = write_csv(tmp_path / "t.csv", rows)
    async with visit(browser, f"{product}/imports") as page:
        await upload(page, path, "canonical")
        await expect(page.get_by_role("link", name="Показать в поиске")).to_be_visible(
            timeout=PATIENCE
        )
        await page.goto(f"{product}/search?q=горячая+вода")
        total = page.locator(".search-total")
        await expect(total).to_contain_text("12")
        await page.locator(".search-facets").get_by_text("Телефон").first.click()
        await expect(total).to_contain_text("8")
        sent = page.url
    async with visit(browser, sent, java_script_enabled=False) as page:
        await expect(page.locator(".search-total")).to_contain_text("8")


async def test_a_table_of_ones_own_goes_through_the_wizard(
    browser: Browser, product: str, tmp_path: Path
) -> None:
    rows = [
        {"Рег. №": str(n), "Дата": f"{n}.02.2026", "Суть": f"Яма во дворе дома {n}", "Статус": word}
        for n, word in enumerate(("Сделано", "Ждёт", "Сделано"), start=1)
    ]
    path = write_csv(tmp_path / "Журнал.csv", rows)
    async with visit(browser, f"{product}/imports") as page:
        await upload(page, path, "mapped")
        await expect(page.locator("#c-text")).to_have_value("Суть", timeout=PATIENCE)
        await expect(page.locator("#c-received_at")).to_have_value("Дата")
        await page.select_option("#c-state", "Статус")
        await page.locator("#v-state-0").wait_for()
        done = page.get_by_role("row").filter(has_text="Сделано").get_by_role("combobox")
        await done.select_option(label="Закрыто")
        await expect(page.locator("#c-external_id")).to_have_value("Рег. №")
        await page.get_by_label("Откуда таблица").fill("Журнал приёма")
        await page.get_by_role("button", name="Проверить").click()
        confirm = page.get_by_role("button", name="Загрузить", exact=True)
        await expect(confirm).to_be_visible(timeout=PATIENCE)
        await expect(page.get_by_text("Ждёт").first).to_be_visible()
        await confirm.click()
        shown = page.get_by_role("link", name="Показать в поиске")
        await expect(shown).to_be_visible(timeout=PATIENCE)
        await page.goto(f"{product}/search?state=closed")
        await expect(page.locator(".search-total")).to_contain_text("2")


async def test_a_broken_file_is_explained_and_changes_nothing(
    browser: Browser, product: str, tmp_path: Path
) -> None:
    path = tmp_path / "Отчёт.xlsx"
    path.write_bytes(b"%PDF-1.7\n" + b"0" * 2_000)
    async with visit(browser, f"{product}/imports", refused=True) as page:
        await page.set_input_files("input[type=file]", path)
        await page.select_option("select[name=profile]", "im")
        async with page.expect_response("**/imports") as answered:
            await page.get_by_role("button", name="Загрузить", exact=True).click()
        assert (await answered.value).status < 500
        await expect(page.get_by_text("PDF").first).to_be_visible()
        await page.goto(f"{product}/search")
        await expect(page.get_by_text("Обращений пока нет")).to_be_visible()
