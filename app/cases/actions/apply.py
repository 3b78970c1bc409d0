"""The rules at work: may this be done, and the case as it is afterwards; nothing is written."""

from datetime import UTC, datetime

from msgspec.structs import replace

from app.accounts.roles import GRANTS, ROLE_NAMES
from app.cases.actions.difference import difference
from app.cases.actions.duplicates import with_group_unsettled
from app.cases.actions.model import Action, Rule, Turn
from app.cases.actions.table import RULES
from app.cases.codes import STATE_NAMES, Kind, State
from app.cases.deadlines import timed
from app.cases.models import Case, Event
from app.cases.permissions import done_for, may_do
from app.deadlines.models import Book
from app.errors import BadInputError, ForbiddenError, NotFoundError, OtklikError, RefusedError
from app.permissions import PERMISSION_NAMES, Permission
from app.viewer import Viewer

_OTHERS = {
    "return": "Обращение по 59-ФЗ не возвращают «не наше»: его перенаправляют в нужный орган "
    "или назначают другому ведомству.",
    "reject": "Обращение по 59-ФЗ отклонить при модерации нельзя: его регистрируют.",
}
"""Where the usual sentence about kinds would leave a person without a way on."""


class UnchangedError(BadInputError):
    """What was asked for is so already; nothing is written and the history stays short."""

    code = "unchanged"


def rule_of(name: str) -> Rule:
    rule = RULES.get(name)
    if rule is None:
        raise NotFoundError("Такого действия нет.")
    return rule


def refusal_of(case: Case, rule: Rule, viewer: Viewer | None) -> OtklikError | None:
    """Why `viewer` may not do this now and who may; None where it may be done."""
    if viewer is None or not may_do(viewer, rule.permission, case):
        return ForbiddenError(_who_may(rule.permission))
    if case.kind not in rule.kinds:
        return RefusedError(_only_for(rule))
    if case.state not in rule.starts:
        return RefusedError(_only_in(case, rule))
    for why_not in rule.conditions:
        if sentence := why_not(case, viewer):
            return RefusedError(sentence)
    return None


def _who_may(permission: Permission) -> str:
    holders = [ROLE_NAMES[role] for role, it in GRANTS.items() if permission in it.permissions]
    return f"Нет права: {PERMISSION_NAMES[permission]}. Могут: {', '.join(holders)}."


def _only_for(rule: Rule) -> str:
    if rule.name in _OTHERS:
        return _OTHERS[rule.name]
    if Kind.APPEAL in rule.kinds:
        return f"«{rule.title}»: только для обращений по 59-ФЗ, а это сообщение."
    return f"«{rule.title}»: только для сообщений, а это обращение по 59-ФЗ."


def _only_in(case: Case, rule: Rule) -> str:
    if case.state is State.MODERATION and State.NEW in rule.starts:
        return "Обращение на модерации: сначала его принимают или отклоняют."
    names = ", ".join(f"«{STATE_NAMES[state]}»" for state in State if state in rule.starts)
    return f"Сейчас «{STATE_NAMES[case.state]}», а «{rule.title}» можно, когда: {names}."


def apply(case: Case, action: Action, viewer: Viewer, now: datetime, book: Book) -> Case:
    """The new case: its history has one event more, its version is one higher.

    `now` is aware, in the municipality's zone: rules that count days count its days.
    Raises `ForbiddenError`, `RefusedError` or `BadInputError`, each with a sentence for people.
    """
    rule = rule_of(action.name)
    if refusal := refusal_of(case, rule, viewer):
        raise refusal
    before, at = case, now.astimezone(UTC)
    moved = replace(case, state=rule.to) if rule.to else case
    done = rule.change(Turn(moved, action.given, viewer, at, now.tzinfo or UTC, book))
    if not difference(before, done.case) and not rule.always_told:
        raise UnchangedError("Ничего не изменилось: так уже и есть.")
    after = timed(before, done.case, book, at, undone=done.undoes is not None)
    after = with_group_unsettled(before, after)
    changed = difference(before, after)
    event = Event(
        seq=len(before.history) + 1,
        at=at,
        what=rule.name,
        by=viewer.name,
        changed=list(changed),
        before=changed,
        to=done.to,
        reason=action.given.maybe("reason"),
        key=action.key,
        undoes=done.undoes,
        for_whom=done_for(viewer, rule.permission, before),
        origin=action.origin,
    )
    return replace(
        after,
        version=before.version + 1,
        rev=before.rev + 1,
        updated_at=at,
        audit_due=True,
        history=[*before.history, event],
    )


def done_before(case: Case, action: Action, viewer: Viewer) -> Event | None:
    """The event this very action left, where the form was sent twice."""
    if action.key is None:
        return None
    for event in reversed(case.history):
        if event.key == action.key and event.by == viewer.name:
            return event
    return None
