"""What the forms of «Опасные слова» send; whatever was typed is kept, also when it is wrong."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app.cases.codes import Importance
from app.errors import BadInputError
from app.numbers import whole_number
from app.suggestions.book import FIELDS
from app.suggestions.danger import DangerWord

_MONTHS = 12


@dataclass(frozen=True)
class WordForm:
    """`version` is the one that was shown; 0 in the form of a new line."""

    name: str = ""
    phrases: str = ""
    """One in a line."""
    why: str = ""
    importance: str = Importance.HIGH.value
    first_month: str = ""
    last_month: str = ""
    active: bool = True
    code: str = ""
    version: int = 0
    errors: dict[str, str] = field(default_factory=dict)

    def word(self) -> DangerWord:
        """Raises `BadInputError` that names the field."""
        if self.importance not in set(Importance):
            raise BadInputError("Выберите важность из списка.", field="importance")
        return DangerWord(
            self.code,
            self.name,
            self.phrases.splitlines(),
            self.why,
            Importance(self.importance),
            self._season(),
            self.active,
        )

    def _season(self) -> tuple[int, int] | None:
        if not self.first_month and not self.last_month:
            return None
        months = [_month(one) for one in (self.first_month, self.last_month)]
        if not all(months):
            raise BadInputError("Для сезона нужны оба месяца.", field="first_month")
        return months[0], months[1]


def _month(text: str) -> int:
    """0 where it is none."""
    return whole_number(text, _MONTHS) or 0


def filled(one: DangerWord) -> WordForm:
    first, last = one.months or ("", "")
    return WordForm(
        one.name,
        "\n".join(one.phrases),
        one.why,
        one.importance.value,
        str(first),
        str(last),
        one.active,
        one.code,
        one.version,
    )


def read_word(given: Mapping[str, object], code: str = "") -> WordForm:
    texts: dict[str, Any] = {name: str(given.get(name, "")).strip() for name in _TEXTS}
    version = whole_number(str(given.get("version", ""))) or 0
    return WordForm(
        **texts,
        active=bool(given.get("active")) or "version" not in given,
        code=code,
        version=version if code else 0,
    )


_TEXTS = ("name", "phrases", "why", "importance", "first_month", "last_month")


def read_thresholds(given: Mapping[str, object]) -> dict[str, float]:
    """Field → share; what is left empty is never set. Raises `BadInputError` that names the field.

    Of importance there is only yes or no: a word of danger was found or not.
    """
    found: dict[str, float] = {}
    for name in FIELDS:
        text = str(given.get(name, "")).strip().rstrip("%").replace(",", ".").strip()
        if text:
            try:
                found[name] = float(text) / 100
            except ValueError:
                raise BadInputError("Порог: число процентов, например 95.", field=name) from None
    return found
