"""Rules of causes and road maps: factors, the effect, terms, reminders, what came back."""

from datetime import UTC, date, datetime, timedelta
from math import isclose

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from scipy.special import betaincinv

from app.causes.factors import FactorKind, Share, clear_factor, clear_factors
from app.causes.models import WeatherKind
from app.causes.times import time_shares
from app.deadlines.days import table_of
from app.deadlines.models import DEFAULT_CALENDAR
from app.errors import BadInputError, ConflictError, RefusedError
from app.problems.models import Act, Problem, ProblemState
from app.problems.windows import shipped_windows
from app.road_maps.effect import beta_quantile, dispersion, effect, ratio_interval
from app.road_maps.forms import joint_filled, read_parts
from app.road_maps.measuring import weeks_after, weeks_before
from app.road_maps.models import MapState, Part, RoadMap, Step, StepState
from app.road_maps.moving import Shift, moved
from app.road_maps.reminders import ReminderKind, due, reminders, timed, told
from app.road_maps.returning import came_back
from app.road_maps.service import PartDraft, first_parts
from app.road_maps.terms import TERMS, latest_of_joint, moments

NOW = datetime(2026, 3, 10, 7, tzinfo=UTC)
"""A Tuesday, ten in the morning in Moscow."""
TABLE = table_of(DEFAULT_CALENDAR)
WINDOWS = shipped_windows()
weeks = st.lists(st.integers(0, 60), min_size=1, max_size=12)


def share(inside: int, all_inside: int, outside: int, all_outside: int) -> Share:
    return Share(FactorKind.HOURS, "вечером", inside, all_inside, outside, all_outside)


def test_a_clear_difference_is_told_and_a_chance_one_is_not() -> None:
    found = clear_factor(share(62, 100, 310, 1000))
    assert found
    assert (found.inside, found.usual) == (0.62, 0.31)
    assert clear_factor(share(3, 3, 0, 1000)) is None, "too few"
    assert clear_factor(share(35, 100, 310, 1000)) is None, "no difference"
    assert clear_factor(share(10, 10, 0, 0)) is None, "nothing to compare with"


@given(st.integers(4, 200), st.integers(0, 200), st.integers(1, 2000), st.integers(0, 2000))
def test_what_is_told_is_more_frequent_and_more_of_it_stays_told(
    inside: int, rest: int, outside: int, others: int
) -> None:
    one = share(inside, inside + rest, outside, outside + others)
    found = clear_factor(one)
    if found:
        assert found.inside > found.usual
        assert clear_factor(share(inside * 2, (inside + rest) * 2, outside, outside + others))


def test_the_surest_factor_comes_first() -> None:
    weak, strong = share(40, 100, 200, 1000), share(90, 100, 200, 1000)
    assert [one.inside for one in clear_factors([weak, strong])] == [0.9, 0.4]


def test_hours_become_parts_of_the_day_weekdays_and_weather() -> None:
    evening, midnight = NOW.replace(hour=20), datetime(2026, 3, 11, tzinfo=UTC)
    weather = {date(2026, 3, 10): frozenset({WeatherKind.FROST})}
    found = {(one.kind, one.what): one for one in time_shares(
        {evening: 5, midnight: 2}, {evening: 1, midnight: 9}, weather
    )}  # fmt: skip
    part = found[FactorKind.HOURS, "вечером"]
    assert (part.inside, part.all_inside, part.outside) == (5, 5, 1), "midnight is no hour"
    assert found[FactorKind.WEEKDAY, "по вторникам"].all_inside == 7
    frost = found[FactorKind.WEATHER, "в дни с погодой «мороз»"]
    assert (frost.inside, frost.all_inside, frost.outside, frost.all_outside) == (5, 7, 1, 10)


@settings(max_examples=40)
@given(st.floats(0.5, 300), st.floats(0.5, 300), st.sampled_from([0.025, 0.5, 0.975]))
def test_quantiles_are_those_of_a_known_library(a: float, b: float, chance: float) -> None:
    assert isclose(beta_quantile(chance, a, b), betaincinv(a, b, chance), abs_tol=1e-9)


@settings(max_examples=60)
@given(weeks, weeks)
def test_the_interval_holds_the_ratio_and_narrows_with_more_weeks(
    before: list[int], after: list[int]
) -> None:
    found = effect(before, after)
    if not sum(before):
        assert found is None
        return
    assert found
    assert found.low <= found.ratio <= found.high
    longer = effect(before * 3, after * 3)
    assert longer
    assert longer.high - longer.low <= found.high - found.low + 1e-9


