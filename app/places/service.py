"""What people do with the book of places: load a table, take it back, have it as it is."""

from collections.abc import Sequence
from datetime import UTC, datetime

import structlog
from ulid import ULID

from app.engine.client import Engine
from app.errors import ConflictError, RefusedError
from app.permissions import Permission
from app.places import repository
from app.places.current import forget_places
from app.places.models import KnownPlace, Loaded, PlacesBook
from app.places.rules import changed_streets, loaded_words, merged, state_words, with_state
from app.viewer import Viewer, require

log = structlog.get_logger()
_TRIES = 3


async def open_places(engine: Engine, viewer: Viewer | None) -> PlacesBook:
    """Raises `ForbiddenError`."""
    require(viewer, Permission.BOOKS_EDIT)
    return (await repository.load_book(engine))[0]


async def all_places(engine: Engine, viewer: Viewer | None) -> list[KnownPlace]:
    """Raises `ForbiddenError`."""
    return await repository.read_state(engine, (await open_places(engine, viewer)).current)


async def load_places(
    engine: Engine, viewer: Viewer | None, given: Sequence[KnownPlace], *, replace_all: bool
) -> Loaded:
    """All of it or nothing; what was in use is kept to go back to. A table that changes nothing
    writes nothing. Raises `ForbiddenError`, `BadInputError`, `ConflictError`.
    """
    who = require(viewer, Permission.BOOKS_EDIT).name
    for _ in range(_TRIES):
        book, read = await repository.load_book(engine)
        was = await repository.read_state(engine, book.current)
        now, done = merged(was, given, replace_all=replace_all)
        if not (streets := changed_streets(was, now)):
            return done
        kept = await repository.write_state(engine, str(ULID()), now)
        event = ("places_loaded", f"Загружена таблица: {loaded_words(done)}")
        at = datetime.now(UTC)
        try:
            await repository.save_book(
                engine, with_state(book, kept, streets, event, who, at), read
            )
        except ConflictError:
            continue
        forget_places(engine)
        log.info("places_loaded", by=who, places=kept.places)
        return done
    raise ConflictError("Справочник мест как раз меняют. Повторите через несколько секунд.")


async def restore_places(engine: Engine, viewer: Viewer | None, version: int) -> PlacesBook:
    """What was in use before the last change is in use again, and what is now may be come back to.
    `version` is the one that was shown. Raises `ForbiddenError`, `RefusedError`, `ConflictError`.
    """
    who = require(viewer, Permission.BOOKS_EDIT).name
    book, read = await repository.load_book(engine)
    if book.version != version:
        raise ConflictError("Справочник мест тем временем изменили. Посмотрите, что в нём теперь.")
    if book.previous is None:
        raise RefusedError("Возвращать нечего: прежнего состояния нет.")
    was = await repository.read_state(engine, book.current)
    now = await repository.read_state(engine, book.previous)
    event = ("places_restored", f"Возвращено прежнее: {state_words(book.previous)}")
    at, streets = datetime.now(UTC), changed_streets(was, now)
    restored = with_state(book, book.previous, streets, event, who, at)
    await repository.save_book(engine, restored, read)
    forget_places(engine)
    log.info("places_restored", by=who)
    return restored
