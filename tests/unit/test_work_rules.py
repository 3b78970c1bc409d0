"""«Моя работа» without the engine: the address, the own lists, visits, words of deadlines."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.cases.codes import Channel, Importance, Kind, State
from app.cases.due import due
from app.cases.lines import first_line
from app.errors import BadInputError, NotFoundError, OtklikError
from app.viewer import LOCAL_VIEWER, Viewer
from app.work import desk as rules
from app.work.cursor import make_cursor, read_cursor
from app.work.models import Desk
from app.work.params import FILTERS, WorkParams, parse_work, readable_work
from app.work.query import counts_body, facets_body, newer_body, rows_body
from app.work.queues import Moment, Queue, offered_queues

ZONE = ZoneInfo("Europe/Moscow")
NOW = datetime(2026, 3, 18, 11, 30, 20, tzinfo=UTC)
MOMENT = Moment.of(NOW, ZONE)

_WORDS = st.text(st.characters(blacklist_categories=["Cs"]), min_size=1, max_size=30).filter(
    lambda text: text == text.strip() != ""
)
_CODES = {"state": State, "importance": Importance, "kind": Kind, "channel": Channel}


def _chosen(name: str) -> st.SearchStrategy[tuple[str, ...]]:
    one = st.sampled_from([code.value for code in _CODES[name]]) if name in _CODES else _WORDS
    return st.lists(one, min_size=1, max_size=4, unique=True).map(tuple)


PARAMS = st.builds(
    WorkParams,
    queue=st.sampled_from(Queue),
    filters=st.fixed_dictionaries({}, optional={name: _chosen(name) for name in FILTERS}),
    after=st.none() | st.text("abcXYZ0123456789-_", min_size=1, max_size=40),
)


@given(PARAMS)
def test_the_address_is_the_whole_state(params: WorkParams) -> None:
    query = params.address.partition("?")[2]
    read = parse_work(parse_qsl(query))
    assert read == params
    assert read.address == params.address
    assert readable_work(parse_qsl(query)) == params.first


@given(PARAMS, st.sampled_from(FILTERS), st.data())
def test_switching_a_value_twice_changes_nothing(
    params: WorkParams, name: str, data: st.DataObject
) -> None:
    value = data.draw(_chosen(name))[0]
    there = params.toggled(name, value)
    assert there.after is None
    assert (value in there.values(name)) != (value in params.values(name))
    back = there.toggled(name, value)
    assert {key: set(values) for key, values in back.filters.items()} == {
        key: set(values) for key, values in params.filters.items()
    }


NAMES = st.sampled_from([*FILTERS, "queue", "after", "x"])


@given(st.lists(st.tuples(NAMES, st.text()), max_size=9))
def test_any_address_is_read_or_refused_by_name(pairs: list[tuple[str, str]]) -> None:
    refused = ""
    try:
        params = parse_work(pairs)
    except BadInputError as error:
        params, refused = readable_work(pairs), error.field or "nothing"
    assert refused in {"", "queue", *FILTERS}
    assert parse_work(parse_qsl(urlencode(params.pairs()))) == params


@given(PARAMS, st.integers(-(2**63), 2**63 - 1), st.text(max_size=20))
def test_a_place_comes_back_as_it_was(params: WorkParams, number: int, text: str) -> None:
    values = [number, "high", 5, text]
    cursor = make_cursor(params, values)
    assert read_cursor(params.first, cursor) == values


@given(st.text())
def test_a_made_up_place_is_refused(text: str) -> None:
    with pytest.raises(BadInputError):
        read_cursor(WorkParams(), text)


BODIES = [
    rows_body(WorkParams(), LOCAL_VIEWER, MOMENT),
    counts_body(LOCAL_VIEWER, MOMENT),
    facets_body(WorkParams(Queue.OPEN, {"state": ("new",)}), LOCAL_VIEWER, MOMENT),
    newer_body(WorkParams(), LOCAL_VIEWER, MOMENT, NOW),
]


@pytest.mark.parametrize("body", BODIES)
def test_nothing_is_scored_and_little_is_counted(body: dict[str, Any]) -> None:
    assert set(body["query"]["bool"]) == {"filter"}
    if body["size"]:
        assert body["track_total_hits"] is False
        assert not {"history", "author", "original", "emb"} & set(body["_source"])


def test_whoever_may_see_nothing_asks_for_nothing() -> None:
    stranger = Viewer("nobody")
    for body in (
        rows_body(WorkParams(Queue.OPEN), stranger, MOMENT),
        counts_body(stranger, MOMENT),
        facets_body(WorkParams(Queue.OPEN), stranger, MOMENT),
        newer_body(WorkParams(Queue.OPEN), stranger, MOMENT, NOW),
    ):
        assert {"match_none": {}} in body["query"]["bool"]["filter"]
    assert Queue.FREE not in offered_queues(stranger)


@pytest.mark.parametrize(
    ("away", "level", "text"),
    [
        (timedelta(days=-2, hours=-3), "overdue", "просрочено на 2\u00a0дня"),
        (timedelta(hours=-5, minutes=-1), "overdue", "просрочено на 5\u00a0часов"),
        (timedelta(seconds=-50), "overdue", "просрочено на 1\u00a0минуту"),
        (timedelta(hours=3), "today", "сегодня до 17:30"),
        (timedelta(hours=12), "soon", "завтра до 02:30"),
        (timedelta(days=3), "soon", "через 3\u00a0дня"),
        (timedelta(days=21), "later", "через 21\u00a0день"),
    ],
)
def test_a_deadline_in_words(away: timedelta, level: str, text: str) -> None:
    found = due(NOW + away, MOMENT.now)
    assert (found.level, found.text) == (level, text)


def test_finished_work_has_no_deadline() -> None:
    assert due(NOW - timedelta(days=9), MOMENT.now, done=True).level == "done"


@given(st.timedeltas(timedelta(days=-400), timedelta(days=400)))
def test_the_words_agree_with_the_end_of_the_day_of_the_queues(away: timedelta) -> None:
    """What a queue calls overdue or due today is called so beside the row."""
    deadline = NOW + away
    level = due(deadline, MOMENT.now).level
    assert (level == "overdue") == (deadline < MOMENT.now)
    assert (level == "today") == (MOMENT.now <= deadline < MOMENT.tomorrow)


def test_no_deadline_is_said() -> None:
    assert due(None, MOMENT.now).text == "без срока"


@given(st.text(max_size=2000), st.none() | st.text(max_size=300))
def test_a_row_holds_one_line(text: str, title: str | None) -> None:
    line = first_line(title, text)
    assert "\n" not in line
    assert len(line) <= 221


def with_views(*names: str) -> Desk:
    desk = Desk(login="olga")
    for name in names:
        desk = rules.with_view(desk, name, [("queue", "open")])
    return desk


def names(desk: Desk) -> list[str]:
    return [view.name for view in desk.views]


def test_own_lists_are_renamed_moved_and_deleted() -> None:
    desk = with_views("Дороги", "Вода", "Свет")
    roads, water, light = (view.slug for view in desk.views)
    assert names(rules.moved(desk, light, -1)) == ["Дороги", "Свет", "Вода"]
    assert names(rules.moved(desk, roads, -1)) == ["Дороги", "Вода", "Свет"]
    assert names(rules.renamed(desk, water, "  Водоканал  и ГВС ")) == [
        "Дороги",
        "Водоканал и ГВС",
        "Свет",
    ]
    first = rules.with_default(desk, water)
    assert first.default == water
    assert rules.without(first, water).default is None
    assert rules.without(first, roads).default == water
    assert rules.without(first, "gone") == first
    assert rules.with_default(first, None).default is None


@pytest.mark.parametrize("name", ["", "   ", "x" * 61, "дороги"])
def test_a_bad_name_of_a_list_is_refused(name: str) -> None:
    with pytest.raises(BadInputError) as refused:
        rules.with_view(with_views("Дороги"), name, [])
    assert refused.value.field == "name"


def test_own_lists_are_thirty_at_most() -> None:
    desk = with_views(*(f"Список {number}" for number in range(30)))
    with pytest.raises(BadInputError):
        rules.with_view(desk, "Ещё один", [])


@pytest.mark.parametrize("change", [rules.moved, rules.renamed, rules.with_default])
def test_a_list_that_is_gone_is_said(change: Any) -> None:
    arguments: dict[Any, tuple[Any, ...]] = {rules.moved: (1,), rules.renamed: ("Имя",)}
    with pytest.raises(NotFoundError):
        change(with_views("Дороги"), "gone", *arguments.get(change, ()))


STEPS: dict[str, Callable[[Desk, str, int], Desk]] = {
    "add": lambda desk, _, number: rules.with_view(desk, f"Список {number}", []),
    "up": lambda desk, slug, _: rules.moved(desk, slug, -1),
    "down": lambda desk, slug, _: rules.moved(desk, slug, 1),
    "drop": lambda desk, slug, _: rules.without(desk, slug),
    "first": lambda desk, slug, _: rules.with_default(desk, slug),
}


@given(st.lists(st.tuples(st.sampled_from(sorted(STEPS)), st.integers(0, 9))))
def test_own_lists_always_stay_a_list(steps: list[tuple[str, int]]) -> None:
    """No step loses or doubles a list, and the default is always one of them."""
    desk = Desk(login="olga")
    for step, number in steps:
        slug = desk.views[number % len(desk.views)].slug if desk.views else "none"
        before = desk
        try:
            desk = STEPS[step](desk, slug, number)
        except OtklikError:
            assert desk is before
        slugs = [view.slug for view in desk.views]
        assert len(set(slugs)) == len(slugs) <= rules.MOST_VIEWS
        assert desk.default is None or desk.default in slugs
