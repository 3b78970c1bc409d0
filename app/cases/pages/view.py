"""What the page «Обращение» shows, ready to print."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ulid import ULID

from app.cases.actions.apply import refusal_of
from app.cases.actions.conditions import unsent
from app.cases.actions.table import RULES
from app.cases.codes import (
    CHANNEL_NAMES,
    DONE_STATES,
    IMPORTANCE_NAMES,
    KIND_NAMES,
    LINK_NAMES,
    STATE_NAMES,
    SYSTEM_NAMES,
    AnswerKind,
    AnswerState,
    RequestState,
)
from app.cases.conflicts import people_know
from app.cases.contexts import masked_author, seen_answers, seen_notes
from app.cases.directory import Directory
from app.cases.due import due
from app.cases.links import same_day_links
from app.cases.models import Author, Case, Classifier, Place
from app.cases.pages.forms import (
    EDITOR,
    ActionView,
    Attempt,
    FieldView,
    FormView,
    action_url,
    form_view,
    offered,
)
from app.cases.pages.stages import StageView
from app.cases.pages.story import story
from app.settings import Settings
from app.text.mask import mask_contacts
from app.viewer import Viewer

ANSWER_NAMES = {AnswerKind.INTERIM: "Промежуточный ответ", AnswerKind.FINAL: "Ответ"}
ANSWER_STATES = {
    AnswerState.DRAFT: "черновик",
    AnswerState.WAITING: "ждёт согласования",
    AnswerState.REWORK: "на доработке",
    AnswerState.SENT: "отправлен",
}
REQUEST_STATES = {
    RequestState.OPEN: "ждём ответа",
    RequestState.ANSWERED: "ответили",
    RequestState.CANCELLED: "отменён",
}
Facts = list[tuple[str, str]]
_GROUPS = ("main", "beside", "facts", "more")


@dataclass(frozen=True)
class Toast:
    """What was just done; `undo` is the action's address where it can be taken back."""

    text: str
    undo: str = ""
    key: str = ""


@dataclass(frozen=True)
class EditorView:
    """One text for every answer that may be given, and what some of them ask besides."""

    forms: list[FormView]
    text: FieldView
    others: list[FieldView]


@dataclass(frozen=True)
class Shown:
    """What is open on the page beside the case itself."""

    attempt: Attempt | None = None
    toast: Toast | None = None
    revealed: Author | None = None
    incoming: tuple[tuple[str, str], ...] = ()
    """Ids and numbers of cases that name this one."""
    stages: tuple[StageView, ...] = ()
    others: int = 0
    """Further cases of the author, for whoever may open the list of them."""


def page_context(
    case: Case, viewer: Viewer, settings: Settings, directory: Directory, shown: Shown
) -> dict[str, Any]:
    actions = offered(case, viewer, directory)
    editor = _editor(case, viewer, directory, shown.attempt)
    street, theme = case.place.street, case.classifier.im_theme
    return {
        "case": case,
        "viewer": viewer,
        "directory": directory,
        "shown": shown,
        "form": _form(case, directory, shown.attempt),
        "editor": editor,
        "names": _names(case),
        "groups": _groups(actions),
        "not_now": [one for one in actions if not one.allowed and not one.no_right],
        "no_right": [one for one in actions if one.no_right],
        "may": {one.rule.name: one.allowed for one in actions},
        "urls": {one.rule.name: one.url for one in actions},
        "due": due(case.deadline_at, datetime.now(settings.zone), done=case.state in DONE_STATES),
        "author": masked_author(case.author),
        "answers": [
            one
            for one in seen_answers(case, viewer)
            if editor is None or one.state is AnswerState.SENT
        ],
        "notes": list(reversed(seen_notes(case, viewer))),
        "history": story(case, directory),
        "incoming": shown.incoming,
        "same_day": same_day_links(case.received_at, settings.zone, street=street, theme=theme),
        "place_facts": _place_facts(case.place),
        "class_facts": _class_facts(case.classifier),
        "cells": original_cells(case),
        "link": _safe_link(case.source.url),
        "source": SYSTEM_NAMES.get(case.source.system, case.source.system),
    }


