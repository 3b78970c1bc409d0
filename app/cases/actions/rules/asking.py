"""Rules of requests to other departments."""

from app.cases.actions import asking, conditions
from app.cases.actions.model import Field, FieldKind, Rule
from app.cases.actions.rules.common import IN_HANDS, element, text
from app.permissions import Permission

ASKING = (
    Rule(
        name="ask",
        title="Запросить ведомство",
        told="запрошено ведомство",
        permission=Permission.CASE_ASK,
        change=asking.ask,
        starts=IN_HANDS,
        conditions=(conditions.is_holder_or_desk,),
        fields=(
            Field(name="department", label="Кого спросить", kind=FieldKind.DEPARTMENT),
            text("Что спросить", "Срок ответа: половина того, что осталось автору"),
        ),
        group="main",
        icon="message-circle",
    ),
    Rule(
        name="reply",
        title="Ответить на запрос",
        told="отвечено на запрос",
        permission=Permission.CASE_REPLY,
        change=asking.reply,
        conditions=(conditions.is_asked,),
        fields=(element("request", "Запрос", "requests"), text("Ответ")),
        group="main",
        reversible=False,
        icon="message",
    ),
    Rule(
        name="cancel_request",
        title="Отменить запрос",
        told="запрос отменён",
        permission=Permission.CASE_ASK,
        change=asking.cancel,
        conditions=(conditions.has_open_request,),
        fields=(element("request", "Запрос", "requests"),),
        icon="x",
    ),
)
