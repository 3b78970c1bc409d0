"""A road map of a problem; names as in `mappings/road-maps`.

A step is done by one department or by several at once (совместный шаг): each has its own part with
its own owner and day, so nobody waits for the slowest to be asked.
"""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct, field

from app.problems.models import Act


class StepState(StrEnum):
    PLANNED = "planned"
    DOING = "doing"
    DONE = "done"
    DROPPED = "dropped"


STEP_NAMES: dict[StepState, str] = {
    StepState.PLANNED: "Запланировано",
    StepState.DOING: "Делается",
    StepState.DONE: "Сделано",
    StepState.DROPPED: "Отменено",
}
OVER = frozenset({StepState.DONE, StepState.DROPPED})


class MapState(StrEnum):
    DRAFT = "draft"
    BEGUN = "begun"
    SOLVED = "solved"


MAP_NAMES: dict[MapState, str] = {
    MapState.DRAFT: "Готовится",
    MapState.BEGUN: "Выполняется",
    MapState.SOLVED: "Выполнена",
}


class StepFile(Struct, frozen=True, omit_defaults=True):
    """Where its octets lie: `app.cases.attachments.store`, by their hash."""

    id: str
    sha256: str
    name: str
    media_type: str
    size: int
    at: datetime
    by: str


class Move(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A part that was given another day or passed to others; nothing is taken out of the list."""

    at: datetime
    by: str
    reason: str
    due_before: datetime
    due_at: datetime
    department_before: str | None = None
    department: str | None = None
    owner_before: str
    owner: str

    @property
    def later(self) -> bool:
        return self.due_at > self.due_before

    @property
    def passed_on(self) -> bool:
        return self.owner != self.owner_before


class Part(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Of one department in a step."""

    id: str
    number: int
    """Within the road map, never given again: reminders are told apart by it."""
    department: str | None = None
    owner: str
    """Login."""
    due_at: datetime
    warn_at: datetime | None = None
    """None where the term is too short for a warning."""
    escalate_at: datetime
    """From then on whoever leads the road map is told as well."""
    state: StepState = StepState.PLANNED
    result: str = ""
    files: list[StepFile] = field(default_factory=list)
    done_at: datetime | None = None
    moves: list[Move] = field(default_factory=list)
    """The oldest first."""


class Step(Struct, frozen=True, omit_defaults=True, kw_only=True):
    id: str
    title: str
    parts: list[Part]

    @property
    def joint(self) -> bool:
        return len(self.parts) > 1


class Effect(Struct, frozen=True):
    """Messages a week before the work and after the solution, and how the rates relate."""

    before: float
    after: float
    weeks_before: int
    weeks_after: int
    ratio: float
    """`after` / `before`."""
    low: float
    high: float
    """The interval of 95 % of the ratio."""


class Practice(Struct, frozen=True, omit_defaults=True):
    """What others may learn from it; written to be read by everybody who sees problems."""

    title: str
    done: str
    at: datetime
    by: str
    effect: Effect | None = None
    """As it was measured on the day of publication, over what its author sees."""


class RoadMap(Struct, frozen=True, omit_defaults=True, kw_only=True):
    id: str
    rev: int
    problem_id: str
    title: str
    state: MapState = MapState.DRAFT
    theme: str | None = None
    """Of the problem, as it was when the practice was published."""
    steps: list[Step] = field(default_factory=list)
    owners: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    """Hashes: what the sweep of attachments must leave alone."""
    numbers: int = 0
    """Parts that were ever made."""
    created_at: datetime
    created_by: str
    begun_at: datetime | None = None
    solved_at: datetime | None = None
    alert_at: datetime | None = None
    """When the reminders have to look at it next."""
    alerted: list[str] = field(default_factory=list)
    """Keys of reminders that were given."""
    practice: Practice | None = None
    published: bool = False
    acts: list[Act] = field(default_factory=list)

    @property
    def parts(self) -> list[Part]:
        return [part for step in self.steps for part in step.parts]

    def told_moves(self, part: Part) -> list[Move]:
        """Those since the work was begun: what was moved before, nobody had been told of."""
        begun = self.begun_at
        return [one for one in part.moves if begun and one.at >= begun]

    def reports(self, part_id: str) -> int:
        """How many times a part was reported on: what a form says it had shown."""
        kinds = {f"part_{state}" for state in StepState}
        return sum(act.kind in kinds and act.about.get("part") == part_id for act in self.acts)

    @property
    def publications(self) -> int:
        """How many times its practice was written."""
        return sum(act.kind == "published" for act in self.acts)

    @property
    def slips(self) -> int:
        """How many times a day that people were told of was put off."""
        return sum(move.later for part in self.parts for move in self.told_moves(part))

    @property
    def ready(self) -> bool:
        """Everything is done or dropped, and something is done."""
        states = {part.state for part in self.parts}
        return bool(states) and states <= OVER and StepState.DONE in states

    @property
    def shown_number(self) -> str:
        """As notices name it: no text of anybody's is in them."""
        return f"ДК-{self.id[-8:]}"
