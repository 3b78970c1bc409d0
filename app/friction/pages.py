"""The page of findings put together: the list, what was just said, what was refused."""

from asyncio import gather
from datetime import UTC, datetime
from typing import Any

from litestar import Request
from litestar.response import Redirect, Template

from app.cases.actions.mention import has_mention, spelled
from app.cases.directory import read_people
from app.cases.service import open_case
from app.engine.client import Engine
from app.errors import BadInputError, ConflictError, ForbiddenError, NotFoundError, RefusedError
from app.friction import repository
from app.friction.contexts import NOTHING_TOLD, Told, case_findings, friction_view, told_of
from app.friction.params import HERE, FrictionParams, Show
from app.friction.review import found_in, open_review
from app.viewer import Viewer
from app.web.htmx import wants_fragment
from app.web.render import page
from app.web.urls import url_with

AnyRequest = Request[Any, Any, Any]
REFUSED = (BadInputError, ConflictError, ForbiddenError, NotFoundError, RefusedError)
"""Told above the list, which shows how things stand now."""
_LONGEST = 512


async def friction_page(
    request: AnyRequest,
    engine: Engine,
    viewer: Viewer,
    params: FrictionParams,
    told: Told = NOTHING_TOLD,
) -> Template:
    found, directory = await gather(
        open_review(engine, params, viewer, datetime.now(UTC)), read_people(engine)
    )
    if not found.rows and found.total:  # the last page has been answered away
        return await friction_page(request, engine, viewer, params.first, told)
    view = friction_view(params, found, viewer, directory)
    return page(
        request,
        "problems/friction.html",
        fragment="problems/_friction.html",
        context={"view": view, "told": told},
    )


async def case_part(request: AnyRequest, engine: Engine, viewer: Viewer, case_id: str) -> Template:
    """What was found in a case; nothing to see where nothing was. Raises `NotFoundError`."""
    case = await open_case(engine, viewer, case_id)
    found, directory = await gather(found_in(engine, case.id, viewer), read_people(engine))
    context = {
        "case": case,
        "lines": case_findings(found, directory),
        "all_url": FrictionParams(Show.ALL, case=case.id, days=0).address,
    }
    return page(
        request,
        "problems/friction_of_case.html",
        fragment="problems/_friction_of_case.html",
        context=context,
    )


async def after(
    request: AnyRequest, engine: Engine, viewer: Viewer, back: FrictionParams, finding_id: str
) -> Template | Redirect:
    """For htmx the list anew; after a plain form a redirect, `done` telling what was said."""
    if not wants_fragment(request):
        return Redirect(url_with(HERE, back.pairs(), done=finding_id), status_code=303)
    finding = await repository.get(engine, finding_id) if finding_id else None
    return await friction_page(request, engine, viewer, back, told_of(finding, viewer))


async def refused(
    request: AnyRequest,
    engine: Engine,
    viewer: Viewer,
    back: FrictionParams,
    error: BadInputError | ConflictError | ForbiddenError | NotFoundError | RefusedError,
) -> Template:
    message = error.message
    if has_mention(message):
        message = spelled(message, (await read_people(engine)).called)
    shown = await friction_page(request, engine, viewer, back, Told(error=message))
    shown.status_code = error.status
    return shown


async def told_here(request: AnyRequest, engine: Engine, viewer: Viewer) -> Told:
    """What the address says was just done, if it was this person who did it last."""
    finding_id = request.query_params.get("done", "")[:_LONGEST]
    return told_of(await repository.get(engine, finding_id) if finding_id else None, viewer)
