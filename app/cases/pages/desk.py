"""The page «Обращение» put together: a case read, an action done or refused, the page shown."""

from asyncio import gather
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

from litestar import Request, Response
from litestar.di import NamedDependency
from litestar.response import Redirect, Template

from app.cases.actions.apply import rule_of
from app.cases.actions.mention import has_mention, spelled
from app.cases.actions.model import Action
from app.cases.actions.reading import read_given
from app.cases.authors.service import count_others
from app.cases.conflicts import CaseConflictError, people_know
from app.cases.contexts import CaseView, case_view
from app.cases.directory import read_directory, read_people
from app.cases.doing import Outcome, act
from app.cases.models import Author, Case
from app.cases.pages.forms import Attempt
from app.cases.pages.presence import Presence
from app.cases.pages.stages import stage_views
from app.cases.pages.view import Shown, page_context, toast_of
from app.cases.permissions import may_see
from app.cases.service import naming, open_case
from app.deadlines.current import current_deadlines
from app.engine.client import Engine
from app.errors import (
    BadInputError,
    ConflictError,
    EngineUnavailableError,
    ForbiddenError,
    OtklikError,
    RefusedError,
    StorageUnavailableError,
    TooLargeError,
)
from app.jobs import ring
from app.numbers import whole_number
from app.settings import Settings
from app.viewer import Viewer
from app.web.htmx import wants_fragment
from app.web.render import Banner, page
from app.web.urls import kept_pairs, url_with

AnyRequest = Request[Any, Any, Any]
QUEUE_PLACE = ("work", "at")
"""Of the address of a case: the queue it was opened from, kept over an action."""
Answer = Response[Any] | Redirect | Template

SHOWN_ERRORS = (
    BadInputError,
    RefusedError,
    ForbiddenError,
    ConflictError,
    TooLargeError,
    EngineUnavailableError,
    StorageUnavailableError,
)
"""Errors shown on the case's own page, with what was typed."""
_LONGEST_KEY = 64


@dataclass(frozen=True)
class CaseDesk:
    """What every handler of a case works with."""

    engine: Engine
    settings: Settings
    viewer: Viewer


async def open_desk(
    engine: NamedDependency[Engine],
    settings: NamedDependency[Settings],
    viewer: NamedDependency[Viewer],
) -> CaseDesk:
    return CaseDesk(engine, settings, viewer)


def read_version(raw: Mapping[str, Any]) -> int | None:
    """None where none was sent: then the newest is decided upon."""
    given = raw.get("version")
    if given in {None, ""}:
        return None
    version = whole_number(str(given))
    if version is None:
        raise BadInputError("Версия обращения: нужно целое число.", field="version")
    return version


def read_key(raw: Mapping[str, Any]) -> str | None:
    given = raw.get("key")
    if given in {None, ""}:
        return None
    if not isinstance(given, str) or len(given) > _LONGEST_KEY:
        raise BadInputError(f"Ключ действия: до {_LONGEST_KEY} знаков.", field="key")
    return given


async def do(desk: CaseDesk, case_id: str, name: str, raw: Mapping[str, Any]) -> Outcome:
    """One action from what a form or a program sent. Files come through `attach` only."""
    rule = rule_of(name)
    if name == "attach":
        raise BadInputError(
            "Файл отправляют формой: программе нужен адрес /api/v1/cases/{id}/attachments.",
            field="file",
        )
    given = read_given(rule, raw, desk.settings.zone)
    action = Action(name, given, read_key(raw))
    version = read_version(raw)
    zone = desk.settings.zone
    async with people_named(desk):
        outcome = await act(desk.engine, desk.viewer, case_id, version, action, zone=zone)
    await ring(desk.settings, "project_audit", case_id)
    if outcome.case.duplicate and outcome.case.duplicate.unsettled:
        await ring(desk.settings, "settle_duplicates", case_id)
    if outcome.case.notices_due:
        await ring(desk.settings, "project_notices", case_id)
    return outcome


