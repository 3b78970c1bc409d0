"""One act of a person on a problem: checked, told to the journal, then one write with who did it.

What a person decided by may be out of date: a form says how many acts it had shown (`seen`). Where
an act since then is of the same thing, nothing is done and the person is told of it; what only adds
disturbs nobody, and neither does a machine that counts.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from app.audit.service import ObjectKind, happened, record
from app.engine.client import Engine
from app.errors import ConflictError, NotFoundError, RefusedError
from app.permissions import Permission
from app.problems import repository
from app.problems.access import may_see
from app.problems.models import Act, Problem, ProblemState
from app.viewer import Viewer, require

ABSENT = "Такой проблемы нет, или она вам не видна."
_MERGED = "Эту проблему уже объединили с другой: её сообщения теперь там. Ничего не сделано."
_NO_TARGET = "Проблему, с которой вы объединяете, только что объединили с другой. Выберите заново."

_TAKING = frozenset({"taken_out", "split"})
_AGAINST: Mapping[str, frozenset[str]] = {
    "renamed": frozenset({"renamed"}),
    "owned": frozenset({"owned"}),
    "state": frozenset({"state"}),
    "put_in": frozenset({"put_in", "taken_out"}),
    "taken_out": _TAKING | {"put_in"},
    "split": _TAKING | {"put_in"},
    "merged": _TAKING | {"took_in", "apart"},
}
"""Kind of an act → kinds of others that change what it was decided by."""


class ProblemChangedError(ConflictError):
    """What was seen is not what is there; what was typed is to be kept in the form."""

    def __init__(self, later: list[Act]) -> None:
        super().__init__("Пока вы работали, проблему изменили. Ваше действие не выполнено.")
        self.later = later


class Deed(Struct, frozen=True):
    """An act to be done."""

    kind: str
    change: Callable[[Problem], Problem]
    """Of the newest problem; the same problem where there is nothing to do."""
    about: dict[str, Any] = field(default_factory=dict)
    seen: int | None = None
    """Acts the person knew of; None decides by the newest."""


async def do(engine: Engine, viewer: Viewer, problem_id: str, deed: Deed) -> Problem:
    """Raises `ProblemChangedError`, `RefusedError` for one that was merged, `NotFoundError` also
    for one that is not seen. Nothing is written and told where there is nothing to do.
    """
    require(viewer, Permission.PROBLEM_MANAGE)
    act = Act(datetime.now(UTC), viewer.name, deed.kind, deed.about)

    def decide(one: Problem) -> Problem:
        must_live(viewer, one)
        changed = deed.change(one)
        if changed == one:
            return one
        must_be_as_seen(one, deed)
        return replace(changed, acts=[*one.acts, act])

    before = await repository.get(engine, problem_id)
    if before is None:
        raise NotFoundError(ABSENT)
    if decide(before) == before:
        return before
    await tell(engine, viewer, deed.kind, problem_id)
    return await repository.change(engine, problem_id, decide, refresh=True)


async def do_merge(engine: Engine, viewer: Viewer, gone: str, stays: str, deed: Deed) -> Problem:
    """What stays, with what it took in; `deed` is done to what goes. Two that are merged into each
    other at one moment do not both go: `app.problems.repository.tie`.
    """
    act = Act(datetime.now(UTC), viewer.name, deed.kind, deed.about)

    def decide(one: Problem, other: Problem) -> Problem:
        must_live(viewer, one)
        if other.state is ProblemState.MERGED:
            raise RefusedError(_NO_TARGET)
        must_be_as_seen(one, deed)
        return replace(deed.change(one), acts=[*one.acts, act])

    known = await repository.get_many(engine, (gone, stays))
    if len(known) < len({gone, stays}):
        raise NotFoundError(ABSENT)
    decide(*(repository.to_problem(known[name].source) for name in (gone, stays)))
    await tell(engine, viewer, deed.kind, gone)
    merged = await repository.tie(engine, gone, stays, decide)
    about = {"from": gone, "messages": merged.members}
    took = Act(datetime.now(UTC), viewer.name, "took_in", about)
    await tell(engine, viewer, took.kind, stays)
    return await repository.change(
        engine, stays, lambda one: replace(one, acts=[*one.acts, took]), refresh=True
    )


def must_live(viewer: Viewer, one: Problem) -> None:
    if not may_see(viewer, one):
        raise NotFoundError(ABSENT)
    if one.state is ProblemState.MERGED:
        raise RefusedError(_MERGED)


def must_be_as_seen(one: Problem, deed: Deed) -> None:
    if deed.seen is None:
        return
    against = _AGAINST.get(deed.kind, frozenset())
    later = one.acts[deed.seen :]
    if met := [act for act in later if act.kind in against and _meet(act.about, deed.about)]:
        raise ProblemChangedError(met)


def _meet(before: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    """Acts that name messages meet in those both name; «это разные» meets a merge of the two."""
    if "other" in before:
        return bool(before["other"] == now.get("into"))
    mine, theirs = before.get("cases"), now.get("cases")
    return not mine or not theirs or not set(mine).isdisjoint(theirs)


async def tell(engine: Engine, viewer: Viewer, kind: str, problem_id: str) -> None:
    """The journal, before it is done: nothing is done that it does not know of."""
    lent = viewer.lent_by(Permission.PROBLEM_MANAGE)
    event = happened(
        f"problem.{kind}",
        who=viewer.name,
        for_whom=lent,
        kind=ObjectKind.OTHER,
        object_id=problem_id,
    )
    await record(engine, event)
