"""Suggests what a message is about, whose it is, how urgent, where and in one line."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from anyio.to_thread import run_sync
from msgspec.structs import replace

from app.cases.codes import Importance
from app.cases.models import Case
from app.engine.client import Engine
from app.engine.names import Index
from app.errors import EncoderError, EngineSetupError, EngineUnavailableError, ForbiddenError
from app.meaning.service import message_vector
from app.permissions import Permission
from app.reference.current import current_book
from app.reference.departments import DepartmentBook, name_key
from app.reference.themes import active_themes
from app.search.vocabulary import current_vocabulary
from app.suggestions.current import InUse, current_suggestion_book, in_use
from app.suggestions.danger import Found, find_danger
from app.suggestions.gist import gist
from app.suggestions.guessing import Guessed, by_names, guess
from app.suggestions.models import (
    Asked,
    By,
    DepartmentGuess,
    ImportanceGuess,
    PlaceGuess,
    Suggestion,
)
from app.text.addresses import find_address
from app.text.words import words
from app.viewer import Viewer, require

_FEWEST_WORDS = 3
"""Of a text a theme is suggested for: fewer are the beginning of a sentence."""
LONGEST_TEXT = 20_000


async def suggest(engine: Engine, viewer: Viewer | None, asked: Asked) -> Suggestion:
    """Nothing of any case is told but names of themes and departments. Raises `ForbiddenError`."""
    if viewer is None or not (
        viewer.may(Permission.CASE_CLASSIFY) or viewer.may(Permission.CASE_REGISTER)
    ):
        raise ForbiddenError("Нет права: менять тему, место и важность.")
    vector, version = await _vector(engine, asked)
    return await _within_sight(engine, viewer, await suggest_for(engine, asked, vector, version))


async def suggest_for_case(
    engine: Engine, viewer: Viewer | None, case: Case, zone: ZoneInfo
) -> Suggestion:
    """By the vector the case bears, where it does. The caller has checked that it may be seen."""
    require(viewer, Permission.CASE_CLASSIFY)
    place = case.place
    asked = Asked(
        text=case.text[:LONGEST_TEXT],
        title=case.title or "",
        street=place.street or "",
        house=place.house or "",
        settlement=place.settlement or "",
        street_type=place.street_type or "",
        municipality=place.municipality or "",
        month=this_month(case.received_at.astimezone(zone)),
    )
    stored = await engine.get(Index.CASES, case.id, fields=("emb", "emb_ver"))
    vector = stored.source.get("emb") if stored else None
    if stored is None or vector is None:
        return await suggest(engine, viewer, asked)
    found = await suggest_for(engine, asked, vector, stored.source.get("emb_ver", ""))
    return await _within_sight(engine, viewer, found)


async def _within_sight(engine: Engine, viewer: Viewer | None, found: Suggestion) -> Suggestion:
    if (await current_book(engine)).departments or _sees_all_departments(viewer):
        return found
    return replace(found, departments=[])


def _sees_all_departments(viewer: Viewer | None) -> bool:
    """Without a book, names of departments come from cases this viewer might not see."""
    if viewer is None:
        return False
    return viewer.everything or any(scope.departments is None for scope in viewer.scopes)


async def suggest_for(
    engine: Engine,
    asked: Asked,
    vector: list[float] | None,
    vector_version: str,
    *,
    explained: bool = True,
) -> Suggestion:
    """For whoever has the vector already; one of another version than was learned is left out.

    Telling the words of each theme (`explained`) is half of the work.
    """
    used = await in_use(engine)
    known = used.state.emb_ver if used.state else None
    vector = vector if known and known == vector_version else None
    found = await _guessed(engine, used, asked, vector, explained=explained)
    listed = (await current_suggestion_book(engine)).words.values()
    dangers = await run_sync(find_danger, asked.whole, list(listed), asked.month)
    return Suggestion(
        themes=found.themes,
        departments=await _departments(engine, found),
        importance=importance_of(dangers),
        place=await _place(engine, used, asked),
        gist=await run_sync(gist, asked.text, found.telling),
        danger=[one.word.code for one in dangers],
        by=_by(used, found, vector),
        version=used.state.version if used.state and used.model else 0,
    )


async def _vector(engine: Engine, asked: Asked) -> tuple[list[float] | None, str]:
    """As of a message: the model learned from messages."""
    try:
        version, vector = await message_vector(engine, asked.whole)
    except EncoderError:
        return None, ""  # `Suggestion.by` says that words alone were looked at
    return vector, version


async def _guessed(
    engine: Engine, used: InUse, asked: Asked, vector: list[float] | None, *, explained: bool
) -> Guessed:
    if len(words(asked.whole)) < _FEWEST_WORDS:
        return Guessed([], [], {})
    if used.model is not None:
        return await run_sync(guess, used.model, asked.whole, vector, explained)
    try:
        themes = await active_themes(engine)
    except (EngineSetupError, EngineUnavailableError):
        return Guessed([], [], {})  # `By.NOTHING` is told
    return Guessed(await run_sync(by_names, asked.whole, themes), [], {})


def _by(used: InUse, found: Guessed, vector: list[float] | None) -> By:
    if not found.themes and not found.departments:
        return By.NOTHING
    if used.model is None:
        return By.NAMES
    return By.BOTH if vector is not None else By.WORDS


async def _departments(engine: Engine, found: Guessed) -> list[DepartmentGuess]:
    """Closed ones are not suggested."""
    book = await current_book(engine)
    guesses = [(_department(book, name), score) for name, score in found.departments]
    return [DepartmentGuess(code, name, score) for (code, name, open_), score in guesses if open_]


def _department(book: DepartmentBook, name: str) -> tuple[str, str, bool]:
    """Code, present name, whether it is open; a name the book does not bear stays as it is."""
    key = name_key(name)
    for one in book.departments.values():
        if key in {name_key(it) for it in one.names}:
            return one.code, one.name, one.active
    return name, name, True


def importance_of(dangers: list[Found]) -> ImportanceGuess:
    if not dangers:
        return ImportanceGuess("normal")
    high = any(one.word.importance is Importance.HIGH for one in dangers)
    value = Importance.HIGH if high else Importance.NORMAL
    return ImportanceGuess(value, [one.told for one in dangers])


async def _place(engine: Engine, used: InUse, asked: Asked) -> PlaceGuess | None:
    """What was given in its own field goes before what the text names."""
    street, house, street_type = (
        asked.street or None,
        asked.house or None,
        asked.street_type or None,
    )
    if street is None:
        streets = (await current_vocabulary(engine)).streets
        found = await run_sync(find_address, asked.whole, streets)
        if found is None:
            return None
        street_type, street, house = found.address
    spot = used.places.locate(
        street, house, asked.municipality or None, asked.settlement or None, street_type
    )
    if spot is None:
        return PlaceGuess(street, street_type, house)
    return PlaceGuess(
        street, street_type, house, spot.district, spot.lat, spot.lon, spot.sureness, spot.told
    )


def this_month(moment: datetime | None = None) -> int:
    return (moment or datetime.now(UTC)).month
