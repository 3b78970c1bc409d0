"""«Опросы» and «Кому рассказать» put together."""

from asyncio import gather
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from litestar import Request
from litestar.response import Template

from app.cases.directory import read_people
from app.engine.client import Engine
from app.errors import BadInputError, NotFoundError, OtklikError
from app.polls import service
from app.polls.audience import PERIODS, Target, audience, draft_text, themes_of
from app.polls.contexts import audience_view, poll_view, worth_view
from app.polls.forms import PollForm
from app.polls.seen import newest_problems, seen_problems
from app.polls.service import Loaded
from app.polls.worth import PERIOD_DAYS, worth_a_vote
from app.settings import Settings
from app.viewer import Viewer
from app.web.render import page

AnyRequest = Request[Any, Any, Any]
_LONGEST = 512
_DEFAULT_DAYS = 90


@dataclass(frozen=True)
class Desk:
    """What every handler here works with."""

    engine: Engine
    settings: Settings
    viewer: Viewer


async def polls_page(
    request: AnyRequest,
    desk: Desk,
    form: PollForm | None = None,
    error: OtklikError | None = None,
    loaded: Loaded | None = None,
) -> Template:
    """A mistake stands at its field, and everything typed stays."""
    now = datetime.now(UTC)
    polls, (problems, themes), offered = await gather(
        service.all_polls(desk.engine, desk.viewer),
        worth_a_vote(desk.engine, desk.viewer, now),
        newest_problems(desk.engine, desk.viewer),
    )
    ids = {one for poll in polls for one in poll.problem_ids}
    seen = await seen_problems(desk.engine, desk.viewer, ids)
    since = (now - timedelta(days=PERIOD_DAYS)).astimezone(desk.settings.zone).date()
    query = request.query_params
    given = form or PollForm(theme=query.get("theme", ""), problem=query.get("problem", ""))
    errors = {error.field: error.message} if error and error.field else {}
    context = {
        "polls": [poll_view(one, seen) for one in polls],
        "problems": [worth_view(one, since) for one in problems],
        "themes": [worth_view(one, since) for one in themes],
        "choices": [(one.id, one.title) for one in offered],
        "form": replace(given, errors=errors),
        "error": None if error is None or error.field else error,
        "loaded": loaded,
        "removed": query.get("removed", "")[:_LONGEST],
    }
    status = error.status if error else 200
    return page(request, "problems/polls.html", context=context, status=status)


async def audience_page(
    request: AnyRequest,
    desk: Desk,
    target: Target | None,
    error: OtklikError | None = None,
    typed: Mapping[str, str] | None = None,
) -> Template:
    """Without a target only the choice of one."""
    now = datetime.now(UTC)
    themes, problems = await gather(
        themes_of(desk.engine, desk.viewer, now, 365), newest_problems(desk.engine, desk.viewer)
    )
    view = await _view(desk, target, now) if target else None
    context = {
        "view": view,
        "themes": [(one, one) for one in themes],
        "problems": [(one.id, one.title) for one in problems],
        "errors": {error.field: error.message} if error and error.field else {},
        "typed": typed or {},
        "today": now.astimezone(desk.settings.zone).date().isoformat(),
        "periods": [(str(days), name) for days, name in PERIODS.items()],
    }
    status = error.status if error else 200
    return page(request, "problems/audience.html", context=context, status=status)


async def _view(desk: Desk, target: Target, now: datetime) -> Any:
    what = await name_of(desk, target)
    streets, published, directory = await gather(
        audience(desk.engine, desk.viewer, target, now),
        service.published(desk.engine, desk.viewer, target.theme, target.problem),
        read_people(desk.engine),
    )
    since = (now - timedelta(days=target.days)).astimezone(desk.settings.zone).date()
    draft = draft_text(what, streets, target.days)
    return audience_view(target, what, streets, draft, published, directory, since)


async def name_of(desk: Desk, target: Target) -> str:
    """Raises `NotFoundError` for a problem that is not seen."""
    if target.problem is None:
        return target.theme or ""
    seen = await seen_problems(desk.engine, desk.viewer, [target.problem])
    if target.problem not in seen:
        raise NotFoundError("Такой проблемы нет, или она вам не видна.")
    return seen[target.problem].title


def read_target(given: Mapping[str, Any]) -> Target | None:
    """None where nothing was chosen yet. Raises `BadInputError`."""
    theme, problem = str(given.get("theme") or ""), str(given.get("problem") or "")
    if len(theme) > _LONGEST or len(problem) > _LONGEST:
        raise BadInputError("Слишком длинное условие.", field="theme")
    days = str(given.get("days") or _DEFAULT_DAYS)
    if days not in set(map(str, PERIODS)):
        raise BadInputError("Такого периода нет.", field="days")
    if problem:
        return Target(problem=problem, days=int(days))
    return Target(theme=theme, days=int(days)) if theme else None