def test_a_real_fall_is_seen_and_bunches_make_it_less_sure() -> None:
    calm = effect([10, 11, 9, 10, 12, 8], [2, 1, 2, 3])
    assert calm
    assert calm.high < 0.5
    bunched = effect([60, 0, 0, 0, 0, 0], [2, 1, 2, 3])
    assert bunched
    assert bunched.high > 1, "one bad week says little"
    assert dispersion([10, 10, 10]) == 1.0
    low, high = ratio_interval(10, 0, 4, 4)
    assert low == 0
    assert 0 < high < 1


def test_weeks_are_whole_and_begin_with_the_first_message() -> None:
    days = {date(2026, 3, 2): 4, date(2026, 3, 9): 2, date(2026, 3, 17): 1}
    assert weeks_before(days, date(2026, 3, 16)) == [4, 2]
    assert weeks_after(days, date(2026, 3, 16), date(2026, 3, 30)) == [1]
    assert weeks_after(days, date(2026, 3, 16), date(2026, 3, 31)) == [1, 0]


@pytest.mark.parametrize("term", TERMS)
def test_a_term_is_counted_in_working_time(term: object) -> None:
    found = moments(term.code, None, TABLE, NOW)  # type: ignore[attr-defined] - a Term
    assert NOW < found.due_at < found.escalate_at
    assert found.warn_at is None or NOW < found.warn_at < found.due_at


def test_a_named_day_ends_with_its_working_time_and_is_not_past() -> None:
    found = moments("", date(2026, 3, 12), TABLE, NOW)
    assert found.due_at.isoformat() == "2026-03-12T18:00:00+03:00"
    for day in (date(2026, 3, 9), date(1900, 1, 1)):
        with pytest.raises(BadInputError):
            moments("", day, TABLE, NOW)
    with pytest.raises(BadInputError):
        moments("soon", None, TABLE, NOW)


def part(number: int, **fields: object) -> Part:
    values: dict[str, object] = {
        "id": f"s{number}",
        "number": number,
        "owner": "petrov",
        "due_at": NOW + timedelta(hours=8),
        "warn_at": NOW + timedelta(hours=6),
        "escalate_at": NOW + timedelta(days=1),
    }
    return Part(**{**values, **fields})  # type: ignore[arg-type] - fields of a part


def road_map(*parts: Part, state: MapState = MapState.BEGUN) -> RoadMap:
    step = Step(id="1", title="Заменить трубу", parts=list(parts))
    return RoadMap(
        id="m1",
        rev=1,
        problem_id="p1",
        title="Трубы",
        state=state,
        steps=[step],
        created_at=NOW,
        created_by="head",
        begun_at=NOW,
    )


def test_each_reminder_is_given_once_and_anew_where_the_day_moved() -> None:
    one = timed(road_map(part(1)))
    assert one.alert_at == NOW
    given_at: list[ReminderKind] = []
    for hours in (0, 7, 9, 30):
        now = NOW + timedelta(hours=hours)
        coming = due(one, now)
        given_at += [each.kind for each in coming]
        one = told(one, coming)
        assert due(one, now) == []
    assert given_at == [kind for kind in ReminderKind if kind is not ReminderKind.MOVED]
    assert one.alert_at is None
    later = road_map(part(1, due_at=NOW + timedelta(days=9)))
    assert due(replace(later, alerted=one.alerted), NOW)
    seqs = [each.seq for each in reminders(road_map(part(1), part(2))) + reminders(later)]
    assert len(seqs) == len(set(seqs))
    assert max(seqs) < 1 << 31


def shifted(one: Part, *, joint: bool = False, **wanted: object) -> Part:
    """As `head` moves it an hour after the beginning."""
    parts = [one, part(9)] if joint else [one]
    values = {"reason": "Нет трубы", "seen": len(one.moves), **wanted}
    act = Act(NOW + timedelta(hours=1), "head", "part_moved")
    return moved(Step(id="1", title="Труба", parts=parts), one, Shift(**values), TABLE, act)  # type: ignore[arg-type] - fields of a shift


