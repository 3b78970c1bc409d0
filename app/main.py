"""The web application: what is registered, what lives as long as it does."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import Any

from litestar import Litestar, Request, Router, get
from litestar.config.compression import CompressionConfig
from litestar.datastructures import State
from litestar.di import NamedDependency, Provide
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin, YamlRenderPlugin
from litestar.response import Redirect
from litestar.template import TemplateConfig
from litestar.types import ControllerRouterHandler
from redis.asyncio import from_url

from app.accounts.controllers import SessionController, SignInController
from app.accounts.me import MeController
from app.accounts.my_totp import MyTotpController
from app.accounts.oidc import check_oidc
from app.accounts.oidc_controllers import TOO_OFTEN, OidcController
from app.accounts.people import People
from app.accounts.reader import cookie_name, session_viewer
from app.accounts.sessions import Sessions
from app.accounts.tokens.bearer import who_bears
from app.accounts.tokens.controllers import TokensController
from app.audit.controllers import AuditController
from app.audit.refusals import Refusals, told_each_minute
from app.audit.security import security_told
from app.audit.waiting import Journal
from app.board.api import ProblemsApiController
from app.board.controllers import BoardController
from app.board.heat.controllers import HeatController
from app.board.map.controllers import MapController
from app.board.problem.controllers import ProblemController
from app.board.problem.of_case import CaseProblemController
from app.books.controllers import BooksController
from app.books.danger.controllers import DangerWordsController, SuggestionsController
from app.books.deadlines.controllers import DeadlineChangesController, DeadlinesController
from app.books.places.controllers import PlacesController
from app.books.tone.controllers import ToneWordsController
from app.books.weather.controllers import WeatherController
from app.books.windows.controllers import WindowsController
from app.bulk.controllers import BulkController
from app.cases.authors.controllers import AuthorCasesController
from app.cases.controllers import CaseApiController, CasePageController
from app.cases.pages.files import case_files_router
from app.cases.pages.files_api import case_files_api
from app.causes.controllers import CausesController, ProblemCausesController
from app.duplicates.api import SimilarApiController
from app.duplicates.controllers import CaseDuplicatesController, DuplicatesController
from app.engine.client import Engine
from app.errors import NotSignedInError
from app.exports.controllers import (
    ExportsController,
    JournalExportController,
    ProblemsExportController,
)
from app.forecasts.controllers import ForecastController, ProblemForecastController
from app.friction.controllers import CaseFrictionController, FrictionController
from app.growth.controllers import GrowthController
from app.http_errors import EXCEPTION_HANDLERS, answer_error
from app.intake.controllers import imports_router
from app.intake.manual.controllers import ManualEntryController
from app.intake.messages.controllers import MessagesController
from app.meaning.warming import kept_warm
from app.notices.bells import Bells
from app.notices.controllers import NoticeChoicesController, NoticesController
from app.notices.smtp import check_mail
from app.people.controllers import OwnSubstitutionsController, PeopleController
from app.permissions import Permission
from app.polls.controllers import AudienceController, AudienceTableController, PollsController
from app.reference.current import current_book
from app.road_maps.controllers import (
    ProblemRoadMapController,
    RoadMapsController,
    road_map_files_router,
)
from app.search.controllers import SearchApiController, SearchPageController
from app.settings import Settings, get_settings
from app.suggestions.controllers import CaseSuggestionsController, SuggestApiController
from app.system.controllers import SystemController
from app.today.controllers import TodayController
from app.viewer import Viewer
from app.web.access import (
    PUBLIC,
    SIGNED_IN,
    AnyConnection,
    WhoAsks,
    check_access,
    first_of,
    viewer_of,
)
from app.web.assets import static_router
from app.web.csrf import check_host, csrf_config
from app.web.envelope import Envelope
from app.web.environment import template_engine
from app.web.hosts import Hosts
from app.web.metrics import Metrics
from app.web.navigation import offered_to
from app.web.preferences import PreferencesController
from app.web.rate import RateLimit
from app.web.security import security_headers
from app.work.controllers import ViewsController, WorkController

MAX_BODY = 1_000_000
"""Octets a request may bring; a route that takes files raises it with `request_max_body_size`."""

REDIS_PATIENCE = 3.0
"""Seconds to reach Redis: a person waits for the answer."""


@get("/", opt=SIGNED_IN)
async def home(viewer: NamedDependency[Viewer]) -> Redirect:
    """Whoever may take work begins with it; the others come to look things up."""
    offered = [item.path for item in offered_to(viewer).everything]
    if not viewer.may(Permission.CASE_TAKE):
        offered = [path for path in offered if path != "/work"]
    return Redirect(offered[0] if offered else "/search", status_code=302)


CONTROLLERS: tuple[ControllerRouterHandler, ...] = (
    home,
    SignInController,
    OidcController,
    SessionController,
    MeController,
    MyTotpController,
    PreferencesController,
    SystemController,
    TodayController,
    WorkController,
    ViewsController,
    SearchPageController,
    SearchApiController,
    CasePageController,
    CaseApiController,
    AuthorCasesController,
    CaseSuggestionsController,
    SuggestApiController,
    MessagesController,
    ManualEntryController,
    TokensController,
    ExportsController,
    BooksController,
    DangerWordsController,
    SuggestionsController,
    ToneWordsController,
    DeadlinesController,
    DeadlineChangesController,
    PeopleController,
    OwnSubstitutionsController,
    JournalExportController,
    ProblemsExportController,
    AuditController,
    BulkController,
    NoticesController,
    NoticeChoicesController,
    DuplicatesController,
    SimilarApiController,
    CaseDuplicatesController,
    GrowthController,
    ForecastController,
    ProblemForecastController,
    FrictionController,
    CaseFrictionController,
    PollsController,
    AudienceController,
    AudienceTableController,
    CausesController,
    ProblemCausesController,
    WeatherController,
    PlacesController,
    WindowsController,
    RoadMapsController,
    ProblemRoadMapController,
    BoardController,
    ProblemController,
    MapController,
    HeatController,
    CaseProblemController,
    ProblemsApiController,
)
"""Pages and the API. A controller of `/api/v1` sets `include_in_schema = True` on itself."""


READERS: tuple[WhoAsks, ...] = (who_bears, session_viewer)
"""Asked in turn who a request comes from; the first that knows decides."""


async def provide_engine(state: State) -> Engine:
    engine: Engine = state.engine
    return engine


async def provide_settings(state: State) -> Settings:
    settings: Settings = state.settings
    return settings


async def provide_viewer(request: Request[Any, Any, Any]) -> Viewer:
    """Asked for only by handlers that the guard has let somebody in to."""
    viewer = viewer_of(request)
    if viewer is None:
        raise NotSignedInError("Нужно войти.")
    return viewer


def _always(viewer: Viewer) -> WhoAsks:
    async def who_asks(_: AnyConnection) -> Viewer:
        return viewer

    return who_asks


@asynccontextmanager
async def open_services(app: Litestar) -> AsyncIterator[None]:
    """Clients connect when first used, so the site starts, and says what is wrong, without them."""
    settings: Settings = app.state.settings
    app.state.engine = Engine(settings)
    app.state.redis = from_url(
        settings.redis_url.get_secret_value(),
        socket_timeout=REDIS_PATIENCE,
        socket_connect_timeout=REDIS_PATIENCE,
    )
    app.state.rate_limit = RateLimit(
        app.state.redis, settings.index_prefix, settings.api_rate_per_minute
    )
    app.state.oidc_starts = RateLimit(
        app.state.redis, settings.index_prefix, settings.oidc_starts_per_minute, told=TOO_OFTEN
    )
    app.state.sessions = Sessions(app.state.redis, settings)
    app.state.people = People(app.state.engine, settings, current_book)
    app.state.session_cookie = cookie_name(settings)
    app.state.journal = Journal(app.state.engine, app.state.redis)
    app.state.refusals = Refusals(app.state.journal)
    app.state.bells = Bells(settings)
    try:
        async with (
            app.state.bells.listening(),
            kept_warm(app.state.engine),
            told_each_minute(app.state.refusals),
            security_told(app.state.engine, app.state.journal, app.state.refusals),
        ):
            yield
    finally:
        await app.state.engine.close()
        await app.state.redis.aclose()


def _openapi() -> OpenAPIConfig:
    """The bare schema at `/schema`: Litestar's viewers would load scripts from outside."""
    return OpenAPIConfig(
        title="Отклик",
        version=version("otklik"),
        openapi_router=Router("/schema", route_handlers=[], opt=PUBLIC),
        render_plugins=[JsonRenderPlugin(), YamlRenderPlugin()],
        use_handler_docstrings=True,
    )


