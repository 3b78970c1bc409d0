"""What a person has typed outlives whatever happens to the session, the server and the page."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import ExitStack
from datetime import timedelta

import msgspec
import pytest
from playwright.async_api import Browser, Page, expect

from app.accounts.models import User
from app.accounts.roles import Role
from app.engine.client import Engine
from app.settings import Settings, get_settings
from tests.casework import store
from tests.e2e.conftest import free_port, visit
from tests.e2e.typed_forms import (
    DIFFERENT,
    FORMS,
    PATIENCE,
    Form,
    Site,
    all_half_typed,
    cases_of_forms,
    half_typed,
)
from tests.factories import PASSWORD, leave_alone, make_user, open_session, sessions_of
from tests.oidc_provider import known_to_provider

MAIL = "ivanova@zarechensk.example"
End = Callable[[Settings, str], Awaitable[None]]


@pytest.fixture
async def person(engine: Engine, settings: Settings) -> User:
    """Who holds the cases of all forms."""
    await store(engine, *cases_of_forms("ivanova"))
    name = "Иванова Мария Петровна"
    return await make_user(engine, settings, "ivanova", Role.COORDINATOR, name=name, email=MAIL)


@pytest.fixture
async def site(person: User) -> AsyncIterator[Site]:
    with ExitStack() as alive:
        opened = Site(free_port(), alive)
        await opened.start()
        yield opened


@pytest.fixture
async def joined(
    person: User, provider: str, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Site]:
    """A site at which one may also sign in by OpenID Connect."""
    port = free_port()
    for name, value in {
        "OTKLIK_BASE_URL": f"http://127.0.0.1:{port}",
        "OTKLIK_OIDC_ISSUER": provider,
        "OTKLIK_OIDC_CLIENT_ID": "otklik",
        "OTKLIK_OIDC_CLIENT_SECRET": "s" * 20,
        "OTKLIK_OIDC_TITLE": "Госключ",
    }.items():
        monkeypatch.setenv(name, value)
    get_settings.cache_clear()
    known_to_provider(provider, "ivanova-1", email=MAIL, email_verified=True)
    with ExitStack() as alive:
        opened = Site(port, alive)
        await opened.start()
        yield opened
    get_settings.cache_clear()


async def ended(settings: Settings, login: str) -> None:
    """By the person, from another device."""
    async with sessions_of(settings) as sessions:
        await sessions.end_all(login)


async def over(settings: Settings, login: str) -> None:
    """The day has passed, however busy the person was."""
    async with sessions_of(settings) as sessions:
        for hashed, session in await sessions.of_person(login):
            began = session.began_at - timedelta(hours=settings.session_hours, seconds=1)
            old = msgspec.structs.replace(session, began_at=began)
            await sessions.redis.set(sessions.key("session", hashed), msgspec.json.encode(old))


@pytest.mark.parametrize(
    ("end", "forms"), [(ended, FORMS), (over, DIFFERENT), (leave_alone, DIFFERENT)]
)
async def test_the_session_ends(
    browser: Browser,
    site: Site,
    person: User,
    engine: Engine,
    settings: Settings,
    end: End,
    forms: Sequence[Form],
) -> None:
    """The page asks who is there, and goes on with what it was asked for."""
    for form in forms:
        cookies = await open_session(settings, person)
        async with half_typed(browser, site, cookies, form) as page:
            await end(settings, "ivanova")
            await form.send_unasked(page)
            lock = page.locator("#lock")
            await expect(lock).to_be_visible(timeout=PATIENCE)
            await form.is_kept(page)
            await form.is_not_saved(engine)
            await page.fill("#unlock-password", PASSWORD)
            await page.keyboard.press("Enter")
            await expect(lock).not_to_be_visible(timeout=PATIENCE)
            await form.is_saved(engine)


async def test_a_check_of_what_is_typed_does_not_take_the_place_of_the_form(
    browser: Browser, site: Site, person: User, engine: Engine, settings: Settings
) -> None:
    """«Ручной ввод» asks for look-alikes by itself, also just after the form was sent."""
    [form] = [one for one in FORMS if not one.number]
    cookies = await open_session(settings, person)
    async with visit(browser, f"{site.url}{form.path}", cookies=cookies, refused=True) as page:
        await ended(settings, "ivanova")
        async with page.expect_response("**/cases/new/check"):
            await form.type(page)
            await form.send_unasked(page)
        await page.fill("#unlock-password", PASSWORD)
        await page.keyboard.press("Enter")
        await form.is_saved(engine)


async def test_the_session_ends_and_there_are_no_scripts(
    browser: Browser, site: Site, person: User, engine: Engine, settings: Settings
) -> None:
    for form in FORMS:
        cookies = await open_session(settings, person)
        async with half_typed(browser, site, cookies, form, java_script_enabled=False) as page:
            await ended(settings, "ivanova")
            await form.send(page)
            await expect(page.get_by_text("Введённое не потеряно")).to_be_visible()
            await page.fill("#login", "ivanova")
            await page.fill("#password", PASSWORD)
            await page.keyboard.press("Enter")
            await expect(page.locator(".typed").get_by_text("Яму засыпали")).to_be_visible()
            await form.is_not_saved(engine)
            await page.get_by_role("button", name="Отправить").click()
            await form.is_saved(engine)


async def at_the_provider(page: Page) -> None:
    """The person follows «Войти через …» and comes back by the tab it opened."""
    await page.context.route("**/cdn.jsdelivr.net/**", lambda route: route.abort())
    async with page.context.expect_page() as opening:
        await page.get_by_role("link", name="Войти через Госключ").click()
    tab = await opening.value
    await tab.get_by_placeholder("sub").fill("ivanova-1")
    await tab.get_by_role("button", name="Authorize").click()
    await expect(tab.get_by_text("Вернитесь на прежнюю вкладку")).to_be_visible()
    await tab.close()


@pytest.mark.parametrize("end", [ended, leave_alone])
async def test_a_sign_in_elsewhere_opens_the_page_again(
    browser: Browser, joined: Site, person: User, engine: Engine, settings: Settings, end: End
) -> None:
    """By somebody who knows no password here."""
    for form in DIFFERENT:
        cookies = await open_session(settings, person)
        async with half_typed(browser, joined, cookies, form) as page:
            await end(settings, "ivanova")
            await form.send_unasked(page)
            lock = page.locator("#lock")
            await expect(lock).to_be_visible(timeout=PATIENCE)
            await at_the_provider(page)
            await page.evaluate("window.dispatchEvent(new Event('focus'))")  # no window manager
            await expect(lock).not_to_be_visible(timeout=PATIENCE)
            await form.is_saved(engine)


async def test_a_sign_in_elsewhere_without_scripts(
    browser: Browser, joined: Site, person: User, engine: Engine, settings: Settings
) -> None:
    for form in DIFFERENT:
        cookies = await open_session(settings, person)
        async with half_typed(browser, joined, cookies, form, java_script_enabled=False) as page:
            await leave_alone(settings, "ivanova")
            await form.send(page)
            await expect(page.get_by_text("Введённое не потеряно")).to_be_visible()
            await at_the_provider(page)
            await form.is_not_saved(engine)
            await page.get_by_role("button", name="отправить введённое").click()
            await form.is_saved(engine)


async def test_the_server_is_restarted(
    browser: Browser, site: Site, person: User, engine: Engine, settings: Settings
) -> None:
    cookies = await open_session(settings, person)
    async with all_half_typed(browser, site, cookies) as pages:
        site.kill()
        for form, page in pages:
            await form.send(page)
            await expect(page.get_by_text("Введённое осталось на странице")).to_be_visible()
            await form.is_kept(page)
        await site.start()
        for form, page in pages:
            await form.send(page)
            await form.is_saved(engine)


async def test_the_server_is_restarted_and_there_are_no_scripts(
    browser: Browser, site: Site, person: User, engine: Engine, settings: Settings
) -> None:
    """The browser's own page of errors stands in between; Back leads to the form."""
    cookies = await open_session(settings, person)
    async with all_half_typed(browser, site, cookies, java_script_enabled=False) as pages:
        site.kill()
        for form, page in pages:
            await form.send(page)
            await expect(page.locator(form.typed_in)).not_to_be_visible()
        await site.start()
        for form, page in pages:
            await page.go_back()
            await form.is_kept(page)
            await form.send(page)
            await form.is_saved(engine)


