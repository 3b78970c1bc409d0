"""Who was first, and with what: the sentence for whoever lost a race."""

from zoneinfo import ZoneInfo

from app.cases.actions.mention import mention
from app.cases.actions.table import RULES
from app.cases.chase import AlertKind
from app.cases.models import Case, Event
from app.cases.recounting import RECOUNTED
from app.cases.regrouping import REGROUPED
from app.errors import ConflictError
from app.problems.models import PUT_IN, TAKEN_OUT

_MOST = 3
_BY_MACHINE = {"import": "загрузка файла"}
_OTHER_WORDS = {
    "imported": "загружено",
    "import_changed": "изменено при загрузке",
    "received": "передано программой",
    "entered": "внесено вручную",
    RECOUNTED: "срок пересчитан",
    REGROUPED: "группа дублей изменилась",
    PUT_IN: "отнесено к проблеме",
    TAKEN_OUT: "вынуто из проблемы",
}
_DISTURB_NOBODY = frozenset({RECOUNTED, REGROUPED, PUT_IN, TAKEN_OUT})
"""Events that follow from a change made elsewhere: whoever types an answer goes on."""


class CaseConflictError(ConflictError):
    """What was seen is not what is there; what was typed is to be kept in the form."""

    def __init__(self, message: str, now: Case) -> None:
        super().__init__(message)
        self.now = now


def people_know(case: Case) -> list[Event]:
    """The history without reminders: these disturb nobody, so `version` counts only the others."""
    return [event for event in case.history if event.what not in set(AlertKind)]


def was_changed(case: Case, seen: int) -> bool:
    """Whether somebody did something since version `seen` that a person has to know first."""
    if case.version == seen:
        return False
    later = people_know(case)[max(seen, 0) :]
    return not later or any(event.what not in _DISTURB_NOBODY for event in later)


def conflict(case: Case, seen: int, zone: ZoneInfo) -> CaseConflictError:
    """`seen`: the version the person decided by."""
    heard = people_know(case)
    later = heard[max(seen, 0) :] or heard[-1:]
    told = "; ".join(_told(event, zone) for event in later[-_MOST:])
    return CaseConflictError(
        f"Пока вы работали, обращение изменилось: {told}. Ваше действие не выполнено.", case
    )


def _told(event: Event, zone: ZoneInfo) -> str:
    rule = RULES.get(event.what)
    words = rule.told if rule else _OTHER_WORDS.get(event.what, event.what)
    who = _BY_MACHINE.get(event.by) or mention(event.by)
    return f"{words} ({who}, {event.at.astimezone(zone):%d.%m.%Y %H:%M})"
