"""The book of departments keeps its rules, and as a table it reads back the same."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from app.errors import BadInputError
from app.reference.departments import NO_DEPARTMENTS, Department, DepartmentBook, Sector, name_key
from app.reference.rules import (
    MOST_CAPACITY,
    check_department,
    clean_aliases,
    new_code,
    stamped,
    with_department,
    with_sector,
)
from app.reference.service import DepartmentDraft, drafted
from app.reference.table import BadBookError, apply_rows, read_table, write_table

NOW = datetime(2026, 3, 1, tzinfo=UTC)
BOOK = DepartmentBook(
    [
        Department(code="house", name="Управление ЖКХ", aliases=["УЖКХ"], sector="city"),
        Department(code="roads", name="Дорожная служба", parent="house"),
        Department(code="school", name="Управление образования", active=False),
    ],
    [Sector("city", "Городское хозяйство")],
)
codes = st.sampled_from(["a", "b", "c", "d", "e"])
words = st.text(
    st.sampled_from("абвёЁБ|'=-+@;,\"x ") | st.characters(categories=["L", "N", "P", "S"]),
    min_size=1,
    max_size=12,
).map(lambda text: " ".join(text.split()))
names = words.filter(bool)


@given(st.lists(st.tuples(codes, st.none() | codes), max_size=12))
def test_no_circle_ever_forms(steps: list[tuple[str, str | None]]) -> None:
    book = NO_DEPARTMENTS
    for code, parent in steps:
        try:
            book = with_department(book, Department(code=code, name=code, parent=parent))
        except BadInputError as error:
            assert error.field == "parent"  # noqa: PT017 - most steps pass
    for one in book.departments.values():
        seen = [one.code]
        while upper := book.departments[seen[-1]].parent:
            assert upper not in seen
            seen.append(upper)


@given(st.lists(st.tuples(codes, names, st.lists(names, max_size=3)), max_size=12))
def test_a_name_belongs_to_one_department(steps: list[tuple[str, str, list[str]]]) -> None:
    book = NO_DEPARTMENTS
    for code, name, aliases in steps:
        one = drafted(DepartmentDraft(name, aliases), code, book.departments.get(code))
        try:
            book = with_department(book, one)
        except BadInputError as error:
            assert error.field in {"name", "aliases"}  # noqa: PT017
    owners: dict[str, str] = {}
    for one in book.departments.values():
        for name in one.names:
            assert owners.setdefault(name_key(name), one.code) == one.code


@st.composite
def books(draw: st.DrawFn) -> DepartmentBook:
    book = NO_DEPARTMENTS
    for code in draw(st.lists(codes, unique=True, max_size=2)):
        try:
            book = with_sector(book, Sector(code, draw(names), draw(st.booleans())))
        except BadInputError:
            continue
    for code in draw(st.lists(codes, unique=True, max_size=5)):
        name = draw(names)
        one = Department(
            code=code,
            name=name,
            aliases=clean_aliases(name, draw(st.lists(names, max_size=3))),
            sector=draw(st.none() | st.sampled_from(sorted(book.sectors) or [None])),
            parent=draw(st.none() | st.sampled_from(sorted(book.departments) or [None])),
            municipality=draw(st.none() | names),
            active=draw(st.booleans()),
            capacity=draw(st.none() | st.integers(1, MOST_CAPACITY)),
        )
        try:
            book = with_department(book, one)
        except BadInputError:
            continue
    return book


@given(books())
def test_a_table_reads_back_the_same(book: DepartmentBook) -> None:
    rows = read_table(write_table(book))
    loaded, done = apply_rows(NO_DEPARTMENTS, rows)
    assert loaded.departments == book.departments
    assert loaded.sectors == book.sectors
    assert done.created == len(book.departments) + len(book.sectors)
    _, again = apply_rows(loaded, rows)
    assert (again.created, again.changed) == (0, 0)


def test_a_new_name_leaves_the_old_one_as_another() -> None:
    draft = DepartmentDraft(name="Управление городского хозяйства", aliases=["УЖКХ"])
    one = drafted(draft, "house", BOOK.departments["house"])
    assert one.aliases == ["УЖКХ", "Управление ЖКХ"]
    assert drafted(DepartmentDraft("управление жкх"), "house", BOOK.departments["house"]).names == (
        "управление жкх",
        "Управление ЖКХ",
    )


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "х" * 301}, "name"),
        ({"name": "a\u200bb"}, "name"),
        ({"code": "Ж"}, "code"),
        ({"parent": "gone"}, "parent"),
        ({"parent": "roads"}, "parent"),
        ({"parent": "house"}, "parent"),
        ({"sector": "gone"}, "sector"),
        ({"name": "дорожная СЛУЖБА"}, "name"),
        ({"aliases": ["Управление образования"]}, "aliases"),
        ({"aliases": [str(number) for number in range(41)]}, "aliases"),
    ],
)
def test_what_a_department_may_not_be(changes: dict[str, object], field: str) -> None:
    one = replace(BOOK.departments["house"], **changes)
    book = DepartmentBook({**BOOK.departments, "house": one}.values(), BOOK.sectors.values())
    with pytest.raises(BadInputError) as refused:
        check_department(book, one)
    assert refused.value.field == field


def test_every_change_has_who_and_when() -> None:
    one = replace(BOOK.departments["roads"], sector="city")
    wanted = DepartmentBook({**BOOK.departments, "roads": one}.values(), BOOK.sectors.values())
    book, events = stamped(BOOK, wanted, by="admin", at=NOW, seq=4)
    (event,) = events
    assert (event.seq, event.by, event.at, event.what) == (5, "admin", NOW, "department_changed")
    assert (event.changed, event.before) == (["sector"], {"sector": None})
    assert book.departments["roads"].version == 2
    assert book.departments["house"] is BOOK.departments["house"]
    same, nothing = stamped(book, book, by="other", at=NOW, seq=5)
    assert nothing == []
    assert same.departments == book.departments


def test_codes_are_made_from_names_and_never_twice() -> None:
    assert new_code("Управление ЖКХ", []) == "upravlenie-zhkkh"
    assert new_code("Управление ЖКХ", ["upravlenie-zhkkh"]) == "upravlenie-zhkkh-2"
    assert new_code("«»", []) == "department"
    long = new_code("х" * 100, [new_code("х" * 100, [])])
    assert len(long) == 64
    assert long.endswith("-2")


def test_a_table_with_mistakes_names_each_row_and_takes_nothing() -> None:
    table = (
        "kind;code;name;aliases;sector;parent;municipality;active\n"
        "department;new;Новое;;gone;;;\n"
        "department;house;Управление ЖКХ;;;roads;;\n"
        "отдел;;Странное;;;;;\n"
        "department;school;Управление образования;;;;;возможно\n"
        ";;дорожная служба;УДХ;;house;;да\n"
        "department;house;Ещё раз;;;;;\n"
    ).encode("cp1251")
    with pytest.raises(BadBookError) as refused:
        apply_rows(BOOK, read_table(table))
    assert [one.row for one in refused.value.errors] == [2, 3, 4, 5, 6, 7]


def test_a_row_without_a_code_is_known_by_its_name() -> None:
    rows = read_table("name,aliases\nдорожная служба,УДХ\n".encode())
    book, done = apply_rows(BOOK, rows)
    assert (done.created, done.changed) == (0, 1)
    assert set(book.departments["roads"].aliases) == {"УДХ", "Дорожная служба"}
    assert book.departments["roads"].parent == "house"


def test_a_table_without_the_column_leaves_the_capacity() -> None:
    book, _ = apply_rows(BOOK, read_table("name;capacity\nДорожная служба;150\n".encode()))
    assert book.departments["roads"].capacity == 150
    same, _ = apply_rows(book, read_table("name\nДорожная служба\n".encode()))
    assert same.departments["roads"].capacity == 150
    with pytest.raises(BadBookError, match="ошибки"):
        apply_rows(book, read_table("name;capacity\nДорожная служба;много\n".encode()))


@pytest.mark.parametrize("data", [b"", b"code;aliases\n1;2\n", b'name\n"a', b"name\n\x00"])
def test_what_is_no_table_is_refused(data: bytes) -> None:
    with pytest.raises(BadInputError):
        read_table(data)
