"""Cells of tables → typed values, by the spellings seen in real exports.

Every function takes a cell as `app.intake.tables` gives it, returns None for an empty one, and
raises `BadValueError` whose sentence names what is wrong, without quoting the value.
"""

import math
import re
from datetime import UTC, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from app.intake.tables.model import Cell

FIRST_YEAR = 2000
"""No system of messages is older; an earlier year is a zero date or a slip."""

YEARS_AHEAD = 5
"""Deadlines may lie ahead, years of them are slips."""

_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - the clock of a spreadsheet has no zone
_SERIAL_TEXT = re.compile(r"[0-9]{5}(?:[.,][0-9]+)?")
_TIME = r"(?:(?:T|,?\s+(?:в\s+)?)(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?)?"
_ISO = re.compile(rf"(\d{{4}})-(\d{{1,2}})-(\d{{1,2}}){_TIME}\s*(Z|UTC|[+-]\d{{2}}(?::?\d{{2}})?)?")
_DAY_FIRST = re.compile(rf"(\d{{1,2}})([./-])(\d{{1,2}})\2(\d{{4}}|\d{{2}})(?:\s?г\.?)?{_TIME}")
_DURATION = re.compile(
    r"(?:(?P<days>\d{1,6})\s*(?:days?|дн(?:ей|я|\.)?|день|дня|сут(?:ки|ок|\.)?|д\.?),?\s*)?"
    r"(?:(?P<hours>\d{1,6}):(?P<minutes>[0-5]?\d)(?::(?P<seconds>[0-5]?\d)(?:[.,](?P<part>\d+))?)?)?",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"[+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][+-]?\d{1,3})?")
_EMAIL = re.compile(r"[A-Za-z0-9._%+'-]{1,64}@(?:[\w-]{1,63}\.)+[^\W\d_]{2,24}")
_PHONE = re.compile(r"\+?\d(?:[\s().\-–—]{0,3}\d){5,14}")

_YES = frozenset({"да", "yes", "y", "true", "истина", "1", "+", "есть", "верно"})
_NO = frozenset({"нет", "no", "n", "false", "ложь", "0", "-", "отсутствует", "неверно"})
_NOTHING = frozenset({"", "-", "–", "—", "nan", "nat", "none", "null", "n/a", "#н/д"})
"""How programs write that there is no value."""


