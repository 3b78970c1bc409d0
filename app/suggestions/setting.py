"""What the machine sets by itself, where the administrator let it: an action like a person's.

Only in a new case, only a field that is empty and that nobody has touched: whoever emptied it or
took the machine's action back is not argued with.
"""

from collections.abc import Iterator
from datetime import datetime

import structlog
from msgspec import Struct
from ulid import ULID

from app.accounts.staff import Staff
from app.cases.actions.apply import UnchangedError, apply
from app.cases.actions.model import Action, Given
from app.cases.chasing import SYSTEM
from app.cases.codes import Importance, State
from app.cases.models import Case
from app.cases.telling import told
from app.deadlines.models import Book
from app.errors import BadInputError, RefusedError
from app.suggestions.book import FIELDS
from app.suggestions.models import By, Suggestion
from app.suggestions.words import confidence
from app.viewer import Viewer

log = structlog.get_logger()

MACHINE = Viewer(name=SYSTEM, everything=True, title="Отклик")
_ACTIONS = {"theme": "classify", "department": "assign", "importance": "set_importance"}
BY_SUGGESTION = "Поставлено по подсказке"


class Knowledge(Struct, frozen=True):
    """What actions need besides the case: when deadlines fall, and who is told of a step."""

    deadlines: Book
    staff: Staff


def set_by_itself(
    case: Case,
    found: Suggestion,
    thresholds: dict[str, float],
    now: datetime,
    known: Knowledge,
) -> Case:
    """The same object where nothing is to be set. `now` is in the municipality's zone."""
    if case.state is not State.NEW:
        return case
    for name, given, why in _wanted(case, found, thresholds):
        action = _ACTIONS[name]
        if any(event.what == action for event in case.history):
            continue
        given["reason"] = f"{BY_SUGGESTION}: {why}"
        wish = Action(action, Given(dict(given)), key=str(ULID()))
        try:
            case = told(apply(case, wish, MACHINE, now, known.deadlines), known.staff)
        except (UnchangedError, RefusedError, BadInputError) as error:
            log.info("suggestion_not_set", field=name, why=type(error).__name__)
    return case


def _wanted(
    case: Case, found: Suggestion, thresholds: dict[str, float]
) -> Iterator[tuple[str, dict[str, str | None], str]]:
    """Field, what its action is given, and why; the department last: it moves the case on."""
    learned = found.by in {By.BOTH, By.WORDS}
    if "importance" in thresholds and found.importance.why and case.importance is None:
        value = Importance(found.importance.value)
        if value is not Importance.NORMAL:
            yield "importance", {"importance": value.value}, "; ".join(found.importance.why)
    theme = found.themes[0] if learned and found.themes else None
    now = case.classifier
    if theme and now.im_theme is None and theme.score >= thresholds.get("theme", 2):
        kept = ("appeal_code", "pos_category", "pos_subcategory")
        given = {"im_group": theme.group or None, "im_theme": theme.value}
        given |= {name: getattr(now, name) for name in kept}
        yield "theme", given, f"{FIELDS['theme']}, {confidence(theme.score)}"
    one = found.departments[0] if learned and found.departments else None
    if one and case.workflow.department is None and one.score >= thresholds.get("department", 2):
        why = f"{FIELDS['department']}, {confidence(one.score)}"
        yield "department", {"department": one.name}, why
