"""From «да, это дубль» to one write of one case: which of the two, and of whom."""

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from msgspec import Struct

from app.cases.actions.duplicates import EXPECTED, LINKED_ID
from app.cases.actions.model import Action, Given, Value
from app.cases.doing import act
from app.cases.models import Case
from app.cases.permissions import may_see
from app.duplicates.groups import roots
from app.duplicates.members import Members, members_of, words_in
from app.duplicates.models import Pair
from app.engine.client import Engine
from app.errors import ConflictError, NotFoundError, RefusedError
from app.viewer import Viewer

_TRIES = 4
_HIDDEN = "Главное обращение группы вам не видно. Связать может тот, кто видит обе группы целиком."


class Linked(Struct, frozen=True):
    """What a verdict did: this case became a duplicate of that one."""

    case_id: str
    main: str


async def link(engine: Engine, viewer: Viewer, pair: Pair, zone: ZoneInfo) -> Linked | None:
    """None where both were in one group already.

    Of two groups the one whose main case came later joins the other, main case to main case, so
    nobody's earlier word is touched.
    """
    for _ in range(_TRIES):
        members = await members_of(engine, [pair.a, pair.b])
        if done := _done(members, pair):
            return done
        earlier, later = _mains(members, pair)
        if earlier.id == later.id:
            return None
        if not (may_see(viewer, earlier) and may_see(viewer, later)):
            raise RefusedError(_HIDDEN)
        try:
            await act(engine, viewer, later.id, None, _action(pair, earlier, later), zone=zone)
        except RefusedError:
            if _changed(later, await members_of(engine, [later.id])):
                continue  # somebody linked it meanwhile: what is right now is another thing
            raise
        return Linked(later.id, earlier.id)
    raise ConflictError("Эти обращения как раз связывают другие. Повторите через минуту.")


def _done(members: Members, pair: Pair) -> Linked | None:
    """What this very verdict has done, where its process died before it could say so; of nobody
    where it was taken back by now.
    """
    for case in members.values():
        event = next((one for one in case.history if pair.key and one.key == pair.key), None)
        if event:
            said = case.duplicate
            return Linked(case.id, (said and said.of_number == event.to and said.of) or "")
    return None


def _mains(members: Members, pair: Pair) -> tuple[Case, Case]:
    if pair.a not in members or pair.b not in members:
        raise NotFoundError("Одного из этих обращений больше нет.")
    main: Mapping[str, str | None] = roots(words_in(members))
    pairs = [members[main[one] or one] for one in (pair.a, pair.b)]
    earlier, later = sorted(pairs, key=lambda case: (case.received_at, case.id))
    return earlier, later


def _action(pair: Pair, earlier: Case, later: Case) -> Action:
    said = later.duplicate
    values: dict[str, Value] = {
        "number": earlier.number,
        LINKED_ID: earlier.id,
        EXPECTED: (said.of if said else None) or "",
        "kind": pair.kind,
        "score": str(pair.score),
        "why": list(pair.why),
    }
    return Action("mark_duplicate", Given(values), pair.key)


def _changed(before: Case, members: Members) -> bool:
    now = members.get(before.id)
    return now is not None and now.duplicate != before.duplicate
