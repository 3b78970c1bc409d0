"""Forms of the actions: what each asks, what was typed, what is wrong with it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from ulid import ULID

from app.cases.actions.apply import refusal_of
from app.cases.actions.conditions import open_requests, unsent
from app.cases.actions.mention import spelled
from app.cases.actions.model import Field, FieldKind, Rule
from app.cases.actions.points import shown_point
from app.cases.actions.table import RULES
from app.cases.codes import LINK_NAMES, State
from app.cases.directory import Directory
from app.cases.models import Case
from app.errors import ForbiddenError, OtklikError
from app.viewer import Viewer

EDITOR = ("answer", "send_for_approval", "draft", "interim")
"""One editor under the text serves these: they share what is typed."""
_SHORT = 80
_LEADING = frozenset({"register", "accept", "take", "reply", "approve", "close"})


@dataclass(frozen=True)
class FieldView:
    field: Field
    value: str
    options: list[tuple[str, str]]
    error: str = ""


@dataclass(frozen=True)
class FormView:
    """An action's form; `key` makes a second sending of it harmless."""

    rule: Rule
    url: str
    fields: list[FieldView]
    version: int
    key: str
    error: str = ""
    """What is wrong where no field is to blame."""
    conflict: bool = False


@dataclass(frozen=True)
class ActionView:
    """An action as the page offers it: a button, or why there is none."""

    rule: Rule
    url: str
    key: str
    why_not: str = ""
    no_right: bool = False
    """The person would need another role; else the case would have to be in another state."""

    @property
    def allowed(self) -> bool:
        return not self.why_not

    @property
    def leads(self) -> bool:
        """The next step of a case on its usual way: the one button that stands out."""
        return self.rule.name in _LEADING


@dataclass(frozen=True)
class Attempt:
    """What a person sent that was not done: shown again in the form."""

    name: str
    typed: Mapping[str, Any]
    error: OtklikError | None = None
    key: str = ""
    conflict: bool = field(default=False)


def action_url(case: Case, name: str) -> str:
    return f"/cases/{quote(case.id, safe='')}/actions/{name}"


def offered(case: Case, viewer: Viewer, directory: Directory) -> list[ActionView]:
    """All actions of the table in its order, each allowed or explained."""
    views = []
    for rule in RULES.values():
        refusal = refusal_of(case, rule, viewer)
        why_not = spelled(refusal.message, directory.called) if refusal else ""
        views.append(
            ActionView(
                rule,
                action_url(case, rule.name),
                str(ULID()),
                why_not,
                isinstance(refusal, ForbiddenError),
            )
        )
    return views


def form_view(case: Case, directory: Directory, attempt: Attempt) -> FormView:
    """The form of one action, with what was typed in it, or else with what the case has."""
    rule, error = RULES[attempt.name], attempt.error
    blamed = error.field if error else None
    said = error.message if error else ""
    named = {one.name for one in rule.fields}
    views = [
        FieldView(
            one,
            _typed(attempt, case, one),
            _options(case, one, directory),
            said if blamed == one.name else "",
        )
        for one in rule.fields
    ]
    return FormView(
        rule,
        action_url(case, rule.name) if rule.name != "attach" else _files_url(case),
        views,
        case.version,
        attempt.key or str(ULID()),
        said if blamed not in named else "",
        conflict=attempt.conflict,
    )


def _files_url(case: Case) -> str:
    return f"/cases/{quote(case.id, safe='')}/files"


def _typed(attempt: Attempt, case: Case, one: Field) -> str:
    if one.name in attempt.typed:
        value = attempt.typed[one.name]
        return "\n".join(map(str, value)) if isinstance(value, list) else str(value)
    return _present(attempt.name, case, one.name)


def _present(name: str, case: Case, wanted: str) -> str:
    """What the case has already, for forms that change it."""
    if name == "classify":
        return getattr(case.classifier, wanted) or ""
    if name == "set_place":
        place = case.place
        return shown_point(place) if wanted == "point" else getattr(place, wanted) or ""
    if name == "set_importance":
        return case.importance or "normal"
    if name == "set_profile":
        return case.deadline_profile or ""
    if name in EDITOR and wanted == "text" and name != "interim":
        kept = unsent(case)
        return kept.text if kept else ""
    return ""


def _options(case: Case, one: Field, directory: Directory) -> list[tuple[str, str]]:
    if one.kind is FieldKind.DEPARTMENT:
        return [(name, name) for name in directory.departments]
    if one.kind is FieldKind.PERSON:
        return list(directory.people.items())
    if one.kind is FieldKind.PROFILE:
        return [(p.code, p.name) for p in directory.profiles if p.kind in {None, case.kind}]
    if one.kind is FieldKind.ELEMENT:
        return _elements(case, one.of)
    return list(one.choices)


def _elements(case: Case, of: str) -> list[tuple[str, str]]:
    if of == "requests":
        return [(one.id, f"{one.department}: {_short(one.text)}") for one in open_requests(case)]
    if of == "questions":
        closed = {True: " (закрыт)", False: ""}
        return [
            (one.id, f"{_short(one.text)}{closed[one.state is State.CLOSED]}")
            for one in case.questions
        ]
    if of == "links":
        return [(one.case_id, f"{LINK_NAMES[one.kind]}: {one.number}") for one in case.links]
    if of == "attachments":
        return [(one.id, one.name) for one in case.attachments]
    return [(tag, tag) for tag in case.tags]


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= _SHORT else f"{flat[:_SHORT]}…"
