"""What in one case looks like a conflict or an error of communication. Pure rules, no engine."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct

from app.cases.codes import DONE_STATES, AnswerKind, AnswerState, LinkKind, State
from app.cases.models import Answer, Case, Event
from app.friction.answers import LEAST_OTHERS, Asked, about_others, final_answers, untouched
from app.friction.models import Found, Kind
from app.friction.tone import ToneLine, find_tone
from app.similarity.spot import street_key
from app.text.words import fold
from app.web.filters import counted

RULES_VERSION = 3
"""Raised with every change of a rule: all cases are then looked at anew."""
LOW_MARK = 2
REPEAT_DAYS = 180
"""Later than that it is most likely a new trouble at the old place."""
LEAST_RETURNS, LEAST_LEFT = 2, 3
LEAST_MOVES = 2
"""Of a promised day."""
_ANSWERED = frozenset({State.ANSWERED, State.CLOSED})
_MOST_OTHERS = 20
_DEPARTMENT = "workflow.department"


class Context(Struct, frozen=True):
    """What the rules need besides the case itself."""

    tone: Sequence[ToneLine]
    zone: ZoneInfo
    now: datetime


def low_mark(case: Case) -> Found | None:
    rating = case.rating
    if rating is None or rating.mark > LOW_MARK:
        return None
    why = [f"Автор поставил ответу {rating.mark} из 5"]
    if rating.comment:
        why.append("К оценке есть пояснение автора")
    return _found(case, Kind.LOW_MARK, why, rating.at or _ended_at(case))


def tone(case: Case, context: Context) -> Found | None:
    comment = case.rating.comment if case.rating else None
    hits = find_tone((case.title, case.text, comment), context.tone)
    why = [f"«{one.written}»: {one.word.why}" for one in hits]
    return _found(case, Kind.TONE, why, case.received_at) if why else None


def repeat(case: Case, earlier: Iterable[Case]) -> Found | None:
    """The author, or whoever was said to write of the same, wrote again of what was answered."""
    before = [
        (at, one)
        for one in earlier
        if one.id != case.id
        and (at := _answered_before(one, case.received_at))
        and _is_repeat(case, one, at)
    ]
    if not before:
        return None
    at, last = max(before, key=lambda one: (one[0], one[1].id))
    days = (case.received_at - at).days
    who = "Тот же автор" if _same_author(case, last) else "О том же"
    when = f"через {counted(days, 'день', 'дня', 'дней')}" if days else "в тот же день"
    why = [f"{who} снова: {when} после ответа на прежнее обращение"]
    if len(before) > 1:
        why.append(f"Прежде отвечали {counted(len(before), 'раз', 'раза', 'раз')}")
    found = _found(last, Kind.REPEAT, why, case.received_at)
    return _with_others(found, [one.id for _, one in sorted(before, key=_by_moment)])


def formal_answer(case: Case, asked: Asked, same: Iterable[Asked]) -> Found | None:
    """`same`: what cases asked that were answered with the very same text."""
    sent = final_answers(case.answers)
    if not sent:
        return None
    others, why = about_others(asked, same), []
    if len(others) >= LEAST_OTHERS:
        number = counted(len(others), "обращение", "обращения", "обращений")
        why.append(f"Тем же текстом ответили ещё на {number} о другом")
    else:
        others = []
    if missed := untouched(case, asked):
        why.append(f"В ответе нет ни одного слова из вопроса: {', '.join(missed)}")
    if not why:
        return None
    found = _found(case, Kind.FORMAL_ANSWER, why, _ended_at(case), sent[-1].by)
    return _with_others(found, [one.id for one in others])


def ping_pong(case: Case) -> Found | None:
    moves = _left(case.history)
    returns = [one for one in moves if one.what == "return"]
    returned = max(len(returns), case.workflow.returned or 0)
    if returned < LEAST_RETURNS and len(moves) < LEAST_LEFT:
        return None
    why = []
    if returned:
        why.append(f"Вернули «не наше» {counted(returned, 'раз', 'раза', 'раз')}")
    if moves:
        names = [str(one.before[_DEPARTMENT]) for one in moves]
        path = [*names, *([case.workflow.department] if case.workflow.department else [])]
        why.append("Путь: " + " → ".join(_without_runs(path)))
    return _found(case, Kind.PING_PONG, why, moves[-1].at if moves else _ended_at(case))


def promise(case: Case, context: Context) -> Found | None:
    """The promised day passed without a final answer, or was moved more than once."""
    given = [
        (one.at or case.updated_at, one)
        for one in case.answers
        if one.kind is AnswerKind.INTERIM and one.state is AnswerState.SENT and one.promised_at
    ]
    given.sort(key=lambda one: one[0])
    days = list(dict.fromkeys(one.promised_at for _, one in given if one.promised_at))
    if not days and case.promised_at:
        days = [case.promised_at]
    if not days:
        return None
    why, at = _slipped(case, days, context)
    if len(days) > LEAST_MOVES:
        told = ", ".join(_day(one, context.zone) for one in days)
        moves = counted(len(days) - 1, "раз", "раза", "раз")
        why.append(f"Обещанный день переносили {moves}: {told}")
    last = given[-1][1].by if given else None
    return _found(case, Kind.PROMISE, why, at, last) if why else None


def _slipped(case: Case, days: Sequence[datetime], context: Context) -> tuple[list[str], datetime]:
    """Against the first day that was promised: moving it is no way to keep it."""
    first, zone = days[0], context.zone
    sent = final_answers(case.answers)
    done = sent[-1].at if sent else case.closed_at
    if done is None and case.state in DONE_STATES:
        return [], first  # nobody knows when it was done
    late = ((done or context.now).astimezone(zone).date() - first.astimezone(zone).date()).days
    if late < 1:
        return [], first
    days_late = counted(late, "день", "дня", "дней")
    if done is None:
        return [f"Обещали к {_day(first, zone)}, ответа всё ещё нет"], first
    return [f"Обещали к {_day(first, zone)}, ответили {_day(done, zone)}: +{days_late}"], first


def _answers_at(case: Case) -> list[datetime]:
    """When final answers were sent, the last at the end."""
    if sent := [one.at for one in final_answers(case.answers) if one.at]:
        return sent
    return [case.closed_at] if case.closed_at and case.state in _ANSWERED else []


def _answered_before(case: Case, moment: datetime) -> datetime | None:
    """By the last answer till then: one that came later was to somebody who had written again."""
    return max((at for at in _answers_at(case) if at < moment), default=None)


def _ended_at(case: Case) -> datetime:
    """When the answer was sent; of a table without that day the nearest it tells."""
    return next(reversed(_answers_at(case)), None) or case.closed_at or case.received_at


def _is_repeat(case: Case, earlier: Case, answered_at: datetime) -> bool:
    if case.received_at - answered_at > timedelta(days=REPEAT_DAYS):
        return False
    if _said_so(case, earlier):
        return True
    theme = case.classifier.im_theme
    same_theme = theme is not None and theme == earlier.classifier.im_theme
    return same_theme and _same_author(case, earlier) and not _elsewhere(case, earlier)


def _said_so(case: Case, earlier: Case) -> bool:
    """A person linked the two, as duplicates or as a repeat."""
    if any(one.kind is LinkKind.REPEAT and one.case_id == earlier.id for one in case.links):
        return True
    roots = [_root(one) for one in (case, earlier)]
    return roots[0] == roots[1]


def _root(case: Case) -> str:
    return (case.duplicate and (case.duplicate.root or case.duplicate.of)) or case.id


def _same_author(case: Case, other: Case) -> bool:
    return case.author.key is not None and case.author.key == other.author.key


def _elsewhere(case: Case, other: Case) -> bool:
    """Both name a place, and not the same: who writes again often leaves the address out."""
    for name in ("municipality", "settlement"):
        one, two = getattr(case.place, name), getattr(other.place, name)
        if one and two and one != two:
            return True
    streets = [street_key(one.place.street) if one.place.street else None for one in (case, other)]
    if not all(streets):
        return False
    houses = [fold(one.place.house) if one.place.house else None for one in (case, other)]
    return streets[0] != streets[1] or (all(houses) and houses[0] != houses[1])


def _left(history: Sequence[Event]) -> list[Event]:
    """Events by which the case left a department and that were not taken back."""
    gone = {one.undoes for one in history if one.undoes}
    return [
        one
        for one in history
        if one.before.get(_DEPARTMENT) and one.undoes is None and one.seq not in gone
    ]


def _without_runs(names: Sequence[str]) -> list[str]:
    return [one for place, one in enumerate(names) if not place or names[place - 1] != one]


def _by_moment(one: tuple[datetime, Case]) -> tuple[datetime, str]:
    return one[0], one[1].id


def _day(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%d.%m.%Y}"


def _found(case: Case, kind: Kind, why: list[str], at: datetime, who: str | None = None) -> Found:
    return Found(kind, why, at, case.workflow.department, who or _last_by(case))


def _last_by(case: Case) -> str | None:
    sent: list[Answer] = final_answers(case.answers)
    return (sent[-1].by if sent else None) or case.workflow.assignee


def _with_others(found: Found, ids: Sequence[str]) -> Found:
    return Found(
        found.kind, found.why, found.at, found.department, found.who, [*ids][-_MOST_OTHERS:]
    )
