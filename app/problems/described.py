"""What the engine counted over the cases of a problem → what the problem tells: pure."""

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from app.problems.access import marks_of
from app.problems.models import Phrase, Problem, ProblemState

Answer = Mapping[str, Any]
_MOST_HOUSES = 4


def members_in(answer: Answer) -> int:
    total: int = answer["hits"]["total"]["value"]
    return total


def described(problem: Problem, answer: Answer) -> Problem:
    """`answer` to `app.problems.query.counted`. Without messages it is seen by those who saw the
    last of them: their links lead to it.
    """
    aggs = answer["aggregations"]
    marks, departments, channels = set[str](), set[str](), set[str]()
    for town in aggs["seen_by"]["buckets"]:
        for department in town["department"]["buckets"]:
            departments.add(department["key"])
            for channel in department["channel"]["buckets"]:
                channels.add(channel["key"])
                marks.update(marks_of(town["key"], department["key"], channel["key"]))
    members = members_in(answer)
    fresh = replace(
        problem,
        members=members,
        authors=aggs["authors"]["value"] + aggs["nameless"]["doc_count"],
        originals=aggs["originals"]["doc_count"],
        open=aggs["open"]["doc_count"],
        days={
            day["key_as_string"]: day["doc_count"] for day in aggs["originals"]["days"]["buckets"]
        },
        seen_by=sorted(marks) or problem.seen_by,
        departments=sorted(departments - {""}),
        sectors=_named(aggs["sectors"]),
        district=next(iter(_named(aggs["districts"])), None),
        title=_title(problem, aggs["streets"]),
        settled=True,
        recount=False,
    )
    return replace(fresh, state=_state(problem.state, members))


def _state(before: ProblemState, members: int) -> ProblemState:
    """One that people put a message into again is there again."""
    if not members:
        return ProblemState.EMPTY
    return ProblemState.NEW if before is ProblemState.EMPTY else before


def with_words(problem: Problem, phrases: list[Phrase], examples: list[str]) -> Problem:
    return replace(problem, phrases=phrases, examples=examples, described_members=problem.members)


def wants_words(problem: Problem) -> bool:
    """Half as many messages again, or as many fewer, change what a problem is about; one in a
    hundred does not.
    """
    before, now = problem.described_members, problem.members
    return now >= before * 1.5 or now * 1.5 <= before or not problem.examples


def _named(agg: Answer) -> list[str]:
    return [one["key"] for one in agg["buckets"] if one["key"]]


def _title(problem: Problem, streets: Answer) -> str:
    """«Отсутствие воды: ул. Ленина, 5, 7»; without a street the settlement."""
    theme = problem.theme or problem.group or "Без темы"
    named = [one for one in streets["buckets"] if one["key"]]
    if not named:
        place = problem.settlement or problem.municipality
        return f"{theme}: {place}" if place else theme
    shown = [_street(one) for one in named]
    if len(shown) > 1:
        return f"{theme}: {', '.join(shown)}"
    houses = _houses(problem, named[0]["key"])
    return f"{theme}: {', '.join([shown[0], *houses])}"


def _street(bucket: Answer) -> str:
    name = next(iter(_named(bucket["name"])), str(bucket["key"]).title())
    kind = next(iter(_named(bucket["type"])), "")
    return f"{kind} {name}".strip()


def _houses(problem: Problem, street: str) -> list[str]:
    found = [name.partition("|")[2] for name in problem.houses if name.startswith(f"{street}|")]
    return [*found[:_MOST_HOUSES], *(["…"] if len(found) > _MOST_HOUSES else [])]
