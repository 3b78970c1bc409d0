"""«Журнал»: who did what, when, with which object, from where."""

from typing import Any

from litestar import Controller, Request, get
from litestar.di import NamedDependency
from litestar.response import Template

from app.audit.contexts import journal_view
from app.audit.params import parse_params
from app.audit.people import names_of_all
from app.audit.service import read_journal
from app.engine.client import Engine
from app.permissions import Permission
from app.settings import Settings
from app.viewer import Viewer
from app.web.access import needs
from app.web.render import page


class AuditController(Controller):
    path = "/audit"
    opt = needs(Permission.AUDIT_VIEW)

    @get()
    async def index(
        self,
        request: Request[Any, Any, Any],
        engine: NamedDependency[Engine],
        settings: NamedDependency[Settings],
        viewer: NamedDependency[Viewer],
    ) -> Template:
        params = parse_params(request.query_params.multi_items())
        found = await read_journal(engine, viewer, params, settings.zone)
        context = {"view": journal_view(found, params, await names_of_all(engine))}
        return page(request, "audit/page.html", fragment="audit/_list.html", context=context)