def toast_of(case: Case, viewer: Viewer, seq: int) -> Toast | None:
    """About event `seq` if it is this person's and the last one: Back must not show an old one."""
    event = next(reversed(people_know(case)), None)
    if event is None or event.seq != seq or event.by != viewer.name:
        return None
    rule = RULES.get(event.what)
    if rule is None:
        return None
    takes_back = rule.reversible and refusal_of(case, RULES["undo"], viewer) is None
    told = rule.told[0].upper() + rule.told[1:]
    return Toast(f"{told}.", action_url(case, "undo") if takes_back else "", str(ULID()))


def _form(case: Case, directory: Directory, attempt: Attempt | None) -> FormView | None:
    """Answers have the editor; every other action opens a form of its own."""
    if attempt is None or attempt.name in EDITOR:
        return None
    return form_view(case, directory, attempt)


def _editor(
    case: Case, viewer: Viewer, directory: Directory, attempt: Attempt | None
) -> EditorView | None:
    """Forms of all answers a person may give now; what was typed for one is in each."""
    names = [name for name in EDITOR if refusal_of(case, RULES[name], viewer) is None]
    sent = attempt if attempt and attempt.name in EDITOR else None
    if sent and sent.name not in names:
        names.append(sent.name)  # refused now, but what was typed is not thrown away
    if not names:
        return None
    typed = sent.typed if sent else {}
    forms = {}
    for name in names:
        error = sent.error if sent and sent.name == name else None
        key = sent.key if sent else ""
        conflict = sent.conflict if sent else False
        forms[name] = form_view(
            case, directory, Attempt(name, _kept(name, typed, case), error, key, conflict)
        )
    shared = [form.fields[0] for form in forms.values()]
    text = next((one for one in shared if one.error), shared[0])
    others = [one for form in forms.values() for one in form.fields[1:]]
    return EditorView(list(forms.values()), text, others)


def _kept(name: str, typed: Any, case: Case) -> Any:
    if typed:
        return typed
    waiting = unsent(case)
    return {"text": waiting.text} if waiting and name == "interim" else {}


def _groups(actions: Sequence[ActionView]) -> dict[str, list[ActionView]]:
    groups: dict[str, list[ActionView]] = {name: [] for name in _GROUPS}
    for one in actions:
        if one.allowed and one.rule.name not in EDITOR:
            groups[one.rule.group].append(one)
    return groups


def _names(case: Case) -> dict[str, Any]:
    return {
        "kind": KIND_NAMES[case.kind],
        "channel": CHANNEL_NAMES[case.channel],
        "state": STATE_NAMES[case.state],
        "importance": IMPORTANCE_NAMES[case.importance] if case.importance else "",
        "answer": ANSWER_NAMES,
        "answer_state": ANSWER_STATES,
        "request": REQUEST_STATES,
        "link": LINK_NAMES,
        "states": STATE_NAMES,
    }


def _place_facts(place: Place) -> Facts:
    street = " ".join(filter(None, [place.street_type, place.street]))
    point = f"{place.point.lat:.5f}, {place.point.lon:.5f}" if place.point else None
    return _present(
        ("Адрес", place.given),
        ("Улица", street),
        ("Дом", place.house),
        ("Населённый пункт", place.settlement),
        ("Район", place.district),
        ("Муниципалитет", place.municipality),
        ("Точка", point),
    )


def _class_facts(classifier: Classifier) -> Facts:
    return _present(
        ("Группа тем", classifier.im_group),
        ("Тема", classifier.im_theme),
        ("Код обращения", classifier.appeal_code),
        ("Категория ПОС", classifier.pos_category),
        ("Подкатегория ПОС", classifier.pos_subcategory),
    )


def _present(*pairs: tuple[str, str | None]) -> Facts:
    return [(name, value) for name, value in pairs if value]


def _safe_link(url: str | None) -> str | None:
    """An imported cell may hold any scheme; only a web page becomes a link."""
    return url if url and url.lower().startswith(("https://", "http://")) else None


def original_cells(case: Case) -> Facts:
    """Cells of the source row in their order; the author's are masked wherever they stand."""
    author = case.author
    secrets = {author.name, author.phone, author.email, author.address, author.account} - {None}
    cells = []
    for name, value in case.original.items():
        text = str(value)
        cells.append((name, "•••" if text.strip() in secrets else mask_contacts(text)))
    return cells
