"""What the book of deadlines refuses, each with a sentence at its field."""

from collections.abc import Callable
from datetime import date

import pytest
from msgspec.structs import replace

from app.deadlines.editing import with_calendar, with_choices, with_ladder, with_profile
from app.deadlines.models import (
    DEFAULT_CALENDAR,
    Book,
    Calendar,
    Choice,
    DayOff,
    Exceptional,
    Profile,
    Recipient,
    Rung,
    Stage,
    Unit,
)
from app.deadlines.shipped import CHOICES, LADDER, SHIPPED
from app.errors import BadInputError, ConflictError, NotFoundError

OWN = Profile(
    code="", name="Свой срок", unit=Unit.WORKING_TIME, amount=180, kind="message", basis="Приказ 1"
)
WITH_OWN = with_profile(SHIPPED, OWN, 0).book
CALENDAR = replace(DEFAULT_CALENDAR, code="", name="Север", municipalities=["Север"])


def test_a_copy_gets_a_code_of_its_name_and_is_not_shipped() -> None:
    edit = with_profile(SHIPPED, replace(OWN, shipped=True, code="im-4h"), 0)
    assert edit.code == "svoy-srok"
    assert not edit.book.profiles["svoy-srok"].shipped
    assert edit.book.profiles["im-4h"] == SHIPPED.profiles["im-4h"]


def test_a_shipped_profile_is_only_switched_off() -> None:
    nine = SHIPPED.profiles["im-9h"]
    off = with_profile(SHIPPED, replace(nine, active=False), 1).book
    assert not off.profiles["im-9h"].active
    assert off.profiles["im-9h"].shipped
    with pytest.raises(BadInputError, match="сделайте копию"):
        with_profile(SHIPPED, replace(nine, amount=60), 1)


def test_a_profile_in_use_stays_open_and_keeps_its_kind() -> None:
    with pytest.raises(BadInputError, match="применяется"):
        with_profile(SHIPPED, replace(SHIPPED.profiles["im-4h"], active=False), 1)
    used = with_choices(WITH_OWN, [*CHOICES, _choice("svoy-srok", channel="vk")]).book
    with pytest.raises(BadInputError, match="другого этапа или вида"):
        with_profile(used, replace(used.profiles["svoy-srok"], stage=Stage.INTERIM), 1)


def _choice(profile: str, **fields: str) -> Choice:
    return Choice(stage=Stage.ANSWER, kind="message", profile=profile, **fields)  # type: ignore[arg-type]


def test_who_was_first_is_named() -> None:
    changed = replace(WITH_OWN.profiles["svoy-srok"], version=2, changed_by="petrova")
    book = replace(WITH_OWN, profiles=WITH_OWN.profiles | {"svoy-srok": changed})
    with pytest.raises(ConflictError, match="petrova"):
        with_profile(book, changed, 1)
    with pytest.raises(NotFoundError):
        with_profile(book, replace(changed, code="absent"), 1)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "59-ФЗ: регистрация, 3 ДНЯ"}, "name"),
        ({"amount": 0}, "amount"),
        ({"amount": 10**9}, "amount"),
        ({"cut_off": "25:00"}, "cut_off"),
        ({"basis": "я" * 1001}, "basis"),
        ({"warn": [0]}, "warn"),
        ({"warn": list(range(1, 10))}, "warn"),
        ({"kind": None}, "kind"),
        ({"stage": Stage.REGISTRATION}, "stage"),
        ({"stage": Stage.REQUEST}, "stage"),
        ({"kind": "appeal"}, "unit"),
        ({"kind": "appeal", "unit": Unit.CALENDAR_DAY, "amount": 31}, "amount"),
        (
            {"kind": "appeal", "unit": Unit.CALENDAR_DAY, "stage": Stage.REGISTRATION, "amount": 4},
            "amount",
        ),
        ({"kind": "appeal", "unit": Unit.CALENDAR_DAY, "amount": 30, "pause": True}, "pause"),
        ({"kind": "appeal", "unit": Unit.CALENDAR_DAY, "stage": Stage.RETURN}, "stage"),
    ],
)
def test_a_wrong_profile_is_refused_at_its_field(fields: dict[str, object], field: str) -> None:
    _refused(lambda: with_profile(SHIPPED, replace(OWN, **fields), 0), field)


