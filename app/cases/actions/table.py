"""The one table of all that can be done with a case. Rules are read here and nowhere else."""

from app.cases.actions import answering, appeal, asking, beside, conditions, hands, intake
from app.cases.actions.lists import (
    APPEAL_CODE,
    IMPORTANCE,
    LINKS,
    PROFILES,
    RESULTS,
    WITHOUT_ANSWER,
)
from app.cases.actions.model import Field, FieldKind, Rule
from app.cases.actions.undo import UNDO, Undo
from app.cases.codes import DONE_STATES, Kind, State
from app.permissions import Permission

NEW, MODERATION, ASSIGNED = State.NEW, State.MODERATION, State.ASSIGNED
WORK, INTERIM, APPROVAL = State.IN_PROGRESS, State.INTERIM, State.APPROVAL
ANSWERED, CLOSED = State.ANSWERED, State.CLOSED

OPEN = frozenset(State) - DONE_STATES
IN_HANDS = frozenset({ASSIGNED, WORK, INTERIM, APPROVAL})
WORKING = frozenset({WORK, INTERIM})
APPEALS = frozenset({Kind.APPEAL})
MESSAGES = frozenset({Kind.MESSAGE})


def _reason(label: str = "Почему", hint: str = "") -> Field:
    return Field(name="reason", label=label, kind=FieldKind.AREA, hint=hint, longest=2000)


def _text(label: str, hint: str = "") -> Field:
    return Field(name="text", label=label, kind=FieldKind.AREA, hint=hint, longest=50_000)


def _element(name: str, label: str, of: str) -> Field:
    return Field(name=name, label=label, kind=FieldKind.ELEMENT, of=of)


_DEPARTMENT = Field(name="department", label="Ведомство", kind=FieldKind.DEPARTMENT, required=False)
_ASSIGNEE = Field(name="assignee", label="Исполнитель", kind=FieldKind.PERSON, required=False)
_CODE = Field(
    name="appeal_code",
    label="Код по классификатору 59-ФЗ",
    required=False,
    pattern=APPEAL_CODE,
    hint="Например, 0005.0005.0056.1160",
    longest=24,
)
_RESULT = Field(name="result", label="Итог", choices=RESULTS, longest=200)

_INTAKE = (
    Rule(
        name="register",
        title="Зарегистрировать",
        told="зарегистрировано",
        permission=Permission.CASE_REGISTER,
        change=intake.register,
        starts=OPEN,
        kinds=APPEALS,
        conditions=(conditions.is_not_registered,),
        fields=(
            Field(
                name="registered_at",
                label="Когда",
                kind=FieldKind.MOMENT,
                required=False,
                hint="Пусто: сейчас",
            ),
        ),
        group="main",
        reversible=False,
        icon="file",
    ),
    Rule(
        name="moderate",
        title="На модерацию",
        told="отправлено на модерацию",
        permission=Permission.CASE_MODERATE,
        change=intake.unchanged,
        starts=frozenset({NEW}),
        to=MODERATION,
        kinds=MESSAGES,
        icon="eye",
    ),
    Rule(
        name="accept",
        title="Принять",
        told="принято после модерации",
        permission=Permission.CASE_MODERATE,
        change=intake.unchanged,
        starts=frozenset({MODERATION}),
        to=NEW,
        group="main",
        icon="check",
    ),
    Rule(
        name="reject",
        title="Отклонить",
        told="отклонено при модерации",
        permission=Permission.CASE_MODERATE,
        change=intake.reject,
        starts=frozenset({NEW, MODERATION}),
        to=State.REJECTED,
        kinds=MESSAGES,
        fields=(_reason(),),
        icon="ban",
    ),
    Rule(
        name="classify",
        title="Изменить тему",
        told="изменена тема",
        permission=Permission.CASE_CLASSIFY,
        change=intake.classify,
        fields=(
            Field(name="im_group", label="Группа тем «Инцидента»", required=False),
            Field(name="im_theme", label="Тема «Инцидента»", required=False),
            _CODE,
            Field(name="pos_category", label="Категория ПОС", required=False),
            Field(name="pos_subcategory", label="Подкатегория ПОС", required=False),
        ),
        group="facts",
        icon="tag",
    ),
    Rule(
        name="set_place",
        title="Изменить место",
        told="изменено место",
        permission=Permission.CASE_CLASSIFY,
        change=intake.set_place,
        fields=(
            Field(name="municipality", label="Муниципалитет", required=False),
            Field(name="settlement", label="Населённый пункт", required=False),
            Field(name="district", label="Район", required=False),
            Field(name="street", label="Улица без типа", required=False),
            Field(name="street_type", label="Тип улицы", required=False),
            Field(name="house", label="Дом", required=False, longest=30),
        ),
        group="facts",
        icon="map-pin",
    ),
    Rule(
        name="set_importance",
        title="Изменить важность",
        told="изменена важность",
        permission=Permission.CASE_CLASSIFY,
        change=intake.set_importance,
        fields=(
            Field(name="importance", label="Важность", kind=FieldKind.CHOICE, choices=IMPORTANCE),
        ),
        group="facts",
        icon="alert-triangle",
    ),
    Rule(
        name="set_profile",
        title="Изменить порядок срока",
        told="изменён порядок расчёта срока",
        permission=Permission.CASE_CLASSIFY,
        change=intake.set_profile,
        fields=(
            Field(name="profile", label="Порядок расчёта", kind=FieldKind.CHOICE, choices=PROFILES),
        ),
        group="facts",
        icon="calendar",
    ),
)

