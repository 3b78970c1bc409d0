"""Random people do random things: no order of actions gives an impossible case."""

from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from app.cases.actions.apply import refusal_of
from app.cases.actions.difference import paths_of
from app.cases.actions.model import Action, Given
from app.cases.actions.table import RULES
from app.cases.codes import Kind
from app.cases.models import Case
from app.deadlines.shipped import SHIPPED
from app.errors import OtklikError
from tests.casework import (
    HOUSE,
    NOW,
    PEOPLE,
    ROADS,
    SCHOOL,
    ZONE,
    apply,
    assert_possible,
    case,
    read_given,
)

CODE = "0003.0009.0097.0689"
WORDS: dict[str, list[str]] = {
    "text": ["Засыпали яму.", "Ещё раз."],
    "reason": ["Так надо", "Чужое"],
    "department": [HOUSE, ROADS, SCHOOL, ""],
    "assignee": [viewer.name for viewer in PEOPLE] + [""],
    "approver": ["", "boss"],
    "promised_at": ["2026-03-20", "2026-03-01", "2027-09-01"],
    "registered_at": ["", "2026-03-09", "2026-04-01"],
    "until": ["2026-05-01", "2026-09-01"],
    "notified_at": ["2026-03-10"],
    "to": ["Минтранс"],
    "copies": ["", "Минстрой"],
    "result": ["решено", "повтор"],
    "questions": ["Яма\nФонарь", "Ещё вопрос"],
    "appeal_code": [CODE, "", "код"],
    "im_group": ["Дороги", ""],
    "im_theme": ["Ямы", ""],
    "importance": ["high", "normal"],
    "profile": ["im-4h", "59fz-consideration", "pos-fast"],
    "street": ["Мира", ""],
    "house": ["7", ""],
    "tag": ["срочно", "двор"],
}


class CaseMachine(RuleBasedStateMachine):
    """One case, six people and all actions of the table."""

    def __init__(self) -> None:
        super().__init__()
        self.case: Case = case()
        self.now = NOW

    @initialize(kind=st.sampled_from(Kind), registered=st.booleans())
    def begin(self, kind: Kind, registered: bool) -> None:
        fields: dict[str, Any] = {}
        if kind is Kind.APPEAL and not registered:
            fields["registered_at"] = None
        self.case = case(kind=kind, **fields)

    @rule(name=st.sampled_from(sorted(RULES)), viewer=st.sampled_from(PEOPLE), data=st.data())
    def act(self, name: str, viewer: Any, data: st.DataObject) -> None:
        self.now += timedelta(minutes=data.draw(st.integers(0, 3000)))
        before = self.case
        allowed = refusal_of(before, RULES[name], viewer) is None
        raw = {field.name: self._value(field, data) for field in RULES[name].fields}
        try:
            given = read_given(RULES[name], raw, ZONE)
            if name == "attach":
                given = Given({"sha256": f"{len(before.history):064x}", "name": "a.pdf"})
            if name == "link":
                given = Given({**given.values, "linked_id": f"other-{len(before.history)}"})
            after = apply(before, Action(name, given), viewer, self.now, SHIPPED)
        except OtklikError as error:
            self.refused(error)
            return
        assert allowed
        event = after.history[-1]
        assert after.history[:-1] == before.history
        old, new = paths_of(before), paths_of(after)
        assert set(event.changed) == {
            path for path in old.keys() | new.keys() if old.get(path) != new.get(path)
        }
        assert event.before == {path: old.get(path) for path in event.changed}
        assert after.kind is before.kind
        self.case = after

    @staticmethod
    def refused(error: OtklikError) -> None:
        assert error.message
        assert error.status < 500

    def _value(self, field: Any, data: st.DataObject) -> str:
        if field.kind == "element":
            listed = getattr(self.case, field.of)
            ids = [getattr(one, "id", getattr(one, "case_id", one)) for one in listed]
            return str(data.draw(st.sampled_from([*ids, "nothing"])))
        if field.choices and field.kind == "choice":
            return data.draw(st.sampled_from([value for value, _ in field.choices]))
        return data.draw(st.sampled_from(WORDS.get(field.name, ["", "слово"])))

    @precondition(lambda self: self.case.history[-1].what not in {"undo", "imported"})
    @rule()
    def undo_restores(self) -> None:
        """Whatever may be undone is, to the letter, as it was before."""
        last = self.case.history[-1]
        viewer = next(one for one in PEOPLE if one.name == last.by)
        if refusal_of(self.case, RULES["undo"], viewer) is not None:
            return
        before = paths_of(self.case)
        undone = apply(self.case, Action("undo"), viewer, self.now, SHIPPED)
        expected = {**before, **last.before}
        after = paths_of(undone)
        for path in before.keys() | after.keys():
            assert after.get(path) == expected.get(path), path
        self.case = undone

    @invariant()
    def possible(self) -> None:
        assert_possible(self.case)


TestCaseMachine = CaseMachine.TestCase
TestCaseMachine.settings = settings(
    max_examples=60,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
