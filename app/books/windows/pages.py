"""The page «Ожидание проблем» put together: the list, the themes under it, who changed it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from litestar import Request
from litestar.response import Template

from app.audit.people import names_of_all
from app.books.contexts import SHOWN_EVENTS, books_for
from app.books.windows.forms import WindowsForm, filled
from app.engine.client import Engine
from app.errors import BadInputError, OtklikError
from app.problems.book import WindowBook, WindowsChange, open_windows
from app.problems.windows import MOST_DAYS, Moved, Windows, shipped_windows
from app.reference.themes import active_themes
from app.text.words import fold
from app.viewer import Viewer
from app.web.filters import counted
from app.web.render import page

AnyRequest = Request[Any, Any, Any]
_MOST_TOLD = 12
"""Words of one change that are named."""


@dataclass(frozen=True)
class Covered:
    """Themes of the book that wait so long."""

    days: int
    themes: list[str]
    rest: bool
    """Those that no line names."""


async def windows_page(
    request: AnyRequest,
    engine: Engine,
    viewer: Viewer,
    typed: WindowsForm | None = None,
    error: OtklikError | None = None,
) -> Template:
    """What was typed stays in the fields, beside what holds now."""
    book = await open_windows(engine, viewer)
    themes = [one.label for one in await active_themes(engine)]
    form = typed or filled(book.windows, book.version)
    if not isinstance(error, BadInputError):
        form = replace(
            form, version=book.version
        )  # whoever was told of a conflict may save over it
    context = {
        "books": books_for(viewer),
        "form": replace(form, errors=_errors(error)),
        "error": None if error is None or error.field else error,
        "version": book.version,
        "saved": "saved" in request.query_params,
        "own": book.own is not None,
        "shipped_default": shipped_windows().default,
        "most": MOST_DAYS,
        "covered": covered(book.windows, themes),
        "idle": idle(book.windows, themes),
        "history": _history(book, await names_of_all(engine)),
    }
    status = error.status if error else 200
    return page(request, "books/windows/page.html", context=context, status=status)


def covered(windows: Windows, themes: Iterable[str]) -> list[Covered]:
    """In the order of days, the other themes last."""
    found: dict[int | None, list[str]] = {one.days: [] for one in windows.window} | {None: []}
    for theme in themes:
        name = fold(theme)
        lines = (one for one in windows.window if any(word in name for word in one.words))
        line = next(lines, None)
        found[line.days if line else None].append(theme)
    return [Covered(days or windows.default, named, days is None) for days, named in found.items()]


def idle(windows: Windows, themes: Iterable[str]) -> list[str]:
    """Words that no theme of the book holds."""
    names = [fold(theme) for theme in themes]
    words = (word for one in windows.window for word in one.words)
    return [word for word in words if not any(word in name for name in names)]


def _errors(error: OtklikError | None) -> dict[str, str]:
    return {error.field: error.message} if error and error.field else {}


def _history(book: WindowBook, names: dict[str, str]) -> list[tuple[dict[str, Any], str]]:
    """The newest first."""
    return [
        ({"at": one.at, "by": names.get(one.by, one.by)}, change_words(one))
        for one in reversed(book.history[-SHOWN_EVENTS:])
    ]


def change_words(change: WindowsChange) -> str:
    """«Изменено: «лифт» — 10 дней (было 7); остальные темы — 30 дней (было 21)»."""
    told = [_moved(one) for one in change.moved[:_MOST_TOLD]]
    if more := len(change.moved) - len(told):
        told.append(f"и ещё {counted(more, 'слово', 'слова', 'слов')}")
    start = "Возвращён список из поставки" if change.shipped else "Изменено"
    return f"{start}: {'; '.join(told)}" if told else start


def _moved(one: Moved) -> str:
    what = "остальные темы" if one.word is None else f"«{one.word}»"
    if one.after is None:
        return f"{what} — убрано (было {_days(one.before or 0)})"
    was = f" (было {one.before})" if one.before is not None else ""
    return f"{what} — {_days(one.after)}{was}"


def _days(days: int) -> str:
    return counted(days, "день", "дня", "дней")
