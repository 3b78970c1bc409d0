"""Every address says who may open it, and what says nothing is closed."""

from typing import Any

import pytest
from litestar import Litestar, get
from litestar.routes import HTTPRoute
from litestar.testing import AsyncTestClient

from app.accounts.roles import GRANTS, ROLE_NAMES, Role
from app.cases.codes import Channel
from app.main import create_app
from app.permissions import PERMISSION_NAMES, Permission
from app.settings import Settings
from app.viewer import LOCAL_VIEWER, Viewer
from app.web.access import KEY, PUBLIC, SIGNED_IN, needs

NOWHERE = "http://127.0.0.1:9"
BASE = "http://127.0.0.1:8000"
DECLARED = {PUBLIC[KEY], SIGNED_IN[KEY], *Permission}
OPEN = {"/health/live", "/health/ready", "/metrics", "/schema", "/static", "/preferences"} | {
    "/sign-in",
    "/sign-out",
    "/session",
}
"""Beginnings of what anybody may open; a new one is added here on purpose."""


@pytest.fixture
def lone_settings(tmp_path: Any) -> Settings:
    return Settings(es_url=NOWHERE, redis_url="redis://127.0.0.1:9/0", data_dir=tmp_path / "data")


def handlers(app: Litestar) -> list[tuple[str, Any]]:
    return [
        (route.path, handler)
        for route in app.routes
        if isinstance(route, HTTPRoute)
        for handler in route.route_handlers
        if handler.http_methods != {"OPTIONS"}
    ]


def test_every_route_declares_who_may_open_it(lone_settings: Settings) -> None:
    for path, handler in handlers(create_app(lone_settings)):
        assert handler.opt.get(KEY) in DECLARED, path


def test_what_anybody_may_open_is_a_short_list(lone_settings: Settings) -> None:
    public = {
        path
        for path, handler in handlers(create_app(lone_settings))
        if handler.opt.get(KEY) == PUBLIC[KEY]
    }
    assert [path for path in public if not path.startswith(tuple(OPEN))] == []


@get("/undeclared")
async def undeclared() -> str:
    return "secret"


@get("/declared", opt=needs(Permission.AUDIT_VIEW))
async def declared() -> str:
    return "journal"


@pytest.mark.parametrize(
    ("path", "viewer", "status"),
    [
        ("/undeclared", LOCAL_VIEWER, 403),
        ("/declared", None, 303),
        ("/declared", Viewer("nobody"), 403),
        ("/declared", Viewer("auditor", permissions=frozenset({Permission.AUDIT_VIEW})), 200),
        ("/unknown", LOCAL_VIEWER, 404),
        ("/search", None, 303),
        ("/api/v1/search", None, 401),
        ("/api/v1/search", Viewer("nobody"), 403),
    ],
)
async def test_closed_unless_allowed(
    lone_settings: Settings, path: str, viewer: Viewer | None, status: int
) -> None:
    app = create_app(lone_settings, more=[undeclared, declared], signed_in_as=viewer)
    async with AsyncTestClient(app, base_url=BASE) as client:
        answer = await client.get(path, follow_redirects=False)
    assert answer.status_code == status
    assert "secret" not in answer.text


def test_every_role_and_permission_has_its_words_and_holders() -> None:
    assert set(ROLE_NAMES) == set(GRANTS) == set(Role)
    assert set(PERMISSION_NAMES) == set(Permission)
    held = {permission for grant in GRANTS.values() for permission in grant.permissions}
    assert held == set(Permission)
    channels = {channel.value for channel in Channel}
    assert all(grant.channels <= channels for grant in GRANTS.values() if grant.channels)