def test_a_move_keeps_who_when_from_what_to_what_and_why() -> None:
    one = part(1, department="Водоканал")
    after = shifted(one, due_on=date(2026, 3, 16), owner="sidorov", department="Управа")
    [move] = after.moves
    assert (move.by, move.at, move.reason) == ("head", NOW + timedelta(hours=1), "Нет трубы")
    assert (move.due_before, move.due_at) == (one.due_at, after.due_at)
    assert (move.owner_before, move.owner) == ("petrov", "sidorov")
    assert (move.department_before, move.department) == ("Водоканал", "Управа")
    assert after.due_at == datetime(2026, 3, 16, 15, tzinfo=UTC)
    assert after.warn_at
    assert after.warn_at < after.due_at < after.escalate_at
    again = shifted(after, term="d5")
    assert [one.due_before for one in again.moves] == [one.due_at, after.due_at]
    assert (again.owner, again.department) == ("sidorov", "Управа"), "what is empty stays"


def test_what_is_done_dropped_or_moved_meanwhile_is_not_moved() -> None:
    for state in (StepState.DONE, StepState.DROPPED):
        with pytest.raises(RefusedError):
            shifted(part(1, state=state), term="d3")
    with pytest.raises(ConflictError):
        shifted(part(1), term="d3", seen=1)
    with pytest.raises(BadInputError):
        shifted(part(1))
    with pytest.raises(BadInputError):
        shifted(part(1), owner="petrov")
    with pytest.raises(BadInputError):
        shifted(part(1), due_on=date(2026, 3, 9))


def test_a_part_of_a_joint_step_keeps_a_short_day() -> None:
    far = date(2026, 5, 20)
    assert shifted(part(1), due_on=far).due_at.date() == far
    with pytest.raises(BadInputError, match="10 рабочих дней"):
        shifted(part(1), joint=True, due_on=far)
    latest = latest_of_joint(TABLE, NOW + timedelta(hours=1), part(1).due_at)
    assert shifted(part(1), joint=True, due_on=latest.date()).due_at == latest
    later = part(1, due_at=NOW + timedelta(days=90))
    assert latest_of_joint(TABLE, NOW, later.due_at) > later.due_at, "counted from its own day"


@settings(max_examples=60)
@given(st.lists(st.integers(1, 40), min_size=1, max_size=6))
def test_days_put_off_are_counted_and_reminders_follow_the_last(days: list[int]) -> None:
    one, put_off = part(1), 0
    for day in days:
        due_on = date(2026, 3, 11) + timedelta(days=day)
        try:
            after = shifted(one, due_on=due_on)
        except BadInputError:  # the very same moment
            continue
        put_off += after.due_at > one.due_at
        one = after
    whole = road_map(one)
    assert whole.slips == put_off
    assert replace(whole, begun_at=None).slips == 0, "nobody had been told of these days"
    of_day = {
        each.kind: each.at
        for each in reminders(whole)
        if each.kind not in {ReminderKind.GIVEN, ReminderKind.MOVED}
    }
    assert of_day == {
        ReminderKind.WARNING: one.warn_at,
        ReminderKind.OVERDUE: one.due_at,
        ReminderKind.ESCALATED: one.escalate_at,
    }
    moves = [each for each in reminders(whole) if each.kind is ReminderKind.MOVED]
    assert len({each.key for each in moves}) == len(one.moves)


def test_of_a_moved_day_people_are_told_once_and_not_of_the_old_one() -> None:
    whole = timed(road_map(part(1)))
    whole = told(whole, due(whole, NOW + timedelta(hours=7)))
    assert len(whole.alerted) == 2, "given and warned"
    after = replace(whole, steps=road_map(shifted(part(1), due_on=date(2026, 3, 16))).steps)
    late = NOW + timedelta(hours=30)
    coming = due(after, late)
    assert [each.kind for each in coming] == [ReminderKind.MOVED]
    after = told(after, coming)
    assert due(after, late) == [], "neither overdue nor given anew"
    at_last = due(after, datetime(2026, 3, 20, tzinfo=UTC))
    assert [each.kind for each in at_last] == [
        ReminderKind.WARNING,
        ReminderKind.OVERDUE,
        ReminderKind.ESCALATED,
    ]


def test_who_gets_a_step_is_told_and_who_gave_it_up_too() -> None:
    whole = timed(road_map(part(1)))
    whole = told(whole, due(whole, NOW))
    passed = road_map(shifted(part(1), owner="sidorov"))
    coming = due(replace(whole, steps=passed.steps), NOW + timedelta(hours=2))
    assert {(each.kind, each.to) for each in coming} == {
        (ReminderKind.GIVEN, "sidorov"),
        (ReminderKind.MOVED, "petrov"),
    }
    seqs = [each.seq for each in reminders(passed)]
    assert len(seqs) == len(set(seqs))
    assert max(seqs) < 1 << 31
    to_oneself = road_map(shifted(part(1), owner="head"))
    assert ReminderKind.GIVEN not in {each.kind for each in reminders(to_oneself)}


