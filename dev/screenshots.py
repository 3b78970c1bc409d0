"""Pictures of the pages for the documentation: `python -m dev.screenshots http://127.0.0.1:8000`.

For an installation made for it, with demo data and a worker: besides broken and small files it
loads a long made-up table, whose rows stay. Only pictures that the documentation shows are kept;
`--every --out FOLDER` takes whole pages in all widths, light and dark, for looking at.
"""

import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

import click
import xlsxwriter
from playwright.sync_api import Browser, Page, StorageState, sync_playwright

from app.accounts.service import FIRST_LOGIN
from app.settings import ROOT
from dev.browser import FLAGS, chromium
from dev.stack.demo_load import DEMO_PASSWORD

LANGUAGE = {"LANGUAGE": "ru", "LC_ALL": "C.UTF-8"}
"""Chromium's own words in Russian (Debian has them in `chromium-l10n`), and file names in UTF-8
whatever the terminal has."""
SIZES = {"1366": (1366, 768), "390": (390, 844)}
EVERY_SIZE = {**SIZES, "1920": (1920, 1080)}
MOST_OCTETS = 200 * 1024
"""Of a picture kept in the repository."""
PROGRESS_ROWS = 60_000
"""Some ten seconds of loading: enough to catch it on the way."""
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
_PATIENCE = 120_000
_PICTURE = re.compile(r"images/([\w-]+\.png)")
_UNDER_WAY = re.compile(r"[2-5]\d\s000 из")
"""Rows loaded: far enough for a speed that is not that of the first seconds."""
TAKEN = 4
"""Cases on the own desk."""
_QUESTION = "Были ли заявки аварийной службе по этому адресу за последнюю неделю?"
_INTERIM = """Здравствуйте! Мастер был на месте сегодня утром, неисправность подтвердилась.

Деталь заказана. О сроке окончания работ напишем отдельно."""
_IMPORT = re.compile(r"/imports/[0-9A-Z]{26}")


class TooLargeError(RuntimeError):
    """A picture would not fit the repository."""


@dataclass(frozen=True)
class Look:
    """How the pages are looked at: the width, light or dark, and where the pictures go."""

    size: str
    theme: Literal["light", "dark"]
    out: Path
    every: bool

    def target(self, name: str) -> Path:
        dark = "-dark" if self.theme == "dark" else ""
        return self.out / f"{name}-{self.size}{dark}.png"


@click.command()
@click.argument("base", default="http://127.0.0.1:8000")
@click.option("--out", type=click.Path(path_type=Path), default=ROOT / "docs" / "images")
@click.option("--query", default="нет горячей воды на Ленина", show_default=True)
@click.option("--login", default=FIRST_LOGIN, show_default=True)
@click.option("--password", default=DEMO_PASSWORD, show_default=True)
@click.option("--every", is_flag=True, help="Whole pages in all widths, light and dark.")
def main(base: str, out: Path, query: str, login: str, password: str, *, every: bool) -> None:
    """Take the pictures of a running Отклик at BASE."""
    out.mkdir(parents=True, exist_ok=True)
    looks = [Look(size, "light", out, every) for size in SIZES]
    if every:
        looks = [Look(size, theme, out, every) for size in EVERY_SIZE for theme in THEMES]
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(
            executable_path=chromium(), args=list(FLAGS), env={**os.environ, **LANGUAGE}
        )
        kept = signed_in(browser, base, login, password)
        with _page(browser, looks[0], kept) as page:
            case = a_day_of_work(page, base.rstrip("/"))
        for look in looks:
            with _page(browser, look, kept) as page:
                Shots(page, base, look, Path(folder), case).before_loading(query)
        for look in looks:
            with _page(browser, look, kept) as page:
                Shots(page, base, look, Path(folder), case).loading()
        browser.close()


def signed_in(browser: Browser, base: str, login: str, password: str) -> StorageState:
    """The cookies of somebody who has gone through the sign-in page."""
    context = browser.new_context(locale="ru-RU")
    page = context.new_page()
    page.goto(f"{base.rstrip('/')}/sign-in")
    page.fill("#login", login)
    page.fill("#password", password)
    page.get_by_role("button", name="Войти").click()
    page.locator(".menu-user").wait_for()
    kept = context.storage_state()
    context.close()
    return kept


def _settled(page: Page) -> None:
    """Htmx has put in what it asked for. The network itself is never idle: the bell listens."""
    page.wait_for_load_state("load")
    page.wait_for_function(
        "() => !document.querySelector('.htmx-request, .htmx-swapping, .htmx-settling')"
    )


def a_day_of_work(page: Page, base: str) -> str:
    """Takes some cases and works on one, so that there is something to show: its address."""
    page.goto(f"{base}/work?queue=free&kind=message")
    for _ in range(TAKEN):
        page.locator("#bulk-one").wait_for(state="attached")
        with page.expect_response("**/work/do*"):
            page.locator("button[form=bulk-one]").first.click()
        _settled(page)
    page.goto(f"{base}/work?queue=mine&kind=message")
    page.locator(".hit-number").first.click()
    page.wait_for_url("**/cases/*")
    case = page.url.partition("?")[0]
    _act(page, case, "ask", department="Отдел безопасности, ГО и ЧС", text=_QUESTION)
    _act(page, case, "note", text="Звонила автору: ждёт ответа до выходных.")
    page.goto(case)
    page.fill("#answer textarea", _INTERIM)
    page.fill("#answer input[type=date]", f"{datetime.now(UTC).date() + timedelta(days=5)}")
    page.get_by_role("button", name="Промежуточный ответ").click()
    page.locator(".case-toast").wait_for()
    return case


