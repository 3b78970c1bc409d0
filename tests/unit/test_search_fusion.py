"""Several lists become one order, and a link remembers what was shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import BadInputError
from app.search.cursor import Place, make_cursor, read_cursor
from app.search.fusion import EVEN, PLACE_FIRST, WORDS_FIRST, fuse, stretched, weights_of
from app.search.params import Mode, SearchParams, Sort
from app.search.shown import mark, pack, unpack
from app.search.understanding import understand

names = st.text("abcdefgh", min_size=1, max_size=3)
listed = st.lists(
    st.tuples(names, st.floats(0, 50)), max_size=12, unique_by=lambda one: one[0]
).map(lambda found: sorted(found, key=lambda one: -one[1]))


@given(st.tuples(listed, listed, listed), st.lists(names, max_size=2, unique=True))
def test_an_order_holds_everything_once(
    lists: tuple[list[tuple[str, float]], ...], first: list[str]
) -> None:
    order = fuse(lists, EVEN, first)
    found = [name for name, _ in order]
    assert found[: len(first)] == first
    assert len(found) == len(set(found))
    assert set(found) == {name for one in lists for name, _ in one} | set(first)
    assert all(0 <= score <= 1 + 1e-9 for _, score in order)
    assert order == fuse(lists, EVEN, first)


def test_the_measure_of_a_list_has_no_say() -> None:
    assert stretched([("a", 300.0), ("b", 200.0), ("c", 100.0)]) == {"a": 1.0, "b": 0.5, "c": 0.0}
    assert stretched([("a", 3.0), ("b", 3.0)]) == {"a": 1.0, "b": 1.0}
    by_words = [("a", 10.0), ("b", 0.0)]
    by_meaning = [("b", 0.9), ("c", 0.85), ("a", 0.5)]
    assert [name for name, _ in fuse([by_words, [], by_meaning], EVEN)] == ["b", "c", "a"]
    assert [name for name, _ in fuse([by_words, by_words, by_meaning], WORDS_FIRST)] == [
        "a",
        "b",
        "c",
    ]


@pytest.mark.parametrize(
    ("text", "auto", "hybrid"),
    [
        ("в квартире холодно батареи ледяные", EVEN, EVEN),
        ("вода", WORDS_FIRST, EVEN),
        ('"нет горячей воды" третий день подряд', WORDS_FIRST, EVEN),
        ("не убирают снег у подъезда ул. Ленина, д. 35", PLACE_FIRST, PLACE_FIRST),
        ("ул. Ленина, д. 35", None, None),
        ("26-000123", None, None),
        ("", None, None),
    ],
)
def test_what_meaning_weighs(text: str, auto: object, hybrid: object) -> None:
    asked = understand(text)
    assert weights_of(asked, Mode.AUTO, relevance=True) == auto
    assert weights_of(asked, Mode.HYBRID, relevance=True) == hybrid
    assert weights_of(asked, Mode.WORDS, relevance=True) is None
    assert weights_of(asked, Mode.AUTO, relevance=False) is None


@given(st.frozensets(names, max_size=60))
def test_marks_return_as_they_were(shown: frozenset[str]) -> None:
    marks = frozenset(map(mark, shown))
    assert unpack(pack(sorted(marks))) == marks


def test_a_place_in_an_order_by_meaning_fits_into_a_link() -> None:
    params = SearchParams(q="вода")
    marks = frozenset(mark(str(number)) for number in range(399))
    for place in (Place([], 2, marks, 17), Place([1.5, 17, "id"], 0, marks, 0)):
        after = make_cursor(params, place)
        assert len(after) < 4000
        assert read_cursor(SearchParams(q="вода", after=after)) == place


@pytest.mark.parametrize(
    ("sort", "place"),
    [
        (None, Place([])),
        (None, Place([], 0, frozenset({b"12345"}), 101)),
        (None, Place([], 0, frozenset({b"123"}), 1)),
        (Sort.NEWEST, Place([], 0, frozenset({b"12345"}), 1)),
        (None, Place([], 0, frozenset(number.to_bytes(5) for number in range(500)), 1)),
    ],
)
def test_a_place_that_no_page_gave_is_refused(sort: Sort | None, place: Place) -> None:
    asked = SearchParams(q="вода", sort_given=sort)
    after = make_cursor(asked, place)
    with pytest.raises(BadInputError):
        read_cursor(SearchParams(q="вода", sort_given=sort, after=after))