def test_a_step_that_comes_back_to_its_first_owner_is_told_anew() -> None:
    """With the day it had: each notice is written once by its number."""
    whole = timed(road_map(part(1)))
    one, given_to, seqs = part(1), [each.to for each in due(whole, NOW)], set[int]()
    seqs |= {each.seq for each in due(whole, NOW)}
    whole = told(whole, due(whole, NOW))
    for owner in ("sidorov", "petrov", "sidorov"):
        one = shifted(one, owner=owner, reason=f"Перенос {len(one.moves)}")
        whole = replace(whole, steps=road_map(one).steps)
        coming = due(whole, NOW + timedelta(hours=2))
        assert seqs.isdisjoint(each.seq for each in coming)
        seqs |= {each.seq for each in coming}
        given_to += [each.to for each in coming if each.kind is ReminderKind.GIVEN]
        whole = told(whole, coming)
    assert given_to == ["petrov", "sidorov", "petrov", "sidorov"]


def test_a_line_of_a_joint_step_without_a_person_is_told_and_not_dropped() -> None:
    first = {"owner_1": "petrov", "term_1": "d1"}
    for more in ({"department_2": "Управа"}, {"term_2": "d1"}, {"due_on_2": "2026-03-12"}):
        assert joint_filled(first | more)
        with pytest.raises(BadInputError, match="кто отвечает") as refused:
            read_parts(first | more)
        assert refused.value.field == "owner_2"
    assert not joint_filled(first)
    with pytest.raises(BadInputError):
        read_parts({})
    found = read_parts({**first, "owner_3": "sidorov", "due_on_3": "2026-03-12"})
    assert [(one.owner, one.line) for one in found] == [("petrov", 1), ("sidorov", 3)]


def test_a_new_joint_step_has_short_days_and_tells_which_line_has_not() -> None:
    near, far = date(2026, 3, 24), date(2026, 3, 25)
    first = PartDraft("petrov", term="d10")
    parts = first_parts([first, PartDraft("sidorov", due_on=near, line=3)], 4, TABLE, NOW)
    assert [(one.id, one.due_at.date()) for one in parts] == [("s5", near), ("s6", near)]
    alone = first_parts([PartDraft("petrov", due_on=date(2027, 3, 1))], 0, TABLE, NOW)
    assert alone[0].due_at.year == 2027
    for bad in ({"due_on": far}, {"due_on": date(2026, 3, 2)}):
        with pytest.raises(BadInputError) as refused:
            first_parts([first, PartDraft("sidorov", line=3, **bad)], 0, TABLE, NOW)
        assert refused.value.field == "due_on_3"


def test_drafts_and_finished_parts_ring_nobody() -> None:
    assert reminders(road_map(part(1), state=MapState.DRAFT)) == []
    assert reminders(road_map(part(1, state=StepState.DONE))) == []
    own = reminders(road_map(part(1, owner="head")))
    assert ReminderKind.GIVEN not in {each.kind for each in own}
    told_to = {each.kind: each.to for each in reminders(road_map(part(1)))}
    assert told_to[ReminderKind.OVERDUE] == "petrov"
    assert told_to[ReminderKind.ESCALATED] == "head"


def test_a_road_map_is_ready_when_all_is_over_and_something_is_done() -> None:
    done, dropped = part(1, state=StepState.DONE), part(2, state=StepState.DROPPED)
    assert road_map(done, dropped).ready
    assert not road_map(done, part(3)).ready
    assert not road_map(dropped).ready


def test_late_echoes_are_no_return_and_new_messages_are() -> None:
    one = Problem(
        id="p1",
        created_at=NOW,
        founder="c1",
        theme="Отсутствие холодной воды",
        state=ProblemState.SOLVED,
        solved_at=NOW,
        last_at=NOW + timedelta(days=1),
    )
    assert not came_back(one, WINDOWS), "within half of the four days of water"
    later = replace(one, last_at=NOW + timedelta(days=3))
    assert came_back(later, WINDOWS)
    assert not came_back(replace(later, state=ProblemState.IN_WORK), WINDOWS)
    assert not came_back(replace(later, theme="Ямы на дорогах"), WINDOWS)
