"""«Справочники»: words of danger, and how the suggestions are learned and used."""

from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from app.books.danger.forms import WordForm, filled, read_thresholds, read_word
from app.books.danger.pages import suggestions_page, word_page, words_page
from app.books.pages import saved
from app.engine.client import Engine
from app.errors import BadInputError, ConflictError
from app.permissions import Permission
from app.suggestions.book import FIELDS, word_of
from app.suggestions.editing import open_book, save_thresholds, save_word
from app.viewer import Viewer
from app.web.access import needs
from app.web.htmx import go

AnyRequest = Request[Any, Any, Any]
Answer = Response[Any] | Redirect | Template
LIST = "/books/danger"


class DangerWordsController(Controller):
    path = LIST
    opt = needs(Permission.BOOKS_EDIT)

    @get()
    async def words(
        self,
        request: AnyRequest,
        engine: NamedDependency[Engine],
        viewer: NamedDependency[Viewer],
    ) -> Template:
        return await words_page(request, engine, viewer)

    @get("/new")
    async def new(
        self,
        request: AnyRequest,
        engine: NamedDependency[Engine],
        viewer: NamedDependency[Viewer],
    ) -> Template:
        return await word_page(request, engine, viewer, WordForm())

    @post("/", status_code=303)
    async def create(
        self,
        request: AnyRequest,
        engine: NamedDependency[Engine],
        viewer: NamedDependency[Viewer],
    ) -> Answer:
        return await _save(request, engine, viewer, read_word(await request.form()))

    @get("/{code:str}")
    async def word(
        self,
        request: AnyRequest,
        engine: NamedDependency[Engine],
        viewer: NamedDependency[Viewer],
        code: FromPath[str],
    ) -> Template:
        form = filled(word_of((await open_book(engine, viewer)).book, code))
        return await word_page(request, engine, viewer, form)

    @post("/{code:str}", status_code=303)
    async def change(
        self,
        request: AnyRequest,
        engine: NamedDependency[Engine],
        viewer: NamedDependency[Viewer],
        code: FromPath[str],
    ) -> Answer:
        word_of((await open_book(engine, viewer)).book, code)
        return await _save(request, engine, viewer, read_word(await request.form(), code))


async def _save(request: AnyRequest, engine: Engine, viewer: Viewer, form: WordForm) -> Answer:
    try:
        book = await save_word(engine, viewer, form.word(), form.version)
    except (BadInputError, ConflictError) as error:
        return await word_page(request, engine, viewer, form, error)
    made = form.code or next(reversed(book.words))
    return saved(request, LIST, made)


class SuggestionsController(Controller):
    path = "/books/suggestions"
    opt = needs(Permission.BOOKS_EDIT)

    @get()
    async def show(
        self,
        request: AnyRequest,
        engine: NamedDependency[Engine],
        viewer: NamedDependency[Viewer],
    ) -> Template:
        return await suggestions_page(request, engine, viewer)

    @post("/", status_code=303)
    async def thresholds(
        self,
        request: AnyRequest,
        engine: NamedDependency[Engine],
        viewer: NamedDependency[Viewer],
    ) -> Answer:
        given = await request.form()
        try:
            await save_thresholds(engine, viewer, read_thresholds(given))
        except BadInputError as error:
            typed = {name: str(given.get(name, "")) for name in FIELDS}
            return await suggestions_page(request, engine, viewer, typed, error)
        return go(request, "/books/suggestions?saved=1")
