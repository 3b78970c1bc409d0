"""States and fields that several rules share."""

from app.cases.actions.lists import APPEAL_CODE, RESULTS
from app.cases.actions.model import Field, FieldKind
from app.cases.codes import DONE_STATES, Kind, State

NEW, MODERATION, ASSIGNED = State.NEW, State.MODERATION, State.ASSIGNED
WORK, INTERIM, APPROVAL = State.IN_PROGRESS, State.INTERIM, State.APPROVAL
ANSWERED, CLOSED = State.ANSWERED, State.CLOSED

OPEN = frozenset(State) - DONE_STATES
IN_HANDS = frozenset({ASSIGNED, WORK, INTERIM, APPROVAL})
WORKING = frozenset({WORK, INTERIM})
APPEALS = frozenset({Kind.APPEAL})
MESSAGES = frozenset({Kind.MESSAGE})


def reason(label: str = "Почему", hint: str = "") -> Field:
    return Field(name="reason", label=label, kind=FieldKind.AREA, hint=hint, longest=2000)


def text(label: str, hint: str = "") -> Field:
    return Field(name="text", label=label, kind=FieldKind.AREA, hint=hint, longest=50_000)


def element(name: str, label: str, of: str) -> Field:
    return Field(name=name, label=label, kind=FieldKind.ELEMENT, of=of)


DEPARTMENT = Field(name="department", label="Ведомство", kind=FieldKind.DEPARTMENT, required=False)
ASSIGNEE = Field(name="assignee", label="Исполнитель", kind=FieldKind.PERSON, required=False)
CODE = Field(
    name="appeal_code",
    label="Код по классификатору 59-ФЗ",
    required=False,
    pattern=APPEAL_CODE,
    hint="Например, 0005.0005.0056.1160",
    longest=24,
)
RESULT = Field(name="result", label="Итог", choices=RESULTS, longest=200)
