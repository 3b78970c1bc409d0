"""The book of places: its table read and written, what a table changes, whom a point belongs to."""

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from app.books.places.table import COLUMNS, read_places, write_places
from app.cases.actions.points import point_text, read_point
from app.errors import BadInputError
from app.intake.tables import Cell, Row
from app.places.models import Kept, KnownPlace, Loaded, PlacesBook
from app.places.rules import changed_streets, merged, with_state
from app.reference.table import BadBookError
from app.similarity.results import stated_point
from app.suggestions.current import _join
from app.suggestions.gazetteer import Gazetteer, Seen, Sureness, gathered

HEADER = list(COLUMNS)
NOW = datetime(2026, 3, 10, 7, tzinfo=UTC)


def place(
    street: str = "Мира", house: str | None = "5", lat: float = 50.5, **more: object
) -> KnownPlace:
    values = {"municipality": "Юг", "settlement": None, "district": None, "street_type": "ул."}
    fields: dict[str, object] = {
        **values,
        "street": street,
        "house": house,
        "lat": lat,
        "lon": 30.0,
    }
    return KnownPlace(**{**fields, **more})  # type: ignore[arg-type] - fields of a place


def read(*rows: Sequence[Cell], header: Sequence[str] = HEADER) -> list[KnownPlace]:
    return read_places(header, [Row(number, list(row), 0) for number, row in enumerate(rows, 2)])


def wrong(*rows: Sequence[Cell]) -> list[tuple[int, str]]:
    with pytest.raises(BadBookError) as raised:
        read(*rows)
    return [(one.row, one.message) for one in raised.value.errors]


def test_a_table_is_read_as_people_write_it() -> None:
    found = read(
        ["Юг", "", "Центр", "", "ул. Мира", "Д. 35 А", "55,7558", 37.6],
        ["Юг", "Заречье", "", "проспект", "Мира", 12.0, 55.1, "37.5"],
        ["Юг", "", "", "", "Первомайской улица", None, 55.2, 37.4],
        [None] * 8,
    )
    assert [(one.street_type, one.street, one.house, one.lat) for one in found] == [
        ("ул.", "Мира", "35а", 55.7558),
        ("пр-т", "Мира", "12", 55.1),
        ("ул.", "Первомайская", None, 55.2),
    ]
    russian = ["Улица", "Дом", "Широта", "Долгота"]
    [short] = read(["Лесная", "4/2", 55, 37], header=russian)
    assert (short.municipality, short.street, short.house) == (None, "Лесная", "4/2")


def test_every_wrong_row_is_told_and_nothing_is_taken() -> None:
    day = datetime(2026, 1, 12)  # noqa: DTZ001 - as a spreadsheet gives it
    told = wrong(
        ["", "", "", "", "Мира", "5", 55, 37],
        ["", "", "", "", "", "5", 55, 37],
        ["", "", "", "", "Мира", "сарай", 55, 37],
        ["", "", "", "", "Мира", day, 55, 37],
        ["", "", "", "", "Мира", "7", "", 37],
        ["", "", "", "", "Мира", "7", "север", 37],
        ["", "", "", "", "Мира", "7", 155, 37],
        ["", "", "", "", "Мира", "7", 0, 0],
        ["", "", "", "тропа", "Мира", "7", 55, 37],
        ["", "", "", "", "Мира", "5", 55.5, 37],
        ["", "", "", "", "Мира", "5", 55, 37],
    )
    assert [row for row, _ in told] == [3, 4, 5, 6, 7, 8, 9, 10, 11]
    words = " ".join(message for _, message in told)
    for part in ("Не названа улица", "номер дома", "превратился в дату", "Широта не указана",
                 "Широта: нужно число, а здесь «север»", "от −90 до 90", "0, 0", "тип улицы",
                 "уже был в строке 2"):  # fmt: skip
        assert part in words
    with pytest.raises(BadInputError, match="Нет столбцов: lat"):
        read(["Мира", 37], header=["street", "lon"])
    with pytest.raises(BadInputError, match="ни одной строки"):
        read(["", "", "", "", "", "", "", ""])


names = st.sampled_from(["Юг", "=СУММ(1)", "Север; восток", None])
streets = st.sampled_from(["Мира", "Карла Маркса", "Лесная", "50 лет Октября"])
houses = st.sampled_from([None, "5", "35а", "4/2", "12к1"])
degrees = st.floats(-89, 89).filter(bool)
places = st.builds(
    KnownPlace,
    names,
    names,
    names,
    st.sampled_from([None, "ул.", "пр-т"]),
    streets,
    houses,
    degrees,
    degrees,
)


