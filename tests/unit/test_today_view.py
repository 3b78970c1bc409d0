"""How full hands are, and what the page says where there is nothing to say."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from app.accounts.roles import Role
from app.accounts.staff import Staff
from app.deadlines.models import DEFAULT_CALENDAR
from app.reference.departments import Department, DepartmentBook, Sector
from app.today.contexts import OUTSIDE, today_view
from app.today.results import Load, Numbers
from app.today.service import Today
from app.viewer import LOCAL_VIEWER
from app.work.queues import Moment
from tests.integration.work_town import user

NOW = datetime(2026, 11, 26, 9, tzinfo=UTC)
MOMENT = Moment.of(NOW, ZoneInfo("Europe/Moscow"))
NOTHING = Numbers(0, 0, 0, {}, {}, {}, {}, {})


def shown(numbers: Numbers, book: DepartmentBook, *logins: str) -> Today:
    staff = Staff([user(one, Role.EXECUTOR, "a") for one in logins], book, NOW.date())
    return Today(MOMENT, numbers, book, staff, DEFAULT_CALENDAR)


def book(*capacities: int | None) -> DepartmentBook:
    departments = [
        Department(code=code, name=f"Отдел {code}", sector="s", capacity=capacity)
        for code, capacity in zip("abc", capacities, strict=False)
    ]
    return DepartmentBook(departments, [Sector("s", "Блок")])


def test_a_block_takes_what_its_departments_take() -> None:
    numbers = replace(NOTHING, departments={"Отдел a": Load(30, 2), "Отдел b": Load(5)})
    (block,) = today_view(shown(numbers, book(20, 10)), LOCAL_VIEWER).blocks
    assert [(one.name, one.share) for one in block.departments] == [
        ("Отдел a", 150),
        ("Отдел b", 50),
    ]
    assert (block.row.open.count, block.row.capacity, block.row.share) == (35, 30, 117)


def test_without_a_norm_nothing_is_said_of_it() -> None:
    numbers = replace(NOTHING, departments={"Отдел a": Load(3)}, people={"x": Load(3)})
    view = today_view(shown(numbers, book(None), "x"), LOCAL_VIEWER)
    assert view.blocks[0].row.share is None
    assert view.people[0].share is None


def test_a_persons_norm_is_an_equal_part() -> None:
    numbers = replace(NOTHING, people={"x": Load(5), "y": Load(10), "gone": Load(1)})
    view = today_view(shown(numbers, book(20), "x", "y"), LOCAL_VIEWER)
    found = [(one.name, one.share, one.told) for one in view.people]
    assert found == [
        ("Y А. И.", 100, "Отдел a"),
        ("X А. И.", 50, "Отдел a"),
        ("gone", None, "больше не работает"),
    ]


def test_a_name_no_book_knows_is_shown_all_the_same() -> None:
    numbers = replace(NOTHING, departments={"Чужой отдел": Load(2), "Отдел a": Load(1)})
    blocks = today_view(shown(numbers, book(5)), LOCAL_VIEWER).blocks
    assert [one.row.name for one in blocks] == ["Блок", OUTSIDE]
    assert [one.name for one in blocks[1].departments] == ["Чужой отдел"]
