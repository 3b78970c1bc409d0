"""Whose duplicate a case is, as people say it; what follows for its group is worked out later."""

from msgspec.structs import replace

from app.cases.actions.mention import mention
from app.cases.actions.model import Done, Turn
from app.cases.models import Case, Duplicate
from app.errors import BadInputError, RefusedError

LINKED_ID = "linked_id"
"""Id of the case a person named: put in by the use case, which finds it among what they see."""
EXPECTED = "expected"
"""What the case was a duplicate of when the use case looked: put in by the use case alone."""


def mark_duplicate(turn: Turn) -> Done:
    """The same case may be named again: the newest word of a circle counts, so it is a new one."""
    given, now = turn.given, turn.case.duplicate or Duplicate()
    of = given.text(LINKED_ID)
    if not of:
        raise BadInputError("Обращения с таким номером нет, или оно вам не видно.", field="number")
    if of == turn.case.id:
        raise BadInputError("Обращение не бывает дублем самого себя.", field="number")
    if EXPECTED in given.values and given.text(EXPECTED) != (now.of or ""):
        raise RefusedError(_meanwhile(now))
    score = given.maybe("score")
    said = Duplicate(
        of=of,
        of_number=given.text("number"),
        kind=given.maybe("kind"),
        score=float(score) if score else None,
        why=given.names("why"),
        at=turn.now,
        by=turn.who,
        root=now.root,
        unsettled=now.unsettled,
    )
    return Done(replace(turn.case, duplicate=said), to=said.of_number)


def _meanwhile(now: Duplicate) -> str:
    if now.of is None:
        return f"Тем временем {mention(now.by)} отменил(а) связь. Откройте обращение заново."
    return (
        f"Тем временем {mention(now.by)} отметил(а) это обращение как дубль № {now.of_number}. "
        "Откройте его заново."
    )


def unmark_duplicate(turn: Turn) -> Done:
    now = turn.case.duplicate
    if now is None or now.of is None:
        raise BadInputError("Это обращение уже не отмечено как дубль.")
    left = Duplicate(root=now.root, unsettled=now.unsettled)
    return Done(replace(turn.case, duplicate=left), to=now.of_number)


def with_group_unsettled(before: Case, after: Case) -> Case:
    """`after` marked for whoever works out main cases, where a person's word in it is another."""
    if word_of(before) == word_of(after):
        return after
    return replace(after, duplicate=replace(after.duplicate or Duplicate(), unsettled=True))


def word_of(case: Case) -> tuple[object, ...]:
    """What decides about the group: of whom, and since when."""
    said = case.duplicate
    return (said.of, said.at) if said and said.of else ()
