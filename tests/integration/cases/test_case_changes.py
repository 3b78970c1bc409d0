"""Many people and a machine on the same cases, on the real engine: nobody loses a write."""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import msgspec
import pytest
from msgspec.structs import replace

from app.accounts.roles import Role
from app.cases.actions.apply import refusal_of
from app.cases.actions.model import Action
from app.cases.actions.table import RULES
from app.cases.codes import Kind, State
from app.cases.conflicts import CaseConflictError
from app.cases.doing import Outcome, act, change
from app.cases.models import Case, Question
from app.cases.permissions import may_see
from app.cases.reassign import count_open_cases, reassign
from app.cases.repository import to_case
from app.engine import writer
from app.engine.client import Engine
from app.engine.names import Index
from app.errors import (
    ConflictError,
    EngineUnavailableError,
    ForbiddenError,
    NotFoundError,
    OtklikError,
    RefusedError,
)
from app.settings import Settings
from app.viewer import Viewer
from indexers.rebuild.run import rebuild
from tests.casework import (
    COORDINATOR,
    EXECUTOR,
    HOUSE,
    MATE,
    OPERATOR,
    PEOPLE,
    ROADMAN,
    ROADS,
    ZONE,
    action,
    assert_possible,
    case,
    person,
    store,
    stored,
)

T = TypeVar("T")
TAKERS = 200
ACTIONS = 10_000
CASES = 500
AT_ONCE = 24
"""Of the mixed test: the numbers of the task; together about a minute on two cores."""


async def doing(
    engine: Engine, viewer: Viewer, case_id: str, seen: int | None, wish: Action
) -> Outcome:
    return await act(engine, viewer, case_id, seen, wish, zone=ZONE, refresh=False)


async def enrich(engine: Engine, case_id: str) -> None:
    """A machine's write: `rev` and its own fields move, `version` does not."""
    while True:
        read = await engine.get(Index.CASES, case_id)
        assert read is not None
        document = dict(read.source)
        document["rev"] += 1
        document["emb_ver"] = f"e{document['rev']}"
        document["enriched_version"] = document["version"]
        try:
            await writer.replace(engine, read, document)
        except ConflictError:
            continue
        return


async def test_two_hundred_take_at_once_and_one_wins(engine: Engine) -> None:
    await store(engine, case(state=State.ASSIGNED, work={"department": HOUSE}))
    viewers = [
        Viewer(
            f"person{number}",
            permissions=EXECUTOR.permissions,
            scopes=EXECUTOR.scopes,
            departments=EXECUTOR.departments,
        )
        for number in range(TAKERS)
    ]
    calls = [doing(engine, viewer, "case-1", 1, action("take")) for viewer in viewers]
    results = await asyncio.gather(*calls, return_exceptions=True)
    won = [result for result in results if isinstance(result, Outcome)]
    lost = [result for result in results if isinstance(result, CaseConflictError)]
    assert (len(won), len(lost)) == (1, TAKERS - 1)
    winner = won[0].case.workflow.assignee
    assert all(f"взято в работу (‹{winner}›" in error.message for error in lost)
    final = to_case(await stored(engine, "case-1"))
    assert (final.version, final.workflow.assignee) == (2, winner)


async def test_a_machine_between_reading_and_writing_is_no_conflict(engine: Engine) -> None:
    await store(engine, case())
    met = 0

    def decide(one: Case) -> Case | None:
        nonlocal met
        met += 1
        return None

    await change(engine, COORDINATOR, "case-1", 1, decide, zone=ZONE)
    await enrich(engine, "case-1")
    outcome = await doing(engine, COORDINATOR, "case-1", 1, action("note", text="Позвонить"))
    assert outcome.case.version == 2
    document = await stored(engine, "case-1")
    assert (document["rev"], document["emb_ver"], document["audit_seq"]) == (3, "e2", 1)
    assert document["audit_due"] is True
    assert met == 1


