"""How numbers, words and moments look to people. Pure functions, also usable outside templates."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

NBSP = "\u00a0"
_TEENS = range(11, 15)
_FEW = range(2, 5)
_STEP, _UNITS = 1024, ("КБ", "МБ", "ГБ")
_MINUTE, _HOUR, _DAY = 60, 3600, 86400
_WEEKDAYS = ("понедельник", "вторник", "среда", "четверг", "пятница", "суббота", "воскресенье")
_MONTHS = (
    *("января", "февраля", "марта", "апреля", "мая", "июня"),
    *("июля", "августа", "сентября", "октября", "ноября", "декабря"),
)


def number(value: float) -> str:
    """12345 → «12 345» with non-breaking spaces; a fraction keeps one digit after the comma."""
    if isinstance(value, float) and not value.is_integer():
        text = f"{value:,.1f}"
    else:
        text = f"{int(value):,}"
    return text.replace(",", NBSP).replace(".", ",").replace("-", "−")


def plural(value: int, one: str, few: str, many: str) -> str:
    """The word that goes with `value`: 1 обращение, 2 обращения, 5 обращений."""
    rest = abs(value) % 100
    if rest in _TEENS:
        return many
    if rest % 10 == 1:
        return one
    return few if rest % 10 in _FEW else many


def counted(value: int, one: str, few: str, many: str) -> str:
    """The number and its word, kept on one line."""
    return f"{number(value)}{NBSP}{plural(value, one, few, many)}"


def size(octets: int) -> str:
    """1536 → «1,5 КБ» (in steps of 1024, as file managers show it)."""
    if octets < _STEP:
        return counted(octets, "байт", "байта", "байт")
    power = min((octets.bit_length() - 1) // 10, len(_UNITS))
    return f"{number(round(octets / _STEP**power, 1))}{NBSP}{_UNITS[power - 1]}"


def _moment(value: datetime | str) -> datetime:
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def show_date(value: date | str, zone: ZoneInfo) -> str:
    """«22.11.2026»; a moment is first brought to `zone`, a bare date stays as it is."""
    if isinstance(value, datetime) or (isinstance(value, str) and len(value) > len("2026-11-22")):
        return _moment(value).astimezone(zone).strftime("%d.%m.%Y")
    day = date.fromisoformat(value) if isinstance(value, str) else value
    return day.strftime("%d.%m.%Y")


def long_date(day: date) -> str:
    """«четверг, 26 ноября 2026»."""
    return f"{_WEEKDAYS[day.weekday()]}, {day.day} {_MONTHS[day.month - 1]} {day.year}"


def show_datetime(value: datetime | str, zone: ZoneInfo) -> str:
    """«22.11.2026 14:05» in `zone`; a moment without a zone is UTC, as it is stored."""
    return _moment(value).astimezone(zone).strftime(f"%d.%m.%Y{NBSP}%H:%M")


def relative(value: datetime | str, now: datetime | None = None) -> str:
    """«5 минут назад», «через 3 дня»: for a hint beside the exact moment, never instead of it."""
    seconds = int(((now or datetime.now(UTC)) - _moment(value)).total_seconds())
    span = abs(seconds)
    if span < _MINUTE:
        return "только что"
    if span < _HOUR:
        words = counted(span // _MINUTE, "минуту", "минуты", "минут")
    elif span < _DAY:
        words = counted(span // _HOUR, "час", "часа", "часов")
    else:
        words = counted(span // _DAY, "день", "дня", "дней")
    return f"{words} назад" if seconds > 0 else f"через {words}"
