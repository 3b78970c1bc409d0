"""A problem: one document with an id that is never used again; names as in `mappings/problems`.

Which messages belong to it stands in the cases (`problem.id`), so that none can be in two. What is
counted here is worked out from them and can be worked out again.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

from msgspec import Struct, field


class ProblemState(StrEnum):
    NEW = "new"
    KNOWN = "known"
    IN_WORK = "in_work"
    SOLVED = "solved"
    RETURNED = "returned"
    """Messages came again after it was solved."""
    MERGED = "merged"
    """Another one holds its messages now: `merged_into`."""
    EMPTY = "empty"
    """All its messages were taken out; the id stays, as links lead to it."""


STATE_NAMES: dict[ProblemState, str] = {
    ProblemState.NEW: "Новая",
    ProblemState.KNOWN: "Известная",
    ProblemState.IN_WORK: "В работе",
    ProblemState.SOLVED: "Решена",
    ProblemState.RETURNED: "Вернулась",
    ProblemState.MERGED: "Объединена",
    ProblemState.EMPTY: "Пустая",
}
PUT_IN, TAKEN_OUT = "problem_put_in", "problem_taken_out"
"""Codes of the events in the history of a case."""

MACHINE = "otklik"
"""Who did what no person did."""

UNPLACED = "problems"
"""Step named in the records of cases that could not be given to a problem (`Index.ENRICHMENT`)."""

LIVING = frozenset(
    {
        ProblemState.NEW,
        ProblemState.KNOWN,
        ProblemState.IN_WORK,
        ProblemState.SOLVED,
        ProblemState.RETURNED,
    }
)


class Spot(Struct, frozen=True):
    lat: float
    lon: float


class Phrase(Struct, frozen=True):
    """Words that tell this problem from others of its theme, in how many of its messages."""

    words: str
    count: int


class Counts(Struct, frozen=True, omit_defaults=True):
    """What the next message is compared with: as `app.problems.scoring.Gathered` has it."""

    themes: dict[str, int] = field(default_factory=dict)
    groups: dict[str, int] = field(default_factory=dict)
    places: dict[str, int] = field(default_factory=dict)
    """`street` and `street|house` → how many messages name it."""
    points: tuple[float, float, int] = (0.0, 0.0, 0)
    """Sums of latitudes and longitudes, and of how many."""
    sum: str | None = None
    """Of the vectors: 384 numbers of 32 bits, base64. Exactly, or a stream read again in other
    batches could decide otherwise."""
    vectors: int = 0


class Act(Struct, frozen=True, omit_defaults=True):
    """What a person, or `MACHINE`, did with it, newest last; nothing is taken out of the list."""

    at: datetime
    by: str
    kind: str
    about: dict[str, Any] = field(default_factory=dict)


class Claim(Struct, frozen=True, omit_defaults=True):
    """A case that a person put into this problem or took out of it; the workers carry it out."""

    case_id: str
    by: str
    at: datetime
    out: bool = False


class Problem(Struct, frozen=True, kw_only=True):
    """Places are keys as `app.similarity.spot` makes them: a street folded and without its type."""

    id: str
    rev: int = 1
    state: ProblemState = field(default_factory=lambda: ProblemState.NEW)
    """Written always: a plain default would be left out, and no list of states would find it."""
    created_at: datetime
    founder: str
    """Case id: the id of the problem is made of it, so a stream that is read again finds it."""
    title: str = ""
    """Theme and place, for people; worked out."""
    name: str | None = None
    """As people called it; goes before `title`."""
    theme: str | None = None
    """The most frequent of its messages."""
    group: str | None = None
    themes: list[str] = field(default_factory=list)
    """All of its messages, the most frequent first."""
    municipality: str | None = None
    settlement: str | None = None
    district: str | None = None
    streets: list[str] = field(default_factory=list)
    """The most named first."""
    houses: list[str] = field(default_factory=list)
    """`street|house`, the most named first."""
    point: Spot | None = None
    """The middle of the points of its messages."""
    shape: dict[str, Any] | None = None
    """GeoJSON geometry around those points."""
    centroid: list[float] | None = None
    """Of length 1: the direction of the sum of its messages' vectors."""
    emb_ver: str | None = None
    counts: Counts = Counts()
    members: int = 0
    authors: int = 0
    originals: int = 0
    """Members without confirmed duplicates."""
    open: int = 0
    first_at: datetime | None = None
    last_at: datetime | None = None
    seen_by: list[str] = field(default_factory=list)
    """`municipality|department|channel` of its messages, each part also as «*»: who may see one of
    them may see that it exists."""
    departments: list[str] = field(default_factory=list)
    sectors: list[str] = field(default_factory=list)
    owner: str | None = None
    """Login."""
    growing: bool = False
    """As `app.growth` found at its last look; how much is counted for each who asks."""
    examples: list[str] = field(default_factory=list)
    """Ids of cases that say most of what the others say."""
    phrases: list[Phrase] = field(default_factory=list)
    days: dict[str, int] = field(default_factory=dict)
    """Local day → messages, copies left out."""
    solved_at: datetime | None = None
    merged_into: str | None = None
    split_from: str | None = None
    apart: list[str] = field(default_factory=list)
    """Ids of problems that people said are others: never merged by the machine."""
    settled: bool = True
    """False while its counts lag behind its messages."""
    recount: bool = False
    """Its messages were moved by people: `counts` are to be made anew from all of them."""
    described_members: int = 0
    """Messages it had when phrases and examples were last chosen."""
    claims: list[Claim] = field(default_factory=list)
    """Still to be carried out, the oldest first."""
    moved: bool = True
    """False while there are claims, and from a merge until all messages are in `merged_into`."""
    acts: list[Act] = field(default_factory=list)

    @property
    def is_touched(self) -> bool:
        """By a person: whatever the machine did is no word against what it does next."""
        return any(act.by != MACHINE for act in self.acts)

    @property
    def shown_title(self) -> str:
        return self.name or self.title or "Без темы"
