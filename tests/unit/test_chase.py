"""What the chase does to one case, whom it tells, and that it never does it twice."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from app.accounts.models import Substitution, User
from app.accounts.roles import Role
from app.accounts.staff import Staff
from app.cases.chase import AlertKind, alerts, next_alert
from app.cases.chasing import SYSTEM, chased, retimed
from app.cases.conflicts import conflict
from app.cases.directory import Directory
from app.cases.models import Case
from app.cases.pages.story import line_of
from app.deadlines.models import Stage
from app.deadlines.shipped import SHIPPED
from tests.casework import (
    BOOK,
    COORDINATOR,
    EXECUTOR,
    HOUSE,
    NOW,
    ROADS,
    ZONE,
    assert_possible,
    case,
    do,
)

DUE = datetime(2026, 3, 10, 11, 0, tzinfo=UTC)
"""Of a message that came on a day off."""


def user(login: str, role: Role, **fields: Any) -> User:
    name = f"{login.capitalize()} Анна Петровна"
    made: dict[str, Any] = {"created_at": NOW, "updated_at": NOW, "created_by": "test"}
    return User(login=login, name=name, roles=[role], **made, **fields)


PEOPLE = (
    user("house1", Role.EXECUTOR, department="house"),
    user("house2", Role.EXECUTOR, department="house"),
    user("road1", Role.EXECUTOR, department="roads"),
    user("boss", Role.BLOCK_HEAD, sector="city"),
    user("school", Role.BLOCK_HEAD, sector="people"),
    user("koord", Role.COORDINATOR),
    user("kur", Role.CURATOR),
    user("far", Role.COORDINATOR, municipalities=["Нижнереченск"]),
    user("gone", Role.EXECUTOR, department="house", active=False),
)


TODAY = NOW.date()


def staff(*people: User, day: date = TODAY) -> Staff:
    return Staff(people or PEOPLE, BOOK, day)


def without(*logins: str) -> Staff:
    return staff(*(one for one in PEOPLE if one.login not in logins))


def held() -> Case:
    one = case(deadline_at=None)
    given_to = do(one, "assign", COORDINATOR, department=HOUSE, assignee="house1")
    return do(given_to, "take", EXECUTOR)


def after(one: Case, now: datetime, who: Staff | None = None) -> Case:
    return chased(one, SHIPPED, who or staff(), now, ZONE) or one


def told(one: Case) -> list[tuple[str, list[str]]]:
    return [(event.what, event.notify) for event in one.history if event.by == SYSTEM]


def test_each_rung_is_told_once_and_to_the_one_it_is_for() -> None:
    one = held()
    while one.alert_at:
        fresh = after(one, one.alert_at)
        assert fresh.rev == one.rev + 1
        assert fresh.version == one.version
        assert fresh.updated_at == one.updated_at, "nobody's list calls it changed"
        one = fresh
    assert told(one) == [
        ("deadline_warning", ["house1"]),
        ("deadline_warning", ["house1"]),
        ("deadline_overdue", ["house1"]),
        ("deadline_escalated", ["boss"]),
        ("deadline_escalated", ["koord"]),
        ("deadline_escalated", ["kur"]),
    ]
    assert_possible(one)
    assert chased(one, SHIPPED, staff(), DUE + timedelta(days=900), ZONE) is None


def test_of_several_only_the_last_is_told_but_to_all_of_them() -> None:
    one = after(held(), DUE + timedelta(days=30))
    assert told(one) == [("deadline_escalated", ["boss", "house1", "koord", "kur"])]
    assert one.alerted == [alert.key for alert in alerts(one, SHIPPED)]
    assert one.alert_at is None
    assert one.audit_due
    assert one.notices_due
    assert one.history[-1].stage is Stage.ANSWER
    assert one.history[-1].due_at == DUE


def test_nothing_due_is_no_write() -> None:
    one = held()
    assert one.alert_at is not None
    assert chased(one, SHIPPED, staff(), one.alert_at - timedelta(seconds=1), ZONE) is None


def test_a_moment_to_look_at_that_is_wrong_is_set_right_silently() -> None:
    one = held()
    wrong = replace(one, alert_at=NOW.astimezone(UTC) - timedelta(days=9))
    fresh = after(wrong, wrong.alert_at or NOW)
    assert fresh.alert_at == one.alert_at
    assert fresh.history == one.history
    assert fresh.rev == one.rev + 1


@given(st.lists(st.integers(-5_000, 80_000), min_size=1, max_size=12))
def test_a_clock_that_jumps_rings_for_nothing_twice(minutes: list[int]) -> None:
    one, jumps = held(), sorted({DUE + timedelta(minutes=one) for one in minutes})
    for jump in [DUE + timedelta(minutes=one) for one in minutes]:
        one = after(one, jump)
        assert_possible(one)
    latest = jumps[-1]
    expected = {alert.key for alert in alerts(one, SHIPPED) if alert.at <= latest}
    assert set(one.alerted) == expected
    assert one.alert_at == next_alert(one, SHIPPED)


def test_nobody_there_means_the_next_one_up() -> None:
    late = DUE + timedelta(minutes=1)
    one = held()
    assert told(after(one, late))[-1][1] == ["house1"]
    assert told(after(one, late, without("house1")))[-1][1] == ["house2"], "of the department"
    assert told(after(one, late, without("house1", "house2")))[-1][1] == ["boss"]
    nobody = without("house1", "house2", "boss")
    assert told(after(one, late, nobody))[-1][1] == ["koord"]
    assert told(after(one, late, staff(PEOPLE[-2])))[-1][1] == [], "none who sees it is left"
    free = case(deadline_at=None)
    assert told(after(free, late))[-1][1] == ["koord"], "in nobody's hands"


def test_whoever_stands_in_is_told_too_on_these_days_only() -> None:
    away = Substitution("road1", TODAY, TODAY, "house1", NOW)
    people = [replace(PEOPLE[0], substitutions=[away]), *PEOPLE[1:]]
    late = DUE + timedelta(minutes=1)
    assert told(after(held(), late, staff(*people)))[-1][1] == ["house1", "road1"]
    tomorrow = staff(*people, day=TODAY + timedelta(days=1))
    assert told(after(held(), late, tomorrow))[-1][1] == ["house1"]


def test_a_silent_department_is_reminded_and_not_the_holder() -> None:
    one = do(held(), "ask", EXECUTOR, department=ROADS, text="Чья труба?")
    due = one.workflow.asked_due_at
    assert due is not None
    asked = [event for event in after(one, due).history if event.stage is Stage.REQUEST]
    assert [(event.what, event.to, event.notify) for event in asked] == [
        ("request_overdue", ROADS, ["road1"])
    ]
    replied = do(one, "reply", do_as_road(), request=one.requests[0].id, text="Наша")
    assert not any(alert.kind is AlertKind.REQUEST_OVERDUE for alert in alerts(replied, SHIPPED))


def do_as_road() -> Any:
    found = staff().viewer("road1")
    assert found is not None
    return found


def test_two_stages_due_at_once_are_two_events_in_order() -> None:
    one = do(held(), "ask", EXECUTOR, department=ROADS, text="Чья труба?")
    fresh = after(one, DUE + timedelta(days=30))
    assert {event.stage for event in fresh.history if event.by == SYSTEM} == {
        Stage.ANSWER,
        Stage.REQUEST,
    }
    assert_possible(fresh)


def test_assigned_and_not_taken_is_reminded_of() -> None:
    given_to = do(case(deadline_at=None), "assign", COORDINATOR, department=HOUSE)
    late = NOW.astimezone(UTC) + timedelta(hours=3)
    found = [event for event in after(given_to, late).history if event.stage is Stage.RETURN]
    assert [event.notify for event in found] == [["boss", "house1", "house2"]]


def test_a_promise_that_slips_is_reminded_of() -> None:
    one = do(held(), "interim", COORDINATOR, text="Едем", promised_at="2026-03-12")
    slipped = after(one, datetime(2026, 3, 13, 6, 0, tzinfo=UTC))
    assert {event.stage for event in slipped.history if event.by == SYSTEM} == {Stage.INTERIM}


def test_undo_and_conflicts_do_not_see_reminders() -> None:
    one = do(held(), "classify", COORDINATOR, im_group="Дороги")
    seen = one.version
    late = after(one, DUE)
    assert late.version == seen, "what a person typed by this version is taken"
    undone = do(late, "undo", COORDINATOR, now=NOW + timedelta(days=1))
    assert undone.classifier == held().classifier
    assert undone.alerted == late.alerted
    assert_possible(undone)
    noted = do(late, "note", COORDINATOR, now=NOW + timedelta(days=1), text="Звонили")
    message = conflict(noted, seen, ZONE).message
    assert "заметк" in message
    assert "deadline" not in message


def test_the_history_tells_it_in_words() -> None:
    one = after(held(), DUE)
    line = line_of(one.history[-1], Directory(people={"house1": "Иванова А. П."}))
    assert line.who == "Отклик"
    assert line.told == "срок нарушен; сообщено: Иванова А. П."
    assert line.reason == "Ответ: срок 10.03.2026 14:00."
    assert line.icon == "alert-circle"


def test_an_old_case_gets_its_stages_and_rings_for_nothing_past() -> None:
    one = held()
    old = replace(one, deadlines=[], alert_at=None, deadline_at=one.deadline_at)
    now = DUE + timedelta(minutes=30)
    fresh = retimed(old, SHIPPED, now)
    assert fresh is not None
    assert fresh.deadline_at == one.deadline_at, "the moment it came with"
    assert fresh.history == old.history
    assert fresh.version == old.version
    assert fresh.alert_at is not None
    assert fresh.alert_at > now
    assert chased(fresh, SHIPPED, staff(), now, ZONE) is None
    assert retimed(fresh, SHIPPED, now) is None
