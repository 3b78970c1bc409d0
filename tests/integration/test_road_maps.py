"""Causes and road maps on the real engine: who sees what, one write each, reminders, returns."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from app.accounts.kept import forget_people
from app.accounts.roles import GRANTS, Role
from app.cases.codes import State
from app.cases.models import Classifier, Place, Workflow
from app.causes import service as causes
from app.causes import weather
from app.causes.growing import factors_of
from app.causes.models import CauseStatus, Evidence, WeatherKind
from app.causes.service import CauseDraft
from app.engine import writer
from app.engine.client import Engine
from app.engine.names import Index
from app.errors import BadInputError, ConflictError, ForbiddenError, NotFoundError, RefusedError
from app.problems import repository as problems
from app.problems.access import marks_of
from app.problems.models import Problem, ProblemState
from app.road_maps import practices, repository, service
from app.road_maps.measuring import measure
from app.road_maps.models import MapState, StepState
from app.road_maps.moving import Shift, move_part
from app.road_maps.practices import PracticeDraft
from app.road_maps.service import PartDraft, Report
from app.settings import Settings
from app.viewer import LOCAL_VIEWER, Scope, Viewer
from indexers.road_maps.remind import remind, return_problems
from tests.factories import make_user
from tests.integration.search_corpus import case

NOW = datetime.now(UTC)
THEME = "Отсутствие холодной воды"
TOWN = "Зареченск"


def lead(town: str = TOWN, role: Role = Role.COORDINATOR) -> Viewer:
    scope = Scope(frozenset({town}), None, None)
    name = "lead" if town == TOWN else "stranger"
    return Viewer(name, permissions=GRANTS[role].permissions, scopes=(scope,))


def problem(name: str, **fields: object) -> Problem:
    values: dict[str, object] = {
        "id": name,
        "created_at": NOW - timedelta(days=60),
        "founder": f"c-{name}",
        "title": f"Нет воды ({name})",
        "theme": THEME,
        "themes": [THEME],
        "municipality": TOWN,
        "streets": ["мира"],
        "houses": ["мира|14"],
        "first_at": NOW - timedelta(days=60),
        "last_at": NOW,
        "seen_by": marks_of(TOWN, "Водоканал", "site"),
        "centroid": [1.0] + [0.0] * 383,
        "emb_ver": "v1",
    }
    return Problem(**{**values, **fields})  # type: ignore[arg-type] - fields of a problem


def message(number: int, days: float, problem_id: str | None, **fields: object) -> dict[str, Any]:
    values: dict[str, object] = {
        "received_at": NOW - timedelta(days=days),
        "state": State.IN_PROGRESS,
        "classifier": Classifier(im_theme=THEME),
        "place": Place(municipality=TOWN),
        "workflow": Workflow(department="Водоканал"),
    }
    one = msgspec.to_builtins(case(number, f"Нет воды {number}", **{**values, **fields}))
    return one | ({"problem": {"id": problem_id}} if problem_id else {})


async def put_all(engine: Engine, documents: list[dict[str, Any]]) -> None:
    for one in documents:
        await writer.create(engine, Index.CASES, one["id"], one)
    await engine.refresh(Index.CASES)


async def test_a_cause_is_seen_with_its_problems_and_follows_merged_ones(engine: Engine) -> None:
    await problems.create(engine, problem("p1"))
    await problems.create(engine, problem("p2", state=ProblemState.MERGED, merged_into="p1"))
    head, stranger = lead(), lead("Инокраевск")
    made = await causes.create_cause(engine, head, CauseDraft("Старые трубы"), problem_id="p2")
    assert made.problem_ids == ["p1"], "the survivor"
    with pytest.raises(NotFoundError):
        await causes.open_cause(engine, stranger, made.id)
    assert await causes.list_causes(engine, stranger) == []
    reader = lead(role=Role.EXECUTOR)
    seen = await causes.open_cause(engine, replace(reader, name="reader"), made.id)
    assert [one.id for one in seen.problems] == ["p1"]
    with pytest.raises(ForbiddenError):
        await causes.change_cause(engine, reader, made.id, 1, CauseDraft("Иное"))
    draft = CauseDraft("Старые трубы", CauseStatus.CONFIRMED, "Водоканал")
    await causes.change_cause(engine, head, made.id, 1, draft)
    with pytest.raises(ConflictError):
        await causes.change_cause(engine, head, made.id, 1, CauseDraft("Опоздал"))
    told = Evidence("вечером: 62 % против обычных 31 %", NOW, head.name)
    for _ in range(2):
        await causes.add_evidence(engine, head, made.id, told)
    now = (await causes.open_cause(engine, head, made.id)).cause
    assert len(now.evidence) == 1
    assert [act.kind for act in now.acts] == ["created", "changed", "evidence_added"]
    await causes.leave_problem(engine, head, made.id, "p1")
    with pytest.raises(NotFoundError):
        await causes.open_cause(engine, replace(reader, name="reader"), made.id)


async def test_factors_are_counted_over_what_the_person_sees(engine: Engine) -> None:
    one = problem("p1", streets=["60-летия победы"], houses=["60-летия победы|14"])
    await problems.create(engine, one)
    avenue = Place(TOWN, street_type="пр-т", street="60-летия Победы", house="14")
    cold = NOW - timedelta(days=2)
    mine = [
        message(
            number, 2, "p1", workflow=Workflow(department="Водоканал", reworked=1), place=avenue
        )
        | {"spot": {"street": "60-летия победы", "house": "14"}}
        for number in range(12)
    ]
    others = [
        message(number, 10 + number % 7, None, workflow=Workflow(department="Управа"))
        for number in range(20, 60)
    ]
    await put_all(engine, [*mine, *others])
    zone = Settings().zone
    await weather.put(engine, LOCAL_VIEWER, cold.astimezone(zone).date(), WeatherKind.FROST, "")
    found = await factors_of(engine, lead(), one, zone)
    told = {factor.what for factor in found.clear}
    assert {"ответ возвращали на доработку", "у ведомства «Водоканал»"} <= told
    assert "в дни с погодой «мороз»" in told
    assert {"пр-т 60-летия Победы", "пр-т 60-летия Победы, дом 14"} <= told
    assert (found.inside, found.outside) == (12, 40)
    blind = await factors_of(engine, lead("Инокраевск"), one, zone)
    assert (blind.inside, blind.outside, blind.clear) == (0, 0, [])


async def test_from_the_first_step_to_a_practice_and_back(
    engine: Engine, settings: Settings
) -> None:
    for login in ("lead", "petrov", "sidorov"):
        await make_user(engine, settings, login, Role.COORDINATOR)
    forget_people(engine)
    await problems.create(engine, problem("p1"))
    head = lead()
    made = await service.create_map(engine, head, "p1", "Заменить трубы")
    with pytest.raises(RefusedError):
        await service.create_map(engine, head, "p1", "Вторая")
    with pytest.raises(RefusedError):
        await service.begin(engine, head, made.id)
    joint = [PartDraft("petrov", "Водоканал", "h4"), PartDraft("sidorov", "Управа", "d1")]
    await service.add_step(engine, head, made.id, "Раскопать и засыпать", joint)
    assert await remind(engine, settings, NOW + timedelta(days=1)) == 0, "a draft rings nobody"
    begun = await service.begin(engine, head, made.id)
    assert (await problems.survivor(engine, "p1")).state is ProblemState.IN_WORK
    later = datetime.now(UTC) + timedelta(seconds=1)
    assert await remind(engine, settings, later) == 2
    assert await remind(engine, settings, later) == 0
    past = max(part.escalate_at for part in begun.parts) + timedelta(minutes=1)
    assert await remind(engine, settings, past) >= 4
    told = (await engine.search(Index.NOTICES, {"size": 50}))["hits"]["hits"]
    logins = {(hit["_source"]["login"], hit["_source"]["what"]) for hit in told}
    assert {("petrov", "step_overdue"), ("lead", "step_escalated")} <= logins
    owner = Viewer("petrov", permissions=GRANTS[Role.EXECUTOR].permissions, scopes=head.scopes)
    done = Report(StepState.DONE, "Раскопали", 0)
    await service.report(engine, owner, made.id, "s1", done)
    with pytest.raises(ForbiddenError):
        await service.report(engine, owner, made.id, "s2", done)
    with pytest.raises(RefusedError):
        await service.solve(engine, head, made.id)
    await service.report(engine, head, made.id, "s2", Report(StepState.DROPPED, "", 0))
    solved = await service.solve(engine, head, made.id)
    assert solved.state is MapState.SOLVED
    assert (await problems.survivor(engine, "p1")).state is ProblemState.SOLVED
    await _as_of_long_ago(engine, made.id)
    await put_all(engine, [message(number, 35 + number % 28, "p1") for number in range(40)])
    opened = await service.open_map(engine, head, made.id)
    measured = await measure(engine, head, opened, settings.zone)
    assert measured
    assert measured.high < 0.5
    draft = PracticeDraft("Трубы", "Заменили трубы", 0)
    await practices.publish(engine, head, made.id, draft, settings.zone)
    similar = problem("p9", municipality="Инокраевск", seen_by=marks_of("Инокраевск", None, None))
    await problems.create(engine, similar)
    offered = await practices.practices_for(engine, lead("Инокраевск"), similar)
    assert [(each.practice.title, each.open, round(each.near or 0, 1)) for each in offered] == [
        ("Трубы", False, 1.0)
    ]
    assert await return_problems(engine, settings, NOW) == 1
    assert await return_problems(engine, settings, NOW) == 0
    assert (await problems.survivor(engine, "p1")).state is ProblemState.RETURNED
    back = {"query": {"term": {"what": "problem_returned"}}}
    assert (await engine.search(Index.NOTICES, back))["hits"]["total"]["value"] == 1


async def test_a_step_is_moved_by_whoever_leads_and_reminders_follow(
    engine: Engine, settings: Settings
) -> None:
    for login in ("lead", "petrov", "sidorov"):
        await make_user(engine, settings, login, Role.COORDINATOR)
    forget_people(engine)
    await problems.create(engine, problem("p1"))
    head = lead()
    made = await service.create_map(engine, head, "p1", "Заменить трубы")
    drafts = [PartDraft("petrov", "Водоканал", "h2")]
    await service.add_step(engine, head, made.id, "Раскопать", drafts)
    begun = await service.begin(engine, head, made.id)
    later = datetime.now(UTC) + timedelta(seconds=1)
    assert await remind(engine, settings, later) == 1
    owner = Viewer("petrov", permissions=GRANTS[Role.EXECUTOR].permissions, scopes=head.scopes)
    wanted = Shift("Нет трубы", seen=0, term="d10")
    with pytest.raises(ForbiddenError):
        await move_part(engine, owner, made.id, "s1", wanted)
    with pytest.raises(NotFoundError):
        await move_part(engine, lead("Инокраевск"), made.id, "s1", wanted)
    with pytest.raises(BadInputError):
        await move_part(engine, head, made.id, "s1", replace(wanted, owner="nobody"))
    both = await asyncio.gather(
        *(move_part(engine, head, made.id, "s1", wanted) for _ in range(2)), return_exceptions=True
    )
    assert sorted(type(one).__name__ for one in both) == ["ConflictError", "RoadMap"]
    now = (await service.open_map(engine, head, made.id)).road_map
    assert (now.slips, [act.kind for act in now.acts][-1]) == (1, "part_moved")
    [move] = now.parts[0].moves
    assert (move.due_before, move.by, move.reason) == (begun.parts[0].due_at, "lead", "Нет трубы")
    old = begun.parts[0].escalate_at + timedelta(minutes=1)
    assert await remind(engine, settings, old) == 1, "that it was moved, and nothing of the old day"
    assert await remind(engine, settings, now.parts[0].escalate_at + timedelta(minutes=1)) == 3
    hits = (await engine.search(Index.NOTICES, {"size": 50}))["hits"]["hits"]
    told = Counter((hit["_source"]["login"], hit["_source"]["what"]) for hit in hits)
    assert told == {
        ("petrov", "step_given"): 1,
        ("petrov", "step_moved"): 1,
        ("petrov", "step_warning"): 1,
        ("petrov", "step_overdue"): 1,
        ("lead", "step_escalated"): 1,
    }
    await service.report(engine, owner, made.id, "s1", Report(StepState.DONE, "Раскопали", 0))
    with pytest.raises(RefusedError):
        await move_part(engine, head, made.id, "s1", replace(wanted, seen=1, term="d5"))


async def _as_of_long_ago(engine: Engine, map_id: str) -> None:
    """The work was begun five weeks ago and finished four weeks ago."""
    begun, solved = NOW - timedelta(days=34), NOW - timedelta(days=29)
    await repository.change(
        engine, map_id, lambda one: replace(one, begun_at=begun, solved_at=solved)
    )
    await problems.change(engine, "p1", lambda one: replace(one, solved_at=solved), refresh=True)
