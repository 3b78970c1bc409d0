"""What is suggested, and what is known of the model that suggests."""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct, field

from app.suggestions.gazetteer import Sureness

SHOWN = 3
"""Suggestions of one field."""


class By(StrEnum):
    """What a suggestion stands on."""

    BOTH = "words_and_meaning"
    WORDS = "words"
    """The encoder is off or away, now or when the model was learned."""
    NAMES = "theme_names"
    """Nothing was learned yet: only the themes' own names were compared."""
    NOTHING = "nothing"


class Asked(Struct, frozen=True):
    """A message as far as it is typed."""

    text: str
    title: str = ""
    street: str = ""
    house: str = ""
    municipality: str = ""
    settlement: str = ""
    street_type: str = ""
    month: int = 1
    """In which it was received: some dangers have a season."""

    @property
    def whole(self) -> str:
        return f"{self.title}\n{self.text}" if self.title else self.text


class ThemeGuess(Struct, frozen=True):
    """Одна из тем, от вероятной к менее вероятной."""

    value: str
    group: str
    score: float
    """Chance that people would choose it, 0 to 1; of `By.NAMES` how much of its name is there."""
    words: list[str] = field(default_factory=list)
    """The words of the text that told."""


class DepartmentGuess(Struct, frozen=True):
    code: str
    """Of the book of departments; the name where the book does not bear it."""
    name: str
    score: float


class ImportanceGuess(Struct, frozen=True):
    value: str
    why: list[str] = field(default_factory=list)


class PlaceGuess(Struct, frozen=True, omit_defaults=True):
    street: str | None = None
    street_type: str | None = None
    house: str | None = None
    district: str | None = None
    lat: float | None = None
    lon: float | None = None
    sureness: Sureness | None = None
    told: str = ""
    """How the point was found, for people."""


class Suggestion(Struct, frozen=True):
    """Подсказки по тексту: ничего не меняют, решает человек."""

    themes: list[ThemeGuess]
    departments: list[DepartmentGuess]
    importance: ImportanceGuess
    place: PlaceGuess | None
    gist: str
    danger: list[str] = field(default_factory=list)
    """Codes of the book of words of danger."""
    by: By = By.NOTHING
    version: int = 0
    """Of the model; 0 where there is none."""


class Quality(Struct, frozen=True):
    """Of one field, by cross-validation."""

    classes: int
    texts: int
    first: float
    three: float
    gap: float
    """Between the stated confidence and how often it came true."""
    first_by_words: float
    three_by_words: float


class Judged(Struct, frozen=True):
    """What became of suggestions that cases bore when people decided."""

    theme: str
    shown: int
    accepted: int
    """People chose the first one."""
    among: int
    """People chose one of the three."""


class ModelState(Struct, frozen=True, kw_only=True):
    """The model in use, without its weights."""

    version: int
    file: str
    sha256: str
    learned_at: datetime
    seconds: float
    examples: int
    cases: int
    """Cases there were to learn from; of frequent themes the newest were taken."""
    emb_ver: str | None = None
    """None: learned by words alone."""
    fields: dict[str, Quality] = field(default_factory=dict)
    """By `theme` and `department`."""
    judged: list[Judged] = field(default_factory=list)
    places_file: str | None = None
    places_sha256: str | None = None
    streets: int = 0
    houses: int = 0


class Trial(Struct, frozen=True, omit_defaults=True):
    """One learning, taken or not."""

    at: datetime
    taken: bool
    why: str
    examples: int = 0
    first: float | None = None
    three: float | None = None
