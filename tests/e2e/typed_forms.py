"""Forms in which people type for long, half typed in a browser, and the site behind them.

Each form has a case of its own, so that what came of one tells nothing of another.
"""

import os
import signal
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import anyio
import pytest
from playwright.async_api import Browser, Locator, Page, expect

from app.cases.codes import State
from app.cases.models import Case, Workflow
from app.engine.client import Engine
from app.engine.names import Index
from tests.casework import case, stored
from tests.e2e.conftest import visit
from tests.faults.test_worker_killed import process
from tests.ready import Child

TYPED = "Яму засыпали щебнем & песком,\nасфальт положат к концу недели: «10 < 20»."
PATIENCE = 20_000


@dataclass
class Site:
    """The web process alone, which may die and come back at the same address."""

    port: int
    alive: ExitStack
    running: Child | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        self.running = self.alive.enter_context(process("serve", "--port", str(self.port)))
        for _ in range(150):
            with suppress(urllib.error.URLError, TimeoutError):
                await anyio.to_thread.run_sync(self._ask)
                return
            await anyio.sleep(0.2)
        pytest.fail("the site does not answer")

    def _ask(self) -> None:
        urllib.request.urlopen(f"{self.url}/health/live", timeout=2).close()  # noqa: S310 - our own

    def kill(self) -> None:
        if self.running:
            os.killpg(self.running.pid, signal.SIGKILL)
            self.running.wait()
            self.running = None


@dataclass(frozen=True)
class Form:
    name: str
    number: int
    """Of its case; 0 for a new one."""
    typed_in: str
    button: str
    texts: Callable[[dict[str, Any]], list[str | None]]
    """What the document of the case keeps of such forms."""
    link: str = ""
    """What opens it on the page of the case; empty where it is open."""
    beside: Mapping[str, str] = field(default_factory=dict)
    """What else is filled in: labels and values."""
    commutes: bool = False
    """Adds to the case whatever others have done: never in conflict."""

    @property
    def path(self) -> str:
        return f"/cases/26-{self.number:06d}" if self.number else "/cases/new"

    async def type(self, page: Page) -> None:
        if self.link:
            await page.get_by_role("link", name=self.link).click()
        await page.locator(self.typed_in).fill(TYPED)
        for label, value in self.beside.items():
            await page.get_by_label(label).fill(value)

    async def is_kept(self, page: Page) -> None:
        await expect(page.locator(self.typed_in)).to_have_value(TYPED, timeout=PATIENCE)
        for label, value in self.beside.items():
            await expect(page.get_by_label(label)).to_have_value(value)

    async def send(self, page: Page) -> None:
        await self._button(page).click()

    async def send_unasked(self, page: Page) -> None:
        """Also where the page covers itself at this moment: its look at colleagues may be first."""
        await self._button(page).dispatch_event("click")

    def _button(self, page: Page) -> Locator:
        return page.locator("main").get_by_role("button", name=self.button, exact=True)

    async def is_saved(self, engine: Engine) -> None:
        """Waits until the text is there, and then there once."""
        for _ in range(100):
            if found := await self._found(engine):
                assert found == [TYPED], self.name
                return
            await anyio.sleep(0.2)
        pytest.fail(f"{self.name}: the text has not come")

    async def is_not_saved(self, engine: Engine) -> None:
        assert await self._found(engine) == [], self.name

    async def _found(self, engine: Engine) -> list[str]:
        if self.number:
            documents = [await stored(engine, f"case-{self.number}")]
        else:
            await engine.refresh(Index.CASES)
            body = {"query": {"term": {"channel": "phone"}}, "size": 10}
            answer = await engine.search(Index.CASES, body)
            documents = [hit["_source"] for hit in answer["hits"]["hits"]]
        texts = [text for one in documents for text in self.texts(one)]
        return [text.replace("\r\n", "\n") for text in texts if text]


def _answers(document: dict[str, Any]) -> list[str | None]:
    return [one["text"] for one in document.get("answers", [])]


FORMS = (
    Form("draft", 1, "#answer-text", "Сохранить черновик", _answers),
    Form("answer", 2, "#answer-text", "Ответить", _answers),
    Form(
        "interim",
        3,
        "#answer-text",
        "Промежуточный ответ",
        _answers,
        beside={"Обещаем к": f"{datetime.now(UTC) + timedelta(days=3):%Y-%m-%d}"},
    ),
    Form(
        "note",
        4,
        "#note-text",
        "Заметка",
        lambda one: [note["text"] for note in one.get("notes", [])],
        link="Заметка",
        commutes=True,
    ),
    Form(
        "return",
        5,
        "#return-reason",
        "Вернуть: не наше",
        lambda one: [one["workflow"].get("return_reason")],
        link="Вернуть: не наше",
    ),
    Form("entry", 0, "#text", "Сохранить", lambda one: [one["text"]], commutes=True),
)


DIFFERENT = tuple(form for form in FORMS if form.name in {"draft", "return", "entry"})
"""One of each kind: the editor, a form of an action, a page of its own."""


def cases_of_forms(login: str) -> list[Case]:
    """In the hands of `login`."""
    work = Workflow(department="Дороги", assignee=login)
    return [
        case(form.number, state=State.IN_PROGRESS, workflow=work, work={})
        for form in FORMS
        if form.number
    ]


@asynccontextmanager
async def half_typed(
    browser: Browser, site: Site, cookies: Mapping[str, str], form: Form, **options: Any
) -> AsyncIterator[Page]:
    """The form in a browser of its own, typed into and not sent yet."""
    url = f"{site.url}{form.path}"
    async with visit(browser, url, cookies=cookies, refused=True, **options) as page:
        await form.type(page)
        if not form.number and options.get("java_script_enabled", True):
            await expect(page.get_by_text("Черновик сохранён")).to_be_visible()
        yield page


@asynccontextmanager
async def all_half_typed(
    browser: Browser, site: Site, cookies: Mapping[str, str], **options: Any
) -> AsyncIterator[list[tuple[Form, Page]]]:
    async with AsyncExitStack() as stack:
        opened = [half_typed(browser, site, cookies, form, **options) for form in FORMS]
        pages = [await stack.enter_async_context(one) for one in opened]
        yield list(zip(FORMS, pages, strict=True))
