"""The query is pure: a dict that holds what a person typed as values only."""

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.cases.codes import Channel, State
from app.errors import BadInputError
from app.search.cursor import Place, make_cursor, read_cursor
from app.search.params import FACETS, SearchParams, Sort, parse_params, readable_params
from app.search.query import FACET_FIELDS, build_query
from app.search.understanding import MAX_LENGTH, understand
from app.viewer import LOCAL_VIEWER, Viewer

ZONE = ZoneInfo("Europe/Moscow")


def body(text: str = "", viewer: Viewer | None = LOCAL_VIEWER, **filters: str) -> dict[str, Any]:
    params = parse_params([("q", text), *filters.items()])
    return build_query(params, understand(params.q), viewer, ZONE)


def keys_of(node: Any) -> set[str]:
    if isinstance(node, dict):
        return set(node) | {key for value in node.values() for key in keys_of(value)}
    if isinstance(node, list):
        return {key for item in node for key in keys_of(item)}
    return set()


KNOWN_KEYS = (
    keys_of(body('"горячая вода" ул. Ленина 35 26-000123'))
    | keys_of(body("длинноеслово"))
    | keys_of(body("на"))
    | keys_of(body("вода или свет -газ"))
    | keys_of(body("вода", asis="synonyms"))
)


@given(st.text(max_size=300))
def test_a_persons_text_is_never_a_key_or_syntax(text: str) -> None:
    built = body(text)
    assert keys_of(built) <= KNOWN_KEYS
    assert not keys_of(built) & {
        "query_string",
        "simple_query_string",
        "regexp",
        "wildcard",
        "script",
    }


@given(st.text(max_size=300), st.sampled_from([None, Viewer("nobody")]))
def test_without_a_scope_nothing_is_found(text: str, viewer: Viewer | None) -> None:
    assert {"match_none": {}} in body(text, viewer)["query"]["bool"]["filter"]


def test_lists_never_ask_for_what_is_private_or_heavy() -> None:
    asked = body("вода")["_source"]
    assert not {"author", "original", "history", "emb", "lsh", "lemmas"} & {
        name.split(".")[0] for name in asked
    }


def test_the_author_is_not_searched() -> None:
    assert not [key for key in keys_of(body("Иванова 89001234567")) if key.startswith("author")]


def test_a_long_question_is_cut_at_a_word_with_a_note() -> None:
    asked = understand("вода " * 3000)
    assert len(asked.text) <= MAX_LENGTH
    assert asked.text.endswith("вода")
    assert [change.code for change in asked.changes] == ["cut"]
    assert len(understand("а" * 10_000).text) == MAX_LENGTH


@pytest.mark.parametrize("text", ['"нет воды', 'нет "" воды', '"""', "«нет воды»", '"!?"'])
def test_unbalanced_or_empty_quotes_are_no_phrase(text: str) -> None:
    assert understand(text).phrases == ()


def test_phrases_are_taken_literally_and_their_words_still_rank() -> None:
    asked = understand('вода "нет горячей" и “на Ленина”')
    assert asked.phrases == ("нет горячей", "на Ленина")
    assert asked.text == "вода нет горячей и на Ленина"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("№ 26-000123", "26-000123"),
        ("26–000123", "26-000123"),
        ("им-123456", "ИМ-123456"),
        ("17", "17"),
        ("что с 26-000123?", "26-000123"),
    ],
)
def test_numbers_of_cases_in_any_spelling(text: str, number: str) -> None:
    assert number in understand(text).numbers


@pytest.mark.parametrize("text", ["школа 12", "нет воды", "дом 135"])
def test_small_numbers_inside_are_no_cases(text: str) -> None:
    assert understand(text).numbers == ()


values = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20).filter(
    lambda text: text.strip() == text
)


KNOWN_DAYS = st.dates(date(1900, 1, 1), date(2199, 12, 31))


@st.composite
def params_of(draw: st.DrawFn) -> SearchParams:
    filters = {
        name: tuple(draw(st.lists(values, min_size=1, max_size=3, unique=True)))
        for name in draw(
            st.sets(st.sampled_from([n for n in FACETS if n not in {"kind", "channel", "state"}]))
        )
    }
    if draw(st.booleans()):
        filters["state"] = (draw(st.sampled_from(list(State))).value,)
        filters["channel"] = (draw(st.sampled_from(list(Channel))).value,)
    days = sorted(draw(st.lists(KNOWN_DAYS, min_size=2, max_size=2)))
    return SearchParams(
        q=draw(values | st.just("")),
        filters=filters,
        since=draw(st.sampled_from([None, days[0]])),
        until=draw(st.sampled_from([None, days[1]])),
        sort_given=draw(st.sampled_from([None, *Sort])),
        size=draw(st.integers(1, 100)),
        after=draw(st.none() | st.just("abc")),
    )


