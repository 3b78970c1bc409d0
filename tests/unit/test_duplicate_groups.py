"""Groups of duplicates: the rule of main cases; settling in any order, with deaths in between."""

from collections.abc import Collection, Coroutine, Generator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from app.cases.actions.apply import apply
from app.cases.actions.model import Action, Given
from app.cases.models import Case
from app.cases.regrouping import REGROUPED
from app.cases.repository import Decide
from app.duplicates import settling
from app.duplicates.groups import Said, roots, sleeping
from app.duplicates.members import words_in
from app.errors import BadInputError, RefusedError
from app.viewer import Viewer
from tests.casework import COORDINATOR, NOW, OPERATOR, SHIPPED, assert_possible, case

PEOPLE = (COORDINATOR, OPERATOR)
IDS = ["case-1", "case-2", "case-3", "case-4", "case-5"]


def at(minute: int) -> datetime:
    return datetime(2026, 3, 10, tzinfo=UTC) + timedelta(minutes=minute)


def words(*said: str) -> dict[str, Said | None]:
    """«BA»: B is a duplicate of A; the later ones are the newer words."""
    named = dict.fromkeys("".join(said))
    told = {one[0]: Said(one[1], at(minute)) for minute, one in enumerate(said)}
    return {one: told.get(one) for one in named}


def mains(*said: str) -> str:
    found = roots(words(*said))
    return "".join(f"{one}{found[one] or one}" for one in sorted(found))


def test_main_cases() -> None:
    assert mains("BA", "CA") == "AABACA"
    assert mains("BA", "CA", "AD") == "ADBDCDDD"  # a main case was linked: all follow
    assert mains("BA", "AB") == "ABBB"  # another main case: the newest word counts
    assert mains("BA", "AB", "BA") == "AABA"
    assert mains("CA", "BC", "AB") == "ABBBCB"  # whoever the newest word calls main is main
    assert mains("BA", "CA", "AB") == "ABBBCB"


def test_a_word_sleeps_and_wakes() -> None:
    both = words("BA", "AB")
    assert sleeping(both) == {"B"}
    assert roots({**both, "A": None}) == {"A": None, "B": "A"}


def test_at_the_same_moment_everybody_decides_alike() -> None:
    same = {"A": Said("B", at(0)), "B": Said("A", at(0))}
    assert roots(same) == roots(dict(reversed(same.items()))) == {"A": None, "B": "A"}


def test_a_word_about_a_case_that_is_not_there_says_nothing() -> None:
    assert roots({"A": Said("gone", at(0))}) == {"A": None}


@given(st.lists(st.tuples(st.sampled_from("ABCDEF"), st.sampled_from("ABCDEF"))))
def test_every_group_has_one_main_case_that_is_nobodys_duplicate(
    pairs: list[tuple[str, str]],
) -> None:
    said = words(*(f"{one}{of}" for one, of in pairs if one != of))
    found = roots(said)
    assert found.keys() == said.keys()
    for main in found.values():
        assert main is None or found[main] is None
    for one, word in said.items():  # a word that counts holds the two together
        if word and one not in sleeping(said):
            assert (found[one] or one) == (found[word.of] or word.of)


class Pause:
    """Where another process may come in between, or this one be killed."""

    def __await__(self) -> Generator[None, None, None]:
        yield


