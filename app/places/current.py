"""The book of places as a process uses it: asked for each few seconds, read when it changed."""

from collections.abc import Mapping
from typing import Any

import msgspec
import structlog

from app.engine.client import Engine
from app.engine.names import Index
from app.errors import ConflictError, EngineSetupError, EngineUnavailableError
from app.places import repository
from app.places.models import DOCUMENT, Kept, KnownPlace
from app.reference.kept import KeptBook

log = structlog.get_logger()


def _to_kept(source: Mapping[str, Any]) -> Kept | None:
    return msgspec.convert(source.get("current"), Kept | None)


_book: KeptBook[Kept | None] = KeptBook(
    Index.PLACES, DOCUMENT, ("current",), _to_kept, empty=lambda _: None
)
_held: tuple[str, list[KnownPlace]] = ("", [])
"""The last state, by its name, for all engines of the process: workers have one a message."""


async def current_places(engine: Engine) -> tuple[str, list[KnownPlace]]:
    """Name of the state of the last seconds and its places; those held before where it cannot be
    read now.
    """
    global _held  # noqa: PLW0603 - one state for the process
    kept = await _book.current(engine)
    name = kept.generation if kept else ""
    if name != _held[0]:
        try:
            _held = name, await repository.read_state(engine, kept)
        except (ConflictError, EngineSetupError, EngineUnavailableError) as error:
            log.warning("places_away", error=type(error).__name__)
            _book.forget(engine)
    return _held


def forget_places(engine: Engine) -> None:
    """The next request reads the book anew: after it was changed in this process."""
    _book.forget(engine)
