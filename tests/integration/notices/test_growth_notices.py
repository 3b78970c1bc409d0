"""Growth that began is told to those it concerns: once an episode, once about the same messages."""

from collections.abc import AsyncIterator
from datetime import timedelta

import msgspec
import pytest

from app.accounts.models import Substitution
from app.accounts.roles import Role
from app.cases.models import Workflow
from app.engine.client import Engine
from app.engine.names import Index
from app.growth import service
from app.growth.watching import watch
from app.notices.models import address_of
from app.problems import repository as problems
from app.problems.access import marks_of
from app.problems.models import Problem
from app.reference import repository as books
from app.reference.departments import Department, DepartmentBook, Sector
from app.settings import Settings
from indexers.problems import growth_notices
from indexers.problems.growth_notices import tell_growth
from tests.growing_town import NOW, TODAY, ZONE, Maker, join, town
from tests.integration.search_corpus import filled, put
from tests.noticing import add_person, notices

BOOK = DepartmentBook(
    [
        Department(code="one", name="Отдел", sector="city"),
        Department(code="two", name="Другой отдел", sector="people"),
    ],
    [Sector("city", "Городское хозяйство"), Sector("people", "Социальный блок")],
)


@pytest.fixture
async def engine(settings: Settings) -> AsyncIterator[Engine]:
    async with filled(settings, town()) as opened:
        await books.save(opened, await books.load(opened), BOOK, by="test", at=NOW)
        await add_person(opened, "koord")
        away = Substitution("deputy", TODAY, TODAY, "koord", NOW)
        await add_person(opened, "head", Role.BLOCK_HEAD, sector="city", substitutions=[away])
        await add_person(opened, "deputy", Role.EXECUTOR, department="two")
        await add_person(opened, "other", Role.BLOCK_HEAD, sector="people")
        await add_person(opened, "far", Role.COORDINATOR, municipalities=["Дальний"])
        await add_person(opened, "worker", Role.EXECUTOR, department="one")
        await add_person(opened, "curator", Role.CURATOR)
        yield opened


async def told(engine: Engine) -> list[tuple[str, str]]:
    return sorted((one.login, one.what) for one in await notices(engine))


async def test_those_concerned_get_one_notice_of_what_they_see(
    engine: Engine, settings: Settings
) -> None:
    await join(engine)
    titled = Problem(id="p1", created_at=NOW, founder="x", theme="Ямы", title="Ямы: ул. Мира")
    seen_by = marks_of("Зареченск", "Отдел", "site")
    await problems.create(engine, msgspec.structs.replace(titled, seen_by=seen_by))
    await watch(engine, ZONE, NOW)
    assert await tell_growth(engine, settings, NOW) == 3
    found = await notices(engine)
    assert [(one.login, one.what) for one in found] == [
        ("deputy", "problem_grows"),
        ("head", "problem_grows"),
        ("koord", "problem_grows"),
    ], "one of the problem, none of the theme: the same eleven messages"
    (shown,) = await notices(engine, "koord")
    assert shown.number.startswith("Ямы: ул. Мира, Зареченск, Слобода — 11 за 3 дня, обычно ")
    assert address_of(shown) == "/problems/p1"

    assert await tell_growth(engine, settings, NOW + timedelta(minutes=1)) == 0
    for hours in (1, 5, 20):
        at = NOW + timedelta(hours=hours)
        await watch(engine, ZONE, at)
        await tell_growth(engine, settings, at)
    assert len(await notices(engine)) == 3, "one an episode, never one a day"


async def test_a_theme_that_was_told_is_not_told_again_as_its_problem(
    engine: Engine, settings: Settings
) -> None:
    """Messages are gathered into a problem only after the theme was seen to grow."""
    await watch(engine, ZONE, NOW)
    await tell_growth(engine, settings, NOW)
    first = [("deputy", "theme_grows"), ("head", "theme_grows"), ("koord", "theme_grows")]
    assert await told(engine) == first
    (shown,) = await notices(engine, "head")
    assert address_of(shown) == f"/problems/growth#alarm-{shown.case_id}"
    await join(engine)
    await problems.create(
        engine, Problem(id="p1", created_at=NOW, founder="x", theme="Ямы", owner="curator")
    )
    await watch(engine, ZONE, NOW)
    assert await service.standing_problems(engine) == {"p1"}
    await tell_growth(engine, settings, NOW)
    assert await told(engine) == sorted([*first, ("curator", "problem_grows")]), (
        "the owner of the problem had heard of nothing yet"
    )


async def test_who_sees_too_few_of_the_messages_is_told_nothing(
    engine: Engine, settings: Settings
) -> None:
    """The head of the other block sees three messages of a growth of fourteen."""
    made = Maker()
    made.number = 5_000
    there = Workflow(department="Другой отдел")
    await put(engine, [made(0, f"y{one}", "Ямы", workflow=there) for one in range(3)])
    await watch(engine, ZONE, NOW)
    await tell_growth(engine, settings, NOW)
    (whole,) = await notices(engine, "koord")
    (part,) = await notices(engine, "head")
    assert " — 14 за 3 дня" in whole.number
    assert " — 11 за 3 дня" in part.number, "counted over what this person sees"
    assert await notices(engine, "other") == []


async def test_a_crash_between_the_notices_and_the_mark_doubles_nothing(
    engine: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    class KilledError(Exception):
        pass

    async def dies(*_: object) -> None:
        raise KilledError

    await join(engine)
    await watch(engine, ZONE, NOW)
    with monkeypatch.context() as patch:
        patch.setattr(growth_notices, "give", dies)
        with pytest.raises(KilledError):
            await tell_growth(engine, settings, NOW)
    assert await notices(engine) == []
    with monkeypatch.context() as patch:
        patch.setattr(service, "mark_told", dies)
        with pytest.raises(KilledError):
            await tell_growth(engine, settings, NOW)
    written = [one.id for one in await notices(engine)]
    assert len(written) == 3
    await tell_growth(engine, settings, NOW)
    assert [one.id for one in await notices(engine)] == written
    assert await tell_growth(engine, settings, NOW) == 0


async def test_growth_that_is_long_known_is_no_news(engine: Engine, settings: Settings) -> None:
    """An installation that was brought up to this version does not ring for what began long ago."""
    await watch(engine, ZONE, NOW)
    assert await tell_growth(engine, settings, NOW + timedelta(days=9)) == 0
    assert await tell_growth(engine, settings, NOW) == 0, "it was marked as told"
    await engine.refresh(Index.GROWTH)
    assert await notices(engine) == []
