"""Pages of road maps put together: services in, templates out."""

from asyncio import gather
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from litestar import Request
from litestar.response import Template

from app.accounts.models import short_name
from app.audit.people import names_of_all
from app.engine.client import Engine
from app.errors import OtklikError
from app.permissions import Permission
from app.problems.models import Problem
from app.problems.service import open_problem
from app.reference.choices import department_choices
from app.reference.current import current_book
from app.road_maps import practices, service
from app.road_maps.contexts import MapView, map_view, practice_rows
from app.road_maps.forms import MOST_PARTS, joint_filled
from app.road_maps.measuring import measure
from app.road_maps.models import STEP_NAMES, MapState
from app.road_maps.terms import TERMS
from app.settings import Settings
from app.viewer import Viewer
from app.web.render import page

AnyRequest = Request[Any, Any, Any]


@dataclass(frozen=True)
class Desk:
    """What every page of road maps needs of the request."""

    request: AnyRequest
    engine: Engine
    settings: Settings
    viewer: Viewer


async def map_page(
    desk: Desk,
    map_id: str,
    *,
    typed: Mapping[str, object] | None = None,
    error: OtklikError | None = None,
) -> Template:
    opened = await service.open_map(desk.engine, desk.viewer, map_id)
    people, departments = await _choices(desk, opened.problem)
    context = {
        "view": await _view(desk, opened),
        "people": people,
        "departments": departments,
        "terms": [(one.code, one.name) for one in TERMS],
        "states": [(one.value, name) for one, name in STEP_NAMES.items()],
        "places": range(1, MOST_PARTS + 1),
        "joint_filled": joint_filled(typed or {}),
        "typed": {name: str(value) for name, value in (typed or {}).items()},
        "errors": {error.field: error.message} if error and error.field else {},
        "error": error,
    }
    status = error.status if error else 200
    return page(desk.request, "problems/road_map.html", context=context, status=status)


async def _view(desk: Desk, opened: service.OpenMap) -> MapView:
    measured, names = await gather(
        measure(desk.engine, desk.viewer, opened, desk.settings.zone), names_of_all(desk.engine)
    )
    now = datetime.now(UTC)
    return map_view(opened.road_map, opened.problem, measured, names, desk.viewer, now)


async def _choices(
    desk: Desk, problem: Problem
) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """People and departments by name; empty for whoever adds no steps."""
    if not desk.viewer.may(Permission.PROBLEM_MANAGE):
        return [], []
    people, book = await gather(
        service.who_may_own(desk.engine, problem), current_book(desk.engine)
    )
    names = [book.departments[code].name for code, _ in department_choices(book)]
    return [(one.login, short_name(one.name)) for one in people], [(one, one) for one in names]


async def problem_part(
    desk: Desk, problem_id: str, *, title: str = "", error: OtklikError | None = None
) -> Template:
    """The road maps of a problem and what helped elsewhere, as a part of its page or a page."""
    problem = await open_problem(desk.engine, desk.viewer, problem_id)
    maps, offered, names = await gather(
        service.maps_of(desk.engine, problem),
        practices.practices_for(desk.engine, desk.viewer, problem),
        names_of_all(desk.engine),
    )
    opened = [service.OpenMap(one, problem) for one in maps]
    under_way = any(one.state is not MapState.SOLVED for one in maps)
    context = {
        "problem": problem,
        "views": [await _view(desk, one) for one in opened],
        "practices": practice_rows(offered, names),
        "may_create": desk.viewer.may(Permission.PROBLEM_MANAGE) and not under_way,
        "title": title,
        "error": error,
    }
    return page(
        desk.request,
        "problems/road_map_of.html",
        fragment="problems/_road_map_of.html",
        context=context,
        status=error.status if error else 200,
    )


async def practices_page(desk: Desk) -> Template:
    found, names = await gather(
        practices.list_practices(desk.engine, desk.viewer), names_of_all(desk.engine)
    )
    context = {"practices": practice_rows(found, names)}
    return page(desk.request, "problems/practices.html", context=context)