@pytest.mark.parametrize("scripts", [True, False])
async def test_somebody_was_first(
    browser: Browser, site: Site, person: User, engine: Engine, settings: Settings, scripts: bool
) -> None:
    mate = await make_user(engine, settings, "petrov", Role.COORDINATOR, name="Петров Пётр Ильич")
    mine, theirs = await open_session(settings, person), await open_session(settings, mate)
    async with (
        all_half_typed(browser, site, mine, java_script_enabled=scripts) as pages,
        visit(browser, f"{site.url}/work", cookies=theirs) as other,
    ):
        for form, page in pages:
            if form.number:
                await change_importance(other, site, form)
            await form.send(page)
            if not form.commutes:
                told = page.locator("#case .notice", has_text="Введённое осталось в форме")
                await expect(told).to_contain_text("Петров П. И.")
                await form.is_kept(page)
                await form.is_not_saved(engine)
                await form.send(page)
            await form.is_saved(engine)


async def change_importance(page: Page, site: Site, form: Form) -> None:
    await page.goto(f"{site.url}{form.path}/actions/set_importance")
    await page.get_by_label("Важность").select_option("high")
    await page.locator("#case-form").get_by_role("button", name="Изменить важность").click()
    await expect(page.locator("#case")).to_contain_text("изменена важность")


@pytest.mark.parametrize("scripts", [True, False])
async def test_back_to_a_half_typed_form(
    browser: Browser, site: Site, person: User, engine: Engine, settings: Settings, scripts: bool
) -> None:
    cookies = await open_session(settings, person)
    async with all_half_typed(browser, site, cookies, java_script_enabled=scripts) as pages:
        for form, page in pages:
            await page.get_by_role("link", name="Поиск").first.click()
            await expect(page).to_have_url(re.compile("/search"))
            await page.go_back()
            await form.is_kept(page)
            await form.send(page)
            await form.is_saved(engine)
            await expect(page).not_to_have_url(re.compile("/actions/"))
