"""Two cases that may be duplicates, and what people said of them."""

from datetime import datetime
from enum import StrEnum

import xxhash
from msgspec import Struct, field


class Verdict(StrEnum):
    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"
    """«Не знаю»: whoever said it is not asked again, the others are asked last."""


VERDICT_NAMES: dict[Verdict, str] = {
    Verdict.YES: "да",
    Verdict.NO: "нет",
    Verdict.UNKNOWN: "не знаю",
}


class Past(Struct, frozen=True, omit_defaults=True):
    """A verdict that was given or taken back; nothing is overwritten without one."""

    verdict: Verdict
    by: str
    at: datetime
    undone: bool = False
    why: str | None = None
    """Where it could not be carried out: a Russian sentence."""


class Pair(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """`a` and `b` are ids of cases, the smaller first."""

    id: str
    a: str
    b: str
    kind: str
    """Of `app.similarity.models.MatchKind`."""
    score: float
    doubt: float
    """0 sure, 1 as near to the threshold as can be."""
    offered_at: datetime
    rev: int = 1
    why: list[str] = field(default_factory=list)
    theme: str | None = None
    shown_at: datetime | None = None
    """When a person first had it before the eyes."""
    verdict: Verdict | None = None
    """None: still to be decided."""
    by: str | None = None
    at: datetime | None = None
    applied: bool = True
    """False from a «да» until the case is linked."""
    key: str | None = None
    """Of the action that links: the same whoever carries it out."""
    linked: str | None = None
    """Id of the case that became a duplicate, and of whom."""
    main: str | None = None
    undone: bool = False
    """A «да» of it was taken back some time."""
    unsure: list[str] = field(default_factory=list)
    """Logins of those who said «не знаю»."""
    past: list[Past] = field(default_factory=list)

    def other(self, case_id: str) -> str:
        return self.b if case_id == self.a else self.a

    @property
    def decided(self) -> bool:
        return self.verdict in {Verdict.YES, Verdict.NO}


def pair_id(one: str, other: str) -> str:
    """The same whichever of the two is named first."""
    a, b = sorted((one, other))
    return xxhash.xxh3_128_hexdigest(f"{a}\x1f{b}".encode())
