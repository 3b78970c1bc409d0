"""The model, the places and the book as a process uses them: read when first needed, renewed.

Fails soft: without a model, or with a damaged file, texts are still looked through for words of
danger, places and the gist, and what is missing is said.
"""

from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import Generic, TypeVar

import structlog
from anyio.to_thread import run_sync
from msgspec import Struct

from app.engine.client import Engine
from app.engine.names import Index
from app.places.current import current_places, forget_places
from app.places.models import KnownPlace
from app.places.rules import StreetKey, streets_of
from app.reference.kept import KeptBook
from app.suggestions.book import SuggestionBook, shipped_book, to_book
from app.suggestions.gazetteer import Gazetteer, House, Street, joined, street_of
from app.suggestions.models import ModelState
from app.suggestions.repository import BOOK, BOOK_FIELDS, LEARNED, Learned, to_learned
from app.suggestions.store import DamagedFileError, Model, read_file, unpack, unpack_places
from app.text.words import fold

log = structlog.get_logger()

_NOTHING = Learned()
_SHIPPED = shipped_book()
_book = KeptBook(Index.MODELS, BOOK, BOOK_FIELDS, to_book, empty=lambda _: _SHIPPED)
_learned = KeptBook(Index.MODELS, LEARNED, ("model",), to_learned, empty=lambda _: _NOTHING)

T = TypeVar("T")


class InUse(Struct, frozen=True):
    """`model` is None where nothing was learned yet, or `trouble` says why it cannot be used."""

    state: ModelState | None
    model: Model | None
    places: Gazetteer
    trouble: str = ""


class _Files(Generic[T]):
    """The last file of a kind, for all engines of the process: workers have one a message."""

    def __init__(self, read: Callable[[bytes], T]) -> None:
        self._read = read
        self._held: tuple[str, T] | None = None
        self._lock = Lock()

    async def get(self, data_dir: Path, name: str, sha256: str) -> T:
        """Raises `DamagedFileError`. Reading 80 MB takes 0.3 s, once a night."""
        held = self._held
        if held is not None and held[0] == sha256:
            return held[1]
        return await run_sync(self._load, data_dir, name, sha256)

    def _load(self, data_dir: Path, name: str, sha256: str) -> T:
        """Whoever comes meanwhile waits: two would need twice the memory."""
        with self._lock:
            if self._held is None or self._held[0] != sha256:
                self._held = sha256, self._read(read_file(data_dir, name, sha256))
            return self._held[1]


_joined: tuple[tuple[str, str], Gazetteer] | None = None
_models = _Files(unpack)
_places = _Files(unpack_places)


async def current_suggestion_book(engine: Engine) -> SuggestionBook:
    """The book of the last five seconds; what is shipped where it cannot be read."""
    return await _book.current(engine)


async def in_use(engine: Engine) -> InUse:
    state = (await _learned.current(engine)).model
    if state is None:
        return InUse(None, None, await _with_known(engine, "", Gazetteer()))
    places, trouble = Gazetteer(), ""
    model: Model | None = None
    try:
        model = await _models.get(engine.data_dir, state.file, state.sha256)
        if state.places_file and state.places_sha256:
            places = await _places.get(engine.data_dir, state.places_file, state.places_sha256)
    except DamagedFileError as error:
        log.warning("model_unusable", version=state.version, error=str(error))
        trouble = (
            "Файл обученной модели не найден или повреждён: подсказки только по названиям тем."
        )
    learned = (state.places_sha256 or "") if places.streets else ""
    whole = await _with_known(engine, learned, places)
    return InUse(state, model, whole, trouble)


async def places_in_use(engine: Engine) -> Gazetteer:
    """What the table and the cases tell of houses."""
    return (await in_use(engine)).places


async def _with_known(engine: Engine, learned: str, places: Gazetteer) -> Gazetteer:
    """`places`, made of the file `learned`, with those of the table; joined once for both."""
    global _joined  # noqa: PLW0603 - one for the process, as the files are
    name, known = await current_places(engine)
    if not known:
        return places
    if _joined is None or _joined[0] != (learned, name):
        _joined = (learned, name), await run_sync(_join, places, known)
    return _joined[1]


def _join(learned: Gazetteer, known: list[KnownPlace]) -> Gazetteer:
    return joined(learned, [_street(*one) for one in streets_of(known).items()])


def _street(key: StreetKey, places: list[KnownPlace]) -> Street:
    houses = dict[str, House]()
    middle = None
    for one in places:
        point = House(one.lat, one.lon, 0, one.district)
        if one.house:
            houses[fold(one.house)] = point
        else:
            middle = point
    return street_of(places[0].street, (key[0], key[1], key[3]), houses, middle)


def forget_suggestions(engine: Engine) -> None:
    """The next request reads all documents anew: after one was changed in this process."""
    _book.forget(engine)
    _learned.forget(engine)
    forget_places(engine)
