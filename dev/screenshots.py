"""Pictures of the pages for the documentation: `python -m dev.screenshots http://127.0.0.1:8000`.

For an installation made for it, with demo data and a worker: besides broken and small files it
loads a long made-up table, whose rows stay.
"""

import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import xlsxwriter
from playwright.sync_api import Browser, Page, sync_playwright

from app.settings import ROOT
from dev.browser import FLAGS, chromium

LANGUAGE = {"LANGUAGE": "ru", "LC_ALL": "C.UTF-8"}
"""Chromium's own words in Russian, and file names in UTF-8 whatever the terminal has."""
SIZES = {"1366": (1366, 768), "390": (390, 844)}
MOST_OCTETS = 200 * 1024
"""Of a picture kept in the repository."""
PROGRESS_ROWS = 60_000
"""Some ten seconds of loading: enough to catch it on the way."""
_PATIENCE = 120_000
_IMPORT = re.compile(r"/imports/[0-9A-Z]{26}")


class TooLargeError(RuntimeError):
    """A picture would not fit the repository."""


@click.command()
@click.argument("base", default="http://127.0.0.1:8000")
@click.option("--out", type=click.Path(path_type=Path), default=ROOT / "docs" / "images")
@click.option("--query", default="нет горячей воды на Ленина", show_default=True)
def main(base: str, out: Path, query: str) -> None:
    """Take the pictures of a running Отклик at BASE."""
    out.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(
            executable_path=chromium(), args=list(FLAGS), env={**os.environ, **LANGUAGE}
        )
        for size in SIZES:
            with _page(browser, size) as page:
                Shots(page, base, out, size, Path(folder)).before_loading(query)
        for size in SIZES:
            with _page(browser, size) as page:
                Shots(page, base, out, size, Path(folder)).loading()
        browser.close()


@contextmanager
def _page(browser: Browser, size: str) -> Iterator[Page]:
    width, height = SIZES[size]
    context = browser.new_context(
        viewport={"width": width, "height": height}, locale="ru-RU", color_scheme="light"
    )
    try:
        yield context.new_page()
    finally:
        context.close()


class Shots:
    """Each method ends in one picture named after what it shows and the page's width."""

    def __init__(self, page: Page, base: str, out: Path, size: str, folder: Path) -> None:
        self._page = page
        self._base = base.rstrip("/")
        self._out = out
        self._size = size
        self._folder = folder

    def before_loading(self, query: str) -> None:
        """Search comes first: the long table would stand in its results."""
        self.search(query)
        self.error()
        self.wizard()

    def loading(self) -> None:
        self.progress()
        self.imports()

    def search(self, query: str) -> None:
        self._page.goto(f"{self._base}/search")
        self._page.locator("main [data-search-field]").fill(query)
        self._page.keyboard.press("Enter")
        self._page.wait_for_load_state("networkidle")
        self._shoot("search")

    def error(self) -> None:
        """A picture that calls itself a table."""
        file = self._folder / "Выгрузка за ноябрь.xlsx"
        file.write_bytes(b"\x89PNG\r\n\x1a\n" + b"0" * 4096)
        self._give(file, "im")
        self._page.locator("#file-problem .field-error").wait_for()
        self._shoot("import-error")

    def wizard(self) -> None:
        self._give(register(self._folder / "Журнал приёма.xlsx", 340), "mapped")
        self._page.wait_for_url(_IMPORT)
        self._page.locator("form.wizard").wait_for(timeout=_PATIENCE)
        self._shoot("import-wizard")

    def progress(self) -> None:
        """Matches the columns of a long table, loads it and waits for the end."""
        self._give(register(self._folder / "Реестр за год.xlsx", PROGRESS_ROWS), "mapped")
        self._page.wait_for_url(_IMPORT)
        self._page.locator("form.wizard").wait_for(timeout=_PATIENCE)
        self._page.fill("#system", f"Образец для картинок {self._size}")
        self._page.get_by_role("button", name="Проверить").click()
        confirm = self._page.get_by_role("button", name="Загрузить")
        confirm.wait_for(timeout=_PATIENCE)
        confirm.click()
        self._page.get_by_text("строк в секунду").wait_for(timeout=_PATIENCE)
        self._shoot("import-progress")
        self._page.get_by_text("Показать в поиске").wait_for(timeout=_PATIENCE)
        self._shoot("import-done")

    def imports(self) -> None:
        self._page.goto(f"{self._base}/imports")
        self._shoot("imports")

    def _give(self, file: Path, profile: str) -> None:
        self._page.goto(f"{self._base}/imports")
        self._page.set_input_files("#file", file)
        self._page.select_option("#profile", profile)
        self._page.locator(".upload-send").click()

    def _shoot(self, name: str) -> None:
        """What one sees without scrolling: pictures of whole pages are too tall to read."""
        path = self._out / f"{name}-{self._size}.png"
        self._page.mouse.move(0, 0)
        self._page.screenshot(path=path, animations="disabled")
        size = path.stat().st_size
        if size > MOST_OCTETS:
            raise TooLargeError(f"{path.name}: {size} octets")
        click.echo(f"{path}: {size // 1024} КБ")


def register(path: Path, rows: int) -> Path:
    """A hand-made register as departments keep it; a few of its rows cannot be loaded."""
    complaints = ("Третий день нет горячей воды", "Не горит фонарь у дома", "Не вывозят мусор")
    channels = ("ВК", "Телефон", "Эл. почта", "Портал", "Личный прием")
    states = ("Закрыта", "В работе", "новое", "Отказ")
    header = (
        "Номер обращения",
        "Дата обращения",
        "Заявитель",
        "Описание",
        "Адрес",
        "Канал",
        "Статус",
    )
    with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as book:
        sheet = book.add_worksheet("Реестр")
        sheet.write(0, 0, "Реестр обращений за 2026 год")
        sheet.write_row(2, 0, header)
        for number in range(rows):
            house = number % 90 + 1
            cells = (
                str(number + 1),
                "вчера" if number % 9000 == 7 else f"{number % 28 + 1:02d}.11.2026 10:00",  # noqa: PLR2004
                f"Заявитель {number + 1}",
                f"{complaints[number % 3]}, Садовая, {house}. Просим принять меры.",
                f"Садовая, {house}",
                channels[number % 5],
                states[number % 4],
            )
            sheet.write_row(3 + number, 0, cells)
    return path


if __name__ == "__main__":
    main()
