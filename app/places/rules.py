"""What becomes of the book when a table is loaded or taken back. Pure."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from app.errors import BadInputError
from app.places.models import Kept, KnownPlace, Loaded, PlacesBook
from app.reference.rules import BookEvent
from app.web.filters import counted

MOST_PLACES = 200_000
"""Houses of a region of a million people; the book of so many takes 15 MB of memory."""
MOST_STREETS_NAMED = 20_000
"""Streets whose cases are looked at again one by one; above it all cases are."""
_CODE = "places"

StreetKey = tuple[str | None, str | None, str, str | None]
"""Municipality, settlement, name as `spot.street` has it, type."""


def merged(
    was: Sequence[KnownPlace], given: Sequence[KnownPlace], *, replace_all: bool
) -> tuple[list[KnownPlace], Loaded]:
    """Places that the table does not name stay, or go with `replace_all`. Raises `BadInputError`
    where there are too many.
    """
    before = {one.key: one for one in was}
    fresh = {one.key: one for one in given}
    after = fresh if replace_all else before | fresh
    if len(after) > MOST_PLACES:
        raise BadInputError(f"Мест стало бы больше {MOST_PLACES}: это предел.", field="file")
    same = sum(before.get(key) == one for key, one in fresh.items())
    known = sum(key in before for key in fresh)
    removed = len(before.keys() - after.keys())
    return list(after.values()), Loaded(len(fresh) - known, known - same, same, removed)


def changed_streets(was: Iterable[KnownPlace], now: Iterable[KnownPlace]) -> set[str]:
    """Streets of places that came, went or moved."""
    before, after = ({one.key: one for one in them} for them in (was, now))
    keys = before.keys() | after.keys()
    return {
        (after.get(key) or before[key]).street_key
        for key in keys
        if before.get(key) != after.get(key)
    }


def loaded_words(done: Loaded) -> str:
    """«новых 12, изменено 3, без изменений 40»."""
    words = f"новых {done.created}, изменено {done.changed}, без изменений {done.unchanged}"
    return f"{words}, убрано {done.removed}" if done.removed else words


def with_state(
    book: PlacesBook, kept: Kept, streets: set[str], event: tuple[str, str], by: str, at: datetime
) -> PlacesBook:
    """`kept` in use, what was in use kept to go back to. `event`: its code and its words."""
    what, name = event
    line = BookEvent(book.version + 1, at, by, what, _CODE, name)
    return PlacesBook(
        current=kept,
        previous=book.current,
        changed=_waiting(book, streets),
        changed_at=at,
        history=[*book.history, line],
        updated_at=at,
    )


def _waiting(book: PlacesBook, streets: set[str]) -> list[str]:
    """With those of an earlier change that nobody has looked at yet."""
    if book.changed_at and not book.changed:
        return []
    every = streets | set(book.changed)
    return sorted(every) if len(every) <= MOST_STREETS_NAMED else []


def state_words(kept: Kept | None) -> str:
    """«1 204 места на 96 улицах»."""
    if kept is None:
        return "ни одного места"
    places = counted(kept.places, "место", "места", "мест")
    return f"{places} на {counted(kept.streets, 'улице', 'улицах', 'улицах')}"


def streets_of(places: Iterable[KnownPlace]) -> dict[StreetKey, list[KnownPlace]]:
    """Places by their street; rows without a type go with the only street so named that has one."""
    by_name: dict[tuple[str | None, str | None, str], dict[str | None, list[KnownPlace]]] = {}
    for one in places:
        name = (one.municipality, one.settlement, one.street_key)
        by_name.setdefault(name, {}).setdefault(one.street_type, []).append(one)
    found: dict[StreetKey, list[KnownPlace]] = {}
    for name, by_type in by_name.items():
        kinds = [kind for kind in by_type if kind]
        for kind, them in by_type.items():
            whose = kind or (kinds[0] if len(kinds) == 1 else None)
            found.setdefault((*name, whose), []).extend(them)
    return found
