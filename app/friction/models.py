"""A finding: something in a case that looks like a conflict or an error of communication.

Names are those of `mappings/friction`. The id is made of the kind and the case, so a case has one
finding of a kind at most and a verdict on it stands for ever.
"""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct, field


class Kind(StrEnum):
    REPEAT = "repeat"
    """The author writes again of what was answered."""
    LOW_MARK = "low_mark"
    TONE = "tone"
    FORMAL_ANSWER = "formal_answer"
    """«Отписка»: one text for different questions, or nothing of what was asked."""
    PING_PONG = "ping_pong"
    PROMISE = "promise"


KIND_NAMES: dict[Kind, str] = {
    Kind.REPEAT: "Написали снова после ответа",
    Kind.LOW_MARK: "Низкая оценка",
    Kind.TONE: "Резкий тон",
    Kind.FORMAL_ANSWER: "Похоже на отписку",
    Kind.PING_PONG: "Ходит между ведомствами",
    Kind.PROMISE: "Обещанный день сорван",
}


class Verdict(StrEnum):
    YES = "yes"
    NO = "no"
    LATER = "later"


VERDICT_NAMES: dict[Verdict, str] = {
    Verdict.YES: "да, трение",
    Verdict.NO: "нет",
    Verdict.LATER: "позже",
}
DECIDED = frozenset({Verdict.YES, Verdict.NO})


class Found(Struct, frozen=True):
    """What a rule says of a case."""

    kind: Kind
    why: list[str]
    """Russian sentences for people."""
    at: datetime
    """When it happened."""
    department: str | None = None
    """Whose work it concerns."""
    who: str | None = None
    """Login of the person it concerns, where one is known."""
    others: list[str] = field(default_factory=list)
    """Ids of further cases that the reasons speak of."""


class Past(Struct, frozen=True, omit_defaults=True):
    """A verdict that was given or taken back."""

    verdict: Verdict
    by: str
    at: datetime
    undone: bool = False


class Finding(Struct, frozen=True, omit_defaults=True, kw_only=True):
    id: str
    rev: int = 1
    kind: Kind
    case_id: str
    at: datetime
    found_at: datetime
    why: list[str] = field(default_factory=list)
    department: str | None = None
    who: str | None = None
    others: list[str] = field(default_factory=list)
    municipality: str | None = None
    """This and the next two as the case has them; who may see it is asked of the case itself."""
    holder: str | None = None
    """The department that holds the case."""
    channel: str | None = None
    theme: str | None = None
    gone: bool = False
    """The case was changed and the rule no longer says so."""
    shown_at: datetime | None = None
    verdict: Verdict | None = None
    by: str | None = None
    verdict_at: datetime | None = None
    past: list[Past] = field(default_factory=list)

    @property
    def decided(self) -> bool:
        return self.verdict in DECIDED


def finding_id(kind: Kind, case_id: str) -> str:
    return f"{kind}:{case_id}"


class Round(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """How far the search for findings has come; one document, held by one worker at a time."""

    seen_at: datetime | None = None
    """Cases changed up to here were looked at; None: none were."""
    after: str = ""
    """The last of them that were changed at this very moment."""
    promises_at: datetime | None = None
    """Promised days up to here were looked at."""
    rules: str = ""
    """Version of the rules and of the list of words: another one makes it begin anew."""
    lease_owner: str | None = None
    lease_until: datetime | None = None
    rev: int = 0
