"""The history as a story: who did what, to whom and why; never a value that names the author."""

from dataclasses import dataclass
from datetime import datetime

from app.cases.actions.table import RULES
from app.cases.chase import AlertKind
from app.cases.chasing import SYSTEM
from app.cases.codes import STATE_NAMES, State
from app.cases.directory import Directory
from app.cases.models import Case, Event
from app.cases.recounting import RECOUNTED
from app.cases.regrouping import REGROUPED
from app.problems.models import PUT_IN, TAKEN_OUT
from app.text.mask import mask_contacts

FIELD_NAMES = {
    "kind": "вид",
    "channel": "канал",
    "state": "состояние",
    "received_at": "поступило",
    "registered_at": "зарегистрировано",
    "closed_at": "закрыто",
    "deadline_at": "срок",
    "deadline_profile": "порядок срока",
    "deadlines": "сроки этапов",
    "promised_at": "обещанный день",
    "title": "заголовок",
    "text": "текст",
    "result": "итог",
    "importance": "важность",
    "tags": "метки",
    "author": "автор",
    "place": "место",
    "classifier": "тема",
    "workflow": "ход работы",
    "duplicate": "дубль",
    "answers": "ответы",
    "rating": "оценка",
}
"""What changed, for people; of a part («place.street») the whole is named."""

OTHER_WORDS = {
    "imported": "загружено из файла",
    "import_changed": "изменено при загрузке",
    "received": "передано программой",
    "entered": "внесено вручную",
    AlertKind.WARNING: "подходит срок",
    AlertKind.OVERDUE: "срок нарушен",
    AlertKind.ESCALATED: "срок нарушен, сказано выше",
    AlertKind.REQUEST_OVERDUE: "ведомство молчит",
    RECOUNTED: "срок пересчитан",
    REGROUPED: "группа дублей изменилась",
    PUT_IN: "отнесено к проблеме",
    TAKEN_OUT: "вынуто из проблемы",
}
"""Events that no action of people leaves; a code without words is shown as it is."""

_ICONS: dict[str, str] = {
    AlertKind.WARNING: "clock",
    AlertKind.OVERDUE: "alert-circle",
    AlertKind.ESCALATED: "alert-triangle",
    AlertKind.REQUEST_OVERDUE: "alert-triangle",
    RECOUNTED: "calendar",
    REGROUPED: "copy",
    PUT_IN: "category",
    TAKEN_OUT: "category",
}
_NOT_PEOPLE = {"import": "Загрузка", SYSTEM: "Отклик"}
_WHOM = {
    "assign": "кому",
    "release": "осталось у",
    "return": "откуда",
    "forward": "куда",
    "ask": "кого",
    "cancel_request": "кого спрашивали",
    "send_for_approval": "кому",
    "rework": "кому",
    "approve": "кто писал",
    "reopen": "кому",
}
"""Who or what `to` of an event is, where the words before it do not say so."""


@dataclass(frozen=True)
class Line:
    seq: int
    at: datetime
    who: str
    told: str
    reason: str = ""
    for_whom: str = ""
    icon: str = "circle-dot"


def story(case: Case, directory: Directory) -> list[Line]:
    """The newest first."""
    return [line_of(event, directory) for event in reversed(case.history)]


def line_of(event: Event, directory: Directory) -> Line:
    rule = RULES.get(event.what)
    return Line(
        event.seq,
        event.at,
        _NOT_PEOPLE.get(event.by) or directory.called(event.by),
        _told(event, directory),
        mask_contacts(event.reason or ""),
        directory.called(event.for_whom),
        rule.icon if rule else _ICONS.get(event.what, "download"),
    )


def _told(event: Event, directory: Directory) -> str:
    rule = RULES.get(event.what)
    if event.what in set(AlertKind):
        return _reminded(event, directory)
    if event.what == REGROUPED:
        told = OTHER_WORDS[REGROUPED]
        return f"{told}, главное: {event.to}" if event.to else f"{told}: это не дубль"
    if rule is None:
        return _told_of_import(event)
    told = rule.told
    if event.what == "undo":
        undone = RULES.get(event.to or "")
        return f"{told}: {undone.told}" if undone else told
    if event.to:
        word = _WHOM.get(event.what, "")
        return (
            f"{told}, {word}: {_named(event.to, directory)}"
            if word
            else (f"{told}: {_named(event.to, directory)}")
        )
    return told


def _reminded(event: Event, directory: Directory) -> str:
    """«срок нарушен; сообщено: Иванова М. П.»; a request names the department."""
    told = OTHER_WORDS[event.what]
    told = f"{told}: {event.to}" if event.to else told
    whom = ", ".join(directory.called(login) for login in event.notify)
    return f"{told}; сообщено: {whom}" if whom else f"{told}; сообщить некому"


def _named(to: str, directory: Directory) -> str:
    known = directory.people.get(to)
    if known:
        return known
    return STATE_NAMES[State(to)] if to in set(State) else to


def _told_of_import(event: Event) -> str:
    """«изменено при загрузке: состояние; осталось, как изменили люди: место»."""
    told = OTHER_WORDS.get(event.what, event.what)
    if event.what == RECOUNTED:
        return told
    changed, kept = _names(event.changed), _names(list(event.kept))
    told = f"{told}: {changed}" if changed else told
    only = ", ".join(name for name in kept.split(", ") if name not in changed.split(", "))
    return f"{told}; осталось, как изменили люди: {only}" if only else told


def _names(paths: list[str]) -> str:
    roots = dict.fromkeys(path.partition(".")[0] for path in paths)
    return ", ".join(FIELD_NAMES.get(root, root) for root in roots)
