"""Pages «Опасные слова» and «Подсказки» put together."""

from dataclasses import replace
from typing import Any

from litestar import Request
from litestar.response import Template

from app.audit.people import names_of_all
from app.books.contexts import books_for
from app.books.danger.forms import WordForm
from app.cases.codes import IMPORTANCE_NAMES
from app.engine.client import Engine
from app.errors import OtklikError
from app.reference.rules import BookEvent
from app.suggestions.book import FIELDS
from app.suggestions.danger import DangerWord
from app.suggestions.editing import open_book
from app.viewer import Viewer
from app.web.render import page

AnyRequest = Request[Any, Any, Any]
SHOWN_EVENTS = 30
SHOWN_JUDGED = 20
_NAMES = (
    *("январь", "февраль", "март", "апрель", "май", "июнь", "июль", "август", "сентябрь"),
    *("октябрь", "ноябрь", "декабрь"),
)
MONTHS = [("", "Круглый год"), *[(str(number), name) for number, name in enumerate(_NAMES, 1)]]
_EVENTS = {
    "danger_created": "Добавлено: «{}»",
    "danger_changed": "Изменено: «{}»",
    "thresholds_changed": "Изменено: {}",
}


def season(word: DangerWord) -> str:
    """«октябрь–апрель»."""
    if word.months is None:
        return "круглый год"
    names = dict(MONTHS)
    return f"{names[str(word.months[0])]}\u2013{names[str(word.months[1])]}"


async def words_page(request: AnyRequest, engine: Engine, viewer: Viewer) -> Template:
    opened = await open_book(engine, viewer)
    names = await names_of_all(engine)
    code = request.query_params.get("changed", "")
    last = [event for event in opened.history if event.code == code][-1:]
    context = {
        "books": books_for(viewer),
        "rows": [(one, season(one)) for one in opened.book.words.values()],
        "importances": IMPORTANCE_NAMES,
        "told": event_words(last[0]) if last else "",
        "history": history_of(opened.history, names),
    }
    return page(request, "books/danger/words.html", context=context)


async def word_page(
    request: AnyRequest,
    engine: Engine,
    viewer: Viewer,
    form: WordForm,
    error: OtklikError | None = None,
) -> Template:
    """A mistake stands at its field, a conflict above the form with the version it met."""
    opened = await open_book(engine, viewer)
    context = {
        "books": books_for(viewer),
        "form": replace(form, errors=_errors(error)),
        "error": None if error is None or error.field else error,
        "known": opened.book.words.get(form.code),
        "months": MONTHS,
        "importances": [(code.value, name) for code, name in IMPORTANCE_NAMES.items()],
    }
    status = error.status if error else 200
    return page(request, "books/danger/word.html", context=context, status=status)


async def suggestions_page(
    request: AnyRequest,
    engine: Engine,
    viewer: Viewer,
    typed: dict[str, str] | None = None,
    error: OtklikError | None = None,
) -> Template:
    """How good the learned model is, what it did, and what it may set by itself."""
    opened = await open_book(engine, viewer)
    kept = {name: f"{share * 100:g}" for name, share in opened.book.thresholds.items()}
    context = {
        "books": books_for(viewer),
        "model": opened.model,
        "trials": opened.trials,
        "judged": opened.model.judged[:SHOWN_JUDGED] if opened.model else [],
        "fields": FIELDS,
        "typed": kept if typed is None else typed,
        "errors": _errors(error),
        "saved": "saved" in request.query_params,
    }
    status = error.status if error else 200
    return page(request, "books/danger/suggestions.html", context=context, status=status)


def event_words(event: BookEvent) -> str:
    return _EVENTS.get(event.what, "{}").format(event.name)


def history_of(events: list[BookEvent], names: dict[str, str]) -> list[tuple[Any, str]]:
    """The newest first."""
    shown = []
    for event in reversed(events[-SHOWN_EVENTS:]):
        by = names.get(event.by, event.by)
        shown.append(({"at": event.at, "by": by}, event_words(event)))
    return shown


def _errors(error: OtklikError | None) -> dict[str, str]:
    return {error.field: error.message} if error and error.field else {}
