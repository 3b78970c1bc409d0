"""What is shown of a change of the book is what it does to a case, whatever both are."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from app.cases.chase import next_alert
from app.cases.codes import Channel, Importance, Kind, State
from app.cases.models import Case, Place
from app.cases.recounting import (
    RECOUNTED,
    Change,
    Signed,
    after_change,
    changed_by,
    move_of,
    moved_by,
)
from app.deadlines.models import DEFAULT_CALENDAR, Book, Choice, DayOff, Exceptional
from app.deadlines.shipped import CHOICES, LADDER, PROFILES, SHIPPED
from app.recounts.models import SHOWN, Tally
from tests.casework import ZONE, assert_possible, case

SINCE = datetime(2025, 10, 27, tzinfo=UTC)
NOW = SINCE + timedelta(days=400)
SIGNED = Signed(key="recount:1", by="admin", told="календарь «Юг»", at=NOW, zone=ZONE)
_SOUTH = replace(DEFAULT_CALENDAR, code="south", name="Юг", municipalities=["Юг"], lunch="")
_FEAST = replace(
    DEFAULT_CALENDAR,
    exceptions=[Exceptional(date(2025, 11, day), DayOff.OFF) for day in (5, 6, 7)],
)
CALENDARS = [{}, {"south": _SOUTH}, {"default": _FEAST}]


@st.composite
def cases(draw: st.DrawFn) -> Case:
    kind = draw(st.sampled_from(Kind))
    chosen = "59fz-consideration" if kind is Kind.APPEAL else "im-9h"
    received = SINCE + timedelta(minutes=draw(st.integers(0, 60 * 24 * 90)))
    fields = {
        "channel": draw(st.sampled_from([Channel.SITE, Channel.POS, Channel.VK])),
        "importance": draw(st.none() | st.sampled_from(Importance)),
        "received_at": received,
        "place": Place(municipality=draw(st.sampled_from(["Юг", "Север"]))),
        "state": draw(st.sampled_from([State.NEW, State.ASSIGNED, State.CLOSED])),
        **draw(
            st.sampled_from(
                [
                    {"deadline_at": None},
                    {"deadline_at": received + timedelta(days=20)},  # named by the source
                    {"deadline_at": None, "deadline_profile": chosen},  # chosen by a person
                ]
            )
        ),
    }
    if fields["state"] is State.CLOSED:
        fields |= {"closed_at": received + timedelta(days=2)}
    if kind is Kind.APPEAL:
        fields["registered_at"] = draw(st.none() | st.just(received + timedelta(hours=30)))
    return case(draw(st.integers(1, 999)), kind, **fields)


@st.composite
def books(draw: st.DrawFn) -> Book:
    lengths = draw(st.dictionaries(st.sampled_from(sorted(PROFILES)), st.integers(1, 900)))
    profiles = {
        code: replace(one, amount=lengths.get(code, one.amount)) for code, one in PROFILES.items()
    }
    choices = [_other(draw, one) for one in CHOICES]
    ladder = draw(st.sampled_from([LADDER, LADDER[:1], [LADDER[0], replace(LADDER[1], after=7)]]))
    return Book(profiles, SHIPPED.calendars | draw(st.sampled_from(CALENDARS)), choices, ladder)


def _other(draw: st.DrawFn, choice: Choice) -> Choice:
    fitting = [
        one.code
        for one in PROFILES.values()
        if (one.stage, one.kind) == (choice.stage, choice.kind)
    ]
    return replace(choice, profile=draw(st.sampled_from(fitting)))


@given(cases(), books())
def test_what_is_shown_is_what_is_done_once(one: Case, book: Book) -> None:
    change = Change(SHIPPED, book)
    shown = move_of(one, after_change(one, change))
    done = changed_by(one, change, SIGNED)
    if done is None:
        assert shown is None
        return
    assert move_of(one, done) == shown
    told = [event for event in done.history if event.what == RECOUNTED]
    assert len(told) == (shown is not None)
    assert (done.version, done.rev) == (one.version + len(told), one.rev + 1)
    assert [moved_by(event, done) for event in told] == [shown] * len(told)
    assert done.alert_at == next_alert(done, book)
    assert changed_by(done, change, SIGNED) is None, "a second time there is nothing to do"
    assert_possible(done)


@given(cases(), books())
def test_a_change_taken_back_brings_the_due_moments_back(one: Case, book: Book) -> None:
    there = after_change(one, Change(SHIPPED, book))
    assert after_change(there, Change(book, SHIPPED)).deadlines == one.deadlines


@given(cases(), books())
def test_only_for_new_ones_moves_nothing(one: Case, book: Book) -> None:
    done = changed_by(one, Change(SHIPPED, book, moves=False), SIGNED)
    if done is not None:
        assert done == replace(one, rev=one.rev + 1, alert_at=next_alert(one, book))


@given(st.lists(st.tuples(cases(), books()), max_size=8), st.sampled_from([SINCE, NOW]))
def test_a_tally_counts_every_move_and_shows_the_late_ones_first(
    pairs: list[tuple[Case, Book]], now: datetime
) -> None:
    moves = [move_of(one, after_change(one, Change(SHIPPED, book))) for one, book in pairs]
    real = [move for move in moves if move] * 60
    tally = Tally()
    for move in real:
        tally = tally.with_move(move, now)
    late = [move for move in real if move.overdue_by(now)]
    assert (tally.moves, tally.overdue) == (len(real), len(late))
    assert tally.earlier + tally.later == len(real)
    assert tally.rows == [*late, *(one for one in real if not one.overdue_by(now))][:SHOWN]
