"""Who works here, as lists of cases name them: kept for seconds, read anew after a change."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from msgspec import Struct

from app.engine.client import Engine

KEPT_SECONDS = 5.0
"""How late another process's change of a name is seen; as long as the book of departments."""

Found = TypeVar("Found")


class Colleague(Struct, frozen=True):
    """Nothing of a person but what colleagues see."""

    login: str
    name: str
    active: bool


@dataclass
class _Held:
    found: dict[str, tuple[Any, float]] = field(default_factory=dict)
    """What was read, by name, and until when it holds."""
    changes: int = 0
    """Of this process: what was read before one must not be kept after it."""


_held: WeakKeyDictionary[Engine, _Held] = WeakKeyDictionary()


async def kept(engine: Engine, name: str, read: Callable[[], Awaitable[Found]]) -> Found:
    """What `read` gave under `name` some seconds ago, else what it gives now. An engine that is
    away raises.
    """
    held = _held.setdefault(engine, _Held())
    known = held.found.get(name)
    if known and time.monotonic() < known[1]:
        before: Found = known[0]
        return before
    changes = held.changes
    found = await read()
    if held.changes == changes:
        held.found[name] = (found, time.monotonic() + KEPT_SECONDS)
    return found


def forget_people(engine: Engine) -> None:
    """After a write of this process: whoever was just made is offered at once."""
    held = _held.setdefault(engine, _Held())
    held.changes += 1
    held.found.clear()
