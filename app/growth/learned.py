"""The threshold of this installation and when its series were last looked at, in one document."""

from datetime import datetime

import msgspec
from msgspec import Struct

from app.engine import writer
from app.engine.client import Engine, Stored
from app.engine.names import Index
from app.growth.calibration import Learned

_DOCUMENT = "state"


class State(Struct, frozen=True, omit_defaults=True):
    learned: Learned = Learned()
    watched_at: datetime | None = None
    series: int = 0
    seconds: float = 0.0
    """How long the last look took."""


async def read_state(engine: Engine) -> tuple[State, Stored | None]:
    read = await engine.get(Index.GROWTH, _DOCUMENT)
    return (msgspec.convert(read.source["document"], State) if read else State()), read


async def keep_state(engine: Engine, state: State, read: Stored | None) -> None:
    """Raises `ConflictError` where another worker was first."""
    document = {"id": _DOCUMENT, "kind": _DOCUMENT, "document": msgspec.to_builtins(state)}
    if read is None:
        await writer.create(engine, Index.GROWTH, _DOCUMENT, document)
    else:
        await writer.replace(engine, read, document)
