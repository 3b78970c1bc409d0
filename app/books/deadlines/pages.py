"""Pages of deadlines put together: the book in, templates out."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import MAXYEAR, MINYEAR, UTC, datetime
from typing import Any

from litestar import Request
from litestar.response import Template
from msgspec import structs

from app.audit.people import names_of_all
from app.books.contexts import books_for
from app.books.deadlines import contexts
from app.books.deadlines.calendar_forms import KINDS, WEEKDAYS, ZONES, CalendarForm
from app.books.deadlines.forms import UNITS, ProfileForm
from app.books.deadlines.list_forms import SPARE, ChoiceRow, ChoicesForm, LadderForm, RungRow
from app.deadlines.alarm import calendar_alarm, calendar_alarms
from app.deadlines.editing import profile_of
from app.deadlines.models import (
    RECIPIENT_NAMES,
    STAGE_NAMES,
    Book,
    Calendar,
    Profile,
    Stage,
)
from app.deadlines.service import StoredBook, Worked, open_deadlines, worked_out
from app.deadlines.words import (
    KIND_WORDS,
    SHIFT_NAMES,
    START_NAMES,
    amount_words,
    spans_text,
)
from app.deadlines.working import read_moment
from app.deadlines.year import year_of
from app.engine.client import Engine
from app.errors import BadInputError, OtklikError
from app.numbers import whole_number
from app.permissions import Permission
from app.recounts import service as recounts
from app.recounts.models import RecountState
from app.reference.rules import BookEvent
from app.viewer import Viewer
from app.web.render import page

AnyRequest = Request[Any, Any, Any]
_MONTHS = (
    *("Январь", "Февраль", "Март", "Апрель", "Май", "Июнь"),
    *("Июль", "Август", "Сентябрь", "Октябрь", "Ноябрь", "Декабрь"),
)


def _frame(viewer: Viewer, error: OtklikError | None = None) -> dict[str, Any]:
    """`error` without a field stands above the form."""
    return {
        "books": books_for(viewer),
        "may_edit": viewer.may(Permission.BOOKS_EDIT),
        "error": None if error is None or error.field else error,
    }


def _errors(error: OtklikError | None) -> dict[str, str]:
    return {error.field: error.message} if error and error.field else {}


def _status(error: OtklikError | None) -> int:
    return error.status if error else 200


async def _history(engine: Engine, stored: StoredBook, *codes: str) -> list[tuple[BookEvent, str]]:
    """Signed with names instead of logins."""
    names = await names_of_all(engine)
    told = contexts.history_of(stored, codes)
    return [(structs.replace(one, by=names.get(one.by, one.by)), words) for one, words in told]


async def profiles_page(request: AnyRequest, engine: Engine, viewer: Viewer) -> Template:
    stored = await open_deadlines(engine, viewer)
    query = request.query_params
    worked, wrong = _checked(stored.book, query)
    context = {
        **_frame(viewer),
        "groups": contexts.profile_groups(stored.book),
        "changes": [(one, contexts.look_of(one)) for one in await recounts.newest(engine, viewer)],
        "history": await _history(engine, stored),
        "choices": contexts.profile_choices(stored.book, ()),
        "calendars": [(one.code, one.name) for one in stored.book.calendars.values()],
        "asked": {name: query.get(name, "") for name in ("profile", "start", "calendar")},
        "worked": worked,
        "wrong": _errors(wrong),
    }
    return page(request, "books/deadlines/profiles.html", context=context, status=_status(wrong))


def _checked(book: Book, query: Mapping[str, str]) -> tuple[Worked | None, BadInputError | None]:
    """«Проверить»: the due moment of a profile from a moment, where both are given."""
    if not query.get("profile") or not query.get("start"):
        return None, None
    calendar = book.calendars.get(query.get("calendar", "")) or book.calendar_for(None)
    try:
        profile = profile_of(book, query["profile"])
        return worked_out(profile, calendar, read_moment(query["start"], calendar.zone)), None
    except BadInputError as error:
        return None, error


async def profile_page(
    request: AnyRequest,
    engine: Engine,
    viewer: Viewer,
    form: ProfileForm,
    error: OtklikError | None = None,
) -> Template:
    """The form of one profile; one of the product's is only shown."""
    stored = await open_deadlines(engine, viewer)
    known = stored.book.profiles.get(form.code) if form.version else None
    context = {
        **_frame(viewer, error),
        "form": replace(form, errors=_errors(error)),
        "known": known,
        "facts": _profile_facts(known) if known else [],
        "used": [
            contexts.choice_words(one) for one in stored.book.choices if one.profile == form.code
        ],
        "units": UNITS,
        "starts": [(one.value, name) for one, name in START_NAMES.items()],
        "shifts": [(one.value, name) for one, name in SHIFT_NAMES.items()],
        "stages": [(one.value, STAGE_NAMES[one]) for one in Stage if one is not Stage.REQUEST],
        "kinds": list(KIND_WORDS.items()),
        "history": await _history(engine, stored, form.code) if known else [],
    }
    return page(request, "books/deadlines/profile.html", context=context, status=_status(error))


