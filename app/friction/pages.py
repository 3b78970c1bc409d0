"""The page of findings put together: the list, what was just said, what was refused."""

from asyncio import gather
from datetime import UTC, datetime
from typing import Any

from litestar import Request
from litestar.response import Redirect, Template

from app.cases.actions.mention import has_mention, spelled
from app.cases.directory import read_people
from app.engine.client import Engine
from app.errors import BadInputError, ConflictError, ForbiddenError, NotFoundError, RefusedError
from app.friction import repository
from app.friction.contexts import NOTHING_TOLD, Told, friction_view, told_of
from app.friction.params import HERE, FrictionParams
from app.friction.review import open_review
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
