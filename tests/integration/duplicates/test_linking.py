"""Link, unlink, another main case, a link of a link; two at once; death in between; undo of all."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from app.accounts.roles import Role
from app.cases.actions.model import Action
from app.cases.codes import Importance, State
from app.cases.doing import act
from app.cases.models import Case, Place
from app.cases.repository import to_case
from app.duplicates import repository, service, settling, verdicts
from app.duplicates.models import Pair, Verdict, pair_id
from app.duplicates.pairs import offer
from app.duplicates.params import ReviewParams, Show
from app.duplicates.review import open_review
from app.engine.client import Engine
from app.errors import ConflictError, ForbiddenError, NotFoundError, OtklikError, RefusedError
from app.similarity.models import MatchKind, OfferedPair
from app.suggestions.setting import MACHINE
from app.viewer import Viewer
from tests.casework import (
    COORDINATOR,
    EXECUTOR,
    OPERATOR,
    ZONE,
    action,
    assert_possible,
    case,
    person,
    store,
    stored,
)

SINCE = datetime(2026, 3, 9, 9, tzinfo=UTC)
NORTH = person("north", Role.OPERATOR, municipalities=["Север"])


def town(count: int = 5) -> list[Case]:
    return [
        case(number, received_at=SINCE + timedelta(hours=number), deadline_at=None)
        for number in range(1, count + 1)
    ]


@pytest.fixture
async def cases(engine: Engine) -> list[Case]:
    made = town()
    await store(engine, *made)
    return made


async def read(engine: Engine, number: int) -> Case:
    return to_case(await stored(engine, f"case-{number}"))


async def root(engine: Engine, number: int) -> str | None:
    said = (await read(engine, number)).duplicate
    assert not (said and said.unsettled)
    return said.root if said else None


async def pair_of(engine: Engine, one: int, other: int, **fields: Any) -> str:
    given: dict[str, Any] = {
        "a_id": f"case-{one}",
        "b_id": f"case-{other}",
        "kind": MatchKind.EDITED,
        "score": 0.6,
        "doubt": 0.5,
        "why": ["Тот же текст с правкой"],
        "theme": "Ямы",
        "at": SINCE,
    }
    await offer(engine, [OfferedPair(**{**given, **fields})])
    return pair_id(f"case-{one}", f"case-{other}")


async def say(engine: Engine, viewer: Viewer, pair: str, verdict: Verdict) -> Pair:
    return await verdicts.give(engine, viewer, pair, verdict, ZONE)


async def kept(engine: Engine, pair: str) -> Pair:
    found = await repository.get(engine, pair)
    assert found is not None
    return found


async def same_as_before(engine: Engine, before: Case) -> None:
    """But for the history, which tells of all that was done and taken back."""
    after = to_case(await stored(engine, before.id))
    assert_possible(after)
    told = {"rev", "version", "updated_at", "history", "audit_due", "notices_due"}
    for name in Case.__struct_fields__:
        if name not in told:
            assert getattr(after, name) == getattr(before, name), name


async def test_yes_links_and_one_undo_takes_all_back(engine: Engine, cases: list[Case]) -> None:
    pair = await pair_of(engine, 1, 2)
    answered = await say(engine, OPERATOR, pair, Verdict.YES)
    assert (answered.linked, answered.main, answered.applied) == ("case-2", "case-1", True)
    linked = await read(engine, 2)
    assert linked.duplicate is not None
    assert (linked.duplicate.of_number, linked.duplicate.by) == ("26-000001", "oper")
    assert linked.duplicate.why == ["Тот же текст с правкой"]
    assert (linked.number, linked.author, linked.deadline_at) == (
        cases[1].number,
        cases[1].author,
        cases[1].deadline_at,
    )
    assert await root(engine, 2) == "case-1"
    assert await say(engine, OPERATOR, pair, Verdict.YES) == answered  # the same key twice
    assert len((await read(engine, 2)).history) == len(linked.history)
    back = await verdicts.take_back(engine, OPERATOR, pair, ZONE)
    assert (back.verdict, back.undone, back.linked) == (None, True, None)
    assert [one.verdict for one in back.past] == [Verdict.YES, Verdict.YES]
    await same_as_before(engine, cases[0])
    await same_as_before(engine, cases[1])


async def test_a_chain_another_main_case_and_undo_of_each(
    engine: Engine, cases: list[Case]
) -> None:
    await say(engine, OPERATOR, await pair_of(engine, 2, 3), Verdict.YES)
    await say(engine, OPERATOR, await pair_of(engine, 2, 4), Verdict.YES)
    assert [await root(engine, number) for number in (2, 3, 4)] == [None, "case-2", "case-2"]
    await say(engine, COORDINATOR, await pair_of(engine, 1, 4), Verdict.YES)  # a link of a link
    assert [await root(engine, number) for number in (1, 2, 3, 4)] == [None, *["case-1"] * 3]
    assert (await read(engine, 3)).history[-1].what == "regrouped"
    await service.make_main(engine, OPERATOR, "case-3", "k1", ZONE)
    assert [await root(engine, number) for number in (1, 2, 3, 4)] == [
        "case-3", "case-3", None, "case-3",
    ]  # fmt: skip
    group = await service.group_of(engine, OPERATOR, await read(engine, 4))
    assert group is not None
    assert (group.main.id, group.size) == ("case-3", 4)
    await service.undo(engine, OPERATOR, "case-1", "k2", ZONE)
    assert [await root(engine, number) for number in (1, 2, 3, 4)] == [None, *["case-1"] * 3]
    await service.unlink(engine, COORDINATOR, "case-2", "k3", ZONE)
    assert [await root(engine, number) for number in (1, 2, 3, 4)] == [
        None, None, "case-2", "case-2",
    ]  # fmt: skip
    await service.undo(engine, COORDINATOR, "case-2", "k4", ZONE)
    assert await root(engine, 4) == "case-1"
    for number in range(1, 6):
        assert_possible(await read(engine, number))


async def test_unlinked_after_another_was_chosen_main(engine: Engine, cases: list[Case]) -> None:
    """The word that slept would tie the two together again: it goes too."""
    await say(engine, OPERATOR, await pair_of(engine, 1, 2), Verdict.YES)
    await service.make_main(engine, OPERATOR, "case-2", "k1", ZONE)
    assert await root(engine, 1) == "case-2"
    await service.unlink(engine, OPERATOR, "case-1", "k2", ZONE)
    assert [await root(engine, number) for number in (1, 2)] == [None, None]
    assert await service.group_of(engine, OPERATOR, await read(engine, 1)) is None


async def test_unlinking_says_no_for_ever(engine: Engine, cases: list[Case]) -> None:
    pair = await pair_of(engine, 1, 2)
    await say(engine, OPERATOR, pair, Verdict.YES)
    await service.unlink(engine, COORDINATOR, "case-2", "k1", ZONE)
    after = await kept(engine, pair)
    assert (after.verdict, after.by, after.undone) == (Verdict.NO, "koord", True)
    assert await pair_of(engine, 2, 1, score=0.99) == pair
    assert await kept(engine, pair) == after
    assert (await open_review(engine, ReviewParams(), OPERATOR)).total == 0


async def test_undone_on_the_page_of_the_case_the_question_is_open_again(
    engine: Engine, cases: list[Case]
) -> None:
    pair = await pair_of(engine, 1, 2)
    await say(engine, OPERATOR, pair, Verdict.YES)
    await act(engine, OPERATOR, "case-2", None, Action("undo"), zone=ZONE)
    assert await settling.settle_left(engine) == 1
    after = await kept(engine, pair)
    assert (after.verdict, after.undone) == (None, True)
    assert await root(engine, 2) is None


async def test_undo_after_more_work_takes_back_the_link_alone(
    engine: Engine, cases: list[Case]
) -> None:
    pair = await pair_of(engine, 1, 2)
    await say(engine, COORDINATOR, pair, Verdict.YES)
    await act(engine, COORDINATOR, "case-2", None, action("tag", tag="яма"), zone=ZONE)
    back = await verdicts.take_back(engine, COORDINATOR, pair, ZONE)
    after = await read(engine, 2)
    assert (back.verdict, after.tags, after.duplicate) == (None, ["яма"], None)


async def test_undo_after_the_machine_s_work_takes_back_the_link_alone(
    engine: Engine, cases: list[Case]
) -> None:
    pair = await pair_of(engine, 1, 2)
    await say(engine, COORDINATOR, pair, Verdict.YES)
    given = action("set_importance", importance="high", reason="Пахнет газом")
    await act(engine, MACHINE, "case-2", None, given, zone=ZONE)
    back = await verdicts.take_back(engine, COORDINATOR, pair, ZONE)
    after = await read(engine, 2)
    assert (back.verdict, after.importance, after.duplicate) == (None, Importance.HIGH, None)


async def test_two_people_answer_one_pair_at_once(engine: Engine, cases: list[Case]) -> None:
    pair = await pair_of(engine, 1, 2)
    results = await asyncio.gather(
        say(engine, OPERATOR, pair, Verdict.YES),
        say(engine, COORDINATOR, pair, Verdict.NO),
        return_exceptions=True,
    )
    (refused,) = [one for one in results if isinstance(one, BaseException)]
    assert isinstance(refused, ConflictError)
    assert "уже ответили" in refused.message
    after = await kept(engine, pair)
    assert len(after.past) == 1
    assert (await root(engine, 2) == "case-1") == (after.verdict is Verdict.YES)


async def test_two_people_link_two_ways_at_once(engine: Engine, cases: list[Case]) -> None:
    """One says 2 is a duplicate of 1, the other 1 of 2, others join: all agree on one main case."""

    async def link(viewer: Viewer, one: int, of: int) -> None:
        given = action("mark_duplicate", number=f"26-{of:06d}")
        await act(engine, viewer, f"case-{one}", None, given, zone=ZONE)
        await settling.settle(engine, [f"case-{one}"])

    await asyncio.gather(
        link(OPERATOR, 2, 1), link(COORDINATOR, 1, 2), link(OPERATOR, 3, 1), link(COORDINATOR, 4, 2)
    )
    await settling.settle_left(engine)
    members = [await root(engine, number) or f"case-{number}" for number in (1, 2, 3, 4)]
    assert len(set(members)) == 1
    for number in (1, 2, 3, 4):
        assert_possible(await read(engine, number))


async def test_only_who_sees_both_is_asked(engine: Engine) -> None:
    north = Place(municipality="Север", street="Ленина", house="5")
    await store(engine, case(1), case(2, place=north), case(3, place=north))
    mixed, own = await pair_of(engine, 1, 2), await pair_of(engine, 2, 3)
    review = await open_review(engine, ReviewParams(), NORTH)
    assert [row.pair.id for row in review.rows] == [own]
    assert review.total == 1
    with pytest.raises(NotFoundError):
        await say(engine, NORTH, mixed, Verdict.YES)
    with pytest.raises(OtklikError):
        await open_review(engine, ReviewParams(), Viewer("nobody"))
    # the main case of the group lies outside: fails closed
    await say(engine, COORDINATOR, mixed, Verdict.YES)
    with pytest.raises(RefusedError, match="не видно"):
        await say(engine, NORTH, own, Verdict.YES)
    assert (await kept(engine, own)).verdict is None


async def test_without_the_right_to_link(engine: Engine, cases: list[Case]) -> None:
    looks = Viewer("looks", permissions=frozenset({"case.view"}), scopes=COORDINATOR.scopes)  # type: ignore[arg-type] # a code is one
    pair = await pair_of(engine, 1, 2)
    with pytest.raises(ForbiddenError):
        await say(engine, looks, pair, Verdict.NO)


async def test_the_queue_by_doubt_and_dont_know_last(engine: Engine, cases: list[Case]) -> None:
    sure, doubted = await pair_of(engine, 1, 2, doubt=0.1), await pair_of(engine, 3, 4, doubt=0.9)
    other = await pair_of(engine, 1, 5, doubt=0.5, kind=MatchKind.QUOTE, theme=None)

    async def queue(viewer: Viewer, **narrowed: Any) -> list[str]:
        found = await open_review(engine, ReviewParams(**narrowed), viewer)
        assert found.total == len(found.rows)
        return [row.pair.id for row in found.rows]

    assert await queue(OPERATOR) == [doubted, other, sure]
    assert await queue(OPERATOR, kind=MatchKind.QUOTE) == [other]
    assert await queue(OPERATOR, theme="") == [other]
    await say(engine, OPERATOR, doubted, Verdict.UNKNOWN)
    assert await queue(OPERATOR) == [other, sure]
    assert await queue(OPERATOR, show=Show.UNSURE) == [doubted]
    assert await queue(COORDINATOR) == [other, sure, doubted]
    await say(engine, COORDINATOR, doubted, Verdict.NO)
    assert await queue(COORDINATOR) == [other, sure]
    await say(engine, OPERATOR, sure, Verdict.YES)
    linked = await pair_of(engine, 2, 5)
    assert set(await queue(OPERATOR)) == {other, linked}
    await say(engine, OPERATOR, other, Verdict.YES)
    assert await queue(OPERATOR) == []  # 2 and 5 are in one group now
    assert await queue(OPERATOR, show=Show.ACCEPTED) != []


async def test_a_message_to_a_closed_main_case_is_linked_all_the_same(engine: Engine) -> None:
    closed = case(1, state=State.CLOSED, closed_at=SINCE)
    await store(engine, closed, case(2, received_at=SINCE + timedelta(days=40)))
    pair = await pair_of(engine, 1, 2, kind=MatchKind.RECURRENCE)
    await say(engine, OPERATOR, pair, Verdict.YES)
    after = await read(engine, 1)
    assert (after.state, await root(engine, 2)) == (State.CLOSED, "case-1")
    assert msgspec.to_builtins(after.history) == msgspec.to_builtins(closed.history)


@pytest.mark.usefixtures("cases")
async def test_executors_see_no_others(engine: Engine) -> None:
    assert (await open_review(engine, ReviewParams(), EXECUTOR)).total == 0
