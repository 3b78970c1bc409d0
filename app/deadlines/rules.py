"""What must hold in the book of deadlines; every sentence says what to do."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import pairwise
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from app.deadlines.country import FIRST_YEAR, LAST_YEAR
from app.deadlines.models import (
    STAGE_NAMES,
    Book,
    Calendar,
    Choice,
    DayOff,
    Exceptional,
    Profile,
    Rung,
    Stage,
    Unit,
)
from app.errors import BadInputError

LONGEST_NAME = 200
LONGEST_BASIS = 1000
MOST_EXCEPTIONS = 400
MOST_CHOICES = 100
MOST_WARNINGS = 8
MOST_RUNGS = 10
_MOST = {Unit.CALENDAR_DAY: 366, Unit.WORKING_DAY: 250, Unit.WORKING_TIME: 60 * 8 * 250}
_LONGEST_WARNING = 60 * 24 * 180
_LONGEST_STEP = 60 * 8 * 250
_LAW_DAYS = {Stage.REGISTRATION: 3, Stage.ANSWER: 30, Stage.FORWARDING: 7}
"""59-ФЗ articles 8 and 12: a municipality may be quicker, never slower."""
_OF_APPEALS = frozenset({Stage.REGISTRATION, Stage.FORWARDING})
_OF_MESSAGES = frozenset({Stage.INTERIM, Stage.RETURN})
_SPAN = re.compile(r"([01]\d|2[0-3]):[0-5]\d-(?:([01]\d|2[0-3]):[0-5]\d|24:00)")
_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
NEEDED = (
    (Stage.REGISTRATION, "appeal"),
    (Stage.ANSWER, "appeal"),
    (Stage.FORWARDING, "appeal"),
    (Stage.ANSWER, "message"),
)
"""What no case may be left without."""


def check_profile(book: Book, one: Profile) -> None:
    """Raises `BadInputError` where `one`, standing in `book`, breaks a rule of it."""
    _check_name(one.name, (other for other in book.profiles.values() if other.code != one.code))
    if not 1 <= one.amount <= _MOST[one.unit]:
        raise BadInputError("Срок должен быть больше нуля и не длиннее года.", field="amount")
    if one.cut_off and not _CLOCK.fullmatch(one.cut_off):
        raise BadInputError("Время пишется как 16:00.", field="cut_off")
    if len(one.basis) > LONGEST_BASIS:
        raise BadInputError(f"Не больше {LONGEST_BASIS} знаков.", field="basis")
    _check_warnings(one)
    _check_kind(one)
    if one.kind == "appeal":
        _check_law(one)
    _check_use(book, one)


def _check_name(name: str, others: Iterable[Profile | Calendar]) -> None:
    if not name:
        raise BadInputError("Напишите название.", field="name")
    if len(name) > LONGEST_NAME or not name.isprintable():
        raise BadInputError(
            f"Название не длиннее {LONGEST_NAME} знаков и без невидимых.", field="name"
        )
    if any(other.name.casefold() == name.casefold() for other in others):
        raise BadInputError("Такое название уже есть. Напишите другое.", field="name")


def _check_warnings(one: Profile) -> None:
    if len(one.warn) > MOST_WARNINGS:
        raise BadInputError(f"Не больше {MOST_WARNINGS} предупреждений.", field="warn")
    if any(not 0 < minutes <= _LONGEST_WARNING for minutes in one.warn):
        raise BadInputError("Предупреждать можно не раньше чем за 180 дней.", field="warn")


def _check_kind(one: Profile) -> None:
    if one.kind not in {"appeal", "message"}:
        raise BadInputError("Выберите, для обращений это или для сообщений.", field="kind")
    wrong = (one.kind == "message" and one.stage in _OF_APPEALS) or (
        one.kind == "appeal" and one.stage in _OF_MESSAGES
    )
    if wrong or one.stage is Stage.REQUEST:
        whom = "сообщений" if one.kind == "message" else "обращений по 59-ФЗ"
        raise BadInputError(f"У {whom} такого этапа нет. Выберите другой.", field="stage")


def _check_law(one: Profile) -> None:
    most = _LAW_DAYS[one.stage]
    if one.unit is not Unit.CALENDAR_DAY:
        raise BadInputError("Сроки 59-ФЗ считаются в календарных днях.", field="unit")
    if one.amount > most:
        raise BadInputError(
            f"По 59-ФЗ «{STAGE_NAMES[one.stage]}» не дольше {most} дней.", field="amount"
        )
    if one.pause:
        raise BadInputError(
            "Срок по 59-ФЗ не останавливается: его продлевают (статья 12, часть 2).", field="pause"
        )


def _check_use(book: Book, one: Profile) -> None:
    """A choice names only what is open, of its stage and of its kind."""
    for choice in book.choices:
        if choice.profile != one.code:
            continue
        if not one.active:
            raise BadInputError(
                "Этот порядок применяется. Сначала выберите другой на странице "
                "«Какой порядок для каких обращений».",
                field="active",
            )
        if choice.stage is not one.stage or choice.kind != one.kind:
            raise BadInputError(
                "Этот порядок уже применяется для другого этапа или вида.", field="stage"
            )


def check_calendar(book: Book, one: Calendar) -> None:
    """Raises `BadInputError`."""
    others = [other for other in book.calendars.values() if other.code != one.code]
    _check_name(one.name, others)
    _check_zone(one.zone)
    _check_week(one)
    if not 0 <= one.shorten <= 4 * 60:
        raise BadInputError("От 0 до 240 минут.", field="shorten")
    _check_exceptions(one.exceptions)
    _check_municipalities(one, [other for other in others if other.active])
    if not any(each.active and not each.municipalities for each in [*others, one]):
        raise BadInputError(
            "Должен остаться действующий календарь без муниципалитетов: он для всех остальных.",
            field="municipalities",
        )


def _check_zone(zone: str) -> None:
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise BadInputError("Такого часового пояса нет.", field="zone") from None


def _check_week(one: Calendar) -> None:
    if one.lunch:
        check_spans([one.lunch], "lunch")
    if len(one.week) != 7 or not any(one.week):  # noqa: PLR2004 - days of a week
        raise BadInputError("Нужен хотя бы один рабочий день.", field="week")
    for day, hours in enumerate(one.week):
        if not hours:
            continue
        check_spans([hours], f"week-{day}")
        if one.lunch and not _within(one.lunch, hours):
            raise BadInputError(
                "Обед должен лежать внутри рабочего времени каждого дня.", field=f"week-{day}"
            )


def _within(inner: str, outer: str) -> bool:
    (a, b), (since, until) = inner.split("-"), outer.split("-")
    return since < a and b < until


def check_spans(spans: Sequence[str], field: str) -> None:
    """Each from an earlier to a later time, one after another. Raises `BadInputError`."""
    for span in spans:
        if not _SPAN.fullmatch(span):
            raise BadInputError("Часы пишутся как 09:00-18:00.", field=field)
        since, until = span.split("-")
        if since >= until:
            raise BadInputError("Конец должен быть позже начала.", field=field)
    ordered = sorted(spans)
    if any(one.split("-")[1] > two.split("-")[0] for one, two in pairwise(ordered)):
        raise BadInputError("Промежутки пересекаются.", field=field)


def _check_exceptions(exceptions: Sequence[Exceptional]) -> None:
    if len(exceptions) > MOST_EXCEPTIONS:
        raise BadInputError(f"Не больше {MOST_EXCEPTIONS} особых дней.", field="exceptions")
    seen: set[date] = set()
    for one in exceptions:
        shown = f"{one.day:%d.%m.%Y}"
        if one.day in seen:
            raise BadInputError(f"День {shown} указан дважды.", field="exceptions")
        if not FIRST_YEAR <= one.day.year <= LAST_YEAR:
            raise BadInputError(f"День {shown} вне календаря.", field="exceptions")
        if one.kind is DayOff.HOURS and not one.hours:
            raise BadInputError(f"Напишите часы для {shown}.", field="exceptions")
        if one.kind is not DayOff.HOURS and one.hours:
            raise BadInputError(
                f"Часы для {shown} пишут, только когда выбрано «свои часы».", field="exceptions"
            )
        check_spans(one.hours, "exceptions")
        seen.add(one.day)


def _check_municipalities(one: Calendar, others: Sequence[Calendar]) -> None:
    if not one.active:
        return
    if not one.municipalities and any(not other.municipalities for other in others):
        raise BadInputError(
            "Календарь для всех остальных уже есть. Назовите муниципалитеты.",
            field="municipalities",
        )
    for other in others:
        if shared := set(one.municipalities) & set(other.municipalities):
            raise BadInputError(
                f"«{min(shared)}» уже стоит в календаре «{other.name}».", field="municipalities"
            )


def check_choices(profiles: Mapping[str, Profile], choices: Sequence[Choice]) -> None:
    """Raises `BadInputError`; its field names the row (`row-3`, from 0)."""
    if len(choices) > MOST_CHOICES:
        raise BadInputError(f"Не больше {MOST_CHOICES} строк.", field="choices")
    seen: set[tuple[Stage, str | None, str | None, str | None]] = set()
    for row, one in enumerate(choices):
        where = f"row-{row}"
        _check_choice(profiles, one, where)
        key = (one.stage, one.kind, one.channel, one.importance)
        if key in seen:
            raise BadInputError("Такая строка уже есть выше.", field=where)
        seen.add(key)
    for stage, kind in NEEDED:
        if (stage, kind, None, None) not in seen:
            whom = "обращений по 59-ФЗ" if kind == "appeal" else "сообщений"
            raise BadInputError(
                f"Нужна общая строка «{STAGE_NAMES[stage]}» для {whom}: без неё часть их "
                "осталась бы без срока.",
                field="choices",
            )


def _check_choice(profiles: Mapping[str, Profile], one: Choice, where: str) -> None:
    profile = profiles.get(one.profile)
    if profile is None:
        raise BadInputError("Выберите порядок.", field=where)
    if not profile.active:
        raise BadInputError(f"Порядок «{profile.name}» закрыт. Выберите другой.", field=where)
    if profile.stage is not one.stage:
        raise BadInputError(f"Порядок «{profile.name}» для другого этапа.", field=where)
    if profile.kind != one.kind:
        raise BadInputError(
            f"Порядок «{profile.name}» другого вида: сроки 59-ФЗ и сроки сообщений не смешивают.",
            field=where,
        )


def check_ladder(ladder: Sequence[Rung]) -> None:
    """Raises `BadInputError`; its field names the row (`row-3`, from 0)."""
    if not 1 <= len(ladder) <= MOST_RUNGS:
        raise BadInputError(f"Нужно от 1 до {MOST_RUNGS} шагов.", field="ladder")
    if ladder[0].after:
        raise BadInputError(
            "Первый шаг делается сразу, как срок наступил: поставьте 0.", field="row-0"
        )
    for row, one in enumerate(ladder):
        if not 0 <= one.after <= _LONGEST_STEP:
            raise BadInputError("Не позже чем через год.", field=f"row-{row}")
        if not one.to:
            raise BadInputError("Отметьте хотя бы одного, кому напомнить.", field=f"row-{row}")
        if row and one.after <= ladder[row - 1].after:
            raise BadInputError("Каждый шаг должен быть позже прежнего.", field=f"row-{row}")
    if len({one.code for one in ladder}) < len(ladder):
        raise BadInputError("У двух шагов один код. Откройте страницу заново.", field="ladder")
