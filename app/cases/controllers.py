"""A case as a page and as JSON."""

from typing import Annotated, Any

from litestar import Controller, Request, get
from litestar.di import NamedDependency
from litestar.params import PathParameter
from litestar.response import Template

from app.cases.contexts import CaseView, case_view, page_context
from app.cases.service import open_case
from app.engine.client import Engine
from app.permissions import Permission
from app.settings import Settings
from app.viewer import Viewer
from app.web.access import needs
from app.web.render import page

CaseName = Annotated[str, PathParameter(description="Идентификатор или номер обращения.")]


class CasePageController(Controller):
    path = "/cases"
    opt = needs(Permission.CASE_VIEW)

    @get("/{case_name:str}")
    async def show(
        self,
        request: Request[Any, Any, Any],
        engine: NamedDependency[Engine],
        settings: NamedDependency[Settings],
        viewer: NamedDependency[Viewer],
        case_name: CaseName,
    ) -> Template:
        case = await open_case(engine, viewer, case_name)
        return page(request, "cases/show.html", context=page_context(case, settings.zone))


class CaseApiController(Controller):
    path = "/api/v1/cases"
    opt = needs(Permission.CASE_VIEW)
    include_in_schema = True
    tags = ["Обращения"]  # noqa: RUF012 - as Litestar declares it

    @get("/{case_name:str}", summary="Обращение по номеру")
    async def show(
        self,
        engine: NamedDependency[Engine],
        viewer: NamedDependency[Viewer],
        case_name: CaseName,
    ) -> CaseView:
        """Сообщение или обращение со всем, что с ним сделано.

        Имя автора сокращено до инициалов, телефон и почта скрыты; исходных ячеек здесь нет.
        """
        return case_view(await open_case(engine, viewer, case_name))