async def test_the_same_key_twice_is_done_once(engine: Engine) -> None:
    await store(engine, case())
    wish = action("note", "key-1", text="Позвонить")
    calls = [doing(engine, OPERATOR, "case-1", 1, wish) for _ in range(20)]
    outcomes = await asyncio.gather(*calls)
    assert sum(not outcome.repeated for outcome in outcomes) == 1
    document = await stored(engine, "case-1")
    assert [note["text"] for note in document["notes"]] == ["Позвонить"]
    other = await doing(engine, COORDINATOR, "case-1", None, wish)
    assert len(other.case.notes) == 2, "another person's key is another key"


async def test_a_repeated_key_wins_over_a_moved_version(engine: Engine) -> None:
    """The answer was lost on the way: sending again is not told about one's own change."""
    await store(engine, case(state=State.ASSIGNED, work={"department": HOUSE}))
    wish = action("take", "key-1")
    await doing(engine, EXECUTOR, "case-1", 1, wish)
    again = await doing(engine, EXECUTOR, "case-1", 1, wish)
    assert again.repeated
    assert again.case.version == 2


async def test_out_of_scope_is_as_if_absent(engine: Engine) -> None:
    await store(engine, case(work={"department": ROADS}, state=State.ASSIGNED))
    for case_id in ("case-1", "case-none"):
        with pytest.raises(NotFoundError):
            await doing(engine, EXECUTOR, case_id, 1, action("take"))


async def test_a_link_finds_only_what_its_maker_sees(engine: Engine) -> None:
    own = {"department": HOUSE}
    await store(
        engine,
        case(1, work=own, state=State.ASSIGNED),
        case(2, work=own, state=State.ASSIGNED),
        case(3, work={"department": ROADS}, state=State.ASSIGNED),
    )
    linked = await doing(
        engine, EXECUTOR, "case-1", 1, action("link", number="26-000002", kind="related")
    )
    assert linked.case.links[0].case_id == "case-2"
    with pytest.raises(OtklikError, match="не видно"):
        await doing(
            engine, EXECUTOR, "case-1", 2, action("link", number="26-000003", kind="related")
        )


async def test_fields_of_the_machine_outlive_peoples_writes(engine: Engine) -> None:
    await store(engine, case())
    read = await engine.get(Index.CASES, "case-1")
    assert read is not None
    extra = {
        "lsh": ["b1:7"],
        "problem": {"id": "p1"},
        "classifier": {"suggested": {"theme": "Ямы"}},
    }
    await writer.replace(engine, read, {**read.source, **extra, "rev": 2})
    await doing(engine, COORDINATOR, "case-1", 1, action("classify", im_group="Дороги"))
    document = await stored(engine, "case-1")
    assert document["lsh"] == ["b1:7"]
    assert document["problem"] == {"id": "p1"}
    assert document["classifier"] == {"suggested": {"theme": "Ямы"}, "im_group": "Дороги"}


async def test_all_of_a_leaving_person_goes_to_another(engine: Engine) -> None:
    hands = {"department": HOUSE, "assignee": EXECUTOR.name}
    await store(
        engine,
        *(case(number, state=State.IN_PROGRESS, work=hands) for number in range(1, 6)),
        case(6, state=State.CLOSED, work=hands),
        case(7, state=State.IN_PROGRESS, work={**hands, "assignee": MATE.name}),
    )
    administrator = person("admin", Role.ADMINISTRATOR)
    assert await count_open_cases(engine, administrator, EXECUTOR.name) == 5
    moved = await reassign(engine, administrator, EXECUTOR.name, MATE.name, zone=ZONE)
    assert moved.done == 5
    assert (await reassign(engine, administrator, EXECUTOR.name, MATE.name, zone=ZONE)).rows == []
    document = await stored(engine, "case-1")
    assert document["workflow"]["assignee"] == MATE.name
    assert document["history"][-1]["by"] == "admin"
    assert (await stored(engine, "case-6"))["workflow"]["assignee"] == EXECUTOR.name
    with pytest.raises(ForbiddenError):
        await reassign(engine, EXECUTOR, MATE.name, EXECUTOR.name, zone=ZONE)


