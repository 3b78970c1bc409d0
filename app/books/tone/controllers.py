"""«Справочники»: the list of sharp words, edited as one text."""

from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect, Template

from app.audit.people import names_of_all
from app.books.contexts import books_for
from app.books.danger.pages import SHOWN_EVENTS
from app.engine.client import Engine
from app.errors import BadInputError, ConflictError, OtklikError
from app.friction.book import ToneBook, open_tone, save_tone
from app.friction.tone import written
from app.numbers import shown_number
from app.permissions import Permission
from app.reference.rules import BookEvent
from app.viewer import Viewer
from app.web.access import needs
from app.web.htmx import go
from app.web.render import page

AnyRequest = Request[Any, Any, Any]
HERE = "/books/tone"
_EVENTS = {
    "tone_created": "Добавлено: «{}»",
    "tone_changed": "Изменено: «{}»",
    "tone_removed": "Убрано: «{}»",
}


class ToneWordsController(Controller):
    path = HERE
    opt = needs(Permission.BOOKS_EDIT)

    @get()
    async def show(
        self,
        request: AnyRequest,
        engine: NamedDependency[Engine],
        viewer: NamedDependency[Viewer],
    ) -> Template:
        return await _page(request, engine, viewer)

    @post("/", status_code=303)
    async def save(
        self,
        request: AnyRequest,
        engine: NamedDependency[Engine],
        viewer: NamedDependency[Viewer],
    ) -> Response[Any] | Redirect | Template:
        given = await request.form()
        text, version = str(given.get("words", "")), str(given.get("version", ""))
        try:
            await save_tone(engine, viewer, text, shown_number(version))
        except (BadInputError, ConflictError) as error:
            return await _page(request, engine, viewer, text, error)
        return go(request, f"{HERE}?saved=1")


async def _page(
    request: AnyRequest,
    engine: Engine,
    viewer: Viewer,
    typed: str | None = None,
    error: OtklikError | None = None,
) -> Template:
    """What was typed stays in the field, beside the newest version of the list."""
    book = await open_tone(engine, viewer)
    context = {
        "books": books_for(viewer),
        "text": written(book.words) if typed is None else typed,
        "version": book.version,
        "error": error,
        "saved": "saved" in request.query_params,
        "history": _history(book, await names_of_all(engine)),
    }
    return page(
        request, "books/tone/page.html", context=context, status=error.status if error else 200
    )


def _history(book: ToneBook, names: dict[str, str]) -> list[tuple[dict[str, Any], str]]:
    """The newest first."""

    def line(event: BookEvent) -> tuple[dict[str, Any], str]:
        by = names.get(event.by, event.by)
        return {"at": event.at, "by": by}, _EVENTS.get(event.what, "{}").format(event.name)

    return [line(event) for event in reversed(book.history[-SHOWN_EVENTS:])]