@asynccontextmanager
async def people_named(desk: CaseDesk) -> AsyncIterator[None]:
    """Whoever a refusal mentions is called by name, for people and programs alike."""
    try:
        yield
    except OtklikError as error:
        if has_mention(error.message):
            directory = await read_people(desk.engine)
            error.message = spelled(error.message, directory.called)
        raise


async def for_program(desk: CaseDesk, case: Case, revealed: Author | None = None) -> CaseView:
    directory = await read_people(desk.engine)
    return case_view(case, desk.viewer, directory.called, revealed)


async def show(
    request: AnyRequest,
    desk: CaseDesk,
    case: Case,
    shown: Shown | None = None,
    *,
    status: int = 200,
    banner: Banner | None = None,
) -> Template:
    """The whole page, or for htmx the part below the header."""
    directory = await read_directory(desk.engine, desk.viewer)
    incoming, others, book = await gather(
        naming(desk.engine, desk.viewer, case.id),
        count_others(desk.engine, desk.viewer, case),
        current_deadlines(desk.engine),
    )
    stages = tuple(stage_views(case, book, desk.settings.zone))
    shown = replace(shown or Shown(), incoming=incoming, others=others, stages=stages)
    return page(
        request,
        "cases/show.html",
        fragment="cases/_case.html",
        context=page_context(case, desk.viewer, desk.settings, directory, shown),
        status=status,
        banner=banner,
        headers={"Cache-Control": "no-store"} if shown.revealed else None,
    )


async def perform(
    request: AnyRequest, desk: CaseDesk, case_name: str, name: str, raw: Mapping[str, Any]
) -> Answer:
    """Does the action and shows the case; what was refused is shown with all that was typed."""
    case = await open_case(desk.engine, desk.viewer, case_name)
    try:
        outcome = await do(desk, case.id, name, raw)
    except SHOWN_ERRORS as error:
        return await refused(request, desk, case.id, Attempt(name, raw, error, _key(raw)))
    return await done(request, desk, outcome.case, name)


def _key(raw: Mapping[str, Any]) -> str:
    key = raw.get("key")
    return key if isinstance(key, str) and len(key) <= _LONGEST_KEY else ""


async def done(request: AnyRequest, desk: CaseDesk, case: Case, name: str) -> Answer:
    """After a plain form a redirect, so that a reload sends nothing again."""
    if not may_see(desk.viewer, case):
        return page(request, "cases/gone.html", fragment="cases/_gone.html", context={"case": case})
    seq = case.history[-1].seq
    if name == "reveal":
        return await show(request, desk, case, Shown(revealed=case.author))
    if wants_fragment(request):
        return await show(request, desk, case, Shown(toast=toast_of(case, desk.viewer, seq)))
    here = request.headers.get("referer", ""), request.headers.get("host", "")
    queue = kept_pairs(*here, QUEUE_PLACE)
    return Redirect(url_with(f"/cases/{case.id}", queue, done=seq), status_code=303)


def presence_part(
    request: AnyRequest, desk: CaseDesk, case: Case, found: Presence, seen: str
) -> Template:
    """Also says that the case has changed since the page was made."""
    event = next(reversed(people_know(case)), None)
    changed = seen != str(case.version) and event is not None and event.by != desk.viewer.name
    return page(
        request,
        "cases/_presence.html",
        context={"case": case, "presence": found, "changed": changed, "seen": seen},
    )


async def refused(request: AnyRequest, desk: CaseDesk, case_id: str, attempt: Attempt) -> Template:
    """Over the newest version: what was typed can be sent again as it stands."""
    error = attempt.error
    if error is None:
        raise ValueError("nothing was refused")
    try:
        case = await open_case(desk.engine, desk.viewer, case_id)
    except OtklikError:
        raise error from None  # the case cannot be shown: the refusal itself is the answer
    conflict = isinstance(error, CaseConflictError)
    shown = Shown(
        attempt=Attempt(attempt.name, attempt.typed, error, attempt.key, conflict=conflict)
    )
    return await show(request, desk, case, shown, status=error.status)
