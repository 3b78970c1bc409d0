"""Pictures that take more than opening an address: search, loading, exports."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import Page

from dev.screenshots.looks import PATIENCE, Look, settled
from dev.screenshots.register import register

PROGRESS_ROWS = 60_000
"""Some ten seconds of loading: enough to catch it on the way."""
_UNDER_WAY = re.compile(r"[2-5]\d\s000 из")
"""Rows loaded: far enough for a speed that is not that of the first seconds."""
_SHORT, _LONG = "Журнал приёма.xlsx", "Реестр за год.xlsx"
_IMPORT = re.compile(r"/imports/[0-9A-Z]{26}")


@dataclass
class Shots:
    """What is exported and loaded is so once, in the first look; the others show it."""

    page: Page
    base: str
    look: Look
    folder: Path
    case: str
    query: str
    first: bool

    def desk(self) -> None:
        self._search()
        self._open("work", "work")
        self._open(self.case.removeprefix(f"{self.base}/"), "case")

    def problems(self) -> None:
        """The list, the largest problem on it, the map and the growth."""
        self._open("problems", "problems")
        told = self.page.locator(".board-numbers a").all_inner_texts()
        counts = [int("".join(filter(str.isdigit, one))) for one in told]
        self.page.locator(".board-title").nth(counts.index(max(counts))).click()
        self.page.wait_for_url("**/problems/p*")
        settled(self.page)
        self.look.shoot(self.page, "problem")
        self.page.goto(f"{self.base}/problems/map")
        self.page.locator(".leaflet-interactive").first.wait_for()
        settled(self.page)
        self.look.shoot(self.page, "problems-map")
        self._open("problems/growth", "problems-growth")
        self._open("problems/forecast", "problems-forecast")

    def files(self) -> None:
        self._exports()
        self._error()
        self._wizard()

    def loading(self) -> None:
        if self.first:
            self._progress()
        else:
            self._again("imports", _LONG)
            self.look.shoot(self.page, "import-done")
        self._open("imports", "imports")

    def _open(self, path: str, name: str) -> None:
        self.page.goto(f"{self.base}/{path}")
        self.look.shoot(self.page, name)

    def _search(self) -> None:
        self.page.goto(f"{self.base}/search")
        self.page.locator("main [data-search-field]").fill(self.query)
        self.page.keyboard.press("Enter")
        self.page.wait_for_url("**/search?*q=*")
        settled(self.page)
        self.look.shoot(self.page, "search")

    def _exports(self) -> None:
        """Asks for three files, as a person would; the list then shows them."""
        asking = ((f"q={self.query}", "XLSX"), ("channel=vk", "CSV"), ("", "XLSX"))
        for asked, title in asking if self.first else ():
            self.page.goto(f"{self.base}/search?{asked}")
            self.page.locator(".search-export").get_by_role("button", name=title).click()
            self.page.wait_for_url("**/exports/*")
            self.page.get_by_text("Файл готов").wait_for(timeout=PATIENCE)
        self._again("exports", "Все обращения")
        self.look.shoot(self.page, "export")
        self._open("exports", "exports")

    def _error(self) -> None:
        """A picture that calls itself a table."""
        file = self.folder / "Выгрузка за ноябрь.xlsx"
        file.write_bytes(b"\x89PNG\r\n\x1a\n" + b"0" * 4096)
        self._give(file, "im")
        self.page.locator("#file-problem .field-error").wait_for()
        self.look.shoot(self.page, "import-error")

    def _wizard(self) -> None:
        if self.first:
            self._give(register(self.folder / _SHORT, 340), "mapped")
            self.page.wait_for_url(_IMPORT)
        else:
            self._again("imports", _SHORT)
        self.page.locator("form.wizard").wait_for(timeout=PATIENCE)
        self.look.shoot(self.page, "import-wizard")

    def _progress(self) -> None:
        """Matches the columns of a long table, loads it and waits for the end."""
        self._give(register(self.folder / _LONG, PROGRESS_ROWS), "mapped")
        self.page.wait_for_url(_IMPORT)
        self.page.locator("form.wizard").wait_for(timeout=PATIENCE)
        self.page.fill("#system", f"Образец {datetime.now(UTC):%d.%m %H:%M:%S}")
        self.page.get_by_role("button", name="Проверить").click()
        confirm = self.page.get_by_role("button", name="Загрузить")
        confirm.wait_for(timeout=PATIENCE)
        self.look.shoot(self.page, "import-checked")
        confirm.click()
        self.page.get_by_text(_UNDER_WAY).wait_for(timeout=PATIENCE)
        self.look.shoot(self.page, "import-progress")
        self.page.get_by_text("Показать в поиске").wait_for(timeout=PATIENCE)
        self.look.shoot(self.page, "import-done")

    def _again(self, part: str, name: str) -> None:
        """Opens the newest of its name in a list of files."""
        self.page.goto(f"{self.base}/{part}")
        self.page.get_by_role("link", name=name).first.click()
        self.page.wait_for_url(f"**/{part}/*")

    def _give(self, file: Path, profile: str) -> None:
        self.page.goto(f"{self.base}/imports")
        self.page.set_input_files("#file", file)
        self.page.select_option("#profile", profile)
        self.page.locator(".upload-send").click()
