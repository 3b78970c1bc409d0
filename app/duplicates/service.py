"""Groups of duplicates: seen, taken apart, given another main case; each act can be undone."""

from collections.abc import Awaitable, Callable, Sequence
from zoneinfo import ZoneInfo

from msgspec import Struct

from app.cases.actions.duplicates import EXPECTED, LINKED_ID
from app.cases.actions.model import Action, Given, Value
from app.cases.actions.undo import UNDO
from app.cases.doing import act
from app.cases.models import Case
from app.cases.permissions import may_see
from app.cases.service import open_case
from app.duplicates.groups import roots, sleeping
from app.duplicates.members import Members, members_of, said_of, words_in
from app.duplicates.settling import settle
from app.engine.client import Engine
from app.errors import RefusedError
from app.viewer import Viewer


class Group(Struct, frozen=True):
    """What one viewer may know of a group."""

    main: Case | None
    """None where it is not for this viewer's eyes."""
    others: tuple[Case, ...]
    """Those that count as duplicates, the earliest first."""
    hidden: int = 0
    """Members that the viewer does not see, the main case among them where it is one."""

    @property
    def seen(self) -> tuple[Case, ...]:
        return (self.main, *self.others) if self.main else self.others

    @property
    def size(self) -> int:
        return len(self.seen) + self.hidden


Act = Callable[[Engine, Viewer, str, str | None, ZoneInfo], Awaitable[Case]]
"""On a case by its id, once for its key; answers with the case it was written in, which can take
it back."""


async def group_of(engine: Engine, viewer: Viewer | None, case: Case) -> Group | None:
    """None where the case is alone. Worked out from what people said, so it is right at once."""
    members = await members_of(engine, [case.id])
    main_of = roots(words_in(members))
    main = main_of.get(case.id) or case.id
    group = [one for one in members.values() if (main_of[one.id] or one.id) == main]
    if len(group) < 2:  # noqa: PLR2004 - a group of one is none
        return None
    seen = sorted((one for one in group if may_see(viewer, one)), key=_order)
    head = members[main]
    others = tuple(one for one in seen if one.id != main)
    return Group(head if may_see(viewer, head) else None, others, len(group) - len(seen))


def _order(case: Case) -> tuple[object, ...]:
    return case.received_at, case.id


async def unlink(
    engine: Engine, viewer: Viewer, case_id: str, key: str | None, zone: ZoneInfo
) -> Case:
    """The case is nobody's duplicate any more; what is its own duplicate goes with it."""
    case = await open_case(engine, viewer, case_id)
    waking = _waking(await members_of(engine, [case.id]), case)
    for one in waking:
        await act(engine, viewer, one, None, Action("unmark_duplicate", key=key), zone=zone)
    outcome = await act(
        engine, viewer, case.id, None, Action("unmark_duplicate", key=key), zone=zone
    )
    await settle(engine, [case.id, *waking])
    return outcome.case


def _waking(members: Members, case: Case) -> Sequence[str]:
    """Cases whose silenced word would tie the two together again."""
    words = words_in(members)
    without = {one: None if one == case.id else said for one, said in words.items()}
    mine = roots(without)
    main = roots(words)[case.id]
    joined = main is not None and (mine[main] or main) == (mine[case.id] or case.id)
    return sorted(sleeping(words) & {main or ""}) if joined else ()


async def make_main(
    engine: Engine, viewer: Viewer, case_id: str, key: str | None, zone: ZoneInfo
) -> Case:
    """Written as the newest word in the case that is main now: it becomes a duplicate of this."""
    case = await open_case(engine, viewer, case_id)
    members = await members_of(engine, [case.id])
    root = roots(words_in(members))[case.id]
    if root is None:
        raise RefusedError("Это обращение уже главное.")
    head = members[root]
    said = said_of(head)
    values: dict[str, Value] = {
        "number": case.number,
        LINKED_ID: case.id,
        EXPECTED: said.of if said else "",
        "why": [f"главным выбрано {case.number}"],
    }
    action = Action("mark_duplicate", Given(values), key)
    outcome = await act(engine, viewer, head.id, None, action, zone=zone)
    await settle(engine, [head.id])
    return outcome.case


async def undo(
    engine: Engine, viewer: Viewer, case_id: str, key: str | None, zone: ZoneInfo
) -> Case:
    """The own last act on this case is taken back, whatever it was."""
    case = await open_case(engine, viewer, case_id)
    outcome = await act(engine, viewer, case.id, None, Action(UNDO, key=key), zone=zone)
    await settle(engine, [case.id])
    return outcome.case
