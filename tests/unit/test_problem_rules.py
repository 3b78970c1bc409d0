"""Which problem a message joins, which two are one, which words tell: rules without an engine."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.cases.codes import DONE_STATES
from app.errors import BadInputError
from app.problems.book import WindowBook, WindowsChange
from app.problems.gathering import arrival_of, gathered_of, with_gathered
from app.problems.merging import clear_merges, split_offer
from app.problems.models import LIVING, Act, Counts, Problem, ProblemState
from app.problems.phrases import key_phrases
from app.problems.query import DONE
from app.problems.reach import AHEAD, By, Covered, Reach, reach_of, ways_of
from app.problems.register import Register, problem_id
from app.problems.scoring import Arrival, founded, score
from app.problems.windows import Moved, Window, Windows, checked, moved, shipped_windows
from app.similarity.spot import house_number

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
WATER = "Отсутствие холодной и/или горячей воды"
WINDOWS = shipped_windows()


def unit(*numbers: float) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    vector = np.array(numbers, np.float32)
    return vector / np.float32(np.linalg.norm(vector))


def message(number: int, **told: object) -> Arrival:
    given_: dict[str, object] = {
        "id": f"m{number}",
        "at": START + timedelta(hours=number),
        "municipality": "Город",
        "theme": WATER,
        "group": "ЖКХ",
        "street": "ленина",
        "house": "5",
        "vector": unit(1, 0.2),
        "emb_ver": "v",
    }
    return Arrival(**{**given_, **told})  # type: ignore[arg-type] - a test names what it changes


def test_the_second_message_of_one_house_makes_a_problem() -> None:
    register = Register(WINDOWS.of)
    assert register.assign(message(1)).problem is None
    made = register.assign(message(2))
    assert (made.problem, made.founder) == (problem_id("m1"), "m1")
    assert register.assign(message(3)).founder is None
    assert register.problems[problem_id("m1")].members == 3


def test_another_town_street_or_season_is_another_problem() -> None:
    for told in (
        {"municipality": "Другой"},
        {"settlement": "с. Дальнее"},
        {"street": "мира"},
        {"at": START + timedelta(days=40)},
        {"house": "95", "theme": "Ямы во дворах", "vector": unit(0, 1)},
    ):
        register = Register(WINDOWS.of)
        register.assign(message(1, settlement="г. Город"))
        assert register.assign(message(2, **told)).problem is None, told


def test_vectors_of_two_means_are_not_compared() -> None:
    old = founded(message(1), "p")
    found = score(message(2, emb_ver="w"), old)
    assert found is not None
    assert found.text is None
    old.take(message(2, emb_ver="w"))
    assert (old.vectors, old.emb_ver) == (1, "w")


arrivals = st.builds(
    message,
    st.integers(1, 400),
    street=st.sampled_from(["ленина", "мира", None]),
    house=st.sampled_from(["5", "7", "95", None]),
    theme=st.sampled_from([WATER, "Ямы во дворах", None]),
    point=st.sampled_from([None, (55.7, 37.6), (55.8, 37.6)]),
    vector=st.sampled_from([None, unit(1, 0.2), unit(0.2, 1)]),
)


@settings(max_examples=40)
@given(st.lists(arrivals, max_size=40, unique_by=lambda one: one.id), st.integers(0, 40))
def test_what_is_stored_in_between_changes_nothing(stream: list[Arrival], cut: int) -> None:
    stream.sort(key=lambda one: (one.at, one.id))
    whole = Register(WINDOWS.of)
    expected = [whole.assign(one).problem for one in stream]
    early = Register(WINDOWS.of)
    found = [early.assign(one).problem for one in stream[:cut]]
    later = Register(WINDOWS.of)
    by_id = {one.id: one for one in stream}
    later.load(
        [
            gathered_of(with_gathered(_fresh(one.id, one.founder), one))
            for one in early.problems.values()
        ],
        [by_id[one.founder] for one in early.lone.values()],
    )
    assert found + [later.assign(one).problem for one in stream[cut:]] == expected
    members = sum(one.members for one in later.problems.values()) + len(later.lone)
    assert members == len(stream), "each is in one problem or alone"


def _fresh(name: str, founder: str) -> Problem:
    return Problem(id=name, created_at=START, founder=founder)


def a_problem(name: str, day: int, **told: object) -> Problem:
    given_: dict[str, object] = {
        "id": name,
        "created_at": START,
        "founder": name,
        "theme": WATER,
        "municipality": "Город",
        "streets": ["ленина"],
        "houses": ["ленина|5"],
        "centroid": [1.0, 0.0],
        "emb_ver": "v",
        "first_at": START + timedelta(days=day),
        "last_at": START + timedelta(days=day + 1),
    }
    return Problem(**{**given_, **told})  # type: ignore[arg-type] - a test names what it changes


def test_only_what_is_clearly_one_is_merged_into_the_older() -> None:
    older = a_problem("p2", 0)
    grace = WindowBook().grace
    [merge] = clear_merges([a_problem("p1", 2), older], grace)
    assert (merge.gone, merge.stays) == ("p1", "p2")
    for told in (
        {"apart": ["p2"]},
        {"acts": [Act(START, "a", "renamed")]},
        {"houses": ["ленина|7"]},
        {"theme": "Ямы во дворах"},
        {"municipality": "Другой"},
        {"centroid": [0.0, 1.0]},
        {"emb_ver": "w"},
        {"state": ProblemState.SOLVED},
        {"first_at": START + timedelta(days=30), "last_at": START + timedelta(days=31)},
    ):
        assert not clear_merges([a_problem("p1", 2, **told), older], grace), told


def test_two_themes_of_weight_offer_a_split() -> None:
    counts = Counts(themes={WATER: 6, "Ямы во дворах": 4})
    offer = split_offer(a_problem("p1", 0, members=10, counts=counts))
    assert offer is not None
    assert (offer.theme, offer.other) == (WATER, "Ямы во дворах")
    few = Counts(themes={WATER: 8, "Ямы во дворах": 2})
    assert split_offer(a_problem("p1", 0, members=10, counts=few)) is None


def test_phrases_are_words_of_this_problem_and_not_of_its_theme() -> None:
    mine = ["горячий вода насос сгорать"] * 6 + ["горячий вода холодный"] * 2
    others = ["горячий вода отключить"] * 20
    found = key_phrases(mine, others)
    assert found[0].count == 6
    assert "насос" in found[0].words
    assert not any(one.words == "вода" for one in found)
    assert key_phrases([], others) == []
    named = key_phrases(["чкалов насос"] * 4, others, ["чкалова"])
    assert [one.words for one in named] == ["насос"]


def test_lists_that_stand_on_two_floors_are_the_same() -> None:
    assert set(DONE) == {state.value for state in DONE_STATES}
    assert ProblemState.MERGED not in LIVING
    assert WINDOWS.of(WATER) < WINDOWS.of("Ямы во дворах") <= WINDOWS.longest


def test_a_sign_that_is_no_figure_stops_no_batch() -> None:
    """«²» is a digit to Python and no number: one such house would stop all assigning."""
    assert house_number("5²") == 5
    assert house_number("²") == 0
    register = Register(WINDOWS.of)
    register.assign(message(1, house="5²"))
    assert register.assign(message(2, house="7")).problem == problem_id("m1")


def test_of_several_lines_the_shortest_holds_and_a_list_is_tidied() -> None:
    typed = Windows(30, [Window(60, ["Ямы", " ямы "]), Window(5, ["воды"]), Window(60, ["Двор"])])
    tidy = checked(typed)
    assert tidy == Windows(30, [Window(5, ["воды"]), Window(60, ["ямы", "двор"])])
    assert tidy.of("Нет воды во дворе") == timedelta(days=5)
    assert tidy.of("ЯМЫ") == tidy.longest == timedelta(days=60)
    assert tidy.of(None, "Ямы и покрытие") == timedelta(days=60), "the group speaks for no theme"
    assert tidy.of(None) == timedelta(days=30)
    assert checked(WINDOWS) == WINDOWS


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        (Windows(0, []), "default"),
        (Windows(181, []), "default"),
        (Windows(21, [Window(0, ["ямы"])]), "days_0"),
        (Windows(21, [Window(4, ["вода"]), Window(7, [" "])]), "words_1"),
        (Windows(21, [Window(4, ["вода"]), Window(7, ["вод"]), Window(9, ["ВОДА"])]), "words_2"),
        (Windows(21, [Window(4, ["во"])]), "words_0"),
        (Windows(21, [Window(4, [f"слово{number}" for number in range(61)])]), "words_0"),
        (Windows(21, [Window(4, [f"слово{number}"]) for number in range(21)]), "default"),
    ],
)
def test_a_window_that_cannot_hold_is_refused_at_its_field(wanted: Windows, field: str) -> None:
    with pytest.raises(BadInputError) as refused:
        checked(wanted)
    assert refused.value.field == field


def test_a_change_of_windows_tells_what_moved() -> None:
    was = Windows(21, [Window(4, ["вода", "тепло"])])
    now = Windows(30, [Window(4, ["вода"]), Window(9, ["ямы"])])
    assert moved(was, now) == [Moved(None, 21, 30), Moved("тепло", 4), Moved("ямы", after=9)]
    assert moved(was, was) == []


def test_a_longer_window_joins_no_problems_that_stood_apart_before_it() -> None:
    older, younger = a_problem("p2", 0), a_problem("p1", 10)
    own = Windows(21, [Window(30, ["воды"])])
    assert not clear_merges([older, younger], WindowBook().grace)
    before = WindowBook(own, [WindowsChange(1, START - timedelta(days=1), "a", [])])
    assert clear_merges([older, younger], before.grace), "both began under these windows"
    after = WindowBook(own, [WindowsChange(1, START + timedelta(days=99), "a", [])])
    assert not clear_merges([older, younger], after.grace)
    meanwhile = a_problem("p1", 0)
    assert clear_merges([older, meanwhile], after.grace), "side by side in time they need no window"


def test_a_message_cut_off_from_the_problem_it_began_is_no_rival_of_it() -> None:
    """Its own write was cut off, or refused: whatever is read first, there is one of them."""
    name = problem_id("m1")
    for problem_first in (True, False):
        register = Register(WINDOWS.of)
        if not problem_first:
            register.load([], [message(1)])
        register.load([founded(message(2), name)])
        register.load([], [message(1)])
        made = register.assign(message(3))
        assert (made.problem, made.founder) == (name, None)
        assert register.problems[name].members == 2
        assert not register.lone
    stranger = Register(WINDOWS.of)
    stranger.load([founded(message(2, street="мира"), name)])
    assert stranger.assign(message(1)).problem is None
    assert not stranger.lone, "it comes back as the first of that problem or not at all"


def test_what_is_no_message_is_said_at_once() -> None:
    whole = {"id": "1", "received_at": "2026-03-02T09:00:00+03:00", "place": {}, "spot": {}}
    assert arrival_of(whole).theme is None
    odd: list[dict[str, object]] = [
        {"received_at": 1_772_431_200_000},
        {"classifier": {"im_theme": ["Ямы", "Снег"]}},
        {"place": {"municipality": {"name": "Город"}}},
        {"spot": {"street": "ленина", "house": 5}},
        {"place": {"point": [37.6, 55.7]}},
        {"place": {"point": {"lat": "север", "lon": 37.6}}},
        {"emb": ["a", "b"]},
    ]
    for part in odd:
        with pytest.raises((TypeError, ValueError, LookupError)):
            arrival_of({**whole, **part})


def test_what_was_read_is_known_by_town_street_and_days() -> None:
    """A street that was read for a later day, or in another town, was not read."""

    def reach(street: str, *days: int, town: str = "Город") -> Reach:
        moments = [START + timedelta(days=day) for day in days]
        return reach_of(ways_of(town, street, WATER), moments, WINDOWS.longest)

    covered = Covered()
    assert covered.lacks(reach("ленина", 5)) == reach("ленина", 5)
    covered.add(reach("ленина", 5))
    assert covered.lacks(reach("ленина", 6, 5 + AHEAD.days)) is None
    missing = covered.lacks(reach("мира", 6))
    assert missing
    assert missing.ways == {(By.STREET, "Город", "мира")}, "the theme is known"
    for other in (
        reach("ленина", 4),
        reach("ленина", 6 + AHEAD.days),
        reach("ленина", 5, town="Другой"),
    ):
        assert covered.lacks(other) == other
    covered.add(reach("ленина", 90))
    covered.add(reach("ленина", 95))
    assert covered.lacks(reach("ленина", 90, 95 + AHEAD.days)) is None
    assert covered.lacks(reach("ленина", 60)), "nobody looked between the two"
