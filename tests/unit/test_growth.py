"""Growth without an engine: the rule, its threshold, series, episodes, campaigns."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from app.growth import season
from app.growth.calibration import CEILING, FALSE_RATE, FLOOR, Learned, grows_beyond, relearned
from app.growth.campaigns import LEAST_MESSAGES, Sent, campaigns
from app.growth.counts import Tally
from app.growth.episodes import dismissed_days, found, standing
from app.growth.models import Alarm, Dismissal, Series, alarm_id
from app.growth.rules import LEAST_AUTHORS, THRESHOLD, Judged, judge, sums, tail, usual_range
from app.growth.telling import is_news, same_as, untold
from app.growth.watching import _renewed
from app.growth.words import growth_text

FIRST = date(2026, 1, 5)
PLACE = Series("Ямы", "Зареченск", "Слобода", "p1")
QUIET = np.random.default_rng(5).poisson(2.0, (40, 90))


def grown(row: int = 0) -> np.ndarray:
    counts = QUIET.copy()
    counts[row, -3:] += 8
    return counts


def test_growth_is_found_and_quiet_series_stay_quiet() -> None:
    judged = judge(grown(), 0)
    alarms = judged.alarms(THRESHOLD)
    assert alarms[0, -1]
    assert alarms[1:].mean() < 0.005


def test_few_people_are_no_growth() -> None:
    judged = judge(grown(), 0)
    people = judged.seen.copy()
    people[0, -1] = LEAST_AUTHORS - 1
    assert not judged.alarms(THRESHOLD, people)[0, -1]


def test_what_comes_on_every_weekday_is_usual_on_it() -> None:
    week = np.array([6, 6, 6, 6, 6, 0, 0])
    counts = np.tile(week, (60, 20))
    judged = judge(counts, 0)
    assert not judged.alarms(THRESHOLD)[:, 56:].any()
    assert judged.daily[0, -1] < 1 < judged.daily[0, -3]


def test_a_season_that_is_expected_is_no_growth() -> None:
    """Snow comes each winter: with last year's shape the same rise is usual."""
    usual = np.full((1, 120), 2.0)
    winter = usual.copy()
    winter[:, 100:] = 8.0
    chance = np.random.default_rng(1)
    counts = chance.poisson(np.vstack([winter, np.repeat(usual, 30, axis=0)]))
    factors = np.vstack([season.factors(winter * 20), np.ones((30, 120))])
    assert judge(counts, 0).alarms(THRESHOLD)[0, 100:].any()
    assert judge(counts, 0, factors).chance[0, 102] > judge(counts, 0).chance[0, 102] * 10


@settings(max_examples=25, deadline=None)
@given(
    st.integers(1, 60),
    st.floats(0.05, 40, allow_nan=False),
    st.floats(0.01, 1, allow_nan=False),
)
def test_the_tail_is_a_probability_that_falls(seen: int, expected: float, spread: float) -> None:
    here, more = (
        float(tail(np.array([float(one)]), np.array([expected]), np.array([spread]))[0])
        for one in (seen, seen + 1)
    )
    assert 0 <= more <= here <= 1


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10**6))
def test_series_do_not_depend_on_their_order(seed: int) -> None:
    order = np.random.default_rng(seed).permutation(len(QUIET))
    straight, mixed = judge(QUIET, 2), judge(QUIET[order], 2)
    assert np.allclose(straight.chance[order], mixed.chance)
    assert np.allclose(sums(QUIET[order].astype(float)), straight.seen[order])


def test_the_usual_range_holds_most_days() -> None:
    low, high = usual_range(judge(QUIET, 0))
    inside = np.logical_and(np.floor(low) <= QUIET, np.ceil(high) >= QUIET)
    assert 0.7 < inside[:, 28:].mean() < 0.99


def judged_with(chances: np.ndarray) -> Judged:
    ones = np.ones_like(chances)
    return Judged(ones, ones, ones, chances, ones)


def test_the_threshold_is_what_two_of_a_thousand_quiet_days_reach() -> None:
    chances = np.random.default_rng(3).uniform(0.0, 1.0, (400, 120))
    learned = relearned(Learned(), judged_with(chances), FIRST)
    assert FLOOR < learned.value < CEILING
    assert abs(learned.value - FALSE_RATE) < FALSE_RATE / 2
    assert learned.version == 1
    again = relearned(learned, judged_with(chances), FIRST + timedelta(days=1))
    assert (again.version, again.value, again.history) == (1, learned.value, learned.history)


