"""Refused requests in the journal, so many of them in full and the rest as a number.

Whoever knocks a thousand times a second gets a line with the count instead of a thousand lines,
so nobody can fill the disk from outside.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from litestar import Request

from app.audit.models import AuditEvent, ObjectKind, Outcome, as_code, as_id, as_login, happened
from app.audit.waiting import Journal
from app.errors import NotFoundError
from app.origin import current_origin
from app.tasks import end
from app.web.access import viewer_of
from app.web.callers import network_of

EACH = 20
"""Lines in full of one address a minute."""
ALL = 300
"""Lines in full of all addresses a minute."""
MOST_ADDRESSES = 5_000
"""Counted apart in one minute; the rest are counted together."""
MINUTE = 60.0
_OTHERS, _NOWHERE = "others", "unknown"
"""No addresses: of those beyond the count, and of requests that came without one (a socket)."""
_TOLD = frozenset({401, 403, 421, 429})
_ABSENT = 404
_KINDS = {
    "cases": ObjectKind.CASE,
    "exports": ObjectKind.EXPORT,
    "imports": ObjectKind.IMPORT,
    "attachments": ObjectKind.ATTACHMENT,
    "people": ObjectKind.ACCOUNT,
    "tokens": ObjectKind.TOKEN,
    "sessions": ObjectKind.SESSION,
    "audit": ObjectKind.AUDIT,
}


@dataclass
class Window:
    """One minute: how often each address was refused, and what of it was only counted."""

    began: float
    seen: dict[str, int] = field(default_factory=dict)
    written: int = 0
    counted: dict[str, int] = field(default_factory=dict)


class Refusals:
    """One a process: with N processes N times as many lines at most."""

    def __init__(self, journal: Journal, clock: Callable[[], float] = time.monotonic) -> None:
        self._journal = journal
        self._clock = clock
        self._window = Window(clock())
        self._lock = asyncio.Lock()

    async def note(self, event: AuditEvent) -> None:
        """Writes the line, or counts it; a minute that is over is summed up first."""
        await self.sum_up()
        if self._admits(network_of(event.address) if event.address else _NOWHERE):
            await self._journal.note(event)

    async def sum_up(self, *, now: bool = False) -> None:
        """Writes the counts of a minute that is over (with `now` of this one too)."""
        async with self._lock:
            over = self._window
            if not now and self._clock() - over.began < MINUTE:
                return
            self._window = Window(self._clock())
        for network, count in over.counted.items():
            address = None if network in {_OTHERS, _NOWHERE} else network.partition("/")[0]
            await self._journal.note(
                happened(
                    "request.refused_many",
                    outcome=Outcome.REFUSED,
                    count=count,
                    address=address,
                    agent=None,
                    request_id=None,
                    token=None,
                )
            )

    def _admits(self, network: str) -> bool:
        window = self._window
        if network not in window.seen and len(window.seen) >= MOST_ADDRESSES:
            network = _OTHERS
        window.seen[network] = window.seen.get(network, 0) + 1
        if window.seen[network] > EACH or window.written >= ALL:
            summed = network if len(window.counted) < EACH * 2 else _OTHERS
            summed = network if network in window.counted else summed
            window.counted[summed] = window.counted.get(summed, 0) + 1
            return False
        window.written += 1
        return True


@asynccontextmanager
async def told_each_minute(refusals: Refusals) -> AsyncIterator[None]:
    """For the life of the site: counts wait for no further refusal and are not lost at its end."""

    async def go_on() -> None:
        while True:
            await asyncio.sleep(MINUTE)
            await refusals.sum_up()

    task = asyncio.create_task(go_on())
    try:
        yield
    finally:
        try:
            await end(task)
        finally:
            await refusals.sum_up(now=True)


def is_told(status: int, request: Request[Any, Any, Any], error: Exception) -> bool:
    """Refusals of people and programs; of «not found» only where an object was asked for."""
    asked = isinstance(error, NotFoundError) and bool(request.scope.get("path_params"))
    return status in _TOLD or (status == _ABSENT and asked)


def refusal_of(request: Request[Any, Any, Any], code: str) -> AuditEvent:
    """What may be told of a refused request: the address as declared, ids that look like ids."""
    viewer = viewer_of(request)
    route = str(request.scope.get("path_template") or "") or None
    kind = _KINDS.get(_first_part(route or request.url.path))
    origin = current_origin()
    return happened(
        "request.refused",
        who=as_login(viewer.name) if viewer else None,
        outcome=Outcome.REFUSED,
        code=as_code(code),
        method=request.method if request.method.isalpha() else None,
        route=route,
        kind=kind,
        object_id=_object_id(request) if kind else None,
        address=origin.address if origin else None,
    )


def _first_part(path: str) -> str:
    return path.removeprefix("/api/v1").lstrip("/").partition("/")[0]


def _object_id(request: Request[Any, Any, Any]) -> str | None:
    for value in request.scope.get("path_params", {}).values():
        if found := as_id(str(value)):
            return found
    return None
