"""Thresholds learned from answers, texts side by side, the address of the queue. No sockets."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from app.duplicates.difference import Piece, marked
from app.duplicates.forms import read_whence
from app.duplicates.models import Pair, Verdict, pair_id
from app.duplicates.params import ReviewParams, Show, parse_review
from app.duplicates.tuning import BOUNDS, LEAST, Learned, learned_threshold, relearned
from app.similarity.models import MatchKind
from app.similarity.thresholds import DEFAULTS

NOW = datetime(2026, 3, 9, tzinfo=UTC)
BOUND = BOUNDS[MatchKind.EDITED]
answers = st.lists(st.tuples(st.floats(0, 1), st.booleans()), max_size=60)


def answered(score: float, verdict: Verdict, number: int = 0) -> Pair:
    a, b = f"a{number}", f"b{number}-{score}"
    return Pair(
        id=pair_id(a, b),
        a=a,
        b=b,
        kind=MatchKind.EDITED,
        score=score,
        doubt=0,
        offered_at=NOW,
        verdict=verdict,
    )


@given(answers)
def test_a_threshold_keeps_its_bounds_and_its_precision(given_: list[tuple[float, bool]]) -> None:
    score, why = learned_threshold(given_, BOUND)
    assert BOUND.floor <= score <= BOUND.ceiling
    assert why
    above = [yes for at, yes in given_ if at >= score]
    if score < BOUND.ceiling:
        assert sum(above) >= 0.95 * len(above) > 0


@given(answers)
def test_more_refusals_never_lower_a_threshold(given_: list[tuple[float, bool]]) -> None:
    before, _ = learned_threshold(given_, BOUND)
    after, _ = learned_threshold([*given_, (0.99, False)], BOUND)
    assert after >= before


def test_thresholds_move_only_with_enough_answers_and_say_why() -> None:
    few = [answered(0.6, Verdict.NO, number) for number in range(LEAST - 1)]
    assert relearned(Learned(), few, NOW) == Learned()
    low = [answered(0.49 + number / 1000, Verdict.YES, number) for number in range(LEAST)]
    once = relearned(Learned(), low, NOW)
    assert once.thresholds.edited == BOUND.floor
    assert (once.thresholds.quote, once.thresholds.same_place) == (
        DEFAULTS.quote,
        DEFAULTS.same_place,
    )
    (line,) = once.history
    assert (line.was, line.becomes, line.by) == (DEFAULTS.edited, BOUND.floor, "system")
    assert relearned(once, low, NOW) == once
    refused = [answered(0.65, Verdict.NO, 100 + number) for number in range(LEAST)]
    assert relearned(once, [*low, *refused], NOW).thresholds.edited > 0.65


def test_what_differs_is_marked_and_nothing_is_lost() -> None:
    one, other = marked("Яма у дома 5, очень глубокая!", "яма у дома 7, очень Глубокая.")
    assert one == [Piece("Яма у дома "), Piece("5,", differs=True), Piece(" очень глубокая!")]
    assert [piece.text for piece in other if piece.differs] == ["7,"]


def test_of_other_words_only_numbers_are_told_apart() -> None:
    one, other = marked(
        "Третий день нет воды на Ленина, 27", "Сидим без ГВС, Ленина дом 29, этаж 3"
    )
    assert [piece.text for piece in one if piece.differs] == ["27"]
    assert [piece.text for piece in other if piece.differs] == ["29,", "3"]


@given(st.text("абв 12,\n", max_size=80), st.text("абв 12,\n", max_size=80))
def test_pieces_are_the_whole_text(one: str, other: str) -> None:
    for text, pieces in zip((one, other), marked(one, other), strict=True):
        assert "".join(piece.text for piece in pieces) == text.strip()


def test_the_address_is_the_state() -> None:
    for params in (
        ReviewParams(),
        ReviewParams(Show.UNDONE, "Ямы", MatchKind.QUOTE, 3),
        ReviewParams(theme=""),
    ):
        assert parse_review(params.pairs()) == params
        assert read_whence({"back": params.address}).review == params
    assert read_whence({"back": "http://elsewhere/?show=bad"}).review == ReviewParams()
