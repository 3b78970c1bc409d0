"""Sign-in, sessions, rights: what `app.accounts.events` tells becomes lines of the journal."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any

from app.accounts.events import Told, tell_to
from app.audit.models import AuditEvent, ObjectKind, Outcome, as_code, as_id, as_login, happened
from app.audit.recorder import write
from app.audit.refusals import Refusals
from app.audit.waiting import Journal
from app.engine.client import Engine

_UNKNOWN = "unknown_login"


class SecuritySink:
    """Refusals go the way of all refusals, so that a flood of wrong passwords is a number."""

    def __init__(self, engine: Engine, journal: Journal, refusals: Refusals | None) -> None:
        self._engine = engine
        self._journal = journal
        self._refusals = refusals
        self._writing: set[asyncio.Task[None]] = set()

    def take(self, told: Told) -> None:
        task = asyncio.get_running_loop().create_task(self._note(told, event_of(told)))
        self._writing.add(task)
        task.add_done_callback(self._writing.discard)

    async def write(self, told: Told) -> None:
        await write(self._engine, event_of(told))

    async def finish(self) -> None:
        """Waits until all that was taken is written."""
        while self._writing:
            await asyncio.gather(*self._writing, return_exceptions=True)

    def _note(self, told: Told, event: AuditEvent) -> Coroutine[Any, Any, None]:
        if told.refused and self._refusals:
            return self._refusals.note(event)
        return self._always(event)

    async def _always(self, event: AuditEvent) -> None:
        await self._journal.note(event)


def event_of(told: Told) -> AuditEvent:
    """A login nobody has is not kept: people type passwords and telephones into that field."""
    login = as_login(told.login) if told.reason != _UNKNOWN else None
    about = as_id(told.subject) or login
    kind = ObjectKind.ACCOUNT
    if told.token:
        kind, about = ObjectKind.TOKEN, as_id(f"{about}:{told.token}")
    return happened(
        told.what.value,
        who=login,
        outcome=Outcome.REFUSED if told.refused else Outcome.DONE,
        code=as_code(told.reason) if told.refused else None,
        reason=None if told.refused else as_code(told.reason),
        kind=kind if about else None,
        object_id=about,
    )


@asynccontextmanager
async def security_told(
    engine: Engine, journal: Journal, refusals: Refusals | None = None
) -> AsyncIterator[None]:
    """While it lasts, what accounts tell goes into the journal; at its end all of it is there."""
    sink = SecuritySink(engine, journal, refusals)
    with tell_to(sink):
        try:
            yield
        finally:
            await sink.finish()
