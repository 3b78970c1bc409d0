"""The stream of demo messages: variety, events, consistent dates, laziness, determinism."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from functools import cache
from itertools import islice

from hypothesis import given, settings
from hypothesis import strategies as st

from dev.demo.events import DAYS
from dev.demo.models import DemoCase
from dev.demo.stream import DEFAULT_UNTIL, generate

CHANNELS = {
    "pos",
    "incident",
    "vk",
    "ok",
    "telegram",
    "max",
    "email",
    "site",
    "phone",
    "oral",
    "paper",
    "municipal",
    "open311",
    "other",
}
STATES = {
    "new",
    "moderation",
    "assigned",
    "in_progress",
    "approval",
    "interim",
    "answered",
    "closed",
    "rejected",
    "forwarded",
}


@cache
def sample() -> tuple[DemoCase, ...]:
    return tuple(generate(5000, 1))


def texts(*origins: str) -> list[str]:
    return [case.text for case in sample() if case.text and case.origin in origins]


def test_same_seed_same_cases_other_seed_other_cases() -> None:
    assert list(generate(300, 5)) == list(generate(300, 5))
    assert [c.text for c in generate(300, 5)] != [c.text for c in generate(300, 6)]


def test_nothing_depends_on_earlier_calls() -> None:
    once = list(generate(120, 9))
    list(islice(generate(500, 4), 77))
    assert list(generate(120, 9)) == once


def test_generator_is_lazy() -> None:
    stream = generate(1_000_000, 1)
    assert isinstance(stream, Iterator)
    assert len(list(islice(stream, 5))) == 5


def test_every_channel_kind_state_and_registry_is_present() -> None:
    canonical = [case for case in sample() if case.registry == "canonical"]
    assert {case.channel for case in canonical} == CHANNELS
    assert {case.kind for case in canonical} == {"message", "appeal"}
    assert {case.state for case in sample()} == STATES
    shares = Counter(case.registry for case in sample())
    assert 0.40 < shares["im"] / 5000 < 0.50
    assert 0.07 < shares["heatmap"] / 5000 < 0.13


def test_all_groups_streets_and_departments_speak() -> None:
    assert len({case.group for case in sample()}) == 26
    assert len({case.department.code for case in sample()}) == 12
    streets = {(c.place.street.official, c.place.street.settlement) for c in sample() if c.place}
    assert len(streets) == 60


def test_ids_and_numbers_are_unique() -> None:
    for field in ("external_id", "number"):
        values = [getattr(case, field) for case in sample() if case.registry != "heatmap"]
        assert len(set(values)) == len(values)


def test_own_words_hardly_repeat() -> None:
    own = texts("ordinary", "incident")
    assert len(own) > 3000
    assert 1 - len(set(own)) / len(own) < 0.03


def test_vocabulary_and_phrases_grow_with_size() -> None:
    own = texts("ordinary", "incident")

    def fourgrams(rows: list[str]) -> set[tuple[str, ...]]:
        found = set()
        for row in rows:
            words = row.lower().split()
            found |= {tuple(words[i : i + 4]) for i in range(len(words) - 3)}
        return found

    assert len({word for row in own for word in row.lower().split()}) > 6000
    half, whole = len(fourgrams(own[: len(own) // 2])), len(fourgrams(own))
    assert whole > 25_000
    assert whole > 1.5 * half


def test_texts_have_sensible_length_and_no_holes() -> None:
    for case in sample():
        assert len(case.text) <= 2000
        for mark in ("{", "}", "None", "  "):
            assert mark not in case.text, case.text
        assert bool(case.text) == (case.registry != "heatmap")


def test_newcomers_first_search_finds_plenty() -> None:
    lenin = [c for c in sample() if c.theme_code == "hot_water" and "енин" in c.text.lower()]
    assert len(lenin) >= 30
    assert len({c.text for c in lenin}) > 0.85 * len(lenin)
    assert any("ГВС" in c.text for c in lenin)
    assert any("горяч" in c.text.lower() for c in lenin)


def by_event(origin: str) -> dict[int, list[DemoCase]]:
    found: dict[int, list[DemoCase]] = defaultdict(list)
    for case in sample():
        if case.origin == origin:
            found[case.event].append(case)
    return found


def test_incident_is_one_trouble_at_one_place_in_other_words() -> None:
    incidents = by_event("incident")
    assert len(incidents) >= 15
    for cases in incidents.values():
        assert 1 <= len(cases) <= 60
        assert len({case.theme_code for case in cases}) == 1
        assert len({case.place.street.official for case in cases if case.place}) <= 1
        days = {case.received_at.date() for case in cases}
        assert max(days) - min(days) <= timedelta(days=3)
    largest = max(incidents.values(), key=len)
    said = [case.text for case in largest if case.text]
    assert len(set(said)) > 0.8 * len(said) > 5


def test_campaign_is_one_text_from_many_people_and_places() -> None:
    campaigns = by_event("campaign")
    assert campaigns
    largest = [case for case in max(campaigns.values(), key=len) if case.text]
    assert len({case.author.number for case in largest if case.author}) > 5
    starts = Counter(case.text[:14] for case in largest)
    assert starts.most_common(1)[0][1] > 0.4 * len(largest)


def test_repeats_cite_the_earlier_number() -> None:
    number_of = {case.serial: case for case in sample()}
    repeats = [case for case in sample() if case.origin == "repeat"]
    assert len(repeats) > 80
    cited = 0
    for case in repeats:
        earlier = number_of[case.event]
        assert earlier.received_at < case.received_at
        assert earlier.theme_code == case.theme_code
        cited += earlier.number.lower() in case.text.lower()
    assert cited > 0.95 * len(repeats)


def test_copies_reach_another_channel_within_days() -> None:
    of = {case.serial: case for case in sample()}
    copies = [case for case in sample() if case.origin == "copy"]
    assert len(copies) > 20
    for case in copies:
        assert of[case.event].text in case.text
        assert case.received_at - of[case.event].received_at < timedelta(days=4)


def test_seasons_are_seen() -> None:
    months: dict[str, Counter[int]] = defaultdict(Counter)
    for case in generate(8000, 3):
        months[case.theme_code][case.received_at.month] += 1
    assert months["yard_snow"][1] > 10 * months["yard_snow"][7] == 0
    assert months["grass"][6] > 0 == months["grass"][1]
    assert months["heating"][10] > months["heating"][8] == 0
    assert sum(months["hot_water"][m] for m in (6, 7)) > sum(months["hot_water"][m] for m in (2, 3))


def test_weekends_are_quieter() -> None:
    days = Counter(case.received_at.weekday() for case in sample() if case.origin == "ordinary")
    assert max(days[5], days[6]) < min(days[d] for d in range(5))


def test_some_are_late_but_most_are_not() -> None:
    ended = [c for c in sample() if c.registry == "canonical" and c.closed_at and c.answers]
    late = sum(1 for c in ended if c.due_at and c.answers[-1].at > c.due_at)
    assert 0.03 < late / len(ended) < 0.3


def test_russian_signatures_agree_in_gender() -> None:
    for case in sample():
        if case.author is None:
            continue
        feminine = case.author.last.endswith(("а", "ая"))
        assert feminine == case.author.female
        assert case.author.father.endswith("вна" if feminine else "вич")


@given(seed=st.integers(0, 2**40), total=st.integers(1, 60))
@settings(max_examples=30, deadline=None)
def test_dates_and_states_are_consistent(seed: int, total: int) -> None:
    cases = list(generate(total, seed))
    assert len(cases) == total
    moments = [case.received_at for case in cases]
    assert moments == sorted(moments)
    for case in cases:
        check_dates(case, DEFAULT_UNTIL)


def check_dates(case: DemoCase, until: date) -> None:
    now = datetime.combine(until, time.max)
    assert until - timedelta(days=DAYS) < case.received_at.date() <= until
    line = [case.received_at, *(answer.at for answer in case.answers)]
    if case.closed_at:
        line.append(case.closed_at)
    assert line == sorted(line)
    assert line[-1] <= now
    if case.registered_at:
        assert case.registered_at >= case.received_at
    assert case.due_at is not None
    assert case.due_at > case.received_at
    final = [answer for answer in case.answers if not answer.interim]
    assert len(final) <= 1
    assert (case.closed_at is not None) == (case.state in {"closed", "rejected", "forwarded"})
    assert bool(case.result) == (case.closed_at is not None)
    if case.registry != "heatmap":
        assert bool(final) == (case.state in {"answered", "closed", "forwarded"})
        if case.state == "interim":
            assert case.answers[-1].interim


def test_last_day_is_a_choice() -> None:
    cases = list(generate(40, 2, date(2025, 12, 31)))
    assert max(case.received_at.date() for case in cases) <= date(2025, 12, 31)
    for case in cases:
        check_dates(case, date(2025, 12, 31))
