"""Pages of causes put together: services in, templates out."""

from collections.abc import Mapping
from typing import Any

from litestar import Request
from litestar.response import Template

from app.audit.people import names_of_all
from app.causes import service
from app.causes.contexts import (
    CauseForm,
    Filters,
    cause_row,
    cause_view,
    factors_view,
    list_view,
    new_cause_url,
    statuses,
)
from app.causes.growing import factors_of
from app.engine.client import Engine
from app.errors import OtklikError
from app.permissions import Permission
from app.problems.service import open_problem
from app.reference.choices import department_choices
from app.reference.current import current_book
from app.settings import Settings
from app.viewer import Viewer
from app.web.render import page

AnyRequest = Request[Any, Any, Any]
_FIELDS = ("statement", "status", "department", "municipality", "settlement", "evidence")
_MORE = ("cases", "links", "problem", "rev")


async def list_page(request: AnyRequest, engine: Engine, viewer: Viewer) -> Template:
    asked = request.query_params
    filters = Filters(*(asked.get(name, "") for name in ("status", "department", "municipality")))
    view = list_view(await service.list_causes(engine, viewer), filters, viewer)
    return page(request, "problems/causes.html", context={"view": view})


async def cause_page(
    request: AnyRequest,
    engine: Engine,
    viewer: Viewer,
    cause_id: str,
    *,
    typed: Mapping[str, object] | None = None,
    error: OtklikError | None = None,
) -> Template:
    seen = await service.open_cause(engine, viewer, cause_id)
    view = cause_view(seen, await names_of_all(engine), viewer)
    cause = seen.cause
    kept = {name: str(getattr(cause, name, "") or "") for name in _FIELDS[:5]}
    kept |= {"rev": str(cause.rev), "evidence": "", "cases": "", "links": ""}
    context = {
        "view": view,
        "form": _form(kept | _typed(typed), error),
        "error": error,
        "statuses": statuses(),
        "departments": await _departments(engine, cause.department),
    }
    status = error.status if error else 200
    return page(request, "problems/cause.html", context=context, status=status)


async def new_page(
    request: AnyRequest,
    engine: Engine,
    viewer: Viewer,
    *,
    typed: Mapping[str, object] | None = None,
    error: OtklikError | None = None,
) -> Template:
    given = _typed(request.query_params if typed is None else typed)
    values = dict.fromkeys((*_FIELDS, *_MORE), "") | given
    problem = None
    if values["problem"]:
        problem = await open_problem(engine, viewer, values["problem"])
        values["municipality"] = values["municipality"] or problem.municipality or ""
        values["settlement"] = values["settlement"] or problem.settlement or ""
    context = {
        "problem": problem,
        "form": _form(values, error),
        "error": error,
        "statuses": statuses(),
        "departments": await _departments(engine, values["department"]),
    }
    status = error.status if error else 200
    return page(request, "problems/cause_new.html", context=context, status=status)


def _typed(given: Mapping[str, object] | None) -> dict[str, str]:
    names = (*_FIELDS, *_MORE)
    return {name: str(given[name]) for name in names if name in given} if given else {}


def _form(values: dict[str, str], error: OtklikError | None) -> CauseForm:
    return CauseForm(values, {error.field: error.message} if error and error.field else {})


async def _departments(engine: Engine, chosen: str | None) -> list[tuple[str, str]]:
    """By name, as cases have them."""
    book = await current_book(engine)
    names = [book.departments[code].name for code, _ in department_choices(book)]
    if chosen and chosen not in names:
        names.append(chosen)
    return [(name, name) for name in names]


async def causes_part(
    request: AnyRequest, engine: Engine, viewer: Viewer, problem_id: str
) -> Template:
    problem = await open_problem(engine, viewer, problem_id)
    own = await service.causes_of(engine, viewer, problem)
    manages = viewer.may(Permission.PROBLEM_MANAGE)
    ids = {one.cause.id for one in own}
    every = await service.list_causes(engine, viewer) if manages else []
    context = {
        "problem": problem,
        "rows": [cause_row(one) for one in own],
        "others": [(one.cause.id, one.cause.statement) for one in every if one.cause.id not in ids],
        "may_manage": manages,
    }
    return page(
        request, "problems/causes_of.html", fragment="problems/_causes_of.html", context=context
    )


async def factors_part(
    request: AnyRequest, engine: Engine, settings: Settings, viewer: Viewer, problem_id: str
) -> Template:
    problem = await open_problem(engine, viewer, problem_id)
    found = await factors_of(engine, viewer, problem, settings.zone)
    causes = await service.causes_of(engine, viewer, problem)
    view = factors_view(problem, found, causes, viewer)
    context = {"problem": problem, "view": view, "new_cause_url": new_cause_url}
    return page(
        request, "problems/factors.html", fragment="problems/_factors.html", context=context
    )
