"""What people do with problems: each is decided by one write of one document, and the workers carry
it on. What follows that write loses nothing where it is cut off: a split says all that its part is
made of; one of two that says it is apart is enough to keep both; a merge lacks but the line of what
was taken in.

What people did is pinned: the machine never moves such a message again. `seen`, wherever it is
asked for: how many acts of the problem the person knew of (`app.problems.acting`).
"""

from collections.abc import Callable, Collection
from datetime import UTC, datetime

from msgspec.structs import replace

from app.engine.access import access_clause
from app.engine.client import Engine
from app.engine.names import Index
from app.errors import BadInputError, NotFoundError, RefusedError
from app.permissions import Permission
from app.problems import repository
from app.problems.access import may_see, problem_clause
from app.problems.acting import ABSENT, Deed, ProblemChangedError, do, do_merge, must_live
from app.problems.models import LIVING, Claim, Problem, ProblemState
from app.problems.splitting import SPLIT, part_id, parts_of, split_of
from app.viewer import Viewer, require

__all__ = ["ABSENT", "ProblemChangedError", "problem_clause"]

MOST_MOVED = 500
LONGEST_NAME = 200
_EMPTY = "В проблеме не осталось сообщений. Добавьте хотя бы одно, тогда ей можно дать состояние."
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


async def rename(
    engine: Engine, viewer: Viewer, problem_id: str, name: str, seen: int | None = None
) -> Problem:
    """An empty name gives back the one that is worked out."""
    name = " ".join(name.split())
    if len(name) > LONGEST_NAME:
        raise BadInputError(f"Название длиннее {LONGEST_NAME} знаков.", field="name")
    deed = Deed("renamed", lambda one: replace(one, name=name or None), {"name": name}, seen)
    return await do(engine, viewer, problem_id, deed)


async def own(
    engine: Engine, viewer: Viewer, problem_id: str, login: str | None, seen: int | None = None
) -> Problem:
    """`login` None: nobody's again. Whether there is such a person the caller has looked."""
    deed = Deed("owned", lambda one: replace(one, owner=login), {"owner": login}, seen)
    return await do(engine, viewer, problem_id, deed)


async def set_state(
    engine: Engine,
    viewer: Viewer,
    problem_id: str,
    state: ProblemState,
    seen: int | None = None,
) -> Problem:
    """`RefusedError` where the problem has no messages: a state would draw new ones to places that
    are no longer in it.
    """
    if state not in _SETTABLE:
        raise BadInputError("Такое состояние проблеме не ставят.", field="state")
    solved = datetime.now(UTC) if state is ProblemState.SOLVED else None

    def change(one: Problem) -> Problem:
        if one.state is ProblemState.EMPTY:
            raise RefusedError(_EMPTY)
        return one if one.state is state else replace(one, state=state, solved_at=solved)

    deed = Deed("state", change, {"state": state.value}, seen)
    return await do(engine, viewer, problem_id, deed)


async def keep_apart(engine: Engine, viewer: Viewer, one_id: str, other_id: str) -> None:
    """«Это разные проблемы»: the machine never merges them."""
    one, other = await _two(engine, viewer, one_id, other_id)
    for here, there in ((one, other), (other, one)):
        deed = Deed("apart", _apart_from(there.id), {"other": there.id})
        await do(engine, viewer, here.id, deed)


async def merge(
    engine: Engine, viewer: Viewer, problem_id: str, into_id: str, seen: int | None = None
) -> Problem:
    """`problem_id` lives on in `into_id`, which is returned; its links lead there for ever."""
    gone, stays = await _two(engine, viewer, problem_id, into_id)

    def change(one: Problem) -> Problem:
        return replace(
            one, state=ProblemState.MERGED, merged_into=stays.id, moved=False, growing=False
        )

    deed = Deed("merged", change, {"into": stays.id}, seen)
    return await do_merge(engine, viewer, gone.id, stays.id, deed)


async def split(
    engine: Engine,
    viewer: Viewer,
    problem_id: str,
    case_ids: Collection[str],
    seen: int | None = None,
) -> Problem:
    """A new problem of these messages of it; both are said to be others. The old one is told of it
    first: where that is refused there is no new one, and where nobody comes to make the new one,
    the workers do.
    """
    whole = await _itself(engine, viewer, problem_id)
    ids = await _seen_cases(engine, viewer, case_ids, of=whole.id)
    if len(ids) >= whole.members:
        raise RefusedError("Отделить можно часть сообщений, а не все.")
    name = part_id()
    about = {"into": name, "messages": len(ids), "cases": ids}
    deed = Deed(SPLIT, lambda one: split_of(one, name), about, seen)
    part = parts_of(await do(engine, viewer, whole.id, deed))[name]
    await repository.create_once(engine, part)
    return part


async def put_in(
    engine: Engine,
    viewer: Viewer,
    problem_id: str,
    case_ids: Collection[str],
    seen: int | None = None,
) -> Problem:
    ids = await _seen_cases(engine, viewer, case_ids)
    return await _claim(engine, viewer, problem_id, "put_in", ids, seen)


async def take_out(
    engine: Engine,
    viewer: Viewer,
    problem_id: str,
    case_ids: Collection[str],
    seen: int | None = None,
) -> Problem:
    """They stay alone: neither this problem nor another takes them in by itself."""
    whole = await _itself(engine, viewer, problem_id)
    ids = await _seen_cases(engine, viewer, case_ids, of=whole.id)
    return await _claim(engine, viewer, whole.id, "taken_out", ids, seen)


async def _claim(
    engine: Engine, viewer: Viewer, problem_id: str, kind: str, ids: list[str], seen: int | None
) -> Problem:
    now = datetime.now(UTC)
    claims = [Claim(one, viewer.name, now, kind == "taken_out") for one in ids]

    def change(one: Problem) -> Problem:
        return replace(one, claims=[*one.claims, *claims], moved=False)

    return await do(engine, viewer, problem_id, Deed(kind, change, {"cases": ids}, seen))


async def _itself(engine: Engine, viewer: Viewer, problem_id: str) -> Problem:
    """The problem that was shown; `RefusedError` where another has its messages by now."""
    require(viewer, Permission.PROBLEM_MANAGE)
    found = await repository.get(engine, problem_id)
    if found is None:
        raise NotFoundError(ABSENT)
    must_live(viewer, found)
    return found


async def _two(
    engine: Engine, viewer: Viewer, one_id: str, other_id: str
) -> tuple[Problem, Problem]:
    one = await _itself(engine, viewer, one_id)
    other = await open_problem(engine, viewer, other_id)
    if one.id == other.id:
        same = one_id == other_id
        raise RefusedError(
            "Это одна и та же проблема." if same else "Эти две проблемы уже объединены."
        )
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
