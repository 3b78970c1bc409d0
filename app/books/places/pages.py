"""Page «Места» put together."""

from typing import Any

from litestar import Request
from litestar.response import Template

from app.audit.people import names_of_all
from app.books.contexts import SHOWN_EVENTS, books_for
from app.books.places.service import LARGEST_FILE, MOST_ROWS
from app.books.places.table import COLUMNS
from app.engine.client import Engine
from app.errors import OtklikError
from app.places.models import Loaded, PlacesBook
from app.places.rules import loaded_words, state_words
from app.places.service import open_places
from app.reference.table import BadBookError
from app.viewer import Viewer
from app.web.render import page

AnyRequest = Request[Any, Any, Any]


async def places_page(
    request: AnyRequest,
    engine: Engine,
    viewer: Viewer,
    *,
    loaded: Loaded | None = None,
    refused: OtklikError | None = None,
    replace_all: bool = False,
) -> Template:
    """`replace_all`: as it was chosen in the form that was refused."""
    book = await open_places(engine, viewer)
    context = {
        "books": books_for(viewer),
        "book": book,
        "now": state_words(book.current),
        "before": state_words(book.previous) if book.previous else "",
        "told": _told(request, loaded),
        "refused": refused,
        "wrong_rows": refused.errors if isinstance(refused, BadBookError) else [],
        "replace_all": replace_all,
        "columns": list(COLUMNS),
        "most_rows": MOST_ROWS,
        "most_mb": LARGEST_FILE >> 20,
        "history": _history(book, await names_of_all(engine)),
    }
    status = refused.status if refused else 200
    return page(request, "books/places/page.html", context=context, status=status)


def _told(request: AnyRequest, loaded: Loaded | None) -> str:
    if loaded is not None:
        return f"Таблица загружена: {loaded_words(loaded)}."
    if "restored" in request.query_params:
        return "Возвращено то, что было до последней загрузки."
    return ""


def _history(book: PlacesBook, names: dict[str, str]) -> list[tuple[dict[str, Any], str]]:
    """The newest first."""
    newest = book.history[: -SHOWN_EVENTS - 1 : -1]
    return [({"at": one.at, "by": names.get(one.by, one.by)}, one.name) for one in newest]