@given(params_of())
def test_the_address_says_everything(params: SearchParams) -> None:
    assert parse_params(params.pairs()) == params


@given(params_of(), st.sampled_from(FACETS), values)
def test_a_filter_switched_twice_is_as_it_was(params: SearchParams, name: str, value: str) -> None:
    if value in params.values(name):
        return
    once = params.toggled(name, value)
    assert once.values(name) == (*params.values(name), value)
    assert once.after is None
    assert once.toggled(name, value).filters == params.filters


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("size", "0"),
        ("size", "101"),
        ("size", "²"),
        ("size", "много"),
        ("sort", "views"),
        ("mode", "magic"),
        ("from", "вчера"),
        ("to", "2026-02-30"),
        ("state", "lost"),
        ("street", "я" * 600),
    ],
)
def test_bad_values_name_their_field_in_russian(name: str, value: str) -> None:
    with pytest.raises(BadInputError) as caught:
        parse_params([(name, value)])
    assert caught.value.field == name
    assert any("а" <= letter <= "я" for letter in caught.value.message)


def test_what_can_be_read_of_a_bad_address_is_kept() -> None:
    pairs = [("q", "вода"), ("size", "0"), ("state", "new"), ("from", "вчера"), ("after", "x")]
    assert readable_params(pairs) == SearchParams(q="вода", filters={"state": ("new",)})


def test_a_period_may_not_end_before_it_begins() -> None:
    with pytest.raises(BadInputError):
        parse_params([("from", "2026-03-02"), ("to", "01.03.2026")])


def test_days_are_whole_days_of_the_zone() -> None:
    period = body(**{"from": "2026-03-01", "to": "2026-03-01"})["post_filter"]["bool"]["filter"][0]
    assert period["range"]["received_at"] == {
        "gte": "2026-03-01T00:00:00+03:00",
        "lt": "2026-03-02T00:00:00+03:00",
    }


def test_a_facet_ignores_its_own_filter_and_keeps_the_others() -> None:
    aggregations = body("вода", state="new", street="Ленина")["aggs"]
    fields = {
        name: {
            next(iter(clause["terms"])) for clause in aggregations[name]["filter"]["bool"]["filter"]
        }
        for name in FACETS
    }
    assert fields["state"] == {FACET_FIELDS["street"]}
    assert fields["street"] == {FACET_FIELDS["state"]}
    assert fields["theme"] == {FACET_FIELDS["street"], FACET_FIELDS["state"]}
    assert aggregations["state"]["aggs"]["chosen"]["terms"]["include"] == ["new"]


def test_without_words_newest_come_first() -> None:
    assert body()["sort"][0] == {"received_at": {"order": "desc", "missing": "_last"}}
    assert body("вода")["sort"][0] == {"_score": "desc"}
    assert "should" not in body("вода", sort="deadline")["query"]["bool"]


def test_a_cursor_returns_what_was_put_in() -> None:
    params = parse_params([("q", "вода")])
    place = Place([1.5, 17, "id"], step=2)
    assert (
        read_cursor(parse_params([("q", "вода"), ("after", make_cursor(params, place))])) == place
    )


@given(st.text(max_size=80))
def test_a_made_up_cursor_is_refused_with_a_sentence(after: str) -> None:
    params = SearchParams(q="вода", after=after)
    with pytest.raises(BadInputError) as caught:
        read_cursor(params)
    assert caught.value.field == "after"


@pytest.mark.parametrize(
    "values",
    [[], ["x", 1, "id"], [1.0, 2, 3], [True, 1, "id"], [1e999, 1, "id"], [1.0, 2**70, "id"]],
)
def test_a_cursor_of_other_types_is_refused(values: list[Any]) -> None:
    params = SearchParams(q="вода")
    with pytest.raises(BadInputError):
        read_cursor(SearchParams(q="вода", after=make_cursor(params, Place(values))))


def test_a_cursor_of_another_question_is_refused() -> None:
    after = make_cursor(SearchParams(q="вода"), Place([1.0, 2, "id"]))
    with pytest.raises(BadInputError, match="другому поиску"):
        read_cursor(SearchParams(q="свет", after=after))
