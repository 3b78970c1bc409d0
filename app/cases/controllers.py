"""A case as a page and as JSON, and what is done with it."""

from typing import Annotated, Any

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, JSONBody, PathParameter
from litestar.response import Redirect, Template

from app.cases.actions.apply import rule_of
from app.cases.contexts import CaseView
from app.cases.pages.desk import (
    Answer,
    AnyRequest,
    CaseDesk,
    do,
    for_program,
    open_desk,
    perform,
    presence_part,
    show,
)
from app.cases.pages.forms import Attempt
from app.cases.pages.presence import meet
from app.cases.pages.view import Shown, toast_of
from app.cases.service import open_case
from app.numbers import whole_number
from app.permissions import Permission
from app.web.access import needs

CaseName = Annotated[str, PathParameter(description="Идентификатор или номер обращения.")]


class CasePageController(Controller):
    path = "/cases"
    opt = needs(Permission.CASE_VIEW)
    dependencies = {"desk": Provide(open_desk)}  # noqa: RUF012 - as Litestar declares it

    @get("/{case_name:str}")
    async def show(
        self, request: AnyRequest, desk: NamedDependency[CaseDesk], case_name: CaseName
    ) -> Template:
        case = await open_case(desk.engine, desk.viewer, case_name)
        done = request.query_params.get("done", "")
        seq = whole_number(done) or 0
        return await show(request, desk, case, Shown(toast=toast_of(case, desk.viewer, seq)))

    @get("/{case_name:str}/actions/{action:str}")
    async def form(
        self,
        request: AnyRequest,
        desk: NamedDependency[CaseDesk],
        case_name: CaseName,
        action: FromPath[str],
    ) -> Template:
        """The page with one form open; without JavaScript a button leads here."""
        rule = rule_of(action)
        case = await open_case(desk.engine, desk.viewer, case_name)
        return await show(request, desk, case, Shown(attempt=Attempt(rule.name, {})))

    @post("/{case_name:str}/actions/{action:str}", status_code=200)
    async def act(
        self,
        request: AnyRequest,
        desk: NamedDependency[CaseDesk],
        case_name: CaseName,
        action: FromPath[str],
    ) -> Response[Any] | Redirect | Template:
        raw = dict((await request.form()).multi_items())
        return await perform(request, desk, case_name, rule_of(action).name, raw)

    @post("/{case_name:str}/presence", status_code=200)
    async def presence(
        self, request: AnyRequest, desk: NamedDependency[CaseDesk], case_name: CaseName
    ) -> Answer:
        """Asked every ten seconds by an open page: says who else is here and who is writing."""
        case = await open_case(desk.engine, desk.viewer, case_name)
        form = dict((await request.form()).multi_items())
        writing, redis = form.get("writing") == "1", request.app.state.redis
        found = await meet(redis, desk.settings, desk.viewer, case.id, writing=writing)
        return presence_part(request, desk, case, found, str(form.get("version", "")))


class CaseApiController(Controller):
    path = "/api/v1/cases"
    opt = needs(Permission.CASE_VIEW)
    include_in_schema = True
    tags = ["Обращения"]  # noqa: RUF012 - as Litestar declares it
    dependencies = {"desk": Provide(open_desk)}  # noqa: RUF012

    @get("/{case_name:str}", summary="Обращение по номеру")
    async def show(self, desk: NamedDependency[CaseDesk], case_name: CaseName) -> CaseView:
        """Сообщение или обращение со всем, что с ним сделано, и тем, что с ним можно сделать.

        Имя автора сокращено до инициалов, телефон и почта скрыты; исходных ячеек здесь нет. В
        `actions` у каждого действия сказано, можно ли его выполнить сейчас, и если нет, почему.
        """
        return await for_program(desk, await open_case(desk.engine, desk.viewer, case_name))

    @post("/{case_name:str}/actions/{action:str}", summary="Действие", status_code=200)
    async def act(
        self,
        desk: NamedDependency[CaseDesk],
        case_name: CaseName,
        action: FromPath[str],
        data: JSONBody[dict[str, Any]],
    ) -> CaseView:
        """Выполняет действие из `actions`: поля действия и, если нужно, `version` и `key`.

        `version` — версия, по которой решали: если люди с тех пор изменили обращение, ответ 409
        `conflict` говорит, кто и что. С тем же `key` действие не выполнится дважды.
        """
        case = await open_case(desk.engine, desk.viewer, case_name)
        outcome = await do(desk, case.id, rule_of(action).name, data)
        revealed = outcome.case.author if action == "reveal" else None
        return await for_program(desk, outcome.case, revealed)
