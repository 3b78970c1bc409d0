"""The search for findings against the real engine: found, changed, kept, by two at once."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from app.accounts.roles import Role
from app.cases.codes import AnswerKind, State
from app.cases.models import Answer, Author, Case, Classifier, Duplicate, Place, Rating
from app.cases.service import change_by_machine
from app.engine.client import Engine
from app.engine.names import Index
from app.errors import ConflictError, ForbiddenError, NotFoundError, RefusedError
from app.friction import repository, verdicts
from app.friction.book import load_tone, save_tone
from app.friction.models import Kind, Verdict, finding_id
from app.friction.params import FrictionParams, Show
from app.friction.review import Review, open_review
from app.friction.tone import written
from app.settings import Settings
from app.viewer import LOCAL_VIEWER, Viewer
from indexers.audit.book import project_book
from indexers.friction import find, look
from tests.casework import COORDINATOR, EXECUTOR, ZONE, case, person, store

NOW = datetime(2026, 4, 20, 9, tzinfo=UTC)
SINCE = datetime(2026, 3, 9, 9, tzinfo=UTC)
NORTH = person("north", Role.COORDINATOR, municipalities=["Север"])
ALL = FrictionParams(days=0)
TEMPLATE = "Благодарим за активную гражданскую позицию, ваше мнение учтено."
TEXTS = (
    "Протекает кровля над подъездом, вода заливает лестницу, штукатурка осыпается",
    "Глубокая яма на проезжей части возле школы, машины пробивают колёса",
    "Погас фонарь освещения у детской площадки, темно возвращаться с занятий",
)


def answered(number: int, text: str, answer: str, **fields: Any) -> Case:
    sent = Answer(f"a{number}", answer, at=SINCE + timedelta(days=2), by="house1")
    values = {"state": State.ANSWERED, "answers": [sent], "work": {"department": "ЖКХ"}, **fields}
    return case(number, text=text, **values)


def town() -> list[Case]:
    author, theme = Author(key="k"), Classifier(im_theme="Кровля")
    formal = [
        answered(number, text, TEMPLATE, classifier=Classifier(im_theme=text[:6]))
        for number, text in enumerate(TEXTS, 1)
    ]
    first = answered(
        4, "Течёт крыша", "Крышу починили", author=author, classifier=theme, place=Place()
    )
    again = case(
        5,
        text="Крыша снова течёт, надоело",
        author=author,
        classifier=theme,
        received_at=SINCE + timedelta(days=7),
        place=Place(municipality="Север"),
    )
    low = answered(6, "Яма во дворе", "Яму засыпали", rating=Rating(1, NOW))
    day = SINCE + timedelta(days=5)
    promised = Answer("i", "Сделаем", AnswerKind.INTERIM, at=SINCE, promised_at=day)
    slipped = case(7, text="Не горит фонарь", answers=[promised], promised_at=day)
    return [*formal, first, again, low, slipped]


@pytest.fixture
async def cases(engine: Engine) -> list[Case]:
    made = town()
    await store(engine, *made)
    return made


async def listed(engine: Engine, viewer: Viewer, params: FrictionParams = ALL) -> Review:
    return await open_review(engine, params, viewer, NOW)


def names(review: Review) -> set[str]:
    return {row.finding.id for row in review.rows}


async def test_all_kinds_are_found_once_and_follow_the_case(
    engine: Engine, settings: Settings, cases: list[Case]
) -> None:
    wanted = {
        *(finding_id(Kind.FORMAL_ANSWER, f"case-{number}") for number in (1, 2, 3)),
        *("repeat:case-5", "tone:case-5", "low_mark:case-6", "promise:case-7"),
    }
    made = await asyncio.gather(*(find.find_friction(engine, settings, now=NOW) for _ in range(2)))
    assert sorted(made) == [0, len(wanted)]
    assert await find.find_friction(engine, settings, now=NOW) == 0
    review = await listed(engine, COORDINATOR)
    assert names(review) == wanted
    assert review.kinds[Kind.FORMAL_ANSWER].found == 3
    assert review.departments["ЖКХ"].found == 5
    row = next(one for one in review.rows if one.finding.id == "repeat:case-5")
    assert row.others == [("case-4", "26-000004")]
    assert (await listed(engine, COORDINATOR)).kinds[Kind.REPEAT].shown == 1
    assert names(await listed(engine, NORTH)) == {"repeat:case-5", "tone:case-5"}
    north = next(one for one in (await listed(engine, NORTH)).rows if one.others == [])
    assert north.finding.others in (["case-4"], [])

    def better(one: Case) -> Case:
        moment = NOW + timedelta(minutes=1)
        return replace(one, rating=Rating(5), rev=one.rev + 1, updated_at=moment)

    await change_by_machine(engine, "case-6", better, refresh=True)
    await find.find_friction(engine, settings, now=NOW + timedelta(minutes=2))
    assert "low_mark:case-6" not in names(await listed(engine, COORDINATOR))


async def test_a_verdict_stands_whatever_comes(
    engine: Engine, settings: Settings, cases: list[Case]
) -> None:
    await find.find_friction(engine, settings, now=NOW)
    one = "tone:case-5"
    await verdicts.give(engine, COORDINATOR, one, Verdict.NO, ZONE)
    other = person("koord2", Role.COORDINATOR)
    with pytest.raises(ConflictError, match="koord"):
        await verdicts.give(engine, other, one, Verdict.YES, ZONE)
    with pytest.raises(RefusedError):
        await verdicts.take_back(engine, other, one)
    with pytest.raises(ForbiddenError):
        await verdicts.give(engine, EXECUTOR, one, Verdict.YES, ZONE)
    with pytest.raises(NotFoundError):
        await verdicts.give(engine, NORTH, "low_mark:case-6", Verdict.YES, ZONE)
    with pytest.raises(NotFoundError):
        await verdicts.give(engine, COORDINATOR, find.ROUND, Verdict.YES, ZONE)

    book = await load_tone(engine)
    text = f"{written(book.words)}\n\nТекут: говорит о воде\nтечёт"
    await save_tone(engine, LOCAL_VIEWER, text, book.version)
    with pytest.raises(ConflictError):
        await save_tone(engine, LOCAL_VIEWER, text, book.version)
    assert await project_book(engine, Index.FRICTION) == 1
    assert await find.find_friction(engine, settings, now=NOW) == 2  # case 4, and words of case 5
    kept = await repository.get(engine, one)
    assert kept
    assert (kept.verdict, kept.by, len(kept.why)) == (Verdict.NO, "koord", 2)
    assert one in names(await listed(engine, COORDINATOR, FrictionParams(Show.NO, days=0)))
    assert one not in names(await listed(engine, COORDINATOR))
    await verdicts.take_back(engine, COORDINATOR, one)
    assert one in names(await listed(engine, COORDINATOR))


async def test_a_late_answer_makes_the_later_message_a_repeat(
    engine: Engine, settings: Settings, cases: list[Case]
) -> None:
    """The answer may be loaded after the message that complains of it."""

    def unanswered(one: Case) -> Case:
        return replace(one, answers=[], state=State.IN_PROGRESS, rev=one.rev + 1)

    await change_by_machine(engine, "case-4", unanswered, refresh=True)
    await find.find_friction(engine, settings, now=NOW)
    assert "repeat:case-5" not in names(await listed(engine, COORDINATOR))

    def answered_now(one: Case) -> Case:
        return replace(cases[3], rev=one.rev + 1, updated_at=NOW)

    await change_by_machine(engine, "case-4", answered_now, refresh=True)
    await find.find_friction(engine, settings, now=NOW)
    assert "repeat:case-5" in names(await listed(engine, COORDINATOR))


async def test_a_repeat_stays_when_a_case_of_its_group_is_changed(
    engine: Engine, settings: Settings, cases: list[Case], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the repeat's own author had been answered is read for that, or nothing is told gone."""
    same = Duplicate(of="case-5", root="case-5")
    await store(engine, case(8, author=Author(key="neighbour"), duplicate=same))
    await find.find_friction(engine, settings, now=NOW)

    async def change(number: int, moment: datetime) -> None:
        def noted(one: Case) -> Case:
            return replace(one, rev=one.rev + 1, tags=["вода"], updated_at=moment)

        await change_by_machine(engine, f"case-{number}", noted, refresh=True)
        await find.find_friction(engine, settings, now=moment)
        assert "repeat:case-5" in names(await listed(engine, COORDINATOR))

    await change(8, NOW + timedelta(minutes=10))
    monkeypatch.setattr(look, "_MOST_PAGES", 0)
    await change(5, NOW + timedelta(minutes=20))


async def test_a_promise_that_was_moved_slips_on_its_first_day(
    engine: Engine, settings: Settings
) -> None:
    first, later = NOW + timedelta(days=3), NOW + timedelta(days=30)
    days = [
        Answer(f"i{at:%d%m}", "Сделаем", AnswerKind.INTERIM, at=NOW, promised_at=at)
        for at in (first, later)
    ]
    await store(engine, case(9, answers=days, promised_at=later, updated_at=NOW))
    assert await find.find_friction(engine, settings, now=NOW + timedelta(hours=1)) == 0
    assert await find.find_friction(engine, settings, now=first + timedelta(days=1)) == 1
    assert names(await listed(engine, COORDINATOR)) == {"promise:case-9"}
