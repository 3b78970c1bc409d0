"""Rules at the desk."""

from app.cases.actions import conditions, intake
from app.cases.actions.lists import IMPORTANCE
from app.cases.actions.model import Field, FieldKind, Rule
from app.cases.actions.points import HINT as POINT_HINT
from app.cases.actions.points import PATTERN as POINT
from app.cases.actions.rules.common import APPEALS, CODE, MESSAGES, MODERATION, NEW, OPEN, reason
from app.cases.codes import State
from app.permissions import Permission

INTAKE = (
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
        fields=(reason(),),
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
            CODE,
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
            Field(
                name="point",
                label="Точка",
                required=False,
                longest=40,
                pattern=POINT,
                hint=POINT_HINT,
            ),
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
        fields=(Field(name="profile", label="Порядок расчёта", kind=FieldKind.PROFILE),),
        group="facts",
        icon="calendar",
    ),
)
