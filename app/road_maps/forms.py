"""What the forms of road maps send, checked."""

from collections.abc import Mapping
from datetime import date

from app.dates import read_day
from app.errors import BadInputError
from app.numbers import shown_number
from app.road_maps.models import StepState
from app.road_maps.moving import Shift
from app.road_maps.practices import PracticeDraft
from app.road_maps.service import PartDraft, Report
from app.web.fields import text

LONGEST_TITLE = 300
LONGEST_TEXT = 4_000
LONGEST_REASON = 500
_LONGEST_NAME = 200
_LONGEST_NUMBER = 6
MOST_PARTS = 4
"""Departments of a joint step that the form has lines for."""

_LINE = ("owner", "department", "term", "due_on")

Given = Mapping[str, object]


def read_title(given: Given, empty: str) -> str:
    """Raises `BadInputError` with the words `empty` where nothing is written."""
    title = text(given, "title", LONGEST_TITLE)
    if not title:
        raise BadInputError(empty, field="title")
    return title


def read_parts(given: Given) -> list[PartDraft]:
    """Lines where nothing is chosen are left out; one must be filled. Raises `BadInputError`."""
    found = [part for place in range(1, MOST_PARTS + 1) if (part := _part(given, place))]
    if not found:
        raise BadInputError("Выберите, кто отвечает за шаг.", field="owner_1")
    return found


def _part(given: Given, place: int) -> PartDraft | None:
    if not _filled(given, place):
        return None
    owner = text(given, f"owner_{place}", _LONGEST_NAME)
    if not owner:
        raise BadInputError("Выберите, кто отвечает.", field=f"owner_{place}")
    term, due_on = text(given, f"term_{place}", _LONGEST_NAME), _day(given, f"due_on_{place}")
    if not term and not due_on:
        raise BadInputError("Выберите срок или назовите день.", field=f"term_{place}")
    department = text(given, f"department_{place}", _LONGEST_NAME) or None
    return PartDraft(owner, department, term, due_on, place)


def _filled(given: Given, place: int) -> bool:
    return any(str(given.get(f"{name}_{place}") or "").strip() for name in _LINE)


def joint_filled(given: Given) -> bool:
    """Whether anything is chosen in the lines after the first."""
    return any(_filled(given, place) for place in range(2, MOST_PARTS + 1))


def _day(given: Given, name: str) -> date | None:
    value = text(given, name, _LONGEST_NAME)
    try:
        return read_day(value) if value else None
    except ValueError:
        raise BadInputError("День пишется так: 2026-12-30.", field=name) from None


def read_report(given: Given) -> Report:
    """Raises `BadInputError`."""
    state = str(given.get("state") or "")
    if state not in set(StepState):
        raise BadInputError("Выберите, как идёт шаг.", field="state")
    return Report(StepState(state), text(given, "result", LONGEST_TEXT), _seen(given))


def read_shift(given: Given) -> Shift:
    """What is left empty stays as it is; a reason is needed. Raises `BadInputError`."""
    reason = text(given, "reason", LONGEST_REASON)
    if not reason:
        raise BadInputError("Напишите причину: её увидят все, кто видит карту.", field="reason")
    return Shift(
        reason=reason,
        seen=_seen(given),
        term=text(given, "term", _LONGEST_NAME),
        due_on=_day(given, "due_on"),
        owner=text(given, "owner", _LONGEST_NAME),
        department=text(given, "department", _LONGEST_NAME),
    )


def _seen(given: Given) -> int:
    return shown_number(text(given, "seen", _LONGEST_NUMBER))


def read_practice(given: Given) -> PracticeDraft:
    """Raises `BadInputError`."""
    title = read_title(given, "Назовите практику.")
    done = text(given, "done", LONGEST_TEXT)
    if not done:
        raise BadInputError("Напишите, что сделали и что помогло.", field="done")
    return PracticeDraft(title, done, _seen(given))
