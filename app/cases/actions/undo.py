"""Taking back one's own last action, as long as nobody has built on it."""

from collections.abc import Mapping

from app.cases.actions.difference import restored
from app.cases.actions.mention import mention
from app.cases.actions.model import Done, Rule, Turn
from app.cases.chasing import SYSTEM
from app.cases.models import Case, Event
from app.cases.permissions import may_do
from app.errors import RefusedError
from app.viewer import Viewer

UNDO = "undo"


class Undo:
    """Needs the table itself, to know which actions can be taken back."""

    def __init__(self, rules: Mapping[str, Rule]) -> None:
        self._rules = rules

    def why_not(self, case: Case, viewer: Viewer) -> str | None:
        event = self.candidate(case, viewer)
        if event is None:
            return "Отменять нечего: вы здесь ещё ничего не меняли."
        rule = self._rules.get(event.what)
        if rule is None or not rule.reversible:
            told = rule.told if rule else event.what
            return f"Ваше последнее действие («{told}») отменить нельзя."
        if not may_do(viewer, rule.permission, case):
            return "На действие, которое вы хотите отменить, у вас больше нет права."
        if later := self._built_on(case, event):
            return (
                f"После вас это изменил(а) {mention(later.by)}: отменить нельзя, "
                "исправьте новым действием."
            )
        return None

    def candidate(self, case: Case, viewer: Viewer) -> Event | None:
        """The last event of this person that was not taken back, or the machine's own action."""
        gone = {event.undoes for event in case.history if event.undoes}
        for event in reversed(case.history):
            mine = event.by in {viewer.name, SYSTEM} and event.what in self._rules
            if mine and event.what != UNDO and event.seq not in gone:
                return event
        return None

    def change(self, turn: Turn) -> Done:
        event = self.candidate(turn.case, turn.viewer)
        if event is None:
            raise RefusedError("Отменять нечего.")
        return Done(restored(turn.case, event.before), to=event.what, undoes=event.seq)

    def _built_on(self, case: Case, event: Event) -> Event | None:
        """A later event that touched the same, unless it and what took it back cancel out."""
        gone = {other.undoes for other in case.history if other.undoes}
        for later in case.history:
            if later.seq <= event.seq or later.what == UNDO or later.seq in gone:
                continue
            if set(later.changed) & set(event.changed):
                return later
        return None
