"""What people do with problems: each is one write of one document, carried on by the workers.

What people did is pinned: the machine never moves such a message again.
"""

from collections.abc import Callable, Collection
from datetime import UTC, datetime
from typing import Any

from msgspec.structs import replace
from ulid import ULID

from app.audit.service import ObjectKind, happened, record
from app.engine.access import access_clause
from app.engine.client import Engine
from app.engine.names import Index
from app.errors import BadInputError, NotFoundError, RefusedError
from app.permissions import Permission
from app.problems import repository
from app.problems.access import may_see, problem_clause
from app.problems.models import LIVING, Act, Claim, Problem, ProblemState
from app.viewer import Viewer, require

__all__ = ["problem_clause"]

ABSENT = "Такой проблемы нет, или она вам не видна."
MOST_MOVED = 500
LONGEST_NAME = 200
_SETTABLE = frozenset(LIVING - {ProblemState.RETURNED})


async def open_problem(engine: Engine, viewer: Viewer | None, problem_id: str) -> Problem:
    """The problem, or the one it was merged into. `NotFoundError` also where it is not seen."""
    found = await repository.survivor(engine, problem_id)
    if not may_see(viewer, found):
        raise NotFoundError(ABSENT)
    return found


async def titles_of(engine: Engine, ids: Collection[str]) -> dict[str, str]:
    """What problems are called, whoever asks: the caller shows those of cases that are seen."""
    found = await engine.get_many(Index.PROBLEMS, ids, ("name", "title"))
    told = {key: stored.source for key, stored in found.items()}
    return {key: one.get("name") or one.get("title") or "" for key, one in told.items()}


async def rename(engine: Engine, viewer: Viewer, problem_id: str, name: str) -> Problem:
    """An empty name gives back the one that is worked out."""
    name = " ".join(name.split())
    if len(name) > LONGEST_NAME:
        raise BadInputError(f"Название длиннее {LONGEST_NAME} знаков.", field="name")
    return await _act(
        engine,
        viewer,
        problem_id,
        "renamed",
        {"name": name},
        lambda one: replace(one, name=name or None),
    )


async def own(engine: Engine, viewer: Viewer, problem_id: str, login: str | None) -> Problem:
    """`login` None: nobody's again. Whether there is such a person the caller has looked."""
    return await _act(
        engine, viewer, problem_id, "owned", {"owner": login}, lambda one: replace(one, owner=login)
    )


async def set_state(
    engine: Engine, viewer: Viewer, problem_id: str, state: ProblemState
) -> Problem:
    if state not in _SETTABLE:
        raise BadInputError("Такое состояние проблеме не ставят.", field="state")
    solved = datetime.now(UTC) if state is ProblemState.SOLVED else None
    return await _act(
        engine,
        viewer,
        problem_id,
        "state",
        {"state": state.value},
        lambda one: replace(one, state=state, solved_at=solved),
    )


async def keep_apart(engine: Engine, viewer: Viewer, one_id: str, other_id: str) -> None:
    """«Это разные проблемы»: the machine never merges them."""
    one, other = await _two(engine, viewer, one_id, other_id)
    for here, there in ((one, other), (other, one)):
        about = {"other": there.id}
        await _act(engine, viewer, here.id, "apart", about, _apart_from(there.id))


async def merge(engine: Engine, viewer: Viewer, problem_id: str, into_id: str) -> Problem:
    """`problem_id` lives on in `into_id`, which is returned; its links lead there for ever."""
    gone, stays = await _two(engine, viewer, problem_id, into_id)
    await _act(
        engine,
        viewer,
        gone.id,
        "merged",
        {"into": stays.id},
        lambda one: replace(
            one, state=ProblemState.MERGED, merged_into=stays.id, moved=False, growing=False
        ),
    )
    return await _act(
        engine, viewer, stays.id, "took_in", {"from": gone.id, "messages": gone.members}, _same
    )


async def split(
    engine: Engine, viewer: Viewer, problem_id: str, case_ids: Collection[str]
) -> Problem:
    """A new problem of these messages of it; both are said to be others."""
    whole = await open_problem(engine, require(viewer, Permission.PROBLEM_MANAGE), problem_id)
    ids = await _seen_cases(engine, viewer, case_ids, of=whole.id)
    if len(ids) >= whole.members:
        raise RefusedError("Отделить можно часть сообщений, а не все.")
    now = datetime.now(UTC)
    part = Problem(
        id=f"p{str(ULID()).lower()}",
        created_at=now,
        founder=ids[0],
        theme=whole.theme,
        group=whole.group,
        municipality=whole.municipality,
        settlement=whole.settlement,
        first_at=whole.first_at,
        last_at=whole.last_at,
        seen_by=whole.seen_by,
        split_from=whole.id,
        apart=[whole.id],
        claims=[Claim(one, viewer.name, now) for one in ids],
        moved=False,
        acts=[Act(now, viewer.name, "split_from", {"from": whole.id, "messages": len(ids)})],
    )
    await repository.create(engine, part)
    about = {"into": part.id, "messages": len(ids)}
    await _act(engine, viewer, whole.id, "split", about, _apart_from(part.id))
    return part