def asked(number: int, executor: str, **fields: Any) -> Case:
    """An appeal of two questions, one with `executor`; it lies with somebody else."""
    questions = [
        Question("q1", "Вода", State.ASSIGNED, "0005", HOUSE, executor),
        Question("q2", "Свет", State.CLOSED, "0006", HOUSE, executor),
    ]
    hands = {"department": HOUSE, "assignee": MATE.name}
    given = {"state": State.IN_PROGRESS, "work": hands, "questions": questions, **fields}
    return case(number, Kind.APPEAL, **given)


async def test_questions_of_a_leaving_person_go_too(engine: Engine) -> None:
    own = {"department": HOUSE, "assignee": EXECUTOR.name}
    await store(
        engine,
        asked(1, EXECUTOR.name),
        asked(2, EXECUTOR.name, work=own),
        asked(3, EXECUTOR.name, state=State.ANSWERED),
        asked(4, EXECUTOR.name, state=State.CLOSED),
        asked(5, MATE.name),
    )
    administrator = person("admin", Role.ADMINISTRATOR)
    assert await count_open_cases(engine, administrator, EXECUTOR.name) == 3
    moved = await reassign(engine, administrator, EXECUTOR.name, ROADMAN.name, zone=ZONE)
    assert (moved.done, len(moved.rows)) == (3, 3), moved.rows
    for number in (1, 2, 3):
        document = await stored(engine, f"case-{number}")
        first, closed = document["questions"]
        assert first["executor"] == ROADMAN.name
        assert (first["appeal_code"], first["department"]) == ("0005", HOUSE)
        assert closed["executor"] == EXECUTOR.name, "what was done keeps its name"
        assert document["history"][-1]["what"] == "give_question"
    assert (await stored(engine, "case-1"))["workflow"]["assignee"] == MATE.name
    assert (await stored(engine, "case-2"))["workflow"]["assignee"] == ROADMAN.name
    back = await reassign(engine, administrator, ROADMAN.name, None, zone=ZONE)
    assert back.done == 3, back.rows
    question = (await stored(engine, "case-1"))["questions"][0]
    assert "executor" not in question
    assert (question["department"], question["state"]) == (HOUSE, "assigned")


def random_action(random_: random.Random, key: str, seen: Case) -> tuple[Viewer, Action]:
    """Mostly what may be done with the case as it was seen; else whatever comes."""
    for _ in range(8):
        viewer, wish = any_action(random_)
        if may_see(viewer, seen) and refusal_of(seen, RULES[wish.name], viewer) is None:
            break
    return viewer, replace(wish, key=key)


def any_action(random_: random.Random) -> tuple[Viewer, Action]:
    viewer = random_.choice(PEOPLE)
    wishes = (
        action("note", text=f"Заметка {random_.random()}"),
        action("take"),
        action("assign", department=random_.choice((HOUSE, ROADS))),
        action("assign", assignee=random_.choice(PEOPLE).name),
        action("return", reason="Не наше"),
        action("classify", im_group="Дороги", im_theme=f"Тема {random_.randrange(5)}"),
        action("set_importance", importance=random_.choice(("high", "normal"))),
        action("tag", tag=f"метка {random_.randrange(9)}"),
        action("ask", department=ROADS, text="Ваше?"),
        action("draft", text=f"Черновик {random_.random()}"),
        action("answer", text="Готово."),
        action("close", result="решено"),
        action("reopen", reason="Снова"),
        action("undo"),
    )
    return viewer, random_.choice(wishes)


async def patient(call: Callable[[], Awaitable[T]]) -> T:
    """Again when the engine is overloaded, as people do: an answer that was lost on the way must
    not be done twice, nor be taken for a conflict with oneself.
    """
    while True:
        try:
            return await call()
        except EngineUnavailableError:
            await asyncio.sleep(0.5)


