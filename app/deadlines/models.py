"""What deadlines are computed from: profiles, working calendars, the rules that choose a profile,
and the ladder of reminders. People edit all of it; one document holds the whole book.
"""

from collections.abc import Iterable
from datetime import date, datetime
from enum import StrEnum

from msgspec import Struct, field


class Unit(StrEnum):
    CALENDAR_DAY = "calendar_day"
    WORKING_DAY = "working_day"
    WORKING_TIME = "working_time"
    """Minutes inside working hours."""


class Start(StrEnum):
    """What is counted first."""

    MOMENT = "moment"
    """The starting day is day one; working time runs from that very moment."""
    NEXT_DAY = "next_day"
    """The day after (ГК art. 191); working time runs from the opening of the next working day."""
    NEXT_WORKING = "next_working"
    """The first working day, or moment, that is not before the start."""


class Shift(StrEnum):
    """Where a last day goes that is a day off."""

    PREVIOUS = "previous"
    NEXT = "next"
    NONE = "none"


class Stage(StrEnum):
    """What a deadline is for; a case has at most one of each that is not over."""

    REGISTRATION = "registration"
    ANSWER = "answer"
    INTERIM = "interim"
    """The final answer after an interim one."""
    FORWARDING = "forwarding"
    RETURN = "return"
    """«Не наше»: how long a department may think about sending a case back."""
    REQUEST = "request"
    """The reply of a department that was asked."""


STAGE_NAMES: dict[Stage, str] = {
    Stage.REGISTRATION: "Регистрация",
    Stage.ANSWER: "Ответ",
    Stage.INTERIM: "Окончательный ответ после промежуточного",
    Stage.FORWARDING: "Перенаправление",
    Stage.RETURN: "Решение «наше или не наше»",
    Stage.REQUEST: "Ответ на запрос",
}


class Stamped(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Who changed an entry of the book last."""

    active: bool = True
    version: int = 1
    """Grows with each change."""
    changed_at: datetime | None = None
    changed_by: str | None = None
    """Login; None where it came with the installation."""


class Profile(Stamped, frozen=True, omit_defaults=True, kw_only=True):
    """A deadline profile (порядок расчёта срока)."""

    code: str
    name: str
    unit: Unit
    amount: int
    """Days, or minutes for `WORKING_TIME`; 1 at least."""
    start: Start = Start.NEXT_DAY
    cut_off: str | None = None
    """`HH:MM`: what comes at this time or later came on the next day; where the unit is a working
    one, on the next working day, as does what comes on a day off."""
    shift: Shift = Shift.PREVIOUS
    """Where the previous working day would not lie after the start, the next one is taken."""
    pause: bool = False
    """Whether an interim answer stops the clock until work is resumed."""
    warn: list[int] = field(default_factory=list)
    """Warnings this many minutes before the due moment: of working time where the unit is
    `WORKING_TIME`, of the clock otherwise; the largest first."""
    basis: str = ""
    """The act and clause, for people."""
    stage: Stage = Stage.ANSWER
    """What it may be chosen for."""
    kind: str | None = None
    """The only kind it may be chosen for: terms of the two laws never mix."""
    shipped: bool = False
    """Came with the product: copies are edited, this one is not."""


class DayOff(StrEnum):
    OFF = "off"
    WORKING = "working"
    """As that day of the week; as Monday where it has no hours."""
    HOURS = "hours"


class Exceptional(Struct, frozen=True, omit_defaults=True):
    """One day of a calendar that people set themselves; it overrides everything."""

    day: date
    kind: DayOff
    hours: list[str] = field(default_factory=list)
    """`HH:MM-HH:MM` each, for `HOURS`."""
    note: str = ""


WEEK = ["09:00-18:00"] * 5 + ["", ""]


class Calendar(Stamped, frozen=True, omit_defaults=True, kw_only=True):
    """A working calendar (производственный календарь); times are of its own zone."""

    code: str
    name: str
    municipalities: list[str] = field(default_factory=list)
    """As `place.municipality` has them; empty for the one of all others."""
    zone: str = "Europe/Moscow"
    week: list[str] = field(default_factory=lambda: list(WEEK))
    """Hours from Monday to Sunday, `HH:MM-HH:MM`; empty for a day off."""
    lunch: str = "12:00-13:00"
    """Cut out of every day; empty for none."""
    country: str = "RU"
    """Whose days off and moved days (package `holidays`); empty for none."""
    shorten: int = 60
    """Minutes off a working day directly before a statutory holiday (ТК art. 95 and 112)."""
    exceptions: list[Exceptional] = field(default_factory=list)
    seen: dict[str, str] = field(default_factory=dict)
    """By year, the fingerprint of the country's days when people last agreed to them."""


class Choice(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Which profile a case gets; of several that fit, the one that says most wins, then the
    first. None in a field fits everything.
    """

    stage: Stage
    profile: str
    kind: str | None = None
    channel: str | None = None
    importance: str | None = None

    @property
    def says(self) -> int:
        return sum(one is not None for one in (self.kind, self.channel, self.importance))


class Recipient(StrEnum):
    """The person's part in the case; nobody there means the next one up the ladder."""

    EXECUTOR = "executor"
    BLOCK_HEAD = "block_head"
    COORDINATOR = "coordinator"
    CURATOR = "curator"


RECIPIENT_NAMES: dict[Recipient, str] = {
    Recipient.EXECUTOR: "исполнитель",
    Recipient.BLOCK_HEAD: "руководитель отраслевого блока",
    Recipient.COORDINATOR: "руководитель-координатор",
    Recipient.CURATOR: "куратор",
}


class Rung(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One step of escalation after the due moment."""

    code: str
    after: int
    """Working minutes after the due moment; 0 is the due moment itself."""
    to: list[Recipient]


class Book(Struct, frozen=True):
    """Everything deadlines depend on, as it stands now."""

    profiles: dict[str, Profile]
    calendars: dict[str, Calendar]
    choices: list[Choice]
    ladder: list[Rung]
    """By `after`, rising."""

    def profile_for(
        self, stage: Stage, *, kind: str, channel: str, importance: str | None
    ) -> Profile | None:
        """The profile of the best fitting choice; None where none fits or it was closed."""
        fitting = [
            one
            for one in self.choices
            if one.stage is stage
            and one.kind in {None, kind}
            and one.channel in {None, channel}
            and one.importance in {None, importance or "normal"}
        ]
        best = max(fitting, key=lambda one: one.says, default=None)
        found = self.profiles.get(best.profile) if best else None
        return found if found and found.active else None

    def calendar_for(self, municipality: str | None) -> Calendar:
        """The calendar that names the municipality, else the one of all others."""
        working = [one for one in self.calendars.values() if one.active]
        named = (one for one in working if municipality and municipality in one.municipalities)
        common = (one for one in working if not one.municipalities)
        return next(named, None) or next(common, None) or DEFAULT_CALENDAR


DEFAULT_CALENDAR = Calendar(code="default", name="Обычная рабочая неделя")


def by_code(entries: Iterable[Profile]) -> dict[str, Profile]:
    return {one.code: one for one in entries}
