"""Every page that is opened by its address, as whoever it is for sees it."""

import re

from playwright.sync_api import Page

from dev.screenshots.looks import Door, Look

LISTS = frozenset(
    {"work", "search", "imports", "exports", "people", "books", "audit", "duplicates"}
)
"""Parts of the site that are looked at on a wide screen too."""
PAGES: dict[str, tuple[str, ...]] = {
    "": ("sign-in", "sign-in?next=/work"),
    "coordinator": (
        *("today", "work?queue=free", "work?queue=overdue", "work?queue=open&department=нет"),
        *("search", "search?q=абракадабра", "search?q=вода&channel=vk", "search?from=2026-13-45"),
        *("work/views", "cases/new", "cases/26-999999", "people", "notices", "нет"),
        *("me", "me/substitutions", "me/notices"),
        *("duplicates", "duplicates?show=accepted", "duplicates/figures"),
    ),
    "executor": ("work", "search?q=вода"),
    "head": ("search", "work"),
    "admin": (
        *("people", "people/executor", "people/executor/leave", "people/new", "people/rights"),
        *("people/substitutions", "people/tokens", "people/admin", "people?show=closed"),
        *("books", "books/departments/new", "books/departments/water", "books/sectors"),
        *("books/sectors/zhkh", "books/deadlines", "books/deadlines/profiles/new"),
        *("books/deadlines/choices", "books/deadlines/ladder", "books/deadlines/calendars"),
        *(
            "books/deadlines/calendars/new",
            "books/danger",
            "books/danger/gas",
            "books/suggestions",
            "books/windows",
            "audit",
            "system",
            "me",
            "me/password",
            "me/totp",
        ),
    ),
}
STATES = ("moderation", "new", "assigned", "in_progress", "approval", "interim", "answered")
_NOT_IN_NAMES = re.compile(r"[^\w]+")


def walk(door: Door, look: Look) -> None:
    for login, addresses in PAGES.items():
        with door.page(login, look) as page:
            for address in addresses:
                if look.size != "1920" or address.partition("?")[0] in LISTS:
                    page.goto(f"{door.base}/{address}")
                    look.shoot(page, name_of(login, address))
    if look.size != "1920":
        with door.page("coordinator", look) as page:
            for state in STATES:
                _case(page, door.base, look, state)


def name_of(login: str, address: str) -> str:
    return _NOT_IN_NAMES.sub("-", f"{login or 'nobody'}-{address}").strip("-")


def _case(page: Page, base: str, look: Look, state: str) -> None:
    """The first case in a state: its page, then each form that it offers."""
    page.goto(f"{base}/search?state={state}")
    hits = page.locator(".hit-number")
    if not hits.count():
        return
    hits.first.click()
    page.wait_for_url("**/cases/*")
    look.shoot(page, f"case-{state}")
    page.locator(".case-more > summary").click()
    look.shoot(page, f"case-{state}-more")
    if look.theme == "dark":
        return  # forms are made of what stands on the page already
    forms = page.locator(".case-actions a[href*='/actions/']")
    for address in forms.evaluate_all("all => all.map(one => one.href)"):
        page.goto(address)
        look.shoot(page, f"case-{state}-{address.rpartition('/')[2]}")
