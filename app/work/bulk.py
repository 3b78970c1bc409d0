"""One action on the rows that were marked: each on its own, told row by row."""

from asyncio import gather
from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

from msgspec import Struct

from app.cases.actions.apply import rule_of
from app.cases.actions.model import Action
from app.cases.actions.reading import read_given
from app.cases.doing import act
from app.engine.client import Engine
from app.engine.names import Index
from app.errors import OtklikError
from app.viewer import Viewer


class Marked(Struct, frozen=True):
    """A row as the person saw it."""

    id: str
    version: int


class Told(Struct, frozen=True):
    """What came of one row."""

    id: str
    done: bool
    message: str = ""
    version: int = 0
    """After the action: what an undo starts from."""


class Outcome(Struct, frozen=True):
    action: str
    told: list[Told]

    @property
    def done(self) -> list[Told]:
        return [one for one in self.told if one.done]

    @property
    def refused(self) -> list[Told]:
        return [one for one in self.told if not one.done]


async def do_to_marked(
    engine: Engine,
    viewer: Viewer,
    marked: Sequence[Marked],
    name: str,
    raw: Mapping[str, str],
    key: str,
    zone: ZoneInfo,
) -> Outcome:
    """Rows of one page, so everybody waits for all of them; refreshed once at the end.

    Raises `BadInputError` for what was typed and `NotFoundError` for an unknown action before any
    row is touched. Sent twice with the same `key` it does nothing more and tells the same.
    """
    given = read_given(rule_of(name), raw, zone)
    action = Action(name, given, key)
    told = await gather(*(_one(engine, viewer, one, action, zone) for one in marked))
    if any(one.done for one in told):
        await engine.refresh(Index.CASES)
    return Outcome(name, list(told))


async def _one(
    engine: Engine, viewer: Viewer, marked: Marked, action: Action, zone: ZoneInfo
) -> Told:
    """A refusal concerns its row only; the sentence says why and who may."""
    try:
        outcome = await act(
            engine, viewer, marked.id, marked.version, action, zone=zone, refresh=False
        )
    except OtklikError as error:
        return Told(marked.id, done=False, message=error.message)
    return Told(marked.id, done=True, version=outcome.case.version)
