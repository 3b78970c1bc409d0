"""`POST /api/v1/messages`: a program hands in one message or a list of them."""

from datetime import datetime
from typing import Any

from litestar import Controller, Request, Response, post
from litestar.di import NamedDependency
from msgspec import Struct

from app.accounts.tokens.bearer import token_of
from app.engine.client import Engine
from app.errors import OtklikError
from app.intake.entry import Outcome, Taken
from app.intake.messages.openapi import ReceiveOperation
from app.intake.messages.parse import read_body
from app.intake.messages.service import Sender, receive
from app.jobs import ring
from app.permissions import Permission
from app.settings import Settings
from app.viewer import Viewer
from app.web.access import needs
from app.web.rate import RateLimit

MOST_OCTETS = 8_000_000
"""Five hundred messages of usual length take one; the longest ones must be sent in parts."""

CREATED, KNOWN = 201, 200


class Accepted(Struct, frozen=True):
    """Одно принятое сообщение."""

    id: str
    number: str
    state: str
    deadline_at: datetime | None


class Problem(Struct, frozen=True, omit_defaults=True):
    code: str
    message: str
    field: str | None = None


class ItemOutcome(Struct, frozen=True, omit_defaults=True):
    """Итог одного сообщения списка: принято (201), было раньше (200) или чем не подошло."""

    status: int
    id: str | None = None
    number: str | None = None
    state: str | None = None
    deadline_at: datetime | None = None
    error: Problem | None = None


class MessagesController(Controller):
    path = "/api/v1/messages"
    opt = needs(Permission.CASE_REGISTER)
    include_in_schema = True
    tags = ["Приём"]  # noqa: RUF012 - as Litestar declares it

    @post(
        "/",
        summary="Передать сообщение или список сообщений",
        operation_class=ReceiveOperation,
        request_max_body_size=MOST_OCTETS,
    )
    async def receive(
        self,
        request: Request[Any, Any, Any],
        engine: NamedDependency[Engine],
        settings: NamedDependency[Settings],
        viewer: NamedDependency[Viewer],
    ) -> Response[Accepted | list[ItemOutcome]]:
        """Принимает одно сообщение или список, до 500.

        Новое сообщение — 201. То же `source` и `external_id` ещё раз — 200 и прежний номер:
        повторять запрос безопасно. Без `external_id` от повторов защищает заголовок
        `Idempotency-Key`. У списка каждый итог свой, в том же порядке; код ответа 201, если
        создано хоть одно, 200, если все были раньше, 400, если не принято ни одного.
        """
        given = read_body(await request.body())
        messages = given if isinstance(given, list) else [given]
        token = token_of(request)
        await _spend(request, viewer, len(messages))
        sender = Sender(viewer, token.name if token else viewer.name)
        key = request.headers.get("idempotency-key")
        outcomes = await receive(engine, settings, sender, messages, key)
        if any(isinstance(one, Taken) and one.created for one in outcomes):
            await ring(settings, "enrich_cases")
        return _many(outcomes) if isinstance(given, list) else _one(outcomes[0])


async def _spend(request: Request[Any, Any, Any], viewer: Viewer, messages: int) -> None:
    """The call itself is counted where its token is read."""
    limit: RateLimit = request.app.state.rate_limit
    token = token_of(request)
    if messages > 1:
        await limit.spend(token.id if token else viewer.name, messages - 1)


def _one(outcome: Outcome) -> Response[Accepted | list[ItemOutcome]]:
    if isinstance(outcome, OtklikError):
        raise outcome
    case = outcome.case
    accepted = Accepted(case.id, case.number, case.state, case.deadline_at)
    return Response(accepted, status_code=CREATED if outcome.created else KNOWN)


def _many(outcomes: list[Outcome]) -> Response[Accepted | list[ItemOutcome]]:
    items = [_item(outcome) for outcome in outcomes]
    statuses = {item.status for item in items}
    best = next((status for status in (CREATED, KNOWN) if status in statuses), max(statuses))
    return Response(items, status_code=best)


def _item(outcome: Outcome) -> ItemOutcome:
    if isinstance(outcome, Taken):
        case = outcome.case
        return ItemOutcome(
            status=CREATED if outcome.created else KNOWN,
            id=case.id,
            number=case.number,
            state=case.state,
            deadline_at=case.deadline_at,
        )
    return ItemOutcome(
        status=outcome.status, error=Problem(outcome.code, outcome.message, outcome.field)
    )
