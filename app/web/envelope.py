"""What surrounds every request, also one for an unknown address: number, headers, host, journal.

Litestar's own middleware sees only requests that matched a route, hence a plain ASGI wrapper.
"""

import re
import secrets
import time
from collections.abc import Callable
from http import HTTPMethod
from typing import Any

import structlog
from litestar import Request, Response
from litestar.datastructures import MutableScopeHeaders
from litestar.enums import ScopeType
from litestar.types import (
    ASGIApp,
    HTTPResponseStartEvent,
    HTTPScope,
    Message,
    Receive,
    Scope,
    Send,
)

from app.errors import OtklikError
from app.origin import set_origin
from app.web.callers import origin_of
from app.web.hosts import Hosts
from app.web.metrics import Metrics
from app.web.security import PAGE_CACHE

log = structlog.get_logger("otklik.web")

REQUEST_ID = "x-request-id"
_GIVEN_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_METHODS = frozenset(method.value for method in HTTPMethod)

AnswerError = Callable[[Request[Any, Any, Any], Exception], Response[Any]]


class ForeignHostError(OtklikError):
    code = "foreign_host"
    status = 421


class ForeignOriginError(OtklikError):
    code = "foreign_origin"
    status = 403


class Envelope:
    """Wraps the application; `headers` are added to each answer, `answer_error` turns a refusal
    made here into a response.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        hosts: Hosts,
        metrics: Metrics,
        headers: dict[str, str],
        answer_error: AnswerError,
    ) -> None:
        self._app = app
        self._hosts = hosts
        self._metrics = metrics
        self._headers = headers
        self._answer_error = answer_error

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await self._app(scope, receive, send)
            return
        await self._serve(scope, receive, send)

    async def _serve(self, scope: HTTPScope, receive: Receive, send: Send) -> None:
        headers = MutableScopeHeaders(scope=scope)
        number = _request_id(headers.get(REQUEST_ID))
        scope["state"]["request_id"] = number
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=number)
        set_origin(origin_of(scope, headers.get("user-agent"), number))
        answered = _Answered(send, number, self._headers)
        started = time.perf_counter()
        try:
            refusal = self._refusal(scope["method"], headers)
            if refusal:
                await self._refuse(refusal, scope, receive, answered)
            else:
                await self._app(scope, receive, answered)
        finally:
            self._note(scope, answered.status, (answered.ended or time.perf_counter()) - started)

    def _refusal(self, method: str, headers: MutableScopeHeaders) -> OtklikError | None:
        host = headers.get("host") or ""
        if not self._hosts.allows(host):
            return ForeignHostError(
                "Отклик не отвечает по этому адресу. Откройте его по адресу, "
                "который назвал администратор."
            )
        origin = headers.get("origin")
        if method not in _SAFE and origin and not self._hosts.allows_origin(origin, host):
            return ForeignOriginError("Запрос пришёл с чужого сайта и не выполнен.")
        return None

    async def _refuse(
        self, refusal: OtklikError, scope: HTTPScope, receive: Receive, send: Send
    ) -> None:
        request: Request[Any, Any, Any] = Request(scope, receive, send)
        response = self._answer_error(request, refusal).to_asgi_response(None, request)
        await response(scope, receive, send)

    def _note(self, scope: HTTPScope, status: int, seconds: float) -> None:
        """The journal has the path only: the query string may hold words of a message."""
        method = str(scope["method"]) if scope["method"] in _METHODS else "OTHER"
        self._metrics.observe(method, scope.get("path_template") or "unknown", status, seconds)
        log.info(
            "request",
            method=method,
            path=scope["path"],
            status=status,
            ms=round(seconds * 1000, 1),
        )


class _Answered:
    """`send` that adds the headers and remembers the status (500 when nothing was sent)."""

    def __init__(self, send: Send, number: str, headers: dict[str, str]) -> None:
        self._send = send
        self._number = number
        self._headers = headers
        self.status = 500
        self.ended: float | None = None
        """When a stream began: how long it was listened to is no measure of ours."""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self._add_headers(message)
        await self._send(message)

    def _add_headers(self, message: HTTPResponseStartEvent) -> None:
        headers = MutableScopeHeaders.from_message(message)
        headers[REQUEST_ID] = self._number
        if headers.get("content-type", "").startswith("text/event-stream"):
            self.ended = time.perf_counter()
        for name, value in self._headers.items():
            headers.setdefault(name, value)  # a download may be stricter
        headers.setdefault("cache-control", PAGE_CACHE)


def _request_id(given: str | None) -> str:
    """The caller's number where it is a plain one (a proxy's), so that journals can be joined."""
    if given and _GIVEN_ID.fullmatch(given):
        return given
    return secrets.token_hex(6)
