"""Learned from closed cases, suggested, accepted, taken back; killed and done by two workers."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from app.accounts.roles import GRANTS, Role
from app.cases.actions.model import Action, Given
from app.cases.actions.reading import read_given
from app.cases.actions.table import RULES
from app.cases.chasing import SYSTEM
from app.cases.codes import State
from app.cases.doing import act
from app.cases.models import Case, Classifier, Place, Point, Workflow
from app.cases.repository import case_by_id
from app.engine.client import Engine
from app.engine.names import Index
from app.errors import ForbiddenError
from app.settings import Settings
from app.suggestions import store
from app.suggestions.book import with_thresholds
from app.suggestions.current import forget_suggestions, in_use
from app.suggestions.models import Asked, By
from app.suggestions.repository import edit_book, load_learned
from app.suggestions.service import suggest
from app.viewer import EVERYWHERE, Viewer
from indexers.enrichment.run import enrich
from indexers.learning.run import learn_if_due, learn_now
from tests.integration.search_corpus import case, put

OPERATOR = Viewer("oper", permissions=GRANTS[Role.OPERATOR].permissions, scopes=(EVERYWHERE,))
WATER, ROADS = "Отсутствие холодной и/или горячей воды", "Ямы во дворах"
HOUSE, ROADMEN = "Управление ЖКХ", "Дорожная служба"


def closed(number: int, text: str, theme: str, department: str, **fields: Any) -> Case:
    return case(
        number,
        text,
        state=State.CLOSED,
        classifier=Classifier(im_group="ЖКХ" if theme == WATER else "Дороги", im_theme=theme),
        workflow=Workflow(department=department),
        **fields,
    )


def town() -> list[Case]:
    water = [
        closed(
            n,
            f"В квартире {n} нет горячей воды, трубы холодные, кран сухой",
            WATER,
            HOUSE,
            place=Place(
                street="Мира",
                house=str(2 * n + 2),
                district="Север",
                point=Point(50 + n / 1000, 30),
            ),
        )
        for n in range(20)
    ]
    roads = [
        closed(100 + n, f"Во дворе яма {n}, асфальт разбит, машину не поставить", ROADS, ROADMEN)
        for n in range(20)
    ]
    return water + roads


@pytest.fixture(autouse=True)
def fresh_books(engine: Engine) -> Iterator[None]:
    yield
    forget_suggestions(engine)


async def test_learned_suggested_accepted_and_taken_back(
    engine: Engine, settings: Settings
) -> None:
    asked = Asked(text="Опять нет горячей воды на улице Мира, дом 13, пахнет газом", month=12)
    early = await suggest(engine, OPERATOR, asked)
    assert early.by in {By.NAMES, By.NOTHING}
    assert early.importance.value == "high"
    await put(
        engine,
        [
            *town(),
            case(
                500,
                asked.text,
                state=State.NEW,
                classifier=Classifier(),
                workflow=Workflow(),
                place=Place(),
            ),
        ],
    )
    assert await learn_if_due(engine, settings)
    forget_suggestions(engine)
    found = await suggest(engine, OPERATOR, asked)
    assert (found.by, found.version) == (By.WORDS, 1)  # tests have no encoder
    assert found.themes[0].value == WATER
    assert found.themes[0].group == "ЖКХ"
    assert found.themes[0].score > 0.5
    assert {"воды", "горячей"} & set(found.themes[0].words)
    assert found.departments[0].name == HOUSE
    assert found.place
    assert (found.place.street, found.place.district) == ("Мира", "Север")
    assert found.place.lat is not None
    assert found.danger == ["gas"]
    assert "пахнет газом" in found.importance.why[0]
    assert not await learn_if_due(engine, settings)  # nothing is new
    await accept_and_undo(engine, settings, found.themes[0].group, found.themes[0].value)


async def accept_and_undo(engine: Engine, settings: Settings, group: str, theme: str) -> None:
    rule = RULES["classify"]
    given = read_given(rule, {"im_group": group, "im_theme": theme}, settings.zone)
    wish = Action("classify", given, key="one")
    done = await act(engine, OPERATOR, "id-0500", 1, wish, zone=settings.zone)
    assert done.case.classifier.im_theme == WATER
    back = Action("undo", Given(), key="two")
    undone = await act(engine, OPERATOR, "id-0500", None, back, zone=settings.zone)
    assert undone.case.classifier.im_theme is None


async def test_a_machine_sets_only_what_it_was_let(engine: Engine, settings: Settings) -> None:
    text = "В квартире нет горячей воды, трубы холодные, кран сухой"
    new = {"state": State.NEW, "classifier": Classifier(), "workflow": Workflow()}
    await put(engine, [*town(), case(500, text, **new), case(501, text, **new)])
    await learn_now(engine, settings)
    forget_suggestions(engine)
    assert (await enrich(engine, settings, 60)).failed == 0
    quiet = await case_by_id(engine, "id-0500")
    assert quiet
    assert (quiet.classifier.im_theme, quiet.version, quiet.history) == (None, 1, [])
    stored = await engine.get(Index.CASES, "id-0500")
    assert stored
    assert stored.source["suggested"]["themes"][0]["value"] == WATER

    await edit_book(
        engine, lambda book: with_thresholds(book, {"theme": 0.8}), by="admin", at=datetime.now(UTC)
    )
    forget_suggestions(engine)
    await put(engine, [case(502, text, **new)])
    await enrich(engine, settings, 60)
    told = await case_by_id(engine, "id-0502")
    assert told
    assert told.classifier.im_theme == WATER
    event = told.history[-1]
    assert (event.what, event.by, told.version) == ("classify", SYSTEM, 2)
    assert event.reason
    assert event.reason.startswith("Поставлено по подсказке")
    wish = Action("undo", Given(), key="back")
    undone = await act(engine, OPERATOR, "id-0502", None, wish, zone=settings.zone)
    assert undone.case.classifier.im_theme is None


async def test_two_workers_learn_once_and_a_dead_one_is_followed(
    engine: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    await put(engine, town())
    taken = await asyncio.gather(*[learn_now(engine, settings) for _ in range(2)])
    assert sorted(taken) == [False, True]
    learned = (await load_learned(engine)).learned
    assert learned.model
    assert (learned.model.version, len(learned.trials), learned.lease_until) == (1, 1, None)

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("indexers.learning.run.write_file", die)
    with pytest.raises(BaseException):  # noqa: B017, PT011 - as it is when a process is ended
        await learn_now(engine, settings)
    monkeypatch.undo()
    held = (await load_learned(engine)).learned
    assert held.lease_until  # nobody gave it back: it runs out
    assert held.model
    assert held.model.version == 1
    used = await in_use(engine)
    assert used.model  # what was there still serves
    assert not await learn_now(engine, settings)
    await asyncio.sleep(max((held.lease_until - datetime.now(UTC)).total_seconds(), 0))
    assert await learn_now(engine, settings)
    assert (await load_learned(engine)).learned.trials[0].taken


async def test_a_lost_file_leaves_names_and_dangers(
    engine: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    await put(engine, town())
    assert await learn_now(engine, settings)
    state = (await load_learned(engine)).learned.model
    assert state
    path = settings.data_dir / store.FOLDER / state.file
    path.write_bytes(b"spoilt")
    monkeypatch.setattr("app.suggestions.current._models._held", None)  # as a new process is
    forget_suggestions(engine)
    found = await suggest(engine, OPERATOR, Asked(text="Нет горячей воды, пахнет газом", month=1))
    assert found.by in {By.NAMES, By.NOTHING}
    assert found.danger == ["gas"]
    assert (await in_use(engine)).trouble


async def test_only_who_files_cases_is_helped(engine: Engine) -> None:
    reader = Viewer("cur", permissions=GRANTS[Role.CUR].permissions, scopes=(EVERYWHERE,))
    for viewer in (None, reader):
        with pytest.raises(ForbiddenError):
            await suggest(engine, viewer, Asked(text="Нет воды третий день"))