class BadValueError(ValueError):
    """`message` is a Russian sentence for the file of rejected rows."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def cell_text(cell: Cell) -> str:
    """The cell as text, lines and all: a whole number without «.0», a moment as ISO."""
    if isinstance(cell, str):
        return cell
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return cell.isoformat() if isinstance(cell, datetime) else str(cell)


def plain_text(cell: Cell) -> str:
    """The cell as one short line: without apostrophes, odd spaces; «» where nothing is there."""
    text = cell_text(cell)
    if not text.isascii():
        text = text.replace("\ufeff", " ").replace("\u200b", "")
    text = " ".join(text.split())
    return text.lstrip("' ").strip()


def parse_moment(cell: Cell, zone: ZoneInfo, *, now: datetime | None = None) -> datetime | None:
    """A moment in UTC. What has no zone is wall clock in `zone`; of a doubled hour the first.

    ISO 8601, «31.01.2026[ 10:15[:20]]», «31.01.26», «31/01/2026», dates of spreadsheets as dates,
    as numbers and as texts of numbers. `now` bounds the years, by default the clock.
    """
    if isinstance(cell, datetime):
        return _aware(cell, zone, now)
    if isinstance(cell, timedelta | bool):
        raise _no_date()
    if isinstance(cell, int | float):
        return _aware(_from_serial(cell), zone, now)
    text = plain_text(cell)
    if text.lower() in _NOTHING:
        return None
    if _SERIAL_TEXT.fullmatch(text):
        return _aware(_from_serial(float(text.replace(",", "."))), zone, now)
    return _aware(_from_text(text), zone, now)


def parse_duration(cell: Cell) -> timedelta | None:
    """«0 days 12:30:37.103000», «12:30:37», «130:15», «1 день 02:03:04»; a number counts days."""
    if isinstance(cell, datetime):  # a spreadsheet may show a duration as a moment near its epoch
        return _not_negative(cell.replace(tzinfo=None) - _EPOCH)
    if isinstance(cell, timedelta):
        return _not_negative(cell)
    if isinstance(cell, bool):
        raise _no_duration()
    text = plain_text(cell)
    if text.lower() in _NOTHING:
        return None
    try:
        if _NUMBER.fullmatch(text):
            return _not_negative(timedelta(days=float(text.replace(",", "."))))
        match = _DURATION.fullmatch(text.replace("+", ""))
        if match is None:
            raise _no_duration()
        part = f"0.{match['part']}" if match["part"] else "0"
        return timedelta(
            days=int(match["days"] or 0),
            hours=int(match["hours"] or 0),
            minutes=int(match["minutes"] or 0),
            seconds=int(match["seconds"] or 0),
            microseconds=round(float(part) * 1_000_000),
        )
    except OverflowError as error:
        raise _no_duration() from error


def parse_flag(cell: Cell) -> bool | None:
    """«да», «нет», 1, 0, true, «истина», «+»; a lone dash is «нет»."""
    if isinstance(cell, bool):
        return cell
    text = plain_text(cell).lower().rstrip(".")
    if text in _YES:
        return True
    if text in _NO:
        return False
    if text in _NOTHING:
        return None
    raise BadValueError("Здесь нужно «да» или «нет».")


def parse_number(cell: Cell) -> float | None:
    """«1 234,5» and «1234.5»; never an infinity."""
    text = plain_text(cell)
    if text.lower() in _NOTHING:
        return None
    if isinstance(cell, bool | datetime | timedelta):
        raise _no_number()
    text = text.replace(" ", "")
    if not _NUMBER.fullmatch(text):
        raise _no_number()
    value = float(text.replace(",", "."))
    if not math.isfinite(value):
        raise _no_number()
    return value


def parse_coordinate(cell: Cell, *, axis: Literal["lat", "lon"]) -> float | None:
    """Degrees; 0 counts as «not known», for no municipality of Russia lies there."""
    value = parse_number(cell)
    if not value:
        return None
    most, name = (90, "широта") if axis == "lat" else (180, "долгота")
    if abs(value) > most:
        raise BadValueError(f"{name.capitalize()} должна быть от -{most} до {most} градусов.")
    return value


def parse_phone(cell: Cell) -> str | None:
    """The first number in the cell as «+79001234567»; None where there is none.

    Ten digits and numbers that begin with 8 are Russian; without a plus nothing else is guessed.
    """
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    for match in _PHONE.finditer(plain_text(cell)):
        digits = "".join(sign for sign in match[0] if sign.isdigit())
        if len(digits) == 11 and digits[0] in "78":  # noqa: PLR2004 - length with country code
            return f"+7{digits[1:]}"
        if len(digits) == 10 and match[0][0] != "+":  # noqa: PLR2004 - length without it
            return f"+7{digits}"
        if match[0].startswith("+"):
            return f"+{digits}"
    return None


def parse_email(cell: Cell) -> str | None:
    """The first address in the cell, its domain in lower case; None where there is none."""
    match = _EMAIL.search(plain_text(cell))
    if match is None:
        return None
    name, _, domain = match[0].rpartition("@")
    return f"{name}@{domain.lower()}"


def _from_serial(serial: float) -> datetime:
    """Days since 30.12.1899, the time of day as a fraction, rounded to milliseconds."""
    if not math.isfinite(serial):
        raise _no_date()
    if serial == 0:
        raise BadValueError("Вместо даты стоит ноль.")
    try:
        return _EPOCH + timedelta(milliseconds=round(serial * 86_400_000))
    except OverflowError as error:
        raise _no_date() from error


def _from_text(text: str) -> datetime:
    if match := _ISO.fullmatch(text):
        year, month, day, *clock, offset = match.groups()
        moment = _moment(year, month, day, clock)
        return _with_offset(moment, offset) if offset else moment
    if match := _DAY_FIRST.fullmatch(text):
        day, _, month, year, *clock = match.groups()
        return _moment(year if len(year) == 4 else f"20{year}", month, day, clock)  # noqa: PLR2004
    raise _no_date()


def _moment(year: str, month: str, day: str, clock: list[str | None]) -> datetime:
    hour, minute, second, part = clock
    try:
        return datetime(  # noqa: DTZ001 - the zone is given by the caller
            int(year),
            int(month),
            int(day),
            int(hour or 0),
            int(minute or 0),
            int(second or 0),
            int((part or "0")[:6].ljust(6, "0")),
        )
    except ValueError as error:
        raise BadValueError("Такого дня или времени не бывает: проверьте дату.") from error


def _with_offset(moment: datetime, offset: str) -> datetime:
    if offset in ("Z", "UTC"):
        return moment.replace(tzinfo=UTC)
    try:
        return datetime.fromisoformat(f"{moment.isoformat()}{offset}")
    except ValueError as error:
        raise _no_date() from error


def _aware(moment: datetime, zone: ZoneInfo, now: datetime | None) -> datetime:
    last = (now or datetime.now(UTC)).year + YEARS_AHEAD
    if not FIRST_YEAR <= moment.year <= last:
        raise BadValueError(
            f"Год {moment.year} не подходит: нужен от {FIRST_YEAR} до {last}. Проверьте дату."
        )
    if moment.tzinfo is not None:
        return moment.astimezone(UTC)
    there = moment.replace(tzinfo=zone).astimezone(UTC)
    if there.astimezone(zone).replace(tzinfo=None) != moment:
        raise BadValueError("Такого времени не было: в этот час переводили часы.")
    return there


def _not_negative(duration: timedelta) -> timedelta:
    if duration < timedelta(0):
        raise BadValueError("Длительность меньше нуля.")
    return duration


def _no_date() -> BadValueError:
    return BadValueError("Это не дата. Нужна дата вида 31.01.2026 или 31.01.2026 10:15.")


def _no_duration() -> BadValueError:
    return BadValueError("Это не длительность. Нужно время вида 12:30:00 или «1 день 02:00:00».")


def _no_number() -> BadValueError:
    return BadValueError("Здесь нужно число.")