def _act(page: Page, case: str, action: str, **fields: str) -> None:
    """An action by its form, whose fields are called `{action}-{name}`."""
    page.goto(f"{case}/actions/{action}")
    for name, value in fields.items():
        page.fill(f"#{action}-{name}", value)
    page.locator("#case-form [type=submit]").click()
    page.locator(".case-toast").wait_for()


@contextmanager
def _page(browser: Browser, look: Look, kept: StorageState) -> Iterator[Page]:
    width, height = EVERY_SIZE[look.size]
    context = browser.new_context(
        viewport={"width": width, "height": height},
        locale="ru-RU",
        color_scheme=look.theme,
        storage_state=kept,
    )
    try:
        yield context.new_page()
    finally:
        context.close()


def shown_pictures() -> set[str]:
    """Names of the pictures that the README and `docs/` show."""
    pages = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    return {name for page in pages for name in _PICTURE.findall(page.read_text(encoding="utf-8"))}


class Shots:
    """Each method ends in one picture named after what it shows and the page's width."""

    def __init__(self, page: Page, base: str, look: Look, folder: Path, case: str) -> None:
        self._page = page
        self._base = base.rstrip("/")
        self._look = look
        self._folder = folder
        self._case = case

    def before_loading(self, query: str) -> None:
        """Search comes first: the long table would stand in its results."""
        self.search(query)
        self.work()
        self.case()
        self.offices()
        self.exports(query)
        self.error()
        self.wizard()

    def loading(self) -> None:
        """The long load is done once a width: the other looks show its result."""
        if self._look.theme == "light" and self._look.size in SIZES:
            self.progress()
        else:
            self.done()
        self.imports()
        self.system()

    def search(self, query: str) -> None:
        self._page.goto(f"{self._base}/search")
        self._page.locator("main [data-search-field]").fill(query)
        self._page.keyboard.press("Enter")
        self._page.wait_for_url("**/search?*q=*")
        _settled(self._page)
        self._shoot("search")

    def work(self) -> None:
        self._page.goto(f"{self._base}/work")
        self._shoot("work")

    def case(self) -> None:
        """The one that was worked on; then with a form open, as whoever assigns sees it."""
        self._page.goto(self._case)
        self._shoot("case")
        self._page.goto(f"{self._case}/actions/assign")
        self._shoot("case-form")

    def offices(self) -> None:
        """Pages for looking at: no documentation shows them."""
        for name in ("cases/new", "people", "people/executor", "books", "audit", "me"):
            self._page.goto(f"{self._base}/{name}")
            self._shoot(name.replace("/", "-"))

    def exports(self, query: str) -> None:
        """Asks for three files, as a person would; the list then shows them."""
        for asked, title in ((f"q={query}", "XLSX"), ("channel=vk", "CSV"), ("", "XLSX")):
            self._page.goto(f"{self._base}/search?{asked}")
            self._page.locator(".search-export").get_by_role("button", name=title).click()
            self._page.wait_for_url("**/exports/*")
            self._page.get_by_text("Файл готов").wait_for(timeout=_PATIENCE)
        self._shoot("export")
        self._page.goto(f"{self._base}/exports")
        self._shoot("exports")

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
        self._page.fill("#system", f"Образец {self._look.size} {self._look.theme}")
        self._page.get_by_role("button", name="Проверить").click()
        confirm = self._page.get_by_role("button", name="Загрузить")
        confirm.wait_for(timeout=_PATIENCE)
        confirm.click()
        self._page.get_by_text(_UNDER_WAY).wait_for(timeout=_PATIENCE)
        self._shoot("import-progress")
        self._page.get_by_text("Показать в поиске").wait_for(timeout=_PATIENCE)
        self._shoot("import-done")

    def done(self) -> None:
        self._page.goto(f"{self._base}/imports")
        self._page.get_by_role("link", name="Реестр за год.xlsx").first.click()
        self._page.wait_for_url(_IMPORT)
        self._shoot("import-done")

    def imports(self) -> None:
        self._page.goto(f"{self._base}/imports")
        self._shoot("imports")

    def system(self) -> None:
        self._page.goto(f"{self._base}/system")
        self._shoot("system")

    def _give(self, file: Path, profile: str) -> None:
        self._page.goto(f"{self._base}/imports")
        self._page.set_input_files("#file", file)
        self._page.select_option("#profile", profile)
        self._page.locator(".upload-send").click()

    def _shoot(self, name: str) -> None:
        """For the documentation what one sees without scrolling: whole pages are too tall."""
        path = self._look.target(name)
        if not self._look.every and path.name not in shown_pictures():
            return
        self._page.mouse.move(0, 0)
        self._page.screenshot(path=path, animations="disabled", full_page=self._look.every)
        size = path.stat().st_size
        if size > MOST_OCTETS and not self._look.every:
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
