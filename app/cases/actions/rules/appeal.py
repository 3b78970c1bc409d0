"""Rules that only appeals have (59-ФЗ)."""

from app.cases.actions import appeal, conditions
from app.cases.actions.model import Field, FieldKind, Rule
from app.cases.actions.rules.common import (
    ANSWERED,
    APPEALS,
    ASSIGNEE,
    CODE,
    DEPARTMENT,
    IN_HANDS,
    NEW,
    RESULT,
    element,
    reason,
    text,
)
from app.permissions import Permission

APPEAL = (
    Rule(
        name="extend",
        title="Продлить срок",
        told="продлён срок",
        permission=Permission.CASE_EXTEND,
        change=appeal.extend,
        starts=frozenset({NEW, *IN_HANDS}),
        kinds=APPEALS,
        conditions=(conditions.is_registered, conditions.not_extended),
        fields=(
            Field(
                name="until",
                label="До какого дня",
                kind=FieldKind.DAY,
                hint="Не больше 30 дней после срока, один раз (59-ФЗ, ст. 12)",
            ),
            Field(name="notified_at", label="Автор уведомлён", kind=FieldKind.MOMENT),
            reason(),
        ),
        reversible=False,
        icon="calendar-due",
    ),
    Rule(
        name="split",
        title="Поделить на вопросы",
        told="поделено на вопросы",
        permission=Permission.CASE_SPLIT,
        change=appeal.split,
        starts=frozenset({NEW, *IN_HANDS}),
        kinds=APPEALS,
        conditions=(conditions.is_registered,),
        fields=(
            Field(
                name="questions",
                label="Вопросы",
                kind=FieldKind.LINES,
                hint="По одному в строке. Код и исполнитель у каждого свой: их задают потом",
                longest=2000,
            ),
        ),
        icon="list",
    ),
    Rule(
        name="give_question",
        title="Назначить вопрос",
        told="назначен вопрос",
        permission=Permission.CASE_ASSIGN,
        change=appeal.give_question,
        starts=frozenset({NEW, *IN_HANDS, ANSWERED}),
        kinds=APPEALS,
        conditions=(conditions.has_open_questions,),
        fields=(
            element("question", "Вопрос", "questions"),
            CODE,
            DEPARTMENT,
            ASSIGNEE,
        ),
        icon="user",
    ),
    Rule(
        name="close_question",
        title="Закрыть вопрос",
        told="закрыт вопрос",
        permission=Permission.CASE_ANSWER,
        change=appeal.close_question,
        starts=frozenset({*IN_HANDS, ANSWERED}),
        kinds=APPEALS,
        conditions=(conditions.has_open_questions,),
        fields=(element("question", "Вопрос", "questions"), text("Ответ на вопрос"), RESULT),
        icon="check",
    ),
    Rule(
        name="reopen_question",
        title="Открыть вопрос заново",
        told="вопрос открыт заново",
        permission=Permission.CASE_SPLIT,
        change=appeal.reopen_question,
        starts=frozenset({*IN_HANDS, ANSWERED}),
        kinds=APPEALS,
        conditions=(conditions.has_closed_questions,),
        fields=(element("question", "Вопрос", "questions"), reason()),
        icon="refresh",
    ),
)
