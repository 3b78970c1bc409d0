"""Fields of a form as texts of a limited length."""

from collections.abc import Mapping

from app.errors import BadInputError


def text(given: Mapping[str, object], name: str, most: int) -> str:
    """Without the blanks around it; raises `BadInputError` for more than `most` signs."""
    value = str(given.get(name) or "").strip()
    if len(value) > most:
        raise BadInputError(f"Слишком длинно: помещается {most} знаков.", field=name)
    return value
