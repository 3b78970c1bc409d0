"""Changes at the desk: registration, moderation, classifiers, place, importance."""

from datetime import timedelta

from msgspec.structs import replace

from app.cases.actions.model import Done, Turn
from app.cases.actions.points import read_point, shown_point
from app.cases.codes import Importance
from app.deadlines.models import Stage
from app.errors import BadInputError

_SLACK = timedelta(minutes=5)
"""Clocks of a browser and a server differ."""


def register(turn: Turn) -> Done:
    """59-ФЗ art. 8: the term of consideration runs from this day."""
    at = turn.given.maybe_moment("registered_at") or turn.now
    if at > turn.now + _SLACK:
        raise BadInputError("Дата регистрации ещё не наступила.", field="registered_at")
    if turn.day(at) < turn.day(turn.case.received_at):
        raise BadInputError(
            "Зарегистрировать раньше, чем поступило, нельзя.", field="registered_at"
        )
    return Done(replace(turn.case, registered_at=at))


def unchanged(turn: Turn) -> Done:
    """Only the state moves, or nothing does and the history alone tells."""
    return Done(turn.case)


def reject(turn: Turn) -> Done:
    return Done(replace(turn.case, closed_at=turn.now, result="отклонено"))


def classify(turn: Turn) -> Done:
    """All of the classifier at once: an emptied field empties it."""
    given = turn.given
    if given.maybe("im_theme") and not given.maybe("im_group"):
        raise BadInputError("К теме нужна её группа.", field="im_group")
    if given.maybe("pos_subcategory") and not given.maybe("pos_category"):
        raise BadInputError("К подкатегории нужна категория.", field="pos_category")
    names = ("im_group", "im_theme", "appeal_code", "pos_category", "pos_subcategory")
    classifier = replace(turn.case.classifier, **{name: given.maybe(name) for name in names})
    return Done(replace(turn.case, classifier=classifier))


def set_place(turn: Turn) -> Done:
    """The point belongs to the old address, so another address drops it, unless another point is
    given with it; none given leaves that of the same address. Raises `BadInputError`.
    """
    names = ("municipality", "settlement", "district", "street", "street_type", "house")
    place, given = turn.case.place, turn.given.maybe("point")
    fresh = replace(place, **{name: turn.given.maybe(name) for name in names})
    if given and given != shown_point(place):
        fresh = replace(fresh, point=read_point(given))
    elif fresh != place:
        fresh = replace(fresh, point=None)
    return Done(replace(turn.case, place=fresh))


def set_importance(turn: Turn) -> Done:
    importance = Importance(turn.given.text("importance"))
    return Done(replace(turn.case, importance=importance), to=importance.value)


def set_profile(turn: Turn) -> Done:
    """Deadlines of the two kinds never mix: profiles of 59-ФЗ are for appeals only."""
    code = turn.given.text("profile")
    known = turn.book.profiles.get(code)
    if known is None or not known.active:
        raise BadInputError("Такого порядка расчёта нет. Выберите из списка.", field="profile")
    if known.stage is not Stage.ANSWER or known.kind not in {None, turn.case.kind}:
        word = "обращений" if known.kind == "appeal" else "сообщений"
        raise BadInputError(f"Этот порядок расчёта срока только для {word}.", field="profile")
    return Done(replace(turn.case, deadline_profile=code), to=code)
