"""Profiles, choices and the ladder that come with the product; people edit copies.

Codes are agreed with users' scripts and never change. Lengths: 59-ФЗ art. 8 (registration 3 days,
forwarding 7), art. 12 (consideration 30 days from registration); ПОС 30, 10 and 8 days; «Инцидент»
as municipalities set it (Елизово, пост. 2129 of 19.12.2025: 4 working hours, 2 for high importance,
8 working days after an interim answer, 30 minutes for «не наше»; Ульяновск and Рязань: 8 hours;
Севастополь: 9 hours, 7 working days after an interim answer).
"""

from functools import lru_cache

from msgspec.structs import replace

from app.deadlines.models import (
    DEFAULT_CALENDAR,
    Book,
    Choice,
    Profile,
    Recipient,
    Rung,
    Shift,
    Stage,
    Start,
    Unit,
    by_code,
)

_DAY = 24 * 60
_LAW_CODES = {
    Stage.REGISTRATION: "59fz-registration",
    Stage.ANSWER: "59fz-consideration",
    Stage.FORWARDING: "59fz-forwarding",
}


def _law(
    stage: Stage, name: str, amount: int, shift: Shift, warn: list[int], basis: str
) -> Profile:
    return Profile(
        code=_LAW_CODES[stage],
        name=name,
        unit=Unit.CALENDAR_DAY,
        amount=amount,
        shift=shift,
        warn=warn,
        basis=basis,
        stage=stage,
        kind="appeal",
        shipped=True,
    )


def _pos(code: str, name: str, amount: int, warn: list[int]) -> Profile:
    return Profile(
        code=code,
        name=name,
        unit=Unit.CALENDAR_DAY,
        amount=amount,
        pause=True,
        warn=warn,
        kind="message",
        basis="Правила работы с ПОС: обычный срок 30 дней, ускоренный 10 или 8 дней.",
        shipped=True,
    )


def _hours(
    code: str, name: str, minutes: int, warn: list[int], stage: Stage = Stage.ANSWER
) -> Profile:
    return Profile(
        code=code,
        name=name,
        unit=Unit.WORKING_TIME,
        amount=minutes,
        start=Start.NEXT_WORKING,
        warn=warn,
        basis=_INCIDENT,
        stage=stage,
        kind="message",
        shipped=True,
    )


def _after_interim(code: str, days: int) -> Profile:
    return Profile(
        code=code,
        name=f"«Инцидент»: {days} рабочих дней после промежуточного ответа",
        unit=Unit.WORKING_DAY,
        amount=days,
        warn=[2 * _DAY, _DAY],
        basis=_INCIDENT,
        stage=Stage.INTERIM,
        kind="message",
        shipped=True,
    )


_INCIDENT = "Порядок работы в «Инцидент менеджменте», принятый в муниципалитете."
_LONG = [7 * _DAY, 3 * _DAY, _DAY]

PROFILES: dict[str, Profile] = by_code(
    [
        _law(
            Stage.REGISTRATION,
            "59-ФЗ: регистрация, 3 дня",
            3,
            Shift.NEXT,
            [_DAY],
            "Федеральный закон № 59-ФЗ, статья 8, часть 2.",
        ),
        _law(
            Stage.ANSWER,
            "59-ФЗ: рассмотрение, 30 дней",
            30,
            Shift.PREVIOUS,
            _LONG,
            "Федеральный закон № 59-ФЗ, статья 12, часть 1.",
        ),
        _law(
            Stage.FORWARDING,
            "59-ФЗ: перенаправление, 7 дней",
            7,
            Shift.PREVIOUS,
            [2 * _DAY],
            "Федеральный закон № 59-ФЗ, статья 8, части 3 и 4.",
        ),
        _pos("pos-standard", "ПОС: обычный, 30 дней", 30, _LONG),
        _pos("pos-fast", "ПОС: ускоренный, 10 дней", 10, [3 * _DAY, _DAY]),
        _pos("pos-fast8", "ПОС: ускоренный, 8 дней", 8, [3 * _DAY, _DAY]),
        _hours("im-2h", "«Инцидент»: высокая важность, 2 рабочих часа", 120, [30]),
        _hours("im-4h", "«Инцидент»: 4 рабочих часа", 240, [60, 30]),
        _hours("im-8h", "«Инцидент»: 8 рабочих часов", 480, [120, 30]),
        _hours("im-9h", "«Инцидент»: 9 рабочих часов", 540, [120, 30]),
        _hours("im-not-ours", "«Инцидент»: «не наше», 30 рабочих минут", 30, [], Stage.RETURN),
        _after_interim("im-interim-7d", 7),
        _after_interim("im-interim-8d", 8),
    ]
)

CHOICES: list[Choice] = [
    Choice(stage=Stage.REGISTRATION, kind="appeal", profile="59fz-registration"),
    Choice(stage=Stage.ANSWER, kind="appeal", profile="59fz-consideration"),
    Choice(stage=Stage.FORWARDING, kind="appeal", profile="59fz-forwarding"),
    Choice(stage=Stage.ANSWER, kind="message", channel="pos", profile="pos-standard"),
    Choice(
        stage=Stage.ANSWER,
        kind="message",
        channel="pos",
        importance="high",
        profile="pos-fast",
    ),
    Choice(stage=Stage.ANSWER, kind="message", importance="high", profile="im-2h"),
    Choice(stage=Stage.ANSWER, kind="message", profile="im-4h"),
    Choice(stage=Stage.INTERIM, kind="message", profile="im-interim-8d"),
    Choice(stage=Stage.RETURN, kind="message", profile="im-not-ours"),
]

LADDER: list[Rung] = [
    Rung(code="due", after=0, to=[Recipient.EXECUTOR]),
    Rung(code="head", after=60, to=[Recipient.BLOCK_HEAD]),
    Rung(code="coordinator", after=4 * 60, to=[Recipient.COORDINATOR]),
    Rung(code="curator", after=2 * 8 * 60, to=[Recipient.CURATOR]),
]

SHIPPED = Book(PROFILES, {DEFAULT_CALENDAR.code: DEFAULT_CALENDAR}, CHOICES, LADDER)
"""What an installation has before anybody edits it, as Moscow has it."""


@lru_cache(maxsize=8)
def shipped_in(timezone: str) -> Book:
    """The same with the working hours of another zone; `timezone` is `OTKLIK_TIMEZONE`."""
    if timezone == DEFAULT_CALENDAR.zone:
        return SHIPPED
    calendar = replace(DEFAULT_CALENDAR, zone=timezone)
    return replace(SHIPPED, calendars={calendar.code: calendar})
