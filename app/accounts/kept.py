"""Who works here, as lists of cases name them: kept for seconds, read anew after a change."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from msgspec import Struct

from app.engine.client import Engine

KEPT_SECONDS = 5.0
"""How late another process's change of a name is seen; as long as the book of departments."""


class Colleague(Struct, frozen=True):
    """Nothing of a person but what colleagues see."""

    login: str
    name: str
    active: bool


@dataclass
class _Held:
    people: tuple[Colleague, ...] = ()
    until: float = float("-inf")
    changes: int = 0
    """Of this process: what was read before one must not be kept after it."""


_held: WeakKeyDictionary[Engine, _Held] = WeakKeyDictionary()


async def kept(
    engine: Engine, read: Callable[[], Awaitable[tuple[Colleague, ...]]]
) -> tuple[Colleague, ...]:
    """What `read` gave some seconds ago, else what it gives now. An engine that is away raises."""
    held = _held.setdefault(engine, _Held())
    if time.monotonic() < held.until:
        return held.people
    before = held.changes
    people = await read()
    if held.changes == before:
        held.people, held.until = people, time.monotonic() + KEPT_SECONDS
    return people


def forget_people(engine: Engine) -> None:
    """After a write of this process: whoever was just made is offered at once."""
    held = _held.setdefault(engine, _Held())
    held.changes += 1
    held.until = float("-inf")
