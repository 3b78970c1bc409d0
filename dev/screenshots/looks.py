"""How a page is looked at: who looks, how wide, light or dark, and where the picture goes."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import click
from playwright.sync_api import Browser, Page, StorageState

from app.settings import ROOT

SIZES = {"1366": (1366, 768), "390": (390, 844)}
EVERY_SIZE = {**SIZES, "1920": (1920, 1080)}
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
PATIENCE = 180_000
"""Milliseconds for what a worker does."""
MOST_OCTETS = 200 * 1024
"""Of a picture kept in the repository."""
_PICTURE = re.compile(r"images/([\w-]+\.png)")


class TooLargeError(RuntimeError):
    """A picture would not fit the repository."""


@dataclass(frozen=True)
class Look:
    """`every`: whole pages, also those that no documentation shows."""

    size: str
    theme: Literal["light", "dark"]
    out: Path
    every: bool

    def target(self, name: str) -> Path:
        dark = "-dark" if self.theme == "dark" else ""
        return self.out / f"{name}-{self.size}{dark}.png"

    def shoot(self, page: Page, name: str) -> None:
        """For the documentation what one sees without scrolling: whole pages are too tall."""
        path = self.target(name)
        if not self.every and path.name not in shown_pictures():
            return
        page.mouse.move(0, 0)
        page.screenshot(path=path, animations="disabled", full_page=self.every)
        size = path.stat().st_size
        if size > MOST_OCTETS and not self.every:
            raise TooLargeError(f"{path.name}: {size} octets")
        click.echo(f"{path}: {size // 1024} КБ")


def settled(page: Page) -> None:
    """Htmx has put in what it asked for. The network itself is never idle: the bell listens."""
    page.wait_for_load_state("load")
    page.wait_for_function(
        "() => !document.querySelector('.htmx-request, .htmx-swapping, .htmx-settling')"
    )


def shown_pictures() -> set[str]:
    """Names of the pictures that the README and `docs/` show."""
    pages = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    return {name for page in pages for name in _PICTURE.findall(page.read_text(encoding="utf-8"))}


@dataclass(frozen=True)
class Door:
    """People sign in once, each by the sign-in page; then their cookies open all their pages."""

    browser: Browser
    base: str
    password: str
    kept: dict[str, StorageState] = field(default_factory=dict)

    @contextmanager
    def page(self, login: str, look: Look) -> Iterator[Page]:
        """A page of somebody's own; for nobody when `login` is empty."""
        if login and login not in self.kept:
            self.kept[login] = self._signed_in(login)
        width, height = EVERY_SIZE[look.size]
        context = self.browser.new_context(
            viewport={"width": width, "height": height},
            locale="ru-RU",
            color_scheme=look.theme,
            storage_state=self.kept.get(login),
        )
        try:
            yield context.new_page()
        finally:
            context.close()

    def _signed_in(self, login: str) -> StorageState:
        context = self.browser.new_context(locale="ru-RU")
        page = context.new_page()
        page.goto(f"{self.base}/sign-in")
        page.fill("#login", login)
        page.fill("#password", self.password)
        page.get_by_role("button", name="Войти", exact=True).click()
        page.locator(".menu-user").wait_for()
        kept = context.storage_state()
        context.close()
        return kept
