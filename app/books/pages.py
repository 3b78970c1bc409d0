"""Pages of «Справочники» put together: the book and its counts in, templates out."""

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from litestar import Request, Response
from litestar.response import Redirect, Template

from app.accounts.directory import people_by_department
from app.audit.people import names_of_all
from app.books.contexts import (
    books_for,
    departments_view,
    event_words,
    history_of,
    load_words,
)
from app.books.forms import DepartmentForm, SectorForm
from app.books.service import open_books
from app.engine.client import Engine
from app.errors import OtklikError
from app.reference.choices import department_choices, sector_choices
from app.reference.service import StoredBook, open_book
from app.reference.table import BadBookError, BookLoad
from app.viewer import Viewer
from app.web.htmx import go
from app.web.render import page

AnyRequest = Request[Any, Any, Any]


def saved(request: AnyRequest, address: str, code: str) -> Response[Any] | Redirect:
    """Back to the list, which tells what was changed."""
    return go(request, f"{address}?{urlencode({'changed': code})}")


async def departments_page(
    request: AnyRequest,
    engine: Engine,
    viewer: Viewer,
    *,
    refused: OtklikError | None = None,
    loaded: BookLoad | None = None,
) -> Template:
    books = await open_books(engine, viewer)
    names = await names_of_all(engine)
    view = departments_view(books, viewer, await people_by_department(engine), names)
    rows = refused.errors if isinstance(refused, BadBookError) else []
    context = {
        "books": books_for(viewer),
        "view": view,
        "told": load_words(loaded) if loaded else _told(request, books.stored, "department"),
        "refused": refused,
        "wrong_rows": rows,
    }
    status = refused.status if refused else 200
    return page(request, "books/departments.html", context=context, status=status)


async def department_page(
    request: AnyRequest,
    engine: Engine,
    viewer: Viewer,
    form: DepartmentForm,
    error: OtklikError | None = None,
) -> Template:
    """The form of one department; a mistake stands at its field, a conflict above the form."""
    stored = await open_book(engine, viewer)
    own = [one for one in stored.history if one.code == form.code and _is_department(one.what)]
    context = {
        "books": books_for(viewer),
        "form": replace(form, errors=_errors(error)),
        "error": None if error is None or error.field else error,
        "known": stored.book.departments.get(form.code) if form.version else None,
        "parents": department_choices(stored.book, without=form.code, keep=form.parent),
        "sectors": sector_choices(stored.book, form.sector),
        "history": history_of(stored.book, reversed(own), await names_of_all(engine)),
    }
    return page(
        request, "books/department.html", context=context, status=error.status if error else 200
    )


async def sectors_page(
    request: AnyRequest,
    engine: Engine,
    viewer: Viewer,
    form: SectorForm,
    error: OtklikError | None = None,
) -> Template:
    """The list of blocks with the form of a new one, or of the one in `form`."""
    stored = await open_book(engine, viewer)
    departments = stored.book.departments.values()
    rows = [
        (one, sum(each.sector == one.code for each in departments))
        for one in sorted(stored.book.sectors.values(), key=lambda one: one.name.casefold())
    ]
    context = {
        "books": books_for(viewer),
        "rows": rows,
        "form": replace(form, errors=_errors(error)),
        "error": None if error is None or error.field else error,
        "known": stored.book.sectors.get(form.code) if form.version else None,
        "told": _told(request, stored, "sector"),
    }
    return page(
        request, "books/sectors.html", context=context, status=error.status if error else 200
    )


def _errors(error: OtklikError | None) -> dict[str, str]:
    return {error.field: error.message} if error and error.field else {}


def _is_department(what: str) -> bool:
    return what.startswith("department_")


def _told(request: AnyRequest, stored: StoredBook, kind: str) -> str:
    """The last change of the line that the address names, in words."""
    code = request.query_params.get("changed")
    for event in reversed(stored.history):
        if event.code == code and event.what.startswith(kind):
            return event_words(stored.book, event)
    return ""
