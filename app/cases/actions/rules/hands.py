"""Rules of hands: who works on a case."""

from app.cases.actions import conditions, hands
from app.cases.actions.model import Field, FieldKind, Rule
from app.cases.actions.rules.common import (
    ASSIGNED,
    ASSIGNEE,
    DEPARTMENT,
    IN_HANDS,
    INTERIM,
    MESSAGES,
    NEW,
    WORK,
    reason,
)
from app.cases.codes import State
from app.permissions import Permission

HANDS = (
    Rule(
        name="take",
        title="Взять в работу",
        told="взято в работу",
        permission=Permission.CASE_TAKE,
        change=hands.take,
        starts=frozenset({NEW, ASSIGNED, WORK, INTERIM}),
        to=WORK,
        conditions=(conditions.is_registered, conditions.is_free),
        group="main",
        icon="user",
        hotkey="t",
    ),
    Rule(
        name="assign",
        title="Назначить",
        told="назначено",
        permission=Permission.CASE_ASSIGN,
        change=hands.assign,
        starts=frozenset({NEW, *IN_HANDS}),
        conditions=(conditions.is_registered,),
        fields=(DEPARTMENT, ASSIGNEE),
        group="main",
        icon="users",
        hotkey="a",
    ),
    Rule(
        name="release",
        title="Снять исполнителя",
        told="исполнитель снят",
        permission=Permission.CASE_ASSIGN,
        change=hands.release,
        starts=IN_HANDS,
        conditions=(conditions.has_assignee,),
        icon="users",
    ),
    Rule(
        name="return",
        title="Вернуть: не наше",
        told="возвращено: не наше",
        permission=Permission.CASE_RETURN,
        change=hands.give_back,
        starts=frozenset({ASSIGNED, WORK, INTERIM}),
        to=NEW,
        kinds=MESSAGES,
        conditions=(conditions.has_hands, conditions.in_department_of),
        fields=(reason("Почему не ваше и чьё"),),
        group="main",
        icon="arrow-left",
    ),
    Rule(
        name="forward",
        title="Перенаправить в другой орган",
        told="перенаправлено в другой орган",
        permission=Permission.CASE_FORWARD,
        change=hands.forward,
        starts=frozenset({NEW, ASSIGNED, WORK}),
        to=State.FORWARDED,
        conditions=(conditions.is_registered, conditions.no_open_requests),
        fields=(
            Field(name="to", label="Куда", hint="Не тому, на кого жалуются (59-ФЗ, ст. 8)"),
            Field(
                name="copies",
                label="Копии",
                kind=FieldKind.LINES,
                required=False,
                hint="Если решать должны несколько органов: по одному в строке",
            ),
            reason(),
        ),
        reversible=False,
        icon="arrow-forward-up",
        warning="Обращение уйдёт из работы. Автора нужно уведомить.",
    ),
)
