"""The stages of a case: which there are, by when, and what moves them."""

from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from app.cases.chase import AlertKind, alerts, due_alerts
from app.cases.codes import Basis, Channel, Importance, Kind, State
from app.cases.deadlines import main_stage, recounted, stage_of, timed
from app.cases.models import Case, StageDeadline
from app.deadlines.models import Book, Stage
from app.deadlines.shipped import SHIPPED
from app.errors import BadInputError
from tests.casework import COORDINATOR, EXECUTOR, HOUSE, NOW, OPERATOR, case, do

RECEIVED = datetime(2026, 3, 9, 9, 0, tzinfo=UTC)
"""A day off: 8 March was a Sunday."""


def free(kind: Kind = Kind.MESSAGE, **fields: object) -> Case:
    """A case whose source names no due moment."""
    return case(kind=kind, deadline_at=None, **fields)


def held(one: Case) -> Case:
    given = do(one, "assign", COORDINATOR, department=HOUSE, assignee="house1")
    return do(given, "take", EXECUTOR)


def stage(one: Case, wanted: Stage) -> StageDeadline:
    found = stage_of(one, wanted)
    assert found is not None
    return found


def test_a_message_has_four_working_hours_and_an_important_one_two() -> None:
    one = free()
    assert one.deadline_at == datetime(2026, 3, 10, 11, 0, tzinfo=UTC), "9:00-12:00, 13:00-14:00"
    hot = do(one, "set_importance", COORDINATOR, importance="high")
    assert hot.deadline_at == datetime(2026, 3, 10, 8, 0, tzinfo=UTC)
    assert "deadline_at" in hot.history[-1].changed
    assert do(hot, "undo", COORDINATOR).deadline_at == one.deadline_at


def test_an_appeal_is_registered_in_three_days_and_answered_in_thirty() -> None:
    one = free(Kind.APPEAL, registered_at=None)
    assert one.deadline_at == datetime(2026, 3, 12, 15, 0, tzinfo=UTC)
    assert main_stage(one) == stage(one, Stage.REGISTRATION)
    registered = do(one, "register", OPERATOR)
    assert stage(registered, Stage.REGISTRATION).done_at == NOW.astimezone(UTC)
    assert registered.deadline_at == datetime(2026, 4, 9, 15, 0, tzinfo=UTC)
    assert stage(registered, Stage.FORWARDING).due_at == datetime(2026, 3, 17, 15, 0, tzinfo=UTC)
    longer = do(
        held(registered),
        "extend",
        COORDINATOR,
        until="2026-05-09",
        notified_at="2026-03-10",
        reason="Ждём экспертизу",
    )
    assert stage(longer, Stage.ANSWER).basis is Basis.EXTENDED
    assert longer.deadline_at == datetime(2026, 5, 9, 20, 59, tzinfo=UTC)


def test_what_the_source_named_stays_until_a_person_chooses_a_profile() -> None:
    named = case()
    assert stage(named, Stage.ANSWER).basis is Basis.GIVEN
    assert (
        do(named, "set_importance", COORDINATOR, importance="high").deadline_at == named.deadline_at
    )
    chosen = do(named, "set_profile", COORDINATOR, profile="im-8h")
    assert stage(chosen, Stage.ANSWER).basis is Basis.CHOSEN
    assert chosen.deadline_at == datetime(2026, 3, 10, 15, 0, tzinfo=UTC)
    assert do(chosen, "undo", COORDINATOR).deadlines == named.deadlines


def test_a_promise_outlives_the_state_and_ends_with_the_answer() -> None:
    one = do(held(free()), "interim", EXECUTOR, text="Работаем", promised_at="18.03.2026")
    promised = datetime(2026, 3, 18, 20, 59, tzinfo=UTC)
    assert (one.promised_at, one.deadline_at) == (promised, promised)
    assert stage(one, Stage.ANSWER).done_at == NOW.astimezone(UTC), "the first word was in time"
    waiting = do(one, "send_for_approval", EXECUTOR, text="Готово")
    again = do(waiting, "rework", COORDINATOR, reason="Нет")
    assert (again.state, again.promised_at) == (State.IN_PROGRESS, promised)
    ended = do(again, "answer", OPERATOR, text="Готово")
    assert ended.promised_at is None
    assert stage(ended, Stage.INTERIM).done_at == NOW.astimezone(UTC)
    with pytest.raises(BadInputError, match=r"не позже 20\.03\.2026"):
        do(held(free()), "interim", EXECUTOR, text="Работаем", promised_at="21.03.2026")


def test_an_interim_answer_stops_the_clock_where_the_profile_says_so() -> None:
    one = held(free(channel=Channel.POS))
    due = one.deadline_at
    waits = do(one, "interim", EXECUTOR, text="Работаем", promised_at="18.03.2026")
    assert stage(waits, Stage.ANSWER).paused == [(NOW.astimezone(UTC), None)]
    later = do(waits, "send_for_approval", EXECUTOR, now=NOW + timedelta(days=3), text="Готово")
    moved = stage(later, Stage.ANSWER)
    assert moved.paused[-1][1] is not None
    assert due is not None
    assert moved.due_at - due == timedelta(days=2), "three days end on a Saturday"


def test_a_message_opened_again_has_a_new_term() -> None:
    closed = do(
        do(held(free()), "answer", OPERATOR, text="Готово"), "close", OPERATOR, result="решено"
    )
    assert alerts(closed, SHIPPED) == []
    later = datetime(2026, 3, 17, 6, 0, tzinfo=UTC)
    again = do(closed, "reopen", COORDINATOR, now=later.astimezone(NOW.tzinfo), reason="Не сделано")
    assert again.deadline_at == datetime(2026, 3, 17, 11, 0, tzinfo=UTC)


def test_another_edition_of_a_profile_moves_a_case_only_by_a_recount() -> None:
    one = held(free())
    slow = replace(SHIPPED.profiles["im-4h"], amount=480)
    book = Book(
        SHIPPED.profiles | {"im-4h": slow}, SHIPPED.calendars, SHIPPED.choices, SHIPPED.ladder
    )
    assert timed(one, one, book, NOW).deadline_at == one.deadline_at
    moved = recounted(one, SHIPPED, book)
    assert moved.deadline_at == datetime(2026, 3, 10, 15, 0, tzinfo=UTC)
    assert recounted(moved, SHIPPED, book) is moved
    closed = replace(one, state=State.CLOSED)
    assert recounted(closed, SHIPPED, book) is closed


def test_reminders_climb_the_ladder_once_each() -> None:
    one = held(free())
    assert one.alert_at == datetime(2026, 3, 10, 9, 0, tzinfo=UTC), "an hour of work before"
    kinds = [alert.kind for alert in alerts(one, SHIPPED)]
    assert kinds == [
        AlertKind.WARNING,
        AlertKind.WARNING,
        AlertKind.OVERDUE,
        *[AlertKind.ESCALATED] * 3,
    ]
    late = due_alerts(one, SHIPPED, datetime(2026, 3, 10, 11, 0, tzinfo=UTC))
    assert len(late) == 3
    told = replace(one, alerted=[alert.key for alert in late])
    assert due_alerts(told, SHIPPED, datetime(2026, 3, 10, 11, 0, tzinfo=UTC)) == []
    hot = do(told, "set_importance", COORDINATOR, importance=Importance.HIGH.value)
    assert any(
        alert.kind is AlertKind.OVERDUE
        for alert in due_alerts(hot, SHIPPED, RECEIVED + timedelta(days=2))
    )
