"""What the forms of road maps send, checked."""

from collections.abc import Mapping
from datetime import date

from app.errors import BadInputError
from app.numbers import shown_number
from app.road_maps.models import StepState
from app.road_maps.moving import Shift
from app.road_maps.service import PartDraft
from app.web.fields import text

LONGEST_TITLE = 300
LONGEST_TEXT = 4_000
LONGEST_REASON = 500
_LONGEST_NAME = 200
_LONGEST_NUMBER = 6
MOST_PARTS = 4
"""Departments of a joint step that the form has lines for."""

Given = Mapping[str, object]


def read_title(given: Given, empty: str) -> str:
    """Raises `BadInputError` with the words `empty` where nothing is written."""
    title = text(given, "title", LONGEST_TITLE)
    if not title:
        raise BadInputError(empty, field="title")
    return title


def read_parts(given: Given) -> list[PartDraft]:
    """Lines without an owner are empty; the first must not be. Raises `BadInputError`."""
    found = [part for place in range(1, MOST_PARTS + 1) if (part := _part(given, place))]
    if not found:
        raise BadInputError("Выберите, кто отвечает за шаг.", field="owner_1")
    return found


def _part(given: Given, place: int) -> PartDraft | None:
    owner = text(given, f"owner_{place}", _LONGEST_NAME)
    if not owner:
        return None
    term, due_on = text(given, f"term_{place}", _LONGEST_NAME), _day(given, f"due_on_{place}")
    if not term and not due_on:
        raise BadInputError("Выберите срок или назовите день.", field=f"term_{place}")
    department = text(given, f"department_{place}", _LONGEST_NAME) or None
    return PartDraft(owner, department, term, due_on)


def _day(given: Given, name: str) -> date | None:
    value = text(given, name, _LONGEST_NAME)
    try:
        return date.fromisoformat(value) if value else None
    except ValueError:
        raise BadInputError("День пишется так: 2026-12-30.", field=name) from None


def read_report(given: Given) -> tuple[StepState, str]:
    state = str(given.get("state") or "")
    if state not in set(StepState):
        raise BadInputError("Выберите, как идёт шаг.", field="state")
    return StepState(state), text(given, "result", LONGEST_TEXT)


def read_shift(given: Given) -> Shift:
    """What is left empty stays as it is; a reason is needed. Raises `BadInputError`."""
    reason = text(given, "reason", LONGEST_REASON)
    if not reason:
        raise BadInputError("Напишите причину: её увидят все, кто видит карту.", field="reason")
    return Shift(
        reason=reason,
        seen=shown_number(text(given, "seen", _LONGEST_NUMBER)),
        term=text(given, "term", _LONGEST_NAME),
        due_on=_day(given, "due_on"),
        owner=text(given, "owner", _LONGEST_NAME),
        department=text(given, "department", _LONGEST_NAME),
    )


def read_practice(given: Given) -> tuple[str, str]:
    title = read_title(given, "Назовите практику.")
    done = text(given, "done", LONGEST_TEXT)
    if not done:
        raise BadInputError("Напишите, что сделали и что помогло.", field="done")
    return title, done
