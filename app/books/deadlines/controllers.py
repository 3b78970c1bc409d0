"""«Справочники» of deadlines: profiles, which of them for which cases, calendars, reminders.

Whoever works with cases may look; every change is shown with what it would move before it is made.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

import msgspec
from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from app.books.deadlines import pages
from app.books.deadlines.calendar_forms import CalendarForm, filled_calendar, read_calendar
from app.books.deadlines.forms import ProfileForm, filled_profile, number_of, read_profile
from app.books.deadlines.list_forms import (
    filled_choices,
    filled_ladder,
    read_choices,
    read_ladder,
)
from app.deadlines.editing import (
    Edit,
    calendar_of,
    profile_of,
    with_calendar,
    with_choices,
    with_ladder,
    with_profile,
)
from app.deadlines.models import Book
from app.deadlines.service import open_deadlines
from app.engine.client import Engine
from app.errors import BadInputError, ConflictError, EngineUnavailableError, RefusedError
from app.jobs import ring
from app.permissions import Permission
from app.recounts import service as recounts
from app.recounts.models import Recount, RecountState
from app.settings import Settings
from app.viewer import Viewer
from app.web.access import SIGNED_IN, needs
from app.web.htmx import go
from app.web.render import still_asking

AnyRequest = Request[Any, Any, Any]
Answer = Response[Any] | Redirect | Template
EDIT = needs(Permission.BOOKS_EDIT)
CHANGES = "/books/deadlines/changes"


class DeadlinesController(Controller):
    path = "/books/deadlines"
    opt = SIGNED_IN

    @get()
    async def profiles(
        self,
        request: AnyRequest,
        engine: NamedDependency[Engine],
        viewer: NamedDependency[Viewer],
    ) -> Template:
        return await pages.profiles_page(request, engine, viewer)

    @get("/profiles/new", opt=EDIT)
    async def new_profile(
        self,
        request: AnyRequest,
        engine: NamedDependency[Engine],
        viewer: NamedDependency[Viewer],
    ) -> Template:
        """Empty, or as a copy of the one that the address names."""
        code = request.query_params.get("copy")
        book = (await open_deadlines(engine, viewer)).book
        form = filled_profile(profile_of(book, code), copy=True) if code else ProfileForm()
        return await pages.profile_page(request, engine, viewer, form)

    @post("/profiles", status_code=303, opt=EDIT)
    async def create_profile(
        self,
        request: AnyRequest,
        engine: NamedDependency[Engine],
        settings: NamedDependency[Settings],
        viewer: NamedDependency[Viewer],
    ) -> Answer:
        form = read_profile(await request.form())
        return await _proposed(
            request,
            (engine, settings, viewer),
            lambda book: with_profile(book, form.profile(), 0),
            lambda error: pages.profile_page(request, engine, viewer, form, error),
        )

    @get("/profiles/{code:str}")
    async def profile(
        self,
        request: AnyRequest,
        engine: NamedDependency[Engine],
        viewer: NamedDependency[Viewer],
        code: FromPath[str],
    ) -> Template:
        book = (await open_deadlines(engine, viewer)).book
        form = filled_profile(profile_of(book, code))
        return await pages.profile_page(request, engine, viewer, form)

    @post("/profiles/{code:str}", status_code=303, opt=EDIT)
    async def change_profile(
        self,
        request: AnyRequest,
        engine: NamedDependency[Engine],
        settings: NamedDependency[Settings],
        viewer: NamedDependency[Viewer],
        code: FromPath[str],
    ) -> Answer:
        form = read_profile(await request.form(), code)
        return await _proposed(
            request,
            (engine, settings, viewer),
            lambda book: with_profile(book, form.profile(), form.version or -1),
            lambda error: pages.profile_page(request, engine, viewer, form, error),
        )

    @post("/profiles/{code:str}/switch", status_code=303, opt=EDIT)
    async def switch_profile(
        self,
        request: AnyRequest,
        engine: NamedDependency[Engine],
        settings: NamedDependency[Settings],
        viewer: NamedDependency[Viewer],
        code: FromPath[str],
    ) -> Answer:
        """Closes a profile, or opens it again, also one of the product's."""
        version = number_of((await request.form()).get("version"))
        form = filled_profile(profile_of((await open_deadlines(engine, viewer)).book, code))

        def switched(book: Book) -> Edit:
            now = profile_of(book, code)
            return with_profile(book, msgspec.structs.replace(now, active=not now.active), version)

        return await _proposed(
            request,
            (engine, settings, viewer),
            switched,
            lambda error: pages.profile_page(request, engine, viewer, form, _above(error)),
        )

    @get("/choices")
    async def choices(
        self,
        request: AnyRequest,
        engine: NamedDependency[Engine],
        viewer: NamedDependency[Viewer],
    ) -> Template:
        form = filled_choices((await open_deadlines(engine, viewer)).book)
        return await pages.choices_page(request, engine, viewer, form)

    @post("/choices", status_code=303, opt=EDIT)
    async def change_choices(
        self,
        request: AnyRequest,
        engine: NamedDependency[Engine],
        settings: NamedDependency[Settings],
        viewer: NamedDependency[Viewer],
    ) -> Answer:
        form = read_choices(await request.form())
        return await _proposed(
            request,
            (engine, settings, viewer),
            lambda book: with_choices(book, form.choices(book.profiles)),
            lambda error: pages.choices_page(request, engine, viewer, form, error),
        )

    @get("/ladder")
    async def ladder(
        self,
        request: AnyRequest,
        engine: NamedDependency[Engine],
        viewer: NamedDependency[Viewer],
    ) -> Template:
        form = filled_ladder((await open_deadlines(engine, viewer)).book)
        return await pages.ladder_page(request, engine, viewer, form)

    @post("/ladder", status_code=303, opt=EDIT)
    async def change_ladder(
        self,
        request: AnyRequest,
        engine: NamedDependency[Engine],
        settings: NamedDependency[Settings],
        viewer: NamedDependency[Viewer],
    ) -> Answer:
        form = read_ladder(await request.form())
        return await _proposed(
            request,
            (engine, settings, viewer),
            lambda book: with_ladder(book, form.ladder()),
            lambda error: pages.ladder_page(request, engine, viewer, form, error),
        )

    @get("/calendars")
    async def calendars(
        self,
        request: AnyRequest,
        engine: NamedDependency[Engine],
        viewer: NamedDependency[Viewer],
    ) -> Template:
        return await pages.calendars_page(request, engine, viewer)

    @get("/calendars/new", opt=EDIT)
    async def new_calendar(
        self,
        request: AnyRequest,
        engine: NamedDependency[Engine],
        viewer: NamedDependency[Viewer],
    ) -> Template:
        return await pages.calendar_page(request, engine, viewer, CalendarForm())

    @post("/calendars", status_code=303, opt=EDIT)
    async def create_calendar(
        self,
        request: AnyRequest,
        engine: NamedDependency[Engine],
        settings: NamedDependency[Settings],
        viewer: NamedDependency[Viewer],
    ) -> Answer:
        form, today = read_calendar(await request.form()), datetime.now(settings.zone).date()
        return await _proposed(
            request,
            (engine, settings, viewer),
            lambda book: with_calendar(book, form.calendar(today), 0),
            lambda error: pages.calendar_page(request, engine, viewer, form, error),
        )

    @get("/calendars/{code:str}")
    async def calendar(
        self,
        request: AnyRequest,
        engine: NamedDependency[Engine],
        viewer: NamedDependency[Viewer],
        code: FromPath[str],
    ) -> Template:
        book = (await open_deadlines(engine, viewer)).book
        form = filled_calendar(calendar_of(book, code))
        return await pages.calendar_page(request, engine, viewer, form)

    @post("/calendars/{code:str}", status_code=303, opt=EDIT)
    async def change_calendar(
        self,
        request: AnyRequest,
        engine: NamedDependency[Engine],
        settings: NamedDependency[Settings],
        viewer: NamedDependency[Viewer],
        code: FromPath[str],
    ) -> Answer:
        form, today = read_calendar(await request.form(), code), datetime.now(settings.zone).date()
        return await _proposed(
            request,
            (engine, settings, viewer),
            lambda book: with_calendar(book, form.calendar(today), form.version or -1),
            lambda error: pages.calendar_page(request, engine, viewer, form, error),
        )