class Crowd:
    """Does what people do and remembers what the product acknowledged."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.acknowledged: Counter[str] = Counter()
        self.events: dict[tuple[str, int], tuple[str, str]] = {}
        self.refusals: Counter[str] = Counter()
        self.false_conflicts = 0
        self.left = ACTIONS
        self.finished = False

    async def work(self, seed: int) -> None:
        random_ = random.Random(seed)  # noqa: S311
        while self.left > 0:
            self.left -= 1
            case_id = f"case-{random_.randint(1, CASES)}"
            seen = to_case(await patient(lambda: stored(self.engine, case_id)))  # noqa: B023
            viewer, wish = random_action(random_, f"{seed}-{self.left}", seen)
            version = seen.version
            try:
                outcome = await patient(
                    lambda: doing(self.engine, viewer, case_id, version, wish)  # noqa: B023
                )
            except CaseConflictError as error:
                self.false_conflicts += error.now.version == seen.version
                self.refusals["conflict"] += 1
            except OtklikError as error:
                self.refusals[error.code] += 1
            else:
                event = next(one for one in outcome.case.history if one.key == wish.key)
                self.acknowledged[case_id] += 1
                self.events[(case_id, event.seq)] = (event.what, event.by)

    async def machine(self) -> None:
        random_ = random.Random(7)  # noqa: S311
        while not self.finished:
            case_id = f"case-{random_.randint(1, CASES)}"
            await patient(lambda: enrich(self.engine, case_id))  # noqa: B023


async def test_ten_thousand_mixed_actions_lose_nothing(engine: Engine) -> None:
    kinds = [Kind.APPEAL if number % 5 == 0 else Kind.MESSAGE for number in range(1, CASES + 1)]
    cases = [case(number, kind) for number, kind in enumerate(kinds, start=1)]
    for start in range(0, CASES, 50):
        await asyncio.gather(*(store_one(engine, one) for one in cases[start : start + 50]))
    crowd = Crowd(engine)
    machines = [asyncio.create_task(crowd.machine()) for _ in range(4)]
    await asyncio.gather(*(crowd.work(seed) for seed in range(AT_ONCE)))
    crowd.finished = True
    await asyncio.gather(*machines)
    assert crowd.false_conflicts == 0
    assert "internal" not in crowd.refusals
    machine_writes = 0
    for one in cases:
        document = await stored(engine, one.id)
        final = to_case(document)
        assert_possible(final)
        assert final.version == 1 + crowd.acknowledged[one.id]
        machine_writes += final.rev - final.version
        for event in final.history[1:]:
            assert crowd.events[(one.id, event.seq)] == (event.what, event.by)
    assert sum(crowd.acknowledged.values()) + sum(crowd.refusals.values()) == ACTIONS
    assert machine_writes > 0
    assert sum(crowd.acknowledged.values()) > ACTIONS // 2


async def store_one(engine: Engine, one: Case) -> None:
    await writer.create(engine, Index.CASES, one.id, msgspec.to_builtins(one))


async def test_a_rebuild_during_actions_loses_nothing(engine: Engine, settings: Settings) -> None:
    await store(engine, *(case(number) for number in range(1, 41)))
    acknowledged: Counter[str] = Counter()
    stop = asyncio.Event()

    async def noting(seed: int) -> None:
        random_ = random.Random(seed)  # noqa: S311
        while not stop.is_set():
            case_id = f"case-{random_.randint(1, 40)}"
            await doing(engine, OPERATOR, case_id, None, action("note", text="Слово"))
            acknowledged[case_id] += 1

    people = [asyncio.create_task(noting(seed)) for seed in range(6)]
    await rebuild(engine, settings, Index.CASES, lambda _: None)
    stop.set()
    await asyncio.gather(*people)
    for number in range(1, 41):
        final = to_case(await stored(engine, f"case-{number}"))
        assert_possible(final)
        assert len(final.notes) == acknowledged[f"case-{number}"]


async def test_a_refusal_of_the_rules_writes_nothing(engine: Engine) -> None:
    await store(engine, case())
    with pytest.raises(RefusedError):
        await doing(engine, COORDINATOR, "case-1", 1, action("approve"))
    document: dict[str, Any] = await stored(engine, "case-1")
    assert document["rev"] == 1
