"""The windows of themes as a document: read where messages are placed, edited by people.

A change holds for messages that come after it. What lies in problems stays there: see `grace`.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import structlog
from msgspec import Struct, field

from app.audit.service import ObjectKind, happened, record
from app.engine import writer
from app.engine.client import Engine, Stored
from app.engine.names import Index
from app.errors import ConflictError
from app.permissions import Permission
from app.problems.models import Problem
from app.problems.windows import Moved, Windows, checked, moved, shipped_windows
from app.viewer import Viewer, require

log = structlog.get_logger()

DOCUMENT = "problem-windows"


class WindowsChange(Struct, frozen=True, omit_defaults=True):
    """One line of the history."""

    seq: int
    at: datetime
    by: str
    moved: list[Moved]
    shipped: bool = False
    """Back to the list that is shipped."""


class WindowBook(Struct, frozen=True, omit_defaults=True):
    own: Windows | None = None
    """None: as they are shipped, also by a later release."""
    history: list[WindowsChange] = field(default_factory=list)
    """The oldest first."""

    @property
    def windows(self) -> Windows:
        return self.own or shipped_windows()

    @property
    def version(self) -> int:
        """0 as it is shipped."""
        return self.history[-1].seq if self.history else 0

    def grace(self, older: Problem, younger: Problem) -> timedelta:
        """How long after the last message of `older` the beginning of `younger` is still of it.

        Nought where `younger` began before the windows were last changed: a change of them must
        join no problems that stood apart under the windows before.
        """
        if self.history and younger.created_at < self.history[-1].at:
            return timedelta(0)
        return self.windows.of(older.theme, older.group)


async def load_windows(engine: Engine) -> WindowBook:
    """As it is now. Raises what the engine raises: a message placed by another window than the
    one that holds would stay there.
    """
    return (await _read(engine))[0]


async def open_windows(engine: Engine, viewer: Viewer | None) -> WindowBook:
    """Raises `ForbiddenError`."""
    require(viewer, Permission.BOOKS_EDIT)
    return await load_windows(engine)


async def save_windows(
    engine: Engine, viewer: Viewer | None, wanted: Windows, version: int
) -> WindowBook:
    """`version` is the one that was shown. Raises `ForbiddenError`, `BadInputError`, and
    `ConflictError` where the list was changed since.
    """
    return await _change(engine, viewer, checked(wanted), version)


async def reset_windows(engine: Engine, viewer: Viewer | None, version: int) -> WindowBook:
    """Back to the shipped list. Raises as `save_windows`."""
    return await _change(engine, viewer, None, version)


async def _change(
    engine: Engine, viewer: Viewer | None, own: Windows | None, version: int
) -> WindowBook:
    who = require(viewer, Permission.BOOKS_EDIT)
    book, read = await _read(engine)
    if book.version != version:
        raise ConflictError("Список тем временем изменили. Введённое осталось в полях.")
    differs = moved(book.windows, own or shipped_windows())
    if not differs and (own is not None or book.own is None):
        return book
    change = WindowsChange(
        book.version + 1, datetime.now(UTC), who.name, differs, shipped=own is None
    )
    made = WindowBook(own, [*book.history, change])
    await _record(engine, who)
    await _write(engine, made, read)
    log.info("windows_changed", by=who.name, words=len(differs))
    return made


async def _record(engine: Engine, viewer: Viewer) -> None:
    """Before it is done: nothing is done that the journal does not know of."""
    lent = viewer.lent_by(Permission.BOOKS_EDIT)
    event = happened(
        "book.windows_changed",
        who=viewer.name,
        for_whom=lent,
        kind=ObjectKind.BOOK,
        object_id="windows",
    )
    await record(engine, event)


async def _read(engine: Engine) -> tuple[WindowBook, Stored | None]:
    read = await engine.get(Index.REFERENCE, DOCUMENT)
    if read is None:
        return WindowBook(), None
    return msgspec.convert(read.source["document"], WindowBook), read


async def _write(engine: Engine, book: WindowBook, read: Stored | None) -> None:
    document: dict[str, Any] = {
        "book": "problems",
        "code": "windows",
        "document": msgspec.to_builtins(book),
    }
    if read is None:
        await writer.create(engine, Index.REFERENCE, DOCUMENT, document)
    else:
        await writer.replace(engine, read, document)
