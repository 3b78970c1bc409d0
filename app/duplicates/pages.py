"""The pages of duplicates put together: the queue, the panel of a case, what was refused."""

from asyncio import gather
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from litestar import Request, Response
from litestar.di import NamedDependency
from litestar.response import Redirect, Template

from app.cases.actions.mention import has_mention, spelled
from app.cases.directory import read_people
from app.cases.models import Case
from app.cases.pages.view import toast_of
from app.cases.service import open_case
from app.duplicates import repository
from app.duplicates.contexts import NOTHING_TOLD, Told, panel_view, review_view, told_of
from app.duplicates.forms import Whence
from app.duplicates.panel import panel_of
from app.duplicates.params import ReviewParams
from app.duplicates.review import open_review
from app.engine.client import Engine
from app.errors import (
    BadInputError,
    ConflictError,
    ForbiddenError,
    NotFoundError,
    OtklikError,
    RefusedError,
)
from app.jobs import ring
from app.settings import Settings
from app.viewer import Viewer
from app.web.htmx import wants_fragment
from app.web.render import page
from app.web.urls import url_with

_LONGEST = 512
AnyRequest = Request[Any, Any, Any]
Answer = Response[Any] | Redirect | Template
SAID_ON_THE_PAGE = (BadInputError, ConflictError, ForbiddenError, NotFoundError, RefusedError)
"""Refusals that are told above the list or in the panel, which shows how things stand now."""


@dataclass(frozen=True)
class Desk:
    """What every handler here works with."""

    engine: Engine
    settings: Settings
    viewer: Viewer


async def open_desk(
    engine: NamedDependency[Engine],
    settings: NamedDependency[Settings],
    viewer: NamedDependency[Viewer],
) -> Desk:
    return Desk(engine, settings, viewer)


async def review_page(
    request: AnyRequest, desk: Desk, params: ReviewParams, told: Told = NOTHING_TOLD
) -> Template:
    found, directory = await gather(
        open_review(desk.engine, params, desk.viewer), read_people(desk.engine)
    )
    if not found.rows and found.total:  # the last page has been answered away
        return await review_page(request, desk, params.first, told)
    view = review_view(params, found, desk.viewer, directory)
    return page(
        request,
        "duplicates/page.html",
        fragment="duplicates/_list.html",
        context={"view": view, "told": told},
    )


async def panel_page(
    request: AnyRequest, desk: Desk, case_id: str, told: Told = NOTHING_TOLD
) -> Template:
    case = await open_case(desk.engine, desk.viewer, case_id)
    panel, directory = await gather(
        panel_of(desk.engine, desk.viewer, case), read_people(desk.engine)
    )
    return page(
        request,
        "duplicates/case.html",
        fragment="duplicates/_panel.html",
        context={"view": panel_view(panel, desk.viewer, directory, told)},
    )


async def after(
    request: AnyRequest, desk: Desk, whence: Whence, told: Told, done: dict[str, str]
) -> Answer:
    """For htmx the list or the panel anew; after a plain form a redirect to it, `done` in its
    address telling what the toast is to say.
    """
    if wants_fragment(request):
        return await _anew(request, desk, whence, told)
    if whence.panel:
        path = f"/duplicates/cases/{quote(whence.panel, safe='')}"
        return Redirect(url_with(path, [], **done), status_code=303)
    address = url_with("/duplicates", whence.review.pairs(), **done)
    return Redirect(address, status_code=303)


async def _anew(request: AnyRequest, desk: Desk, whence: Whence, told: Told) -> Template:
    if whence.panel:
        return await panel_page(request, desk, whence.panel, told)
    return await review_page(request, desk, whence.review, told)


async def refused(request: AnyRequest, desk: Desk, whence: Whence, error: OtklikError) -> Template:
    """How things stand now, and above it why nothing was done."""
    message = error.message
    if has_mention(message):
        message = spelled(message, (await read_people(desk.engine)).called)
    shown = await _anew(request, desk, whence, Told(error=message))
    shown.status_code = error.status
    return shown


async def note_case(desk: Desk, case_id: str | None) -> None:
    """The journal hears of what a verdict did to a case."""
    if case_id:
        await ring(desk.settings, "project_audit", case_id)


async def told_here(request: AnyRequest, desk: Desk) -> Told:
    """What the address says was just done, if it was this person who did it last."""
    if pair_id := request.query_params.get("done", ""):
        return told_of(await repository.get(desk.engine, pair_id[:_LONGEST]), desk.viewer)
    if case_id := request.query_params.get("acted", ""):
        case = await open_case(desk.engine, desk.viewer, case_id[:_LONGEST])
        return told_of_case(case, desk.viewer)
    return NOTHING_TOLD


def told_of_case(case: Case, viewer: Viewer) -> Told:
    """About the last event of `case`, where this person can take it back."""
    toast = toast_of(case, viewer, case.history[-1].seq if case.history else 0)
    if toast is None:
        return NOTHING_TOLD
    undo = f"/duplicates/cases/{quote(case.id, safe='')}/undo" if toast.undo else ""
    return Told(f"№ {case.number}: {toast.text}", undo)