@given(st.lists(places, min_size=1, max_size=12, unique_by=lambda one: one.key))
def test_what_is_written_reads_back_the_same(known: list[KnownPlace]) -> None:
    text = write_places(known).decode("utf-8-sig")
    assert text.count("\n=") == 0
    assert ";=" not in text
    import csv
    import io

    header, *rows = csv.reader(io.StringIO(text, newline=""), delimiter=";")
    assert header == HEADER
    assert set(read(*rows, header=header)) == set(known)


@given(st.lists(places, max_size=8), st.lists(places, max_size=8), st.booleans())
def test_what_a_table_does_adds_up(
    was: list[KnownPlace], given_: list[KnownPlace], whole: bool
) -> None:
    before = list({one.key: one for one in was}.values())
    after, done = merged(before, given_, replace_all=whole)
    keys = {one.key for one in given_}
    assert done.created + done.changed + done.unchanged == len(keys)
    assert len(after) == len(before) + done.created - done.removed
    assert {one.key for one in after} >= keys
    assert whole or not done.removed
    again, nothing = merged(after, given_, replace_all=whole)
    assert (again, nothing) == (after, Loaded(unchanged=len(keys)))
    assert bool(changed_streets(before, after)) == bool(
        done.created or done.changed or done.removed
    )


def test_streets_that_wait_are_kept_until_somebody_has_looked() -> None:
    kept = Kept("g", 1, 1, 1)
    event = ("places_loaded", "x")
    one = with_state(PlacesBook(), kept, {"мира"}, event, "admin", NOW)
    two = with_state(one, replace(kept, generation="h"), {"лесная"}, event, "admin", NOW)
    assert two.changed == ["лесная", "мира"]
    assert (two.current, two.previous, two.version) == (replace(kept, generation="h"), kept, 2)
    every = with_state(two, kept, {str(n) for n in range(30_000)}, event, "admin", NOW)
    assert every.changed == [], "so many are all"
    assert with_state(every, kept, {"мира"}, event, "admin", NOW).changed == []


def seen(house: str, lat: float, municipality: str | None = "Юг") -> Seen:
    return Seen(municipality, "Мира", house, lat, 30.0, None)


def test_the_table_goes_before_what_cases_tell() -> None:
    whole = _join(gathered([seen("5", 51.0), seen("9", 51.5)]), [place()])
    table = whole.locate("мира", "5", "Юг")
    assert table
    assert (table.lat, table.sureness) == (50.5, Sureness.HOUSE)
    assert table.told == "дом 5: точка из справочника мест"
    cases = whole.locate("мира", "9", "Юг")
    assert cases
    assert (cases.lat, cases.told) == (51.5, "дом 9: точка из обращений, 1")
    assert whole.locate("мира", "5", "Север") is None
    alone = _join(Gazetteer(), [place(house=None, lat=50.9), place()])
    street = alone.locate("Мира", None)
    assert street
    assert (street.lat, street.sureness) == (50.9, Sureness.STREET)


def test_streets_named_alike_are_not_guessed_between() -> None:
    two = [place(), place(street_type="пр-т", lat=50.7), place(settlement="Заречье", lat=50.8)]
    whole = _join(gathered([seen("5", 51.0)]), two)
    assert whole.locate("мира", "5", "Юг") is None
    avenue = whole.locate("мира", "5", "Юг", None, "пр-т")
    assert avenue
    assert avenue.lat == 50.7
    village = whole.locate("мира", "5", "Юг", "Заречье", "ул.")
    assert village
    assert village.lat == 50.8
    nameless = _join(
        gathered([seen("5", 51.0), seen("5", 52.0, "Север")]), [place(municipality=None)]
    )
    found = nameless.locate("мира", "5")
    assert found
    assert found.lat == 50.5


def test_a_point_is_read_as_it_is_written() -> None:
    point = read_point(point_text(55.7558001, -37.6173))
    assert (point.lat, point.lon) == (55.7558, -37.6173)
    with pytest.raises(BadInputError):
        read_point("95.0, 30.0")


def test_the_point_of_a_house_that_a_text_tells_is_not_stated() -> None:
    derived = {"street": "мира", "house": "5", "point": {"lat": 50.0, "lon": 30.0}}
    assert stated_point({}, derived) is None
    assert stated_point({"street": "Мира"}, derived)
    own = stated_point({"point": {"lat": 1.0, "lon": 2.0}}, derived)
    assert own
    assert own.lat == 1.0


def test_rows_without_a_type_go_with_the_only_street_of_the_name() -> None:
    one = _join(Gazetteer(), [place(), place(street_type=None, house="7", lat=50.7)])
    found = one.locate("мира", "7", "Юг")
    assert found
    assert (found.lat, found.sureness) == (50.7, Sureness.HOUSE)
    avenue = place(street_type="пр-т", house="9")
    several = _join(Gazetteer(), [place(), avenue, place(street_type=None, house="7")])
    assert several.locate("мира", "7", "Юг") is None