_HANDS = (
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
        fields=(_DEPARTMENT, _ASSIGNEE),
        group="main",
        icon="users",
        hotkey="a",
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
        fields=(_reason("Почему не ваше и чьё"),),
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
            _reason(),
        ),
        reversible=False,
        icon="arrow-forward-up",
        warning="Обращение уйдёт из работы. Автора нужно уведомить.",
    ),
)

_ASKING = (
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
            _text("Что спросить", "Срок ответа: половина того, что осталось автору"),
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
        fields=(_element("request", "Запрос", "requests"), _text("Ответ")),
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
        fields=(_element("request", "Запрос", "requests"),),
        icon="x",
    ),
)

_ANSWERING = (
    Rule(
        name="draft",
        title="Сохранить черновик",
        told="сохранён черновик ответа",
        permission=Permission.CASE_ANSWER,
        change=answering.draft,
        starts=WORKING,
        conditions=(conditions.is_holder_or_desk,),
        fields=(_text("Ответ автору"),),
        group="answer",
        icon="writing",
    ),
    Rule(
        name="send_for_approval",
        title="На согласование",
        told="ответ отправлен на согласование",
        permission=Permission.CASE_ANSWER,
        change=answering.send_for_approval,
        starts=WORKING,
        to=APPROVAL,
        conditions=(conditions.is_holder_or_desk,),
        fields=(
            _text("Ответ автору"),
            Field(name="approver", label="Кому", kind=FieldKind.PERSON, required=False),
        ),
        group="answer",
        icon="eye",
    ),
    Rule(
        name="interim",
        title="Промежуточный ответ",
        told="дан промежуточный ответ",
        permission=Permission.CASE_ANSWER,
        change=answering.interim,
        starts=WORKING,
        to=INTERIM,
        conditions=(conditions.is_holder_or_desk,),
        fields=(
            _text("Что уже сделано и что будет"),
            Field(name="promised_at", label="Обещаем к", kind=FieldKind.DAY),
        ),
        group="answer",
        reversible=False,
        icon="hourglass",
        warning="Ответ уйдёт автору: отменить это нельзя.",
    ),
    Rule(
        name="answer",
        title="Ответить",
        told="дан ответ",
        permission=Permission.CASE_ANSWER,
        change=answering.answer,
        starts=WORKING,
        to=ANSWERED,
        conditions=(
            conditions.is_holder_or_desk,
            conditions.answers_without_approval,
            conditions.no_open_requests,
        ),
        fields=(_text("Ответ автору"),),
        group="answer",
        reversible=False,
        icon="send",
        hotkey="r",
        warning="Ответ уйдёт автору: отменить это нельзя.",
    ),
    Rule(
        name="approve",
        title="Согласовать и отправить",
        told="ответ согласован и отправлен",
        permission=Permission.CASE_APPROVE,
        change=answering.approve,
        starts=frozenset({APPROVAL}),
        to=ANSWERED,
        conditions=(conditions.approves_others, conditions.no_open_requests),
        group="main",
        reversible=False,
        icon="circle-check",
        warning="Ответ уйдёт автору в том виде, как он показан: отменить это нельзя.",
    ),
    Rule(
        name="rework",
        title="На доработку",
        told="ответ возвращён на доработку",
        permission=Permission.CASE_APPROVE,
        change=answering.rework,
        starts=frozenset({APPROVAL}),
        to=WORK,
        conditions=(conditions.approves_others,),
        fields=(_reason("Что исправить"),),
        group="main",
        icon="arrow-left",
    ),
    Rule(
        name="close",
        title="Закрыть",
        told="закрыто",
        permission=Permission.CASE_CLOSE,
        change=answering.close,
        starts=frozenset({ANSWERED}),
        to=CLOSED,
        conditions=(conditions.no_open_requests, conditions.questions_closed),
        fields=(_RESULT,),
        group="main",
        icon="check",
    ),
    Rule(
        name="close_unanswered",
        title="Закрыть без ответа",
        told="закрыто без ответа",
        permission=Permission.CASE_CLOSE,
        change=answering.close,
        starts=frozenset({NEW, ASSIGNED, WORK}),
        to=CLOSED,
        conditions=(
            conditions.is_registered,
            conditions.no_open_requests,
            conditions.questions_closed,
        ),
        fields=(
            Field(name="result", label="Основание", choices=WITHOUT_ANSWER, longest=200),
            _reason("Подробнее"),
        ),
        icon="ban",
    ),
    Rule(
        name="reopen",
        title="Вернуть в работу",
        told="возвращено в работу",
        permission=Permission.CASE_REOPEN,
        change=answering.reopen,
        starts=DONE_STATES,
        fields=(_reason(),),
        group="main",
        icon="refresh",
    ),
)

