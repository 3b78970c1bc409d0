"""Every page of casework and of accounts for every eye: axe, both widths, light and dark."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from playwright.async_api import Browser, expect

from app.cases.codes import (
    AnswerKind,
    AnswerState,
    Importance,
    Kind,
    LinkKind,
    RequestState,
    State,
)
from app.cases.deadlines import timed
from app.cases.models import (
    Answer,
    Attachment,
    Case,
    Event,
    Link,
    Note,
    Question,
    Request,
    Workflow,
)
from app.deadlines.shipped import SHIPPED
from app.duplicates import verdicts
from app.duplicates.models import Verdict, pair_id
from app.duplicates.pairs import offer
from app.engine import writer
from app.engine.client import Engine
from app.engine.names import Index
from app.reference.service import DepartmentDraft, SectorDraft, create_department, create_sector
from app.settings import Settings
from app.similarity.models import MatchKind, OfferedPair
from tests.e2e.conftest import BOSS, visit
from tests.e2e.eyes import HEIGHT, WIDTHS, findings, troubles
from tests.e2e.problem_pages import PROBLEM_PAGES, put_problem
from tests.factories import make_user
from tests.integration.search_corpus import at, case

PAGES = (
    *("/work", "/work?queue=open", "/work/views", "/cases/new"),
    *("/cases/26-000001", "/cases/26-000002", "/cases/26-000003"),
    "/cases/26-000001/actions/assign",
    "/cases/26-000001/actions/set_place",
    "/cases/26-000002/actions/reject",
    "/cases/26-000003/actions/rework",
    "/cases/26-000003/actions/approve",
    "/cases/26-999999",
    *("/people", "/people/new", "/people/rights", "/people/substitutions"),
    *("/people/ivanova", "/people/ivanova/leave", "/people/boss"),
    *("/books", "/books/departments/new", "/books/departments/roads", "/books/sectors"),
    *("/books/danger", "/books/danger/gas", "/books/suggestions", "/books/tone"),
    *("/books/places", "/books/windows"),
    *("/problems/friction", "/problems/polls", "/problems/audience"),
    *("/audit", "/me", "/me/password", "/me/substitutions", "/me/totp"),
    *("/notices", "/me/notices"),
    *("/problems", "/problems/map", "/problems/heat"),
    *("/duplicates", "/duplicates?show=accepted", "/duplicates/figures"),
    *("/duplicates/cases/26-000004", "/duplicates/cases/26-000006"),
    *("/problems/growth", "/problems/forecast"),
    *PROBLEM_PAGES,
)
SIGNED_OUT = ("/sign-in", "/sign-in?next=/work")
LONG = "Просим_осмотреть_и_починить_" * 12
"""A word without a place to break it, as people and machines write."""


def full_case() -> Case:
    """An appeal with all that a page of a case can show."""
    now = datetime.now(UTC)
    by = {"at": now, "by": "boss"}
    return case(
        1,
        f"Яма у дома 5. {LONG}",
        kind=Kind.APPEAL,
        state=State.IN_PROGRESS,
        importance=Importance.HIGH,
        registered_at=now - timedelta(days=9),
        deadline_at=now - timedelta(days=2),
        title="О яме на Ленина",
        place=at("Ленина", "5"),
        tags=["двор"],
        workflow=Workflow(department="Дорожная служба", assignee="ivanova", asked=["Отдел света"]),
        answers=[
            Answer("a1", f"Огородили. {LONG}", AnswerKind.INTERIM, **by, promised_at=now),
            Answer("a2", "Ответ ещё пишется", state=AnswerState.DRAFT, by="boss", written_at=now),
        ],
        requests=[
            Request("r1", "Отдел света", f"Чей столб? {LONG}", "boss", now, due_at=now),
            Request(
                *("r2", "Водоканал", "Чей люк?", "boss", now),
                state=RequestState.ANSWERED,
                answer="Наш",
                answered_by="ivanova",
                answered_at=now,
            ),
        ],
        questions=[Question("q1", "Когда починят?", appeal_code="0005.0005.0056.1160")],
        notes=[Note("n1", now, "boss", f"Звонили. {LONG}")],
        attachments=[Attachment("f1", "0" * 64, f"{LONG}.pdf", "application/pdf", 5120, now, "x")],
        links=[Link(LinkKind.RELATED, "id-0002", "26-000002", now, "boss")],
        history=[
            Event(1, now, "imported", "import"),
            Event(2, now, "assign", "boss", to="Дорожная служба", reason=LONG),
        ],
        original={"Номер": "1", "Очень длинный столбец": LONG},
    )


def cases() -> list[Case]:
    now = datetime.now(UTC)
    waiting = Answer("a1", "Готово", state=AnswerState.WAITING, by="ivanova", written_at=now)
    work = Workflow(department="Дорожная служба", assignee="ivanova")
    made = [
        full_case(),
        case(2, "Мусор", state=State.MODERATION, deadline_at=now + timedelta(days=1)),
        case(3, "Снег", state=State.APPROVAL, answers=[waiting], workflow=work),
        *(case(number, f"Свет мигает {number}", state=State.NEW) for number in range(4, 12)),
    ]
    return [timed(None, one, SHIPPED, now) for one in made]


def doubted(one: str, other: str) -> OfferedPair:
    return OfferedPair(
        a_id=one,
        b_id=other,
        kind=MatchKind.EDITED,
        score=0.6,
        doubt=0.5,
        why=["Тот же текст с правкой", LONG],
        theme=LONG[:200],
        at=datetime.now(UTC),
    )


@pytest.fixture
async def site(product: str, settings: Settings, engine: Engine) -> str:
    await create_sector(engine, BOSS, SectorDraft("Городское хозяйство"), "city")
    draft = DepartmentDraft("Дорожная служба", aliases=["ДЭУ", LONG[:200]], sector="city")
    await create_department(engine, BOSS, draft, "roads")
    name = "Константинопольская-Задунайская Александра Константиновна"
    await make_user(engine, settings, "ivanova", name=name, department="roads")
    for one in cases():
        await writer.create(engine, Index.CASES, one.id, msgspec.to_builtins(one))
    await engine.refresh(Index.CASES)
    for one, other in ((4, 5), (5, 6), (7, 8)):
        await offer(engine, [doubted(f"id-{one:04d}", f"id-{other:04d}")])
    await verdicts.give(engine, BOSS, pair_id("id-0004", "id-0005"), Verdict.YES, settings.zone)
    await put_problem(engine, LONG)
    return product


async def test_axe_finds_nothing_serious(browser: Browser, site: str) -> None:
    found = []
    async with visit(browser, f"{site}/me", refused=True) as page:
        for path in PAGES:
            found += await findings(page, f"{site}{path}")
    async with visit(browser, f"{site}/sign-in", stranger=True) as page:
        for path in SIGNED_OUT:
            found += await findings(page, f"{site}{path}")
    assert not found, "\n".join(found)


@pytest.mark.parametrize("width", WIDTHS)
async def test_axe_finds_nothing_serious_in_menus(browser: Browser, site: str, width: int) -> None:
    found = []
    look = {"viewport": {"width": width, "height": HEIGHT}}
    async with visit(browser, f"{site}/me", **look) as page:
        for menu in await page.locator("header details").all():
            await menu.locator("summary").click()
            await expect(menu.locator(".menu-panel")).to_be_in_viewport(ratio=1)
            found += await troubles(page)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("scripts", [True, False])
async def test_the_bar_of_a_person_with_every_role_fits(
    browser: Browser, site: str, *, scripts: bool
) -> None:
    """One line on a desk's screen; what is folded is reached without scripts too."""
    async with visit(browser, f"{site}/search", java_script_enabled=scripts) as page:
        for width in (390, 800, 1024, 1280, 1366):
            await page.set_viewport_size({"width": width, "height": 768})
            for path in ("/search", "/work", "/audit"):
                await page.goto(f"{site}{path}")
                bar = await page.locator(".topbar").bounding_box()
                assert bar
                assert bar["height"] < (60 if width >= 1280 else 110), (width, path)
                wide = await page.evaluate("document.documentElement.scrollWidth")
                assert wide <= width, (width, path)
        await page.locator(".topbar-manage summary").click()
        await page.get_by_role("link", name="Справочники").click()
        await expect(page).to_have_url(f"{site}/books")