def test_few_days_teach_nothing_and_nothing_leaves_its_bounds() -> None:
    few = relearned(Learned(), judged_with(np.full((10, 90), 1e-3)), FIRST)
    assert (few.version, few.value, few.day) == (0, THRESHOLD, FIRST)
    wild = relearned(Learned(), judged_with(np.full((400, 120), 5e-4)), FIRST)
    assert FLOOR <= wild.value <= CEILING


def test_what_people_dismissed_counts_as_quiet() -> None:
    chances = np.random.default_rng(3).uniform(0.1, 1.0, (400, 120))
    chances[:80, 60] = 1e-6
    plain = relearned(Learned(), judged_with(chances), FIRST)
    said = np.zeros(chances.shape, dtype=bool)
    said[:80, 60] = True
    assert relearned(Learned(), judged_with(chances), FIRST, said).value < plain.value


def test_copies_of_one_person_count_once_a_day() -> None:
    counted = Tally(FIRST, FIRST + timedelta(days=2))
    counted.add(PLACE, FIRST, "a", 5)
    counted.add(PLACE, FIRST + timedelta(days=2), "a", 1)
    counted.add(PLACE, FIRST + timedelta(days=2), "b", 2)
    counted.add(Series("Ямы", "Зареченск"), FIRST, None, 3)
    matrix = dict(zip(counted.series, counted.matrix().tolist(), strict=True))
    people = dict(zip(counted.series, counted.authors(2).tolist(), strict=True))
    assert matrix == {
        Series("Ямы", "Зареченск"): [4, 0, 2],
        Series("Ямы", "Зареченск", "Слобода"): [1, 0, 2],
        Series(problem="p1"): [1, 0, 2],
    }
    assert people[Series(problem="p1")] == 2
    assert people[Series("Ямы", "Зареченск")] == 5


def test_a_problem_is_about_what_most_of_its_newest_messages_tell() -> None:
    """Within a stretch the counts come theme by theme, each through all its days."""
    counted = Tally(FIRST, FIRST + timedelta(days=9))
    for theme, day, many in (
        *(("Вода", 2, 3), ("Вода", 5, 1), ("Снег", 1, 9), ("Снег", 5, 2)),
        *(("Ямы", 0, 1), ("Ямы", 4, 7)),
    ):
        place = Series(theme, "Зареченск", problem="p1")
        counted.add(place, FIRST + timedelta(days=day), f"a{day}", many)
    problem = Series(problem="p1")
    assert counted.about(problem) == Series("Снег", "Зареченск")
    assert counted.about(TOWN_SERIES) is None
    before = told_alarm(problem, 4, about=Series("Ямы", "Зареченск"))
    now = told_alarm(problem, 5, about=counted.about(problem))
    assert _renewed(now, before).about == Series("Снег", "Зареченск")


def test_an_episode_begins_where_its_days_began_and_waits_for_today() -> None:
    alarms = np.zeros((3, 10), dtype=bool)
    alarms[0, [2, 6, 7, 8]] = True
    alarms[1, [4, 5]] = True
    alarms[2, [9]] = True
    assert [(one.row, one.began, one.day) for one in standing(alarms)] == [(0, 6, 8), (2, 9, 9)]


def series_alarms(said: dict[Series, list[tuple[Alarm, Dismissal]]]) -> list[Alarm]:
    town, part = Series("Ямы", "Зареченск"), Series("Ямы", "Зареченск", "Слобода")
    series = [part, town, Series("Снег", "Зареченск")]
    counts = np.vstack([grown()[0], grown()[0], grown()[0], QUIET[3:]])
    judged = judge(counts, 0)
    people = {day: judged.seen[:, day].astype(np.int64) for day in (88, 89)}
    episodes = [one for one in standing(judged.alarms(THRESHOLD)) if one.row < 3]
    return found(series, judged, episodes, people, FIRST, said)


def test_growth_of_a_settlement_is_not_told_twice() -> None:
    told = series_alarms({})
    assert [one.series.settlement for one in told] == ["Слобода", None]
    assert told[0].id == alarm_id(told[0].series, told[0].began)
    assert told == series_alarms({})


