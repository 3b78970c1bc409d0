"""Pictures of the pages for the documentation: `python -m dev.screenshots http://127.0.0.1:8000`.

For an installation made for it, with demo data and a worker (`otklik up --demo 800 --name NAME`):
besides broken and small files it loads a long made-up table, whose rows stay. Only pictures that
the documentation shows are kept; `--every --out FOLDER` takes whole pages in all widths, light and
dark, for looking at; `--part` takes some of them again.
"""

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

import click
from playwright.sync_api import sync_playwright

from app.settings import ROOT
from dev.browser import FLAGS, chromium
from dev.screenshots.day import a_day_of_work
from dev.screenshots.looks import EVERY_SIZE, SIZES, THEMES, Door, Look
from dev.screenshots.shots import Shots
from dev.screenshots.walk import walk
from dev.stack.demo_load import DEMO_PASSWORD

LANGUAGE = {"LANGUAGE": "ru", "LC_ALL": "C.UTF-8"}
"""Chromium's own words in Russian (Debian has them in `chromium-l10n`), and file names in UTF-8
whatever the terminal has."""
PARTS: dict[str, Callable[[Shots], None]] = {
    "desk": Shots.desk,
    "problems": Shots.problems,
    "files": Shots.files,
    "loading": Shots.loading,
}
"""In this order: search comes first, since the long table would stand in its results."""


@click.command()
@click.argument("base", default="http://127.0.0.1:8000")
@click.option("--out", type=click.Path(path_type=Path), default=ROOT / "docs" / "images")
@click.option("--query", default="нет горячей воды на Ленина", show_default=True)
@click.option("--login", default="coordinator", show_default=True, help="Who works on cases.")
@click.option("--password", default=DEMO_PASSWORD, show_default=True)
@click.option("--every", is_flag=True, help="Whole pages in all widths, light and dark.")
@click.option("--part", "parts", type=click.Choice([*PARTS, "walk"]), multiple=True)
def main(
    base: str,
    out: Path,
    query: str,
    login: str,
    password: str,
    *,
    every: bool,
    parts: tuple[str, ...],
) -> None:
    """Take the pictures of a running Отклик at BASE."""
    out.mkdir(parents=True, exist_ok=True)
    looks = [Look(size, "light", out, every) for size in SIZES]
    if every:
        looks = [Look(size, theme, out, every) for size in EVERY_SIZE for theme in THEMES]
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(
            executable_path=chromium(), args=list(FLAGS), env={**os.environ, **LANGUAGE}
        )
        door = Door(browser, base.rstrip("/"), password)
        with door.page(login, looks[0]) as page:
            case = a_day_of_work(page, door.base)
        for name, take in PARTS.items():
            for look in looks if not parts or name in parts else ():
                with door.page(login, look) as page:
                    first = look is looks[0]
                    take(Shots(page, door.base, look, Path(folder), case, query, first))
        for look in looks if every and (not parts or "walk" in parts) else ():
            walk(door, look)
        browser.close()


if __name__ == "__main__":
    main()