def _profile_facts(one: Profile) -> list[tuple[str, str]]:
    facts = [
        ("Длина", amount_words(one)),
        ("Отсчёт", START_NAMES[one.start]),
        ("После часа", f"{one.cut_off}: со следующего дня" if one.cut_off else ""),
        ("С выходного", SHIFT_NAMES[one.shift]),
        ("Промежуточный ответ", "останавливает срок" if one.pause else "срок не останавливает"),
        ("Предупреждения", _warned(one)),
        ("Для чего", f"{KIND_WORDS.get(one.kind or '', '')}, {STAGE_NAMES[one.stage].lower()}"),
        ("Основание", one.basis),
        ("Код", one.code),
    ]
    return [(name, value) for name, value in facts if value]


def _warned(one: Profile) -> str:
    before = spans_text(one.warn, days=one.unit != "working_time")
    return f"за {before}" if before else "нет"


async def choices_page(
    request: AnyRequest,
    engine: Engine,
    viewer: Viewer,
    form: ChoicesForm,
    error: OtklikError | None = None,
) -> Template:
    stored = await open_deadlines(engine, viewer)
    rows = form.rows + (ChoiceRow(),) * SPARE
    context = {
        **_frame(viewer, error),
        "rows": rows,
        "errors": _errors(error),
        "profiles": contexts.profile_choices(stored.book, {one.profile for one in form.rows}),
        "channels": contexts.CHANNELS,
        "importances": contexts.IMPORTANCES,
        "names": {one.code: one.name for one in stored.book.profiles.values()},
        "history": await _history(engine, stored, "choices"),
    }
    return page(request, "books/deadlines/choices.html", context=context, status=_status(error))


async def ladder_page(
    request: AnyRequest,
    engine: Engine,
    viewer: Viewer,
    form: LadderForm,
    error: OtklikError | None = None,
) -> Template:
    stored = await open_deadlines(engine, viewer)
    context = {
        **_frame(viewer, error),
        "rows": form.rows + (RungRow(),) * SPARE,
        "errors": _errors(error),
        "recipients": [(one.value, name) for one, name in RECIPIENT_NAMES.items()],
        "history": await _history(engine, stored, "ladder"),
    }
    return page(request, "books/deadlines/ladder.html", context=context, status=_status(error))


async def calendars_page(request: AnyRequest, engine: Engine, viewer: Viewer) -> Template:
    stored = await open_deadlines(engine, viewer)
    context = {
        **_frame(viewer),
        "rows": list(stored.book.calendars.values()),
        "alarms": calendar_alarms(stored.book, datetime.now(UTC).date()),
        "zones": dict(ZONES),
    }
    return page(request, "books/deadlines/calendars.html", context=context)


async def calendar_page(
    request: AnyRequest,
    engine: Engine,
    viewer: Viewer,
    form: CalendarForm,
    error: OtklikError | None = None,
) -> Template:
    stored = await open_deadlines(engine, viewer)
    known = stored.book.calendars.get(form.code) if form.version else None
    zones = ZONES if form.zone in dict(ZONES) else (*ZONES, (form.zone, form.zone))
    context = {
        **_frame(viewer, error),
        "form": replace(form, errors=_errors(error)),
        "known": known,
        "alarm": calendar_alarm(known, datetime.now(UTC).date()) if known else None,
        "weekdays": WEEKDAYS,
        "zones": zones,
        "kinds": KINDS,
        "year": _year(known, request.query_params.get("year", "")) if known else None,
        "month_names": _MONTHS,
        "history": await _history(engine, stored, form.code) if known else [],
    }
    return page(request, "books/deadlines/calendar.html", context=context, status=_status(error))


def _year(calendar: Calendar, asked: str) -> Any:
    """The year that was asked for, else this one."""
    wanted = whole_number(asked, MAXYEAR, least=MINYEAR)
    try:
        return year_of(calendar, wanted or datetime.now(UTC).year)
    except (OverflowError, ValueError):
        return year_of(calendar, datetime.now(UTC).year)


async def change_page(
    request: AnyRequest,
    engine: Engine,
    viewer: Viewer,
    job_id: str,
    error: OtklikError | None = None,
) -> Template:
    """What a change would move, or moved; also what its progress asks each second."""
    job = await recounts.open_recount(engine, viewer, job_id)
    seen, now = await recounts.seen_cases(engine, viewer, job), datetime.now(UTC)
    away = request.query_params.get("queue") == "away"
    progress = contexts.progress_of(job, queue_away=away)
    address = f"/books/deadlines/changes/{job.id}"
    context = {
        **_frame(viewer, error),
        "job": job,
        "look": contexts.look_of(job),
        "title": job.told[:1].upper() + job.told[1:],
        "ready": job.state is RecountState.READY,
        "preview": contexts.tally_view(job.preview, seen, job.previewed_at or now, done=False),
        "result": contexts.tally_view(job.result, seen, job.applied_at or now, done=True)
        if job.applied_at and job.state is not RecountState.OUTDATED
        else None,
        "sees_cases": viewer.may(Permission.CASE_VIEW),
        "back": back_of(job.code, job.was),
        "progress": progress,
        "poll": progress.poll(address, queue_away=away) if progress else "",
    }
    return page(
        request,
        "books/deadlines/change.html",
        fragment="books/deadlines/_change.html",
        context=context,
        status=_status(error),
    )


def back_of(code: str, book: Book) -> str:
    """The page of the entry that a change is of."""
    root = "/books/deadlines"
    if code in {"choices", "ladder"}:
        return f"{root}/{code}"
    if code in book.profiles:
        return f"{root}/profiles/{code}"
    return f"{root}/calendars/{code}" if code in book.calendars else root