class Town:
    """Cases as the engine keeps them: each write is a compare-and-set."""

    def __init__(self) -> None:
        self.cases: dict[str, Case] = {}
        for number, case_id in enumerate(IDS, 1):
            self.cases[case_id] = case(number)
        self.minute = 0
        self.acts: list[tuple[str, Viewer]] = []

    def stand_in(self, patch: pytest.MonkeyPatch) -> None:
        """For the engine under `settling`."""
        patch.setattr(settling, "members_of", self.members_of)
        patch.setattr(settling, "change_by_machine", self.change)
        patch.setattr(settling, "follow_words", lambda *_: self.refresh(""))
        patch.setattr(settling, "datetime", self)

    def now(self, _zone: object) -> datetime:
        return (NOW + timedelta(minutes=self.minute)).astimezone(UTC)

    async def refresh(self, _index: str) -> None:
        await Pause()

    async def members_of(self, _engine: object, ids: Collection[str]) -> dict[str, Case]:
        found = dict[str, Case]()
        wanted = set(ids)
        while wanted:
            for one in sorted(wanted):
                found[one] = self.cases[one]
                await Pause()
            above = {one.duplicate.of for one in found.values() if one.duplicate}
            below = {
                one.id for one in self.cases.values() if one.duplicate and one.duplicate.of in found
            }
            wanted = {one for one in above | below if one} - found.keys()
            await Pause()
        return found

    async def change(self, _engine: object, case_id: str, decide: Decide) -> Case:
        while True:
            before = self.cases[case_id]
            after = decide(before)
            await Pause()
            if after is None:
                return before
            if self.cases[case_id] is before:
                assert after.rev == before.rev + 1
                self.cases[case_id] = after
                return after

    def act(self, name: str, who: Viewer, case_id: str, of: str = "") -> bool:
        self.minute += 1
        values: dict[str, Any] = {"linked_id": of, "number": of}
        given_values = Given(values if of else {})
        now = NOW + timedelta(minutes=self.minute)
        try:
            after = apply(self.cases[case_id], Action(name, given_values), who, now, SHIPPED)
        except (BadInputError, RefusedError):
            return False
        self.cases[case_id] = after
        if name != "undo":
            self.acts.append((case_id, who))
        return True

    def marked(self) -> list[str]:
        return [one.id for one in self.cases.values() if one.duplicate and one.duplicate.unsettled]

    def check_settled(self) -> None:
        right = roots(words_in(self.cases))
        for one, main in right.items():
            said = self.cases[one].duplicate
            assert (said.root if said else None) == main
            assert_possible(self.cases[one])


def finish(settle: Coroutine[Any, Any, None]) -> None:
    while step(settle):
        pass


def step(settle: Coroutine[Any, Any, None]) -> bool:
    try:
        settle.send(None)
    except StopIteration:
        return False
    return True


acts = st.tuples(
    st.sampled_from(["mark_duplicate", "mark_duplicate", "unmark_duplicate"]),
    st.sampled_from(PEOPLE),
    st.sampled_from(IDS),
    st.sampled_from(IDS),
)
turns = st.lists(st.tuples(st.sampled_from(["go", "go", "go", "die"]), st.integers(0, 9)))


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(acts, turns), max_size=8))
def test_settled_in_any_order_whoever_dies(
    story: list[tuple[tuple[str, Viewer, str, str], list[tuple[str, int]]]],
) -> None:
    """Several people link, unlink and choose main cases while others settle or are killed: the
    roots are those of the rule, and all undone nothing is left of it.
    """
    place = Town()
    with pytest.MonkeyPatch.context() as patch:
        place.stand_in(patch)
        running = list[Coroutine[Any, Any, None]]()
        for (name, who, case_id, of), course in story:
            if place.act(name, who, case_id, of if name == "mark_duplicate" else ""):
                running.append(begun(place, case_id))
            for what, which in course:
                if running:
                    one = running[which % len(running)]
                    if what == "die" or not step(one):
                        one.close()
                        running.remove(one)
        for one in running:
            finish(one)
        sweep(place)
        place.check_settled()
        for case_id, who in reversed(place.acts):
            assert place.act("undo", who, case_id)
        sweep(place)
        place.check_settled()
    for one in place.cases.values():
        assert one.duplicate is None
        first = case(IDS.index(one.id) + 1)
        same = {"rev": 1, "version": 1, "history": first.history, "audit_due": first.audit_due}
        assert replace(one, **same, updated_at=first.updated_at) == first


def begun(place: Town, case_id: str) -> Coroutine[Any, Any, None]:
    settle = settling.settle(place, [case_id])  # type: ignore[arg-type] # stands for the engine
    step(settle)
    return settle


def sweep(place: Town) -> None:
    while left := place.marked():
        finish(settling.settle(place, left[:1]))  # type: ignore[arg-type] # stands for the engine


def test_others_hear_who_moved_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """The case that was linked tells it once; what follows for others names who did it."""
    place = Town()
    place.stand_in(monkeypatch)
    place.act("mark_duplicate", COORDINATOR, "case-2", "case-1")
    sweep(place)
    assert [event.what for event in place.cases["case-2"].history] == ["imported", "mark_duplicate"]
    assert len(place.cases["case-1"].history) == 1
    before = place.cases["case-2"].version
    place.act("mark_duplicate", OPERATOR, "case-1", "case-3")
    sweep(place)
    moved = place.cases["case-2"].history[-1]
    assert (moved.what, moved.by, moved.to) == (REGROUPED, "oper", "26-000003")
    assert place.cases["case-2"].version == before + 1
