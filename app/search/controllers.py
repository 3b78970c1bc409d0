"""The page «Поиск» and `GET /api/v1/search`: the same parameters, the same service."""

from typing import Any

from litestar import Controller, Request, get
from litestar.di import NamedDependency
from litestar.response import Template

from app.engine.client import Engine
from app.errors import BadInputError, EngineSetupError, EngineUnavailableError
from app.permissions import Permission
from app.search.around import around
from app.search.contexts import SearchAnswer, address, api_answer, page_context
from app.search.openapi import SearchOperation
from app.search.params import SearchParams, parse_params, readable_params
from app.search.service import search_and_tell
from app.settings import Settings
from app.viewer import Viewer
from app.web.access import needs
from app.web.render import Banner, page

_PAGE, _FRAGMENT = "search/page.html", "search/_results.html"


class SearchPageController(Controller):
    path = "/search"
    opt = needs(Permission.CASE_VIEW)

    @get()
    async def show(
        self,
        request: Request[Any, Any, Any],
        engine: NamedDependency[Engine],
        settings: NamedDependency[Settings],
        viewer: NamedDependency[Viewer],
    ) -> Template:
        """Never loses what was typed: a bad filter and a silent engine are said on the page."""
        pairs = list(request.query_params.multi_items())
        try:
            params = parse_params(pairs)
            results = await search_and_tell(engine, params, viewer, settings.zone)
        except BadInputError as error:
            return _trouble(request, readable_params(pairs), error.message, error.status)
        except (EngineUnavailableError, EngineSetupError) as error:
            return _trouble(request, params, error.message, error.status, Banner(error.message))
        shown = {**page_context(params, results), **around(params, results, settings.zone)}
        context = {**shown, "trouble": None}
        headers = {"HX-Push-Url": address(params)}  # the form also sends its empty fields
        return page(request, _PAGE, fragment=_FRAGMENT, context=context, headers=headers)


def _trouble(
    request: Request[Any, Any, Any],
    params: SearchParams,
    message: str,
    status: int,
    banner: Banner | None = None,
) -> Template:
    context = {**page_context(params, None), "trouble": message}
    return page(request, _PAGE, fragment=_FRAGMENT, context=context, banner=banner, status=status)


class SearchApiController(Controller):
    path = "/api/v1/search"
    opt = needs(Permission.CASE_VIEW)
    include_in_schema = True
    tags = ["Поиск"]  # noqa: RUF012 - as Litestar declares it

    @get(summary="Поиск", operation_class=SearchOperation)
    async def find(
        self,
        request: Request[Any, Any, Any],
        engine: NamedDependency[Engine],
        settings: NamedDependency[Settings],
        viewer: NamedDependency[Viewer],
    ) -> SearchAnswer:
        """Сообщения и обращения по словам, адресу или номеру, с числами по каждому фильтру.

        `snippet` — простой текст вокруг найденных слов, без выделения. `next` передают обратно в
        `after`, чтобы получить следующую страницу; на последней его нет. Число у значения фильтра
        учитывает остальные фильтры, но не свой.
        """
        params = parse_params(request.query_params.multi_items())
        return api_answer(await search_and_tell(engine, params, viewer, settings.zone))