_APPEAL = (
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
            _reason(),
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
            _element("question", "Вопрос", "questions"),
            _CODE,
            _DEPARTMENT,
            _ASSIGNEE,
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
        fields=(_element("question", "Вопрос", "questions"), _text("Ответ на вопрос"), _RESULT),
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
        fields=(_element("question", "Вопрос", "questions"), _reason()),
        icon="refresh",
    ),
)

_BESIDE = (
    Rule(
        name="note",
        title="Заметка",
        told="оставлена заметка",
        permission=Permission.CASE_NOTE,
        change=beside.note,
        fields=(_text("Заметка", "Видят только сотрудники"),),
        group="beside",
        commutes=True,
        icon="writing",
        hotkey="n",
    ),
    Rule(
        name="link",
        title="Связать",
        told="связано с другим",
        permission=Permission.CASE_LINK,
        change=beside.link,
        fields=(
            Field(name="number", label="Номер другого обращения", longest=100),
            Field(name="kind", label="Как связано", kind=FieldKind.CHOICE, choices=LINKS),
        ),
        group="beside",
        commutes=True,
        icon="link",
    ),
    Rule(
        name="unlink",
        title="Убрать связь",
        told="связь убрана",
        permission=Permission.CASE_LINK,
        change=beside.unlink,
        conditions=(conditions.has_links,),
        fields=(_element("link", "Связь", "links"),),
        commutes=True,
        icon="x",
    ),
    Rule(
        name="tag",
        title="Метка",
        told="добавлена метка",
        permission=Permission.CASE_NOTE,
        change=beside.tag,
        fields=(Field(name="tag", label="Метка", longest=60),),
        group="beside",
        commutes=True,
        icon="tag",
    ),
    Rule(
        name="untag",
        title="Снять метку",
        told="снята метка",
        permission=Permission.CASE_NOTE,
        change=beside.untag,
        conditions=(conditions.has_tags,),
        fields=(_element("tag", "Метка", "tags"),),
        commutes=True,
        icon="x",
    ),
    Rule(
        name="attach",
        title="Приложить файл",
        told="приложен файл",
        permission=Permission.CASE_ATTACH,
        change=beside.attach,
        fields=(Field(name="file", label="Файл", kind=FieldKind.FILE),),
        group="beside",
        commutes=True,
        icon="upload",
    ),
    Rule(
        name="detach",
        title="Убрать файл",
        told="убран файл",
        permission=Permission.CASE_ATTACH,
        change=beside.detach,
        conditions=(conditions.has_files,),
        fields=(_element("file", "Файл", "attachments"),),
        commutes=True,
        icon="trash",
    ),
    Rule(
        name="reveal",
        title="Показать автора",
        told="открыты данные автора",
        permission=Permission.CASE_REVEAL_AUTHOR,
        change=intake.unchanged,
        conditions=(conditions.has_author,),
        fields=(_reason("Зачем", "Причина останется в истории и журнале"),),
        group="facts",
        commutes=True,
        reversible=False,
        always_told=True,
        icon="eye",
    ),
)

_RULES = (*_INTAKE, *_HANDS, *_ASKING, *_ANSWERING, *_APPEAL, *_BESIDE)
_undo = Undo({rule.name: rule for rule in _RULES})

RULES: dict[str, Rule] = {
    rule.name: rule
    for rule in (
        *_RULES,
        Rule(
            name=UNDO,
            title="Отменить своё действие",
            told="отменено своё действие",
            permission=Permission.CASE_VIEW,
            change=_undo.change,
            conditions=(_undo.why_not,),
            reversible=False,
            icon="history",
        ),
    )
}
