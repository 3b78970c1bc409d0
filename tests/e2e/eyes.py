"""What axe finds on a page, in both widths and both schemes, and what sticks out to the side."""

from pathlib import Path
from urllib.parse import urlsplit

from playwright.async_api import Page, expect

_AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")
_SERIOUS = {"serious", "critical"}
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_OF_LOOKS = ["color-contrast", "link-in-text-block", "target-size"]
"""Rules of axe that a scheme of colours can break; the others read the same document."""
_RUN = """([type, values]) => axe
    .run(document, {runOnly: {type, values}, resultTypes: ['violations']})
    .then(found => found.violations)"""
"""Only what is wrong: what is right is megabytes of a long page."""
WIDTHS, HEIGHT = (1366, 390), 800


async def troubles(page: Page) -> list[str]:
    """As the page is now, by all rules: serious and critical ones, and the elements."""
    return await _asked(page, "tag", _RULES)


async def seen(page: Page) -> list[str]:
    """By all rules in both widths, then in the other scheme by those that look at the colours."""
    await _coloured(page, "light")
    found = []
    for width in WIDTHS:
        await page.set_viewport_size({"width": width, "height": HEIGHT})
        found += [f"{width}: {one}" for one in await troubles(page)]
        if (wide := await page.evaluate("document.documentElement.scrollWidth")) > width:
            found.append(f"{width}: {wide} px wide")
    await _coloured(page, "dark")
    return found + [f"dark: {one}" for one in await _asked(page, "rule", _OF_LOOKS)]


async def findings(page: Page, address: str) -> list[str]:
    """With all that unfolds open."""
    await page.goto(address)
    await page.evaluate("document.querySelectorAll('main details').forEach(d => { d.open = true })")
    return [f"{urlsplit(address).path}: {one}" for one in await seen(page)]


async def _asked(page: Page, kind: str, rules: list[str]) -> list[str]:
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(_AXE)
    found = await page.evaluate(_RUN, [kind, rules])
    return [
        f"{one['id']}: {[node['html'][:160] for node in one['nodes'][:3]]}"
        for one in found
        if one["impact"] in _SERIOUS
    ]


async def _coloured(page: Page, scheme: str) -> None:
    """The same page in another scheme, once no colour is on its way any more: a second at most, as
    one in what is not drawn may never end.
    """
    await page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    await expect(page.locator("html")).to_have_attribute("data-bs-theme", scheme)
    await page.evaluate(
        """() => Promise.race([
          Promise.allSettled(document.getAnimations()
            .filter(one => one instanceof CSSTransition).map(one => one.finished)),
          new Promise(done => setTimeout(done, 1000)),
        ])"""
    )
