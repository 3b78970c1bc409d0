"""Pages of «Люди» put together."""

from dataclasses import dataclass, replace
from typing import Any

from litestar import Request, Response
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.response import Redirect, Template

from app.accounts import service as accounts
from app.accounts.sessions import Session, Sessions
from app.engine.client import Engine
from app.errors import OtklikError, SessionsUnavailableError
from app.people import service
from app.people.contexts import (
    ACTIVE_CHOICES,
    CHANNEL_CHOICES,
    ROLE_CHOICES,
    acting_rows,
    filter_values,
    held_rows,
    own_rows,
    people_choices,
    person_rows,
    result_rows,
)
from app.people.forms import PersonForm, filled, read_filter
from app.people.leaving import TO_DEPARTMENT, Farewell
from app.people.rights import person_rights, rights_table
from app.people.substitutions import Wish, list_acting, today
from app.permissions import Permission
from app.reference.choices import department_choices, sector_choices
from app.reference.service import current_book
from app.settings import Settings
from app.viewer import Viewer
from app.web.render import page

AnyRequest = Request[Any, Any, Any]
Answer = Response[Any] | Redirect | Template


TOLD = {
    "saved": "Изменения сохранены.",
    "closed": "Вход закрыт, все сеансы завершены.",
    "opened": "Вход открыт. Пароль прежний.",
    "ended": "Все сеансы завершены.",
    "substitute": "Замещение назначено.",
    "substitute-ended": "Замещение закончено.",
}
"""What was done, by the code that the address brings."""


_BACK = (TO_DEPARTMENT, "обратно в ведомство, кто возьмёт")


@dataclass(frozen=True)
class Staff:
    """What every handler of «Люди» works with."""

    engine: Engine
    settings: Settings
    viewer: Viewer
    sessions: Sessions


async def open_staff(
    engine: NamedDependency[Engine],
    settings: NamedDependency[Settings],
    viewer: NamedDependency[Viewer],
    state: State,
) -> Staff:
    return Staff(engine, settings, viewer, state.sessions)


async def list_page(request: AnyRequest, staff: Staff) -> Template:
    wanted = read_filter(request.query_params)
    people = await service.list_people(staff.engine, staff.viewer, wanted)
    book = await current_book(staff.engine)
    held = await service.held_counts(staff.engine, staff.viewer, people)
    context = {
        "rows": person_rows(people, book, held),
        "filter": filter_values(wanted),
        "roles": ROLE_CHOICES,
        "departments": department_choices(book, keep=wanted.department),
        "actives": ACTIVE_CHOICES,
    }
    return page(request, "people/list.html", fragment="people/_list.html", context=context)


async def new_page(
    request: AnyRequest, staff: Staff, form: PersonForm, error: OtklikError | None = None
) -> Template:
    context = await _form_context(staff, form, error)
    status = error.status if error else 200
    return page(request, "people/new.html", context=context, status=status)


async def _form_context(
    staff: Staff, form: PersonForm, error: OtklikError | None
) -> dict[str, object]:
    book = await current_book(staff.engine)
    wrong = {error.field: error.message} if error and error.field else {}
    return {
        "form": replace(form, errors=wrong),
        "error": None if error is None or error.field else error,
        "roles": ROLE_CHOICES,
        "channels": CHANNEL_CHOICES,
        "departments": department_choices(book, keep=form.department),
        "sectors": sector_choices(book, form.sector),
    }


async def person_page(  # noqa: PLR0913 - each is a part of the page that an act brings
    request: AnyRequest,
    staff: Staff,
    login: str,
    *,
    form: PersonForm | None = None,
    error: OtklikError | None = None,
    wish: Wish | None = None,
    wrong_wish: OtklikError | None = None,
    told: str = "",
    password: str | None = None,
    status: int = 200,
) -> Template:
    """One person; `password` is the one-time one, shown in this answer only."""
    user = await accounts.get_user(staff.engine, staff.viewer, login)
    people = await accounts.list_users(staff.engine, staff.viewer)
    names = {one.login: one.name for one in people}
    day = today(staff.settings)
    refusal = error or wrong_wish
    context = {
        "user": user,
        "own": login == staff.viewer.name,
        "rights": person_rights(user, await current_book(staff.engine)),
        "sessions": await _sessions(staff, login),
        "held": (await service.held_cases(staff.engine, staff.viewer, login)).total,
        "substitutions": own_rows(user, names, day),
        "acts_for": [
            one
            for one in acting_rows(
                await list_acting(staff.engine, staff.viewer, staff.settings), names, day
            )
            if one.substitute == login
        ],
        "people": people_choices(people, without=login),
        "wish": wish or Wish(since=day.isoformat(), until=day.isoformat()),
        "wrong_wish": wrong_wish,
        "told": told or TOLD.get(request.query_params.get("told", ""), ""),
        "password": password,
        **await _form_context(staff, form or filled(user), error),
    }
    return page(
        request,
        "people/person.html",
        context=context,
        status=refusal.status if refusal else status,
        headers={"Cache-Control": "no-store"} if password else None,
    )


async def _sessions(staff: Staff, login: str) -> list[Session] | None:
    """None where Redis does not answer: the page is of use without them."""
    try:
        return [session for _, session in await staff.sessions.of_person(login)]
    except SessionsUnavailableError:
        return None


async def leave_page(
    request: AnyRequest,
    staff: Staff,
    login: str,
    *,
    farewell: Farewell | None = None,
    error: OtklikError | None = None,
    to: str = "",
) -> Template:
    """Open cases of a person, and what came of moving them."""
    user = await accounts.get_user(staff.engine, staff.viewer, login)
    held = await service.held_cases(staff.engine, staff.viewer, login)
    people = await accounts.list_users(staff.engine, staff.viewer)
    context = {
        "user": user,
        "own": login == staff.viewer.name,
        "total": held.total,
        "rows": held_rows(held),
        "reads": staff.viewer.may(Permission.CASE_VIEW),
        "people": [_BACK, *people_choices(people, without=login)],
        "farewell": farewell,
        "results": result_rows(farewell.moved) if farewell else [],
        "error": error,
        "to": to,
    }
    status = error.status if error else 200
    return page(request, "people/leave.html", context=context, status=status)


async def substitutions_page(request: AnyRequest, staff: Staff) -> Template:
    acting = await list_acting(staff.engine, staff.viewer, staff.settings)
    people = await accounts.list_users(staff.engine, staff.viewer)
    names = {one.login: one.name for one in people}
    context = {"rows": acting_rows(acting, names, today(staff.settings))}
    return page(request, "people/substitutions.html", context=context)


def rights_page(request: AnyRequest) -> Template:
    return page(request, "people/rights.html", context={"table": rights_table()})


async def own_page(
    request: AnyRequest, staff: Staff, *, wish: Wish | None = None, wrong: OtklikError | None = None
) -> Template:
    """«Кто меня замещает», for everybody."""
    login = staff.viewer.name
    user = (await accounts.load_user(staff.engine, login)).user
    colleagues = await service.colleagues(staff.engine)
    names = {one.login: one.name for one in colleagues}
    day = today(staff.settings)
    context = {
        "user": user,
        "substitutions": own_rows(user, names, day),
        "people": people_choices(colleagues, without=login),
        "wish": wish or Wish(since=day.isoformat(), until=day.isoformat()),
        "wrong_wish": wrong,
        "acting_for": staff.viewer.acting_for,
        "told": TOLD.get(request.query_params.get("told", ""), ""),
    }
    status = wrong.status if wrong else 200
    return page(request, "people/own.html", context=context, status=status)
