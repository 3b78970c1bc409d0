"""Profiles and lengths of time in plain Russian."""

import re
from collections.abc import Iterable
from datetime import date

from app.deadlines.models import Profile, Shift, Start, Unit
from app.errors import BadInputError
from app.web.filters import counted

_HOUR, _DAY = 60, 24 * 60
START_NAMES: dict[Start, str] = {
    Start.NEXT_DAY: "со следующего дня",
    Start.NEXT_WORKING: "с ближайшего рабочего времени",
    Start.MOMENT: "с самого момента",
}
KIND_WORDS = {"appeal": "обращения по 59-ФЗ", "message": "сообщения"}
SHIFT_NAMES: dict[Shift, str] = {
    Shift.PREVIOUS: "на предыдущий рабочий день",
    Shift.NEXT: "на следующий рабочий день",
    Shift.NONE: "не переносится",
}
ZONE_NAMES: dict[str, str] = {
    "Europe/Kaliningrad": "Калининград (МСК−1)",
    "Europe/Moscow": "Москва",
    "Europe/Samara": "Самара (МСК+1)",
    "Asia/Yekaterinburg": "Екатеринбург (МСК+2)",
    "Asia/Omsk": "Омск (МСК+3)",
    "Asia/Novosibirsk": "Новосибирск (МСК+4)",
    "Asia/Irkutsk": "Иркутск (МСК+5)",
    "Asia/Yakutsk": "Якутск (МСК+6)",
    "Asia/Vladivostok": "Владивосток (МСК+7)",
    "Asia/Magadan": "Магадан (МСК+8)",
    "Asia/Kamchatka": "Камчатка (МСК+9)",
}
_WEEKDAYS = (*("понедельник", "вторник", "среда", "четверг", "пятница", "суббота", "воскресенье"),)
_GENITIVE = (
    *("понедельника", "вторника", "среды", "четверга", "пятницы", "субботы", "воскресенья"),
)
_ACCUSATIVE = {"среда": "среду", "пятница": "пятницу", "суббота": "субботу"}
_SPAN = re.compile(r"(\d{1,5})\s*(д|ч|м)[а-я]*\.?")
_SIZES = {"д": _DAY, "ч": _HOUR, "м": 1}


def amount_words(profile: Profile) -> str:
    """«30 календарных дней», «4 рабочих часа», «30 рабочих минут»."""
    if profile.unit is Unit.CALENDAR_DAY:
        return counted(profile.amount, "календарный день", "календарных дня", "календарных дней")
    if profile.unit is Unit.WORKING_DAY:
        return counted(profile.amount, "рабочий день", "рабочих дня", "рабочих дней")
    if profile.amount % _HOUR == 0:
        hours = profile.amount // _HOUR
        return counted(hours, "рабочий час", "рабочих часа", "рабочих часов")
    return counted(profile.amount, "рабочая минута", "рабочие минуты", "рабочих минут")


def day_words(day: date) -> str:
    """«среда 04.11.2026»."""
    return f"{_WEEKDAYS[day.weekday()]} {day:%d.%m.%Y}"


def since_words(day: date) -> str:
    """«со среды 04.11.2026»."""
    name = _GENITIVE[day.weekday()]
    return f"{'со' if name.startswith(('вт', 'ср')) else 'с'} {name} {day:%d.%m.%Y}"


def onto_words(day: date) -> str:
    """«среду 04.11.2026», after «на»."""
    name = _WEEKDAYS[day.weekday()]
    return f"{_ACCUSATIVE.get(name, name)} {day:%d.%m.%Y}"


def clock(second: int) -> str:
    """Of a second of the day; seconds only where there are any."""
    minutes = f"{second // 3600:02d}:{second // 60 % 60:02d}"
    return f"{minutes}:{second % 60:02d}" if second % 60 else minutes


def pause_words(profile: Profile, paused: int) -> str:
    """`paused` as `Counted` has it: days, or seconds of working time."""
    if profile.unit is Unit.WORKING_TIME:
        return f"{span_words(paused // 60, days=False)} рабочего времени"
    if profile.unit is Unit.WORKING_DAY:
        return counted(paused, "рабочий день", "рабочих дня", "рабочих дней")
    return counted(paused, "день", "дня", "дней")


def span_words(minutes: int, *, days: bool = True) -> str:
    """«2 дня», «1 час 30 минут»: days of 24 hours, or, of working time, only hours."""
    whole, rest = divmod(abs(minutes), _DAY) if days else (0, abs(minutes))
    hours, left = divmod(rest, _HOUR)
    parts = [
        counted(whole, "день", "дня", "дней") if whole else "",
        counted(hours, "час", "часа", "часов") if hours else "",
        counted(left, "минута", "минуты", "минут") if left else "",
    ]
    return " ".join(filter(None, parts)) or counted(0, "минута", "минуты", "минут")


def spans_text(spans: Iterable[int], *, days: bool = True) -> str:
    """As a form has it: «7 дней, 3 дня, 2 часа»; `read_spans` reads it back."""
    return ", ".join(span_words(one, days=days) for one in spans).replace("\u00a0", " ")


def read_spans(text: str, field: str, *, days: bool = True) -> list[int]:
    """Minutes of each part of «7 дней, 1 час 30 минут», each once, the largest first.

    Without `days`, where a day may be of any length, only hours and minutes. Raises
    `BadInputError`.
    """
    found = {read_span(part, field, days=days) for part in text.split(",") if part.strip()}
    return sorted(found, reverse=True)


def read_span(text: str, field: str, *, days: bool = True) -> int:
    """Minutes of «1 час 30 минут», 0 of «0». Raises `BadInputError`."""
    clean = " ".join(text.replace("\u00a0", " ").casefold().split())
    if clean == "0":
        return 0
    found = _SPAN.findall(clean)
    if not found or _SPAN.sub("", clean).strip():
        raise BadInputError("Пишется так: 3 дня, 2 часа, 30 минут.", field=field)
    if not days and any(unit == "д" for _, unit in found):
        raise BadInputError("Это рабочее время: пишется в часах и минутах.", field=field)
    return sum(int(number) * _SIZES[unit] for number, unit in found)
