"""A person with a browser at the real sign-in: keeps cookies, sends the form's token."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from httpx import Response
from litestar import Litestar
from litestar.testing import AsyncTestClient

from tests.factories import PASSWORD

HX = {"HX-Request": "true"}
BASE = "http://127.0.0.1:8000"
_TOKEN = re.compile(r'name="_csrf_token" value="([0-9a-f]+)"')


@dataclass
class Visitor:
    client: AsyncTestClient[Litestar]

    @property
    def _name(self) -> str:
        return str(self.client.app.state.session_cookie)

    @property
    def session(self) -> str:
        """The session's id, "" without one."""
        found = [one.value for one in self.client.cookies.jar if one.name == self._name]
        return found[0] or "" if found else ""

    def set_session(self, value: str) -> None:
        for one in list(self.client.cookies.jar):
            if one.name == self._name:
                self.client.cookies.jar.clear(one.domain, one.path, one.name)
        self.client.cookies.set(self._name, value, domain="127.0.0.1")

    async def end_session(self) -> None:
        """As if Redis had forgotten it."""
        self.set_session("x" * 43)

    async def get(self, address: str, headers: dict[str, str] | None = None) -> Response:
        return await self.client.get(address, headers=headers or {}, follow_redirects=False)

    async def token(self) -> str:
        kept = [one.value for one in self.client.cookies.jar if "otklik_csrf" in one.name]
        if kept and kept[0]:
            return kept[0]
        found = _TOKEN.search((await self.get("/sign-in")).text)
        assert found
        return found[1]

    async def post(
        self,
        address: str,
        data: dict[str, str] | None = None,
        *,
        token: str = "",
        headers: dict[str, str] | None = None,
    ) -> Response:
        return await self.client.post(
            address,
            data={"_csrf_token": token or await self.token(), **(data or {})},
            headers=headers or {},
            follow_redirects=False,
        )

    async def sign_in(
        self,
        login: str,
        password: str | None = PASSWORD,
        *,
        token: str = "",
        headers: dict[str, str] | None = None,
        **fields: str,
    ) -> Response:
        data = {**fields, "login": login, "password": password or ""}
        return await self.post("/sign-in", data, token=token, headers=headers)

    async def change_password(self, old: str | None, new: str, **fields: Any) -> Response:
        data = {"old": old or "", "password": new, "again": new, **fields}
        return await self.post("/me/password", data)


@asynccontextmanager
async def visiting(app: Litestar) -> AsyncIterator[Visitor]:
    """Somebody who has not signed in yet; several may visit one application after another."""
    async with AsyncTestClient(app, base_url=BASE, raise_server_exceptions=False) as client:
        yield Visitor(client)
