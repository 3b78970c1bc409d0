"""What the forms of deadlines send; whatever was typed is kept, also when it is wrong."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeVar

from app.deadlines.models import Profile, Shift, Stage, Start, Unit
from app.deadlines.words import read_spans, spans_text
from app.errors import BadInputError
from app.numbers import whole_number
from app.reference.rules import clean_name

Given = Mapping[str, object]
E = TypeVar("E", bound=StrEnum)
HOUR, MINUTE = "working_hour", "working_minute"
UNITS = (
    (Unit.CALENDAR_DAY.value, "календарные дни"),
    (Unit.WORKING_DAY.value, "рабочие дни"),
    (HOUR, "рабочие часы"),
    (MINUTE, "рабочие минуты"),
)


def text_of(given: Given, name: str) -> str:
    return str(given.get(name, "")).strip()


def number_of(given: object) -> int:
    """0 where it is no number."""
    return whole_number(str(given or "").strip()) or 0


def checked(given: Given, name: str) -> bool:
    return bool(given.get(name))


@dataclass(frozen=True)
class ProfileForm:
    """`version` is the one that was shown; 0 in the form of a new profile."""

    name: str = ""
    unit: str = Unit.CALENDAR_DAY.value
    amount: str = ""
    start: str = Start.NEXT_DAY.value
    cut_off: str = ""
    shift: str = Shift.PREVIOUS.value
    pause: bool = False
    warn: str = ""
    basis: str = ""
    stage: str = Stage.ANSWER.value
    kind: str = "message"
    active: bool = True
    code: str = ""
    version: int = 0
    errors: dict[str, str] = field(default_factory=dict)

    def profile(self) -> Profile:
        """Raises `BadInputError`; what only the whole book can tell is checked there."""
        timed = self.unit in {HOUR, MINUTE}
        return Profile(
            code=self.code,
            name=clean_name(self.name),
            unit=Unit.WORKING_TIME if timed else _one_of(Unit, self.unit, "unit"),
            amount=number_of(self.amount) * (60 if self.unit == HOUR else 1),
            start=_one_of(Start, self.start, "start"),
            cut_off=self.cut_off or None,
            shift=_one_of(Shift, self.shift, "shift"),
            pause=self.pause,
            warn=read_spans(self.warn, "warn", days=not timed),
            basis=self.basis,
            stage=_one_of(Stage, self.stage, "stage"),
            kind=self.kind,
            active=self.active,
        )


def _one_of(kind: type[E], value: str, where: str) -> E:
    try:
        return kind(value)
    except ValueError:
        raise BadInputError("Выберите из списка.", field=where) from None


def filled_profile(one: Profile, *, copy: bool = False) -> ProfileForm:
    """`copy`: the form of a new one that begins as this."""
    timed = one.unit is Unit.WORKING_TIME
    unit = (HOUR if one.amount % 60 == 0 else MINUTE) if timed else one.unit.value
    return ProfileForm(
        name=f"{one.name} (копия)" if copy else one.name,
        unit=unit,
        amount=str(one.amount // 60 if unit == HOUR else one.amount),
        start=one.start.value,
        cut_off=one.cut_off or "",
        shift=one.shift.value,
        pause=one.pause,
        warn=spans_text(one.warn, days=not timed),
        basis=one.basis,
        stage=one.stage.value,
        kind=one.kind or "",
        active=one.active or copy,
        code="" if copy else one.code,
        version=0 if copy else one.version,
    )


def read_profile(given: Given, code: str = "") -> ProfileForm:
    texts: dict[str, Any] = {name: text_of(given, name) for name in _TEXTS}
    return ProfileForm(
        **texts,
        pause=checked(given, "pause"),
        active=checked(given, "active") or not code,
        code=code,
        version=number_of(given.get("version")),
    )


_TEXTS = ("name", "unit", "amount", "start", "cut_off", "shift", "warn", "basis", "stage", "kind")
