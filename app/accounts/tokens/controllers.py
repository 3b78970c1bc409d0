"""Page «Токены»: which programs may come in, for whom, until when."""

from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from app.accounts.tokens import service
from app.accounts.tokens.contexts import TokensView, form_view, tokens_view
from app.accounts.tokens.forms import read_wish
from app.accounts.tokens.owners import owner_of
from app.accounts.tokens.service import USUAL_DAYS, Wish
from app.engine.client import Engine
from app.errors import BadInputError
from app.permissions import Permission
from app.viewer import Viewer
from app.web.access import needs
from app.web.htmx import go
from app.web.render import page

AnyRequest = Request[Any, Any, Any]
_EMPTY = Wish(login="", name="", days=USUAL_DAYS)


class TokensController(Controller):
    path = "/people/tokens"
    opt = needs(Permission.TOKENS_MANAGE)

    @get("/")
    async def index(
        self,
        request: AnyRequest,
        engine: NamedDependency[Engine],
        viewer: NamedDependency[Viewer],
    ) -> Template:
        return await _page(request, engine, viewer, _EMPTY)

    @post("/", status_code=200)
    async def create(
        self,
        request: AnyRequest,
        engine: NamedDependency[Engine],
        viewer: NamedDependency[Viewer],
    ) -> Template:
        """The answer holds the secret, so it is no redirect and is stored nowhere."""
        wish = read_wish(await request.form())
        try:
            owner = await owner_of(engine, wish.login) if wish.login else None
            secret, token = await service.create(engine, viewer, owner, wish)
        except BadInputError as error:
            return await _page(request, engine, viewer, wish, error=error)
        return page(
            request,
            "accounts/tokens/created.html",
            context={"secret": secret, "token": token},
            headers={"Cache-Control": "no-store"},
        )

    @post("/{short_id:str}/revoke", status_code=303)
    async def revoke(
        self,
        request: AnyRequest,
        engine: NamedDependency[Engine],
        viewer: NamedDependency[Viewer],
        short_id: FromPath[str],
    ) -> Response[Any] | Redirect:
        await service.revoke(engine, viewer, short_id)
        return go(request, "/people/tokens")


async def _page(
    request: AnyRequest,
    engine: Engine,
    viewer: Viewer,
    wish: Wish,
    *,
    error: BadInputError | None = None,
) -> Template:
    view: TokensView = tokens_view(await service.listed(engine, viewer))
    return page(
        request,
        "accounts/tokens/page.html",
        context={"view": view, "form": form_view(wish, error)},
        status=error.status if error else 200,
    )
