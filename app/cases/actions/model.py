"""What an action on a case is made of: its rule in the table, what was given, what came of it."""

from collections.abc import Callable
from datetime import date, datetime, tzinfo
from enum import StrEnum

from msgspec import Struct, field

from app.cases.codes import Kind, State
from app.cases.models import Case
from app.deadlines.models import Book
from app.origin import Origin
from app.permissions import Permission
from app.viewer import Viewer

Value = str | datetime | list[str] | None


class FieldKind(StrEnum):
    LINE = "line"
    AREA = "area"
    DAY = "day"
    """A day of the municipality; read as its last minute: things are due by its end."""
    MOMENT = "moment"
    """A day, or a day with time; a bare day is its beginning."""
    CHOICE = "choice"
    LINES = "lines"
    """A list, one value a line."""
    DEPARTMENT = "department"
    PROFILE = "profile"
    """Code of a deadline profile that fits the case."""
    PERSON = "person"
    ELEMENT = "element"
    """Id of one of the case's own parts: a request, a question, a file."""
    FILE = "file"


class Field(Struct, frozen=True, kw_only=True):
    """One thing an action demands: a field of the form and of the JSON."""

    name: str
    label: str
    kind: FieldKind = FieldKind.LINE
    required: bool = True
    hint: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    """The only values of a CHOICE; suggestions for a LINE."""
    of: str = ""
    """For an ELEMENT: the list of the case it is in."""
    longest: int = 500
    pattern: str = ""


class Given(Struct, frozen=True):
    """What a person gave, read and checked by the fields of the rule."""

    values: dict[str, Value] = field(default_factory=dict)

    def text(self, name: str) -> str:
        value = self.values.get(name)
        return value if isinstance(value, str) else ""

    def maybe(self, name: str) -> str | None:
        return self.text(name) or None

    def moment(self, name: str) -> datetime:
        """Of a required field; raises `KeyError` where it is not there."""
        value = self.values[name]
        if not isinstance(value, datetime):
            raise KeyError(name)
        return value

    def maybe_moment(self, name: str) -> datetime | None:
        value = self.values.get(name)
        return value if isinstance(value, datetime) else None

    def names(self, name: str) -> list[str]:
        value = self.values.get(name)
        return list(value) if isinstance(value, list) else []


class Action(Struct, frozen=True):
    """A wish to act; `key` makes it safe to send twice."""

    name: str
    given: Given = Given()
    key: str | None = None
    origin: Origin | None = None


class Turn(Struct, frozen=True):
    """What a change is computed from; nothing else is looked at."""

    case: Case
    """Already in the state the rule leads to."""
    given: Given
    viewer: Viewer
    now: datetime
    """In UTC, as it is stored."""
    zone: tzinfo
    """The municipality's: days begin and end in it."""
    book: Book
    """Of deadlines."""

    def day(self, moment: datetime) -> date:
        return moment.astimezone(self.zone).date()

    @property
    def who(self) -> str:
        return self.viewer.name

    def new_id(self, letter: str, part: int = 0) -> str:
        """Of a new part of the case; never given twice, since the history only grows."""
        number = f"{letter}{len(self.case.history) + 1}"
        return f"{number}-{part}" if part else number


class Done(Struct, frozen=True):
    case: Case
    to: str | None = None
    """For the history: to whom or where."""
    undoes: int | None = None


Check = Callable[[Case, Viewer], str | None]
"""Why not, as a Russian sentence; None where nothing speaks against it."""

ALL_STATES = frozenset(State)
BOTH = frozenset(Kind)


class Rule(Struct, frozen=True, kw_only=True):
    """One line of the table: who may do what, from where, to where, and what it demands."""

    name: str
    title: str
    """On the button."""
    told: str
    """In the history, after the name: «взяла в работу» has no gender here: «взято в работу»."""
    permission: Permission
    change: Callable[[Turn], Done]
    starts: frozenset[State] = ALL_STATES
    to: State | None = None
    """None: the state stays, or the change decides."""
    kinds: frozenset[Kind] = BOTH
    conditions: tuple[Check, ...] = ()
    fields: tuple[Field, ...] = ()
    group: str = "more"
    """Where the page puts its button."""
    commutes: bool = False
    """Only adds: done over whatever others changed meanwhile, never a conflict."""
    reversible: bool = True
    always_told: bool = False
    """Goes into the history even though nothing of the case changes."""
    icon: str = "circle-dot"
    hotkey: str = ""
    warning: str = ""
    """Said before an act that cannot be taken back."""
