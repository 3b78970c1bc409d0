"""`POST /api/v1/suggest` and the panel «Подсказки» of a case."""

from typing import Annotated, Any

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody, PathParameter
from litestar.response import Template

from app.cases.service import open_case
from app.engine.client import Engine
from app.permissions import Permission
from app.settings import Settings
from app.suggestions.contexts import panel_of
from app.suggestions.models import (
    Suggestion,
)
from app.suggestions.params import read_asked
from app.suggestions.service import suggest, suggest_for_case
from app.viewer import Viewer
from app.web.access import needs
from app.web.render import page

CaseName = Annotated[str, PathParameter(description="Идентификатор или номер обращения.")]


class SuggestApiController(Controller):
    path = "/api/v1/suggest"
    opt = needs(Permission.CASE_CLASSIFY)
    include_in_schema = True
    tags = ["Подсказки"]  # noqa: RUF012 - as Litestar declares it

    @post("/", summary="Подсказать тему, ведомство, важность и место", status_code=200)
    async def ask(
        self,
        engine: NamedDependency[Engine],
        viewer: NamedDependency[Viewer],
        data: JSONBody[dict[str, Any]],
    ) -> Suggestion:
        """По `text` и, если есть, `title`, `street`, `house`, `municipality`.

        `score` — вероятность от 0 до 1. `by` говорит, на чём основано: `words_and_meaning`,
        `words` (модель смысла не отвечает), `theme_names` (учиться ещё не на чем), `nothing`.
        """
        return await suggest(engine, viewer, read_asked(data))


class CaseSuggestionsController(Controller):
    path = "/cases"
    opt = needs(Permission.CASE_CLASSIFY)

    @get("/{case_name:str}/suggestions")
    async def panel(
        self,
        request: Request[Any, Any, Any],
        engine: NamedDependency[Engine],
        settings: NamedDependency[Settings],
        viewer: NamedDependency[Viewer],
        case_name: CaseName,
    ) -> Template:
        """Loaded after the page of the case; without JavaScript a page of its own."""
        case = await open_case(engine, viewer, case_name)
        found = await suggest_for_case(engine, viewer, case, settings.zone)
        context = {"case": case, "panel": panel_of(case, viewer, found)}
        return page(
            request, "suggestions/page.html", fragment="suggestions/_panel.html", context=context
        )
