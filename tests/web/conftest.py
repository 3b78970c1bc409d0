"""An application without services behind it, which most of the web base needs, or a shared one."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated, Any

import msgspec
import pytest
from litestar import Litestar, Request, get, post
from litestar.params import FromQuery, JSONBody, MultipartBody, QueryParameter, URLEncodedBody
from litestar.response import Template
from litestar.testing import AsyncTestClient

from app.engine.client import Engine
from app.errors import BadInputError, EngineUnavailableError
from app.settings import Settings
from app.web.render import page
from tests.installation import engine, installed, settings, shared_installation
from tests.oidc_provider import provider
from tests.web.gallery import gallery_app
from tests.web.intake_browser import Browser

__all__ = ["engine", "installed", "provider", "settings", "shared_installation"]
BASE = "http://127.0.0.1:8000"
NOWHERE = "http://127.0.0.1:9"
"""The discard port: nothing listens there, so a client is refused at once."""


@get("/api/v1/number", include_in_schema=True)
async def api_number(size: Annotated[int, QueryParameter(ge=1, le=100)]) -> dict[str, int]:
    return {"size": size}


@get("/number")
async def number_page(size: FromQuery[int]) -> dict[str, int]:
    return {"size": size}


@get("/broken")
async def broken() -> None:
    raise RuntimeError("secret-inside")


@get("/undefined")
async def undefined(request: Request[Any, Any, Any]) -> Template:
    """Its template wants a name that was not given."""
    return page(request, "errors/error.html")


@get("/down")
async def down() -> None:
    raise EngineUnavailableError("Поисковая система сейчас недоступна.")


@get("/two", sync_to_thread=False)
def two_shapes(request: Request[Any, Any, Any]) -> Template:
    context = {
        "trouble": {"status": 200, "message": "Образец", "advice": ""},
        "kept": "",
        "request_number": "",
    }
    return page(request, "errors/error.html", fragment="errors/_error.html", context=context)


class NoteForm(msgspec.Struct):
    text: str


@post("/note", status_code=200)
async def note(
    data: URLEncodedBody[NoteForm],
) -> dict[str, str]:
    if not data.text:
        raise BadInputError("Напишите текст.", field="text")
    return {"text": data.text}


@post("/file", status_code=200, request_max_body_size=3_000_000)
async def file(
    data: MultipartBody[dict[str, Any]],
) -> dict[str, int]:
    return {"octets": len(await data["file"].read())}


@post("/api/v1/echo", status_code=200, include_in_schema=True)
async def api_echo(data: JSONBody[dict[str, str]]) -> dict[str, str]:
    return data


PROBES = (
    api_number, number_page, broken, undefined, down, two_shapes, note, file, api_echo,
)  # fmt: skip


@pytest.fixture
def lone_settings(tmp_path: Path) -> Settings:
    return Settings(es_url=NOWHERE, redis_url="redis://127.0.0.1:9/0", data_dir=tmp_path / "data")


@pytest.fixture
def lone_app(lone_settings: Settings) -> Litestar:
    return gallery_app(lone_settings, *PROBES)


@pytest.fixture
async def lone(lone_app: Litestar) -> AsyncIterator[AsyncTestClient[Litestar]]:
    async with AsyncTestClient(lone_app, base_url=BASE, raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def browser(app_client: AsyncTestClient[Litestar], engine: Engine, settings: Settings) -> Browser:
    return Browser(app_client, engine, settings)
