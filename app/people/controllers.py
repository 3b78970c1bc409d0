"""Pages «Люди» and «Кто меня замещает»."""

from datetime import datetime

from litestar import Controller, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath
from litestar.response import Template

from app.accounts import service as accounts
from app.errors import BadInputError, ConflictError, ForbiddenError
from app.jobs import ring
from app.people import service
from app.people.forms import PersonForm, read_person
from app.people.leaving import hand_over
from app.people.pages import (
    Answer,
    AnyRequest,
    Staff,
    leave_page,
    list_page,
    new_page,
    open_staff,
    own_page,
    person_page,
    rights_page,
    substitutions_page,
)
from app.people.substitutions import Wish, end_substitution, substitute
from app.permissions import Permission
from app.web.access import SIGNED_IN, needs
from app.web.htmx import go


class PeopleController(Controller):
    path = "/people"
    opt = needs(Permission.PEOPLE_MANAGE)
    dependencies = {"staff": Provide(open_staff)}  # noqa: RUF012 - as Litestar declares it

    @get()
    async def people(self, request: AnyRequest, staff: NamedDependency[Staff]) -> Template:
        return await list_page(request, staff)

    @get("/rights")
    async def rights(self, request: AnyRequest) -> Template:
        return rights_page(request)

    @get("/substitutions")
    async def acting(self, request: AnyRequest, staff: NamedDependency[Staff]) -> Template:
        return await substitutions_page(request, staff)

    @get("/new")
    async def new(self, request: AnyRequest, staff: NamedDependency[Staff]) -> Template:
        form = PersonForm(department=request.query_params.get("department", ""))
        return await new_page(request, staff, form)

    @post(status_code=200)
    async def create(self, request: AnyRequest, staff: NamedDependency[Staff]) -> Template:
        """The one-time password stands in this answer and nowhere else."""
        form = read_person((await request.form()).multi_items())
        try:
            service.check_new_login(form.login)
            user, once = await accounts.create_user(
                staff.engine, staff.sessions, staff.viewer, form.new_user()
            )
        except (BadInputError, ConflictError) as error:
            return await new_page(request, staff, form, error)
        told = "Человек заведён."
        return await person_page(request, staff, user.login, told=told, password=once)

    @get("/{login:str}")
    async def person(
        self, request: AnyRequest, staff: NamedDependency[Staff], login: FromPath[str]
    ) -> Template:
        return await person_page(request, staff, login)

    @post("/{login:str}", status_code=303)
    async def change(
        self, request: AnyRequest, staff: NamedDependency[Staff], login: FromPath[str]
    ) -> Answer:
        form = read_person((await request.form()).multi_items(), login)
        try:
            await service.save_person(
                staff.engine, staff.sessions, staff.viewer, login, form.version, form.person()
            )
        except (BadInputError, ConflictError, ForbiddenError) as error:
            return await person_page(request, staff, login, form=form, error=error)
        return go(request, f"/people/{login}?told=saved")

    @post("/{login:str}/password", status_code=200)
    async def reset_password(
        self, request: AnyRequest, staff: NamedDependency[Staff], login: FromPath[str]
    ) -> Template:
        drop_totp = bool((await request.form()).get("drop_totp"))
        once = await accounts.reset_password(
            staff.engine, staff.sessions, staff.viewer, login, drop_totp=drop_totp
        )
        told = "Прежний пароль больше не действует, все сеансы завершены."
        return await person_page(request, staff, login, told=told, password=once)

    @post("/{login:str}/close", status_code=303)
    async def close(
        self, request: AnyRequest, staff: NamedDependency[Staff], login: FromPath[str]
    ) -> Answer:
        try:
            await service.let_go(staff.engine, staff.sessions, staff.viewer, login)
        except (ConflictError, ForbiddenError) as error:
            return await person_page(request, staff, login, error=error)
        return go(request, f"/people/{login}?told=closed")

    @post("/{login:str}/open", status_code=303)
    async def open(
        self, request: AnyRequest, staff: NamedDependency[Staff], login: FromPath[str]
    ) -> Answer:
        await accounts.activate(staff.engine, staff.sessions, staff.viewer, login)
        return go(request, f"/people/{login}?told=opened")

    @post("/{login:str}/sessions/end", status_code=303)
    async def end_sessions(
        self, request: AnyRequest, staff: NamedDependency[Staff], login: FromPath[str]
    ) -> Answer:
        await service.end_sessions(staff.engine, staff.sessions, staff.viewer, login)
        return go(request, f"/people/{login}?told=ended")

    @get("/{login:str}/leave")
    async def leave(
        self, request: AnyRequest, staff: NamedDependency[Staff], login: FromPath[str]
    ) -> Template:
        return await leave_page(request, staff, login)

    @post("/{login:str}/leave", status_code=200)
    async def move_cases(
        self, request: AnyRequest, staff: NamedDependency[Staff], login: FromPath[str]
    ) -> Template:
        """Shows what came of each case; what failed may be sent again."""
        given = await request.form()
        to, close = str(given.get("to", "")), bool(given.get("close"))
        try:
            farewell = await hand_over(
                staff.engine, staff.sessions, staff.viewer, login, to, close=close
            )
        except (BadInputError, ConflictError, ForbiddenError) as error:
            return await leave_page(request, staff, login, error=error, to=to)
        await ring(staff.sessions.settings, "sweep_audit")
        return await leave_page(request, staff, login, farewell=farewell, to=to)

    @post("/{login:str}/substitutions", status_code=303)
    async def name_substitute(
        self, request: AnyRequest, staff: NamedDependency[Staff], login: FromPath[str]
    ) -> Answer:
        wish = await _read_wish(request)
        try:
            await substitute(staff.engine, staff.sessions, staff.viewer, login, wish)
        except (BadInputError, ConflictError) as error:
            return await person_page(request, staff, login, wish=wish, wrong_wish=error)
        return go(request, f"/people/{login}?told=substitute")

    @post("/{login:str}/substitutions/end", status_code=303)
    async def end(
        self, request: AnyRequest, staff: NamedDependency[Staff], login: FromPath[str]
    ) -> Answer:
        await end_substitution(
            staff.engine, staff.sessions, staff.viewer, login, await _read_moment(request)
        )
        return go(request, f"/people/{login}?told=substitute-ended")


