"""What a program or a form asks suggestions for."""

from typing import Any

from app.errors import BadInputError
from app.suggestions.models import Asked
from app.suggestions.service import LONGEST_TEXT, this_month

_LONGEST_LINE = 500
_LINES = ("title", "street", "house", "municipality")


def read_asked(raw: Any) -> Asked:
    """Of a JSON object; unknown keys are ignored. Raises `BadInputError` that names the field."""
    if not isinstance(raw, dict):
        raise BadInputError("Нужен объект JSON с полем «text».")
    text = _line(raw, "text", LONGEST_TEXT)
    if not text.strip():
        raise BadInputError("Нужен текст сообщения.", field="text")
    lines = {name: _line(raw, name, _LONGEST_LINE).strip() for name in _LINES}
    return Asked(text=text, month=this_month(), **lines)


def _line(raw: dict[str, Any], name: str, longest: int) -> str:
    value = raw.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise BadInputError(f"«{name}»: нужна строка.", field=name)
    if len(value) > longest:
        raise BadInputError(f"«{name}»: не длиннее {longest} знаков.", field=name)
    return value