def test_a_dismissed_series_is_silent_until_it_grows_clearly_beyond() -> None:
    told = series_alarms({})[1]
    at = datetime(2026, 4, 1, tzinfo=UTC)
    same = {told.series: [(told, Dismissal("ivanova", at, told.seen))]}
    assert told.series not in [one.series for one in series_alarms(same)]
    fewer = {told.series: [(told, Dismissal("ivanova", at, 6))]}
    again = next(one for one in series_alarms(fewer) if one.series == told.series)
    assert again.id != told.id, "the first one keeps what was said of it"
    assert dismissed_days([told.series], same, FIRST, 90)[0, -1]


@settings(max_examples=25, deadline=None)
@given(st.integers(4, 60), st.floats(0.1, 20, allow_nan=False))
def test_nobody_is_told_again_of_what_was_dismissed(seen: int, expected: float) -> None:
    assert not grows_beyond(seen, expected, 0.1, seen)


def sent(place: int, day: int, author: str | None = None, text: str = "t") -> Sent:
    where = ("Зареченск", None, f"улица {place}", "1")
    return Sent(text, where, author, FIRST + timedelta(days=day), 1)


def test_one_text_about_many_places_within_days_is_a_campaign() -> None:
    rows = [sent(place, place, f"a{place % 2}") for place in range(LEAST_MESSAGES)]
    (one,) = campaigns(rows)
    assert (one.count, one.places, one.authors) == (4, 4, 2)
    assert not campaigns(rows[:3])
    assert not campaigns([sent(1, day) for day in range(9)]), "one place is no campaign"
    assert not campaigns([sent(place, place * 20) for place in range(9)]), "nor are months"


def test_the_words_are_those_of_people() -> None:
    assert growth_text(11, 2.13) == "11 за 3 дня, обычно 2,1"
    assert growth_text(4, 0.01) == "4 за 3 дня, обычно ни одного"


def told_alarm(series: Series, seen: int, began: date = FIRST, **fields: object) -> Alarm:
    values = {"id": alarm_id(series, began), "series": series, "began": began, "day": began}
    return Alarm(**{**values, "seen": seen, "expected": 1.0, "authors": seen, **fields})  # type: ignore[arg-type] - a test names what it changes


TOWN_SERIES, VILLAGE = Series("Ямы", "Зареченск"), Series("Ямы", "Зареченск", "Слобода")


def test_a_problem_is_told_before_its_theme_and_what_ended_or_was_told_never() -> None:
    theme = told_alarm(TOWN_SERIES, 11)
    problem = told_alarm(Series(problem="p1"), 11, about=VILLAGE)
    over = told_alarm(VILLAGE, 11, ended=FIRST)
    told = told_alarm(Series("Снег", "Зареченск"), 11, told_at=datetime(2026, 1, 5, tzinfo=UTC))
    assert untold([theme, over, told, problem]) == [problem, theme]


def test_the_same_messages_are_known_by_their_share_and_by_way_of_a_third() -> None:
    town, village = told_alarm(TOWN_SERIES, 20), told_alarm(VILLAGE, 17)
    problem = told_alarm(Series(problem="p1"), 14, about=VILLAGE)
    other = told_alarm(Series(problem="p2"), 9, about=Series("Снег", "Зареченск"))
    recent = [town, village, problem, other]
    assert same_as(problem, recent) == [village, town], "14 of 17, and 17 of 20"
    assert same_as(town, recent) == [village, problem]
    assert same_as(other, recent) == []
    small = told_alarm(Series(problem="p3"), 5, about=VILLAGE)
    assert same_as(small, recent) == [], "five of seventeen are another growth"


def test_growth_that_paused_for_a_day_is_no_news() -> None:
    at = datetime(2026, 1, 8, tzinfo=UTC)
    began = FIRST + timedelta(days=6)
    again = told_alarm(VILLAGE, 11, began)
    before = told_alarm(VILLAGE, 9, told_at=at, ended=began - timedelta(days=2))
    assert is_news(again, [again], began)
    assert not is_news(again, [again, before], began)
    long_ago = told_alarm(VILLAGE, 9, told_at=at, ended=began - timedelta(days=5))
    assert is_news(again, [again, long_ago], began)
    said = Dismissal("a", at, 9)
    beyond = told_alarm(VILLAGE, 9, told_at=at, ended=began, dismissed=said)
    assert is_news(again, [again, beyond], began), "it grows beyond what was called no growth"
    assert not is_news(again, [again], began + timedelta(days=8))