class OwnSubstitutionsController(Controller):
    path = "/me/substitutions"
    opt = SIGNED_IN
    dependencies = {"staff": Provide(open_staff)}  # noqa: RUF012 - as Litestar declares it

    @get()
    async def own(self, request: AnyRequest, staff: NamedDependency[Staff]) -> Template:
        return await own_page(request, staff)

    @post(status_code=303)
    async def name_substitute(self, request: AnyRequest, staff: NamedDependency[Staff]) -> Answer:
        wish, login = await _read_wish(request), staff.viewer.name
        try:
            await substitute(staff.engine, staff.sessions, staff.viewer, login, wish)
        except (BadInputError, ConflictError) as error:
            return await own_page(request, staff, wish=wish, wrong=error)
        return go(request, "/me/substitutions?told=substitute")

    @post("/end", status_code=303)
    async def end(self, request: AnyRequest, staff: NamedDependency[Staff]) -> Answer:
        moment = await _read_moment(request)
        await end_substitution(
            staff.engine, staff.sessions, staff.viewer, staff.viewer.name, moment
        )
        return go(request, "/me/substitutions?told=substitute-ended")


async def _read_wish(request: AnyRequest) -> Wish:
    given = await request.form()
    return Wish(*(str(given.get(name, "")).strip() for name in ("login", "since", "until")))


async def _read_moment(request: AnyRequest) -> datetime:
    """The moment that names a substitution. Raises `BadInputError`."""
    try:
        return datetime.fromisoformat(str((await request.form()).get("at", "")))
    except ValueError:
        raise BadInputError("Не указано, какое замещение закончить.", field="at") from None
