"""What a person did not see: told where it is of the same thing, and nowhere else."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.board.problem.forms import Typed, read_seen
from app.errors import BadInputError
from app.problems.acting import Deed, ProblemChangedError, must_be_as_seen
from app.problems.models import Act, Problem

NOW = datetime(2026, 3, 9, tzinfo=UTC)
KINDS = (
    *("renamed", "owned", "state", "put_in", "taken_out", "split", "merged", "apart", "took_in"),
    "split_from",
)


def acts(*kinds: tuple[str, dict[str, Any]]) -> Problem:
    done = [Act(NOW, "другой", kind, about) for kind, about in kinds]
    return Problem(id="p1", created_at=NOW, founder="c1", acts=done)


def deed(kind: str, seen: int | None, **about: Any) -> Deed:
    return Deed(kind, lambda one: one, about, seen)


def met(one: Problem, now: Deed) -> list[str]:
    try:
        must_be_as_seen(one, now)
    except ProblemChangedError as error:
        return [act.kind for act in error.later]
    return []


@pytest.mark.parametrize(
    ("before", "now", "told"),
    [
        (("renamed", {"name": "Б"}), deed("renamed", 0, name="А"), ["renamed"]),
        (("renamed", {"name": "Б"}), deed("owned", 0, owner="a"), []),
        (("state", {"state": "returned"}), deed("state", 0, state="solved"), ["state"]),
        (("taken_out", {"cases": ["1"]}), deed("taken_out", 0, cases=["1", "2"]), ["taken_out"]),
        (("taken_out", {"cases": ["1"]}), deed("taken_out", 0, cases=["2"]), []),
        (("put_in", {"cases": ["1"]}), deed("taken_out", 0, cases=["1"]), ["put_in"]),
        (("split", {"cases": ["1"], "into": "p2"}), deed("split", 0, cases=["1"]), ["split"]),
        (("split", {"messages": 3, "into": "p2"}), deed("split", 0, cases=["1"]), ["split"]),
        (("split", {"cases": ["1"]}), deed("merged", 0, into="p3"), ["split"]),
        (("took_in", {"from": "p4"}), deed("merged", 0, into="p3"), ["took_in"]),
        (("apart", {"other": "p3"}), deed("merged", 0, into="p3"), ["apart"]),
        (("apart", {"other": "p4"}), deed("merged", 0, into="p3"), []),
        (("took_in", {"from": "p4"}), deed("taken_out", 0, cases=["1"]), []),
    ],
)
def test_what_meets_what(before: tuple[str, dict[str, Any]], now: Deed, told: list[str]) -> None:
    assert met(acts(before), now) == told


@given(st.lists(st.sampled_from(KINDS), max_size=6), st.sampled_from(KINDS), st.integers(0, 8))
def test_nothing_that_was_seen_is_in_the_way(kinds: list[str], kind: str, seen: int) -> None:
    one = acts(*((name, {}) for name in kinds))
    assert met(one, deed(kind, None)) == []
    assert met(one, deed(kind, len(kinds) + seen)) == []
    later = met(one, deed(kind, seen))
    assert len(later) <= max(0, len(kinds) - seen)
    assert later == met(acts(*((name, {}) for name in kinds[seen:])), deed(kind, 0))


def test_a_form_says_what_it_had_shown() -> None:
    assert read_seen({}) is None
    assert read_seen({"seen": "12"}) == 12
    for wrong in ("x", "-1", "1.5", "²", "9" * 10):
        with pytest.raises(BadInputError):
            read_seen({"seen": wrong})


def test_only_the_form_that_was_sent_keeps_what_was_typed() -> None:
    typed = Typed("name", (("name", ""), ("case", "c1")))
    assert typed.of("name", "name", "Прежнее") == "", "emptied on purpose"
    assert typed.of("owner", "owner", "olga") == "olga"
    assert typed.marks("c1")
    assert not typed.marks("c2")
    assert Typed().of("name", "name", None) == ""