def _refused(change: Callable[[], object], field: str) -> None:
    with pytest.raises(BadInputError) as refused:
        change()
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"zone": "Europe/Nowhere"}, "zone"),
        ({"zone": "../../etc/passwd"}, "zone"),
        ({"week": [""] * 7}, "week"),
        ({"week": ["9-18", *[""] * 6]}, "week-0"),
        ({"week": ["18:00-09:00", *[""] * 6]}, "week-0"),
        ({"lunch": "08:00-08:30"}, "week-0"),
        ({"lunch": "13:00"}, "lunch"),
        ({"shorten": 500}, "shorten"),
        ({"municipalities": []}, "municipalities"),
        ({"exceptions": [Exceptional(date(2026, 5, 4), DayOff.OFF)] * 2}, "exceptions"),
        ({"exceptions": [Exceptional(date(1990, 5, 4), DayOff.OFF)]}, "exceptions"),
        ({"exceptions": [Exceptional(date(2026, 5, 4), DayOff.HOURS)]}, "exceptions"),
        (
            {
                "exceptions": [
                    Exceptional(date(2026, 5, 4), DayOff.HOURS, ["09:00-12:00", "11:00-15:00"])
                ]
            },
            "exceptions",
        ),
    ],
)
def test_a_wrong_calendar_is_refused_at_its_field(fields: dict[str, object], field: str) -> None:
    _refused(lambda: with_calendar(SHIPPED, replace(CALENDAR, **fields), 0), field)


def test_a_municipality_has_one_calendar_and_all_others_have_one() -> None:
    book = with_calendar(SHIPPED, CALENDAR, 0).book
    assert book.calendar_for("Север").name == "Север"
    assert book.calendar_for("Юг").code == "default"
    again: Calendar = replace(CALENDAR, name="Другой")
    _refused(lambda: with_calendar(book, again, 0), "municipalities")
    closed = replace(DEFAULT_CALENDAR, active=False)
    _refused(lambda: with_calendar(book, closed, 1), "municipalities")


@pytest.mark.parametrize(
    ("choices", "field"),
    [
        (CHOICES[1:], "choices"),
        ([*CHOICES, CHOICES[0]], "row-9"),
        ([*CHOICES, _choice("absent")], "row-9"),
        ([*CHOICES, _choice("59fz-consideration", channel="vk")], "row-9"),
        ([*CHOICES, _choice("im-not-ours", channel="vk")], "row-9"),
    ],
)
def test_choices_leave_nothing_without_a_term_and_mix_no_laws(
    choices: list[Choice], field: str
) -> None:
    _refused(lambda: with_choices(SHIPPED, choices), field)


def test_a_closed_profile_is_not_chosen() -> None:
    closed = replace(WITH_OWN.profiles["svoy-srok"], active=False)
    book: Book = with_profile(WITH_OWN, closed, 1).book
    _refused(lambda: with_choices(book, [*CHOICES, _choice("svoy-srok", channel="vk")]), "row-9")


@pytest.mark.parametrize(
    ("ladder", "field"),
    [
        ([], "ladder"),
        (LADDER[1:], "row-0"),
        ([*LADDER, LADDER[1]], "row-4"),
        ([LADDER[0], Rung(code="x", after=30, to=[])], "row-1"),
        ([LADDER[0], Rung(code="x", after=10**9, to=[Recipient.CURATOR])], "row-1"),
    ],
)
def test_a_ladder_rises(ladder: list[Rung], field: str) -> None:
    _refused(lambda: with_ladder(SHIPPED, ladder), field)