def create_app(
    settings: Settings | None = None,
    *,
    more: Sequence[ControllerRouterHandler] = (),
    signed_in_as: Viewer | None = None,
) -> Litestar:
    """Builds the application; in tests `more` adds handlers and `signed_in_as` signs in.

    Raises StartRefusedError for settings that would make an unsafe site.
    """
    settings = settings or get_settings()
    check_host(settings)
    check_oidc(settings)
    check_mail(settings)
    metrics = Metrics()
    who_asks = _always(signed_in_as) if signed_in_as else first_of(*READERS)
    app = Litestar(
        route_handlers=[
            *CONTROLLERS,
            static_router(),
            imports_router(settings),
            case_files_router(settings),
            case_files_api(settings),
            road_map_files_router(settings),
            *more,
        ],
        dependencies={
            "engine": Provide(provide_engine),
            "settings": Provide(provide_settings),
            "viewer": Provide(provide_viewer),
        },
        guards=[check_access],
        state=State({"settings": settings, "metrics": metrics, "who_asks": who_asks}),
        lifespan=[open_services],
        exception_handlers=EXCEPTION_HANDLERS,
        csrf_config=csrf_config(settings),
        compression_config=CompressionConfig(backend="gzip", exclude_opt_key="keep_plain"),
        opt={"keep_plain": True},  # pages carry a secret token: not compressed with other text
        request_max_body_size=MAX_BODY,
        template_config=TemplateConfig(instance=template_engine(settings)),
        openapi_config=_openapi(),
        include_in_schema=False,
        logging_config=None,
        debug=False,
    )
    app.asgi_handler = Envelope(
        app.asgi_handler,
        hosts=Hosts(settings),
        metrics=metrics,
        headers=security_headers(settings.tiles_url),
        answer_error=answer_error,
    )
    return app