async def put_in(
    engine: Engine, viewer: Viewer, problem_id: str, case_ids: Collection[str]
) -> Problem:
    ids = await _seen_cases(engine, viewer, case_ids)
    return await _claim(engine, viewer, problem_id, "put_in", ids)


async def take_out(
    engine: Engine, viewer: Viewer, problem_id: str, case_ids: Collection[str]
) -> Problem:
    """They stay alone: neither this problem nor another takes them in by itself."""
    whole = await open_problem(engine, viewer, problem_id)
    ids = await _seen_cases(engine, viewer, case_ids, of=whole.id)
    return await _claim(engine, viewer, whole.id, "taken_out", ids, out=True)


async def _claim(
    engine: Engine,
    viewer: Viewer,
    problem_id: str,
    kind: str,
    ids: list[str],
    *,
    out: bool = False,
) -> Problem:
    now = datetime.now(UTC)
    claims = [Claim(one, viewer.name, now, out) for one in ids]
    about = {"cases": ids}
    return await _act(
        engine,
        viewer,
        problem_id,
        kind,
        about,
        lambda one: replace(one, claims=[*one.claims, *claims], moved=False),
    )


async def _act(
    engine: Engine,
    viewer: Viewer,
    problem_id: str,
    kind: str,
    about: dict[str, Any],
    change: Callable[[Problem], Problem],
) -> Problem:
    """One write, with who did it; only of a problem that is seen and not yet merged away."""
    require(viewer, Permission.PROBLEM_MANAGE)
    act = Act(datetime.now(UTC), viewer.name, kind, about)

    def decide(one: Problem) -> Problem:
        if not may_see(viewer, one):
            raise NotFoundError(ABSENT)
        if one.state is ProblemState.MERGED:
            raise RefusedError("Эту проблему уже объединили с другой. Откройте её заново.")
        changed = change(one)
        return replace(changed, acts=[*one.acts, act])

    await _record(engine, viewer, f"problem.{kind}", problem_id)
    return await repository.change(engine, problem_id, decide, refresh=True)


async def _record(engine: Engine, viewer: Viewer, what: str, problem_id: str) -> None:
    """Before it is done: nothing is done that the journal does not know of."""
    lent = viewer.lent_by(Permission.PROBLEM_MANAGE)
    event = happened(
        what, who=viewer.name, for_whom=lent, kind=ObjectKind.OTHER, object_id=problem_id
    )
    await record(engine, event)


async def _two(
    engine: Engine, viewer: Viewer, one_id: str, other_id: str
) -> tuple[Problem, Problem]:
    require(viewer, Permission.PROBLEM_MANAGE)
    one = await open_problem(engine, viewer, one_id)
    other = await open_problem(engine, viewer, other_id)
    if one.id == other.id:
        raise RefusedError("Это одна и та же проблема.")
    return one, other


async def _seen_cases(
    engine: Engine, viewer: Viewer, case_ids: Collection[str], of: str | None = None
) -> list[str]:
    """`case_ids` in the order they came; refuses the whole where any is not seen or not `of`."""
    ids = list(dict.fromkeys(case_ids))
    if not ids:
        raise BadInputError("Отметьте хотя бы одно сообщение.", field="case")
    if len(ids) > MOST_MOVED:
        raise BadInputError(
            f"За один раз переносится не больше {MOST_MOVED} сообщений.", field="case"
        )
    within = [{"term": {"problem.id": of}}] if of else []
    body = {
        "query": {"bool": {"filter": [access_clause(viewer), {"ids": {"values": ids}}, *within]}},
        "size": len(ids),
        "sort": [{"received_at": "asc"}, {"id": "asc"}],
        "_source": False,
        "track_total_hits": False,
    }
    hits = (await engine.search(Index.CASES, body))["hits"]["hits"]
    if len(hits) < len(ids):
        raise NotFoundError("Не все отмеченные сообщения на месте. Откройте проблему заново.")
    return [hit["_id"] for hit in hits]


def _apart_from(other: str) -> Callable[[Problem], Problem]:
    return lambda one: replace(one, apart=sorted({*one.apart, other}))


def _same(one: Problem) -> Problem:
    return one
