"""Whom each step of a case concerns: told by name, never the one who did it, never the blind."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from app.accounts.models import Substitution
from app.accounts.roles import Role
from app.accounts.staff import Staff
from app.cases.actions.table import RULES
from app.cases.chase import AlertKind
from app.cases.models import Case
from app.cases.telling import CONCERNED, told
from app.notices.models import EVENTS, kind_of
from app.notices.words import EVENT_WORDS, KIND_NAMES, KIND_SHORT
from app.reference.departments import Department, DepartmentBook
from app.road_maps.reminders import ReminderKind
from tests.casework import (
    BOOK,
    COORDINATOR,
    EXECUTOR,
    HEAD,
    HOUSE,
    NOW,
    ROADMAN,
    ROADS,
    case,
    do,
    person,
)
from tests.unit.test_chase import PEOPLE, held, staff, user

EXECUTOR_AND_DESK = person("house1", Role.EXECUTOR, Role.COORDINATOR, department="house")


def named(one: Case, people: Staff | None = None) -> list[str]:
    after = told(one, people or staff())
    assert after.notices_due == bool(after.history[-1].notify)
    return after.history[-1].notify


def waiting() -> Case:
    return do(held(), "send_for_approval", EXECUTOR, text="Яму закроют.", approver="boss")


def asked() -> Case:
    return do(held(), "ask", EXECUTOR, department=ROADS, text="Когда?")


def test_an_assignment_is_told_to_the_person() -> None:
    assert named(do(case(), "assign", COORDINATOR, department=HOUSE, assignee="house1")) == [
        "house1"
    ]


def test_without_a_person_the_whole_department_is_told() -> None:
    assert named(do(case(), "assign", COORDINATOR, department=HOUSE)) == ["house1", "house2"]


def test_of_a_unit_without_people_the_department_above_is_told() -> None:
    units = [Department(code=f"unit{one}", name=f"Участок {one}", parent="house") for one in (1, 2)]
    book = DepartmentBook([*BOOK.departments.values(), *units], [])
    people = [*PEOPLE, user("unit", Role.EXECUTOR, department="unit2")]
    found = Staff(people, book, NOW.date())
    assert found.of_department("Участок 1") == ["house1", "house2"]
    assert found.of_department("Участок 2") == ["unit"]
    assert found.of_department("Нет такого") == []


def test_a_request_is_told_to_those_asked_and_its_reply_to_who_asked() -> None:
    assert named(asked()) == ["road1"]
    request = asked().requests[-1].id
    replied = do(
        asked(), "reply", ROADMAN, NOW + timedelta(hours=1), request=request, text="Завтра."
    )
    assert named(replied) == ["house1"]


def test_an_answer_is_told_to_the_approver_who_was_named_else_to_all_who_may() -> None:
    assert named(waiting()) == ["boss"]
    anyone = do(held(), "send_for_approval", EXECUTOR, text="Яму закроют.")
    assert named(anyone) == ["boss", "koord"]


@pytest.mark.parametrize(("step", "more"), [("approve", {}), ("rework", {"reason": "Короче"})])
def test_what_was_decided_is_told_to_the_writer(step: str, more: dict[str, str]) -> None:
    assert named(do(waiting(), step, HEAD, NOW + timedelta(hours=1), **more)) == ["house1"]


def test_a_return_is_told_to_who_assigned() -> None:
    assert named(do(held(), "return", EXECUTOR, reason="Дорога не наша")) == ["koord"]


def test_a_reopened_case_is_told_to_who_has_it() -> None:
    answered = do(waiting(), "approve", HEAD)
    closed = do(answered, "close", COORDINATOR, NOW + timedelta(hours=1), result="done")
    again = do(closed, "reopen", COORDINATOR, NOW + timedelta(hours=2), reason="Яма на месте")
    assert named(again) == ["house1"]


def test_who_does_it_is_not_told() -> None:
    assert named(do(case(), "assign", COORDINATOR, assignee="koord")) == []
    assert named(do(case(), "assign", EXECUTOR_AND_DESK, department=HOUSE)) == ["house2"]


def test_who_does_not_see_the_case_is_not_told() -> None:
    """Somebody named by a login whose roles do not reach the case any more."""
    elsewhere = [
        replace(one, municipalities=["Нижнереченск"]) if one.login == "boss" else one
        for one in PEOPLE
    ]
    assert named(waiting(), staff(*elsewhere)) == []


def test_whoever_stands_in_is_told_too() -> None:
    today = NOW.date()
    stand = Substitution("house2", today, today, "koord", NOW)
    away = [replace(one, substitutions=[stand]) if one.login == "house1" else one for one in PEOPLE]
    given = do(case(), "assign", COORDINATOR, department=HOUSE, assignee="house1")
    assert named(given, staff(*away)) == ["house1", "house2"]
    later = today + timedelta(days=1)
    assert named(given, staff(*away, day=later)) == ["house1"]


def test_those_who_left_are_not_told() -> None:
    given = do(case(), "assign", COORDINATOR, department=HOUSE, assignee="gone")
    assert named(given) == []


def test_every_step_that_concerns_people_has_a_kind_and_words() -> None:
    steps = {*CONCERNED, *AlertKind, *ReminderKind, "problem_returned"}
    steps |= {"problem_grows", "theme_grows"}
    assert set(CONCERNED) <= set(RULES)
    assert {what for events in EVENTS.values() for what in events} == steps
    assert set(EVENT_WORDS) == steps
    assert {kind_of(what) for what in steps} == set(EVENTS) == set(KIND_NAMES) == set(KIND_SHORT)
