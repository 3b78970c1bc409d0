"""Similar cases of a message that a program or a person hands in: from JSON to the answer."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import Struct

from app.duplicates.tuning import current_thresholds
from app.engine.client import Engine
from app.errors import BadInputError
from app.search.vocabulary import current_vocabulary
from app.similarity.models import LatLon, Match, Similar, Subject
from app.similarity.service import SIZE, similar
from app.viewer import Viewer

LONGEST_TEXT = 50_000
"""As a message may be; what lies behind the first 20,000 signs is not compared."""
LONGEST_LINE = 500
MOST = 50
LINES: dict[str, str] = {
    "title": "Заголовок.",
    "street": "Улица: «ул. Ленина». Без неё место ищется в тексте.",
    "house": "Дом: «35а», «4/2».",
    "theme": "Тема, как в справочнике.",
    "group": "Группа тем.",
    "municipality": "Муниципалитет.",
    "settlement": "Населённый пункт.",
    "source": "Ваша система.",
}
_RANGES = {"lat": 90.0, "lon": 180.0}


class Asked(Struct, frozen=True):
    subject: Subject
    size: int


class SimilarCase(Struct, frozen=True):
    """Одно похожее обращение. `kind` пуст, если оно только похоже словами, смыслом или местом."""

    id: str
    number: str
    external_id: str | None
    kind: str | None
    score: float
    why: list[str]


class SimilarAnswer(Struct, frozen=True):
    """Ответ, который уже отправили по похожему обращению; контакты и имена скрыты."""

    case_id: str
    number: str
    text: str
    score: float
    why: list[str]


class SimilarFound(Struct, frozen=True):
    duplicates: list[SimilarCase]
    similar: list[SimilarCase]
    answers: list[SimilarAnswer]
    by_words_only: bool
    """Модель смысла не ответила: сказанное другими словами могло не найтись."""
    partial: bool
    """Время вышло раньше, чем всё было просмотрено."""
    took_ms: int


async def ask(engine: Engine, viewer: Viewer | None, asked: Asked) -> SimilarFound:
    """With the streets and the thresholds of this installation, as the panel of a case."""
    found = await similar(
        engine,
        viewer,
        asked.subject,
        size=asked.size,
        thresholds=await current_thresholds(engine),
        streets=(await current_vocabulary(engine)).streets,
    )
    return _answer(found)


def _answer(found: Similar) -> SimilarFound:
    answers = [
        SimilarAnswer(one.case_id, one.number, one.text, one.score, one.why)
        for one in found.answers
    ]
    return SimilarFound(
        list(map(_case, found.duplicates)),
        list(map(_case, found.similar)),
        answers,
        found.by_words_only,
        found.partial,
        found.took_ms,
    )


def _case(match: Match) -> SimilarCase:
    kind = match.kind.value if match.kind else None
    return SimilarCase(match.case_id, match.number, match.external_id, kind, match.score, match.why)


def read_asked(raw: Any, zone: ZoneInfo) -> Asked:
    """Of a JSON object; unknown keys are ignored. Raises `BadInputError` that names the field."""
    if not isinstance(raw, dict):
        raise BadInputError("Нужен объект JSON с полем «text».")
    text = _text(raw, "text", LONGEST_TEXT)
    if not text:
        raise BadInputError("Нужен текст сообщения.", field="text")
    lines = {name: _text(raw, name, LONGEST_LINE) for name in LINES}
    subject = Subject(
        text=text, point=_point(raw), received_at=_moment(raw.get("received_at"), zone), **lines
    )
    return Asked(subject, _size(raw.get("size", SIZE)))


def _text(raw: dict[str, Any], name: str, longest: int) -> Any:
    value = raw.get(name)
    if value is not None and not isinstance(value, str):
        raise BadInputError(f"«{name}»: нужна строка.", field=name)
    if value and len(value) > longest:
        raise BadInputError(f"«{name}»: не длиннее {longest} знаков.", field=name)
    return (value or "").strip() or None


def _point(raw: dict[str, Any]) -> LatLon | None:
    """Both or none."""
    given = {name: raw[name] for name in _RANGES if raw.get(name) is not None}
    for name, value in given.items():
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not number or not abs(value) <= _RANGES[name]:
            raise BadInputError(
                f"«{name}»: нужно число от -{_RANGES[name]:.0f} до {_RANGES[name]:.0f}.", field=name
            )
    if len(given) == 1:
        lacking = "lon" if "lat" in given else "lat"
        raise BadInputError("Широта и долгота нужны обе.", field=lacking)
    return LatLon(float(given["lat"]), float(given["lon"])) if given else None


def _moment(value: Any, zone: ZoneInfo) -> datetime | None:
    if value is None:
        return None
    try:
        found = datetime.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise BadInputError(
            "«received_at»: нужны дата и время вида 2026-03-01T11:00:00+03:00.",
            field="received_at",
        ) from error
    return found if found.tzinfo else found.replace(tzinfo=zone)


def _size(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= MOST:
        raise BadInputError(f"«size»: нужно целое число от 1 до {MOST}.", field="size")
    return value