class DeadlineChangesController(Controller):
    """A change on its way: what it would move, and the decision."""

    path = CHANGES
    opt = SIGNED_IN

    @get("/{job_id:str}")
    async def show(
        self,
        request: AnyRequest,
        engine: NamedDependency[Engine],
        viewer: NamedDependency[Viewer],
        job_id: FromPath[str],
    ) -> Template:
        """Also what the progress asks each second: an engine that is away must not end that."""
        try:
            return await pages.change_page(request, engine, viewer, job_id)
        except EngineUnavailableError as error:
            return still_asking(request, error, "change", "Изменение не потеряно: оно продолжится")

    @post("/{job_id:str}", status_code=303, opt=EDIT)
    async def apply(
        self,
        request: AnyRequest,
        engine: NamedDependency[Engine],
        settings: NamedDependency[Settings],
        viewer: NamedDependency[Viewer],
        job_id: FromPath[str],
    ) -> Answer:
        moves = (await request.form()).get("for") == "all"
        try:
            job = await recounts.apply(engine, viewer, job_id, moves=moves)
        except (ConflictError, RefusedError) as error:
            return await pages.change_page(request, engine, viewer, job_id, error)
        await ring(settings, "sweep_audit")
        return await _shown(request, settings, job)


Place = tuple[Engine, Settings, Viewer]


async def _proposed(
    request: AnyRequest,
    place: Place,
    edit: Callable[[Book], Edit],
    form: Callable[[BadInputError | ConflictError], Awaitable[Template]],
) -> Answer:
    """To the page that shows what the change would move; a mistake goes back into its form."""
    engine, settings, viewer = place
    stored = await open_deadlines(engine, viewer)
    try:
        job = await recounts.propose(engine, settings, viewer, stored, edit(stored.book))
    except (BadInputError, ConflictError) as error:
        return await form(error)
    return await _shown(request, settings, job)


async def _shown(request: AnyRequest, settings: Settings, job: Recount) -> Answer:
    busy = job.state in {RecountState.COUNTING, RecountState.APPLYING}
    away = busy and not await ring(settings, "run_recount", job.id)
    return go(request, f"{CHANGES}/{job.id}?queue=away" if away else f"{CHANGES}/{job.id}")


def _above(error: BadInputError | ConflictError) -> BadInputError | ConflictError:
    """The same, for a form that has no such field."""
    return type(error)(error.message)
