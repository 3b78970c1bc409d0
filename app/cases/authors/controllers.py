"""The page «Все обращения автора», opened from one of them."""

from datetime import datetime

from litestar import Controller, get
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath
from litestar.response import Template

from app.cases.authors.contexts import page_context
from app.cases.authors.service import cases_of_author
from app.cases.pages.desk import AnyRequest, CaseDesk, open_desk
from app.cases.service import open_case
from app.permissions import Permission
from app.web.access import needs
from app.web.render import page


class AuthorCasesController(Controller):
    path = "/cases"
    opt = needs(Permission.CASE_REVEAL_AUTHOR)
    dependencies = {"desk": Provide(open_desk)}  # noqa: RUF012 - as Litestar declares it

    @get("/{case_name:str}/author")
    async def show(
        self, request: AnyRequest, desk: NamedDependency[CaseDesk], case_name: FromPath[str]
    ) -> Template:
        case = await open_case(desk.engine, desk.viewer, case_name)
        after = request.query_params.get("after", "")
        found = await cases_of_author(desk.engine, desk.viewer, case, after)
        return page(
            request,
            "cases/author.html",
            fragment="cases/_author.html",
            context=page_context(case, found, after, datetime.now(desk.settings.zone)),
            headers={"Cache-Control": "no-store"},
        )
