"""How far a question is widened, one step after another, while it finds too little."""

from collections.abc import Iterator
from typing import NamedTuple

from app.search.pieces import may_be_nearly, telling_words
from app.search.understanding import Understood

SHORT_QUESTION = 3
FEW_FOR_SHORT, FEW_FOR_LONG = 20, 100
"""Fewer cases than this are too few: a page should be full, and of ten words some are always spare.
Names of themes as questions over real messages, nDCG@10: 0.26 with 1 and 5, 0.32 with 5 and 20,
0.34 with 20 and 100, where the stock analyzer has 0.32; seen while they were chosen, so no test."""

ALL_OF_THREE = "3<75%"
"""All of up to three words («нет горячей воды») and three quarters of more."""


class Step(NamedTuple):
    enough: str
    """How many of the words a document must have, as the engine's `minimum_should_match`."""
    nearly: bool = False
    """Whether a word nearly as asked for is taken for it. Half of the pieces of «отопление» are in
    «затопление»: where enough is found as written, such cases only blur the counts (a twentieth of
    all found on 300,000 messages) and cost most of the time."""
    literal: bool = True
    """Whether phrases in quotes must stand as they are."""

    @property
    def loosened(self) -> bool:
        return self.enough != ALL_OF_THREE


HALF = "3<50%"
"""All of up to three words and half of more."""

_LITERAL = (
    Step(ALL_OF_THREE),
    Step(ALL_OF_THREE, nearly=True),
    Step(HALF),
    Step("1<1 2<2"),
    Step("1"),
    Step("1", nearly=True),
)
"""All of the words, also misspelt; then half; then any two, or one of two. On 40,000 messages a
question of nine words finds 1, 245 and 19,000 of them. Stepping through half costs nothing in rank:
XQuAD 0.793 either way. At last any one word, also misspelt: on the XQuAD subset with typos 0.783
without this step, 0.813 with it."""
STEPS = (*_LITERAL, *(step._replace(literal=False) for step in _LITERAL))
"""With exact words first; then, for a phrase that nobody wrote, with its words only."""


def wider_steps(asked: Understood) -> Iterator[tuple[int, int]]:
    """Numbers of the steps after the first that say anything else for this question.

    Each with how many cases found before make it needless.
    """
    for number, step in enumerate(STEPS):
        if number and (step.literal or asked.phrases) and _says_more(asked, step):
            yield number, _enough(asked, step)


def _says_more(asked: Understood, step: Step) -> bool:
    """Of a short question half is all; a long one needs no misspelt words where half is enough."""
    many = _most_words(asked)
    if step.loosened and (many <= 1 or not asked.loosens):
        return False
    if step.nearly and not (asked.nears and _may_be_nearly(asked)):
        return False
    if many <= SHORT_QUESTION:
        return step.enough != HALF
    return step.loosened or not step.nearly or not asked.loosens


def _may_be_nearly(asked: Understood) -> bool:
    return any(may_be_nearly(side.telling) for side in _sides(asked))


def _enough(asked: Understood, step: Step) -> int:
    """How many cases are enough without `step`, counted without filters: a filter must never bring
    in cases that its count did not tell.

    Exact words are given up only where nobody wrote them so; and where a number or a house is the
    whole question, whatever shares a part of it answers nothing.
    """
    if not step.literal or _is_exact(asked):
        return 1
    return FEW_FOR_SHORT if _most_words(asked) <= SHORT_QUESTION else FEW_FOR_LONG


def _most_words(asked: Understood) -> int:
    """Of the question, or of its longest alternative."""
    return max(len(telling_words(side.telling)) for side in _sides(asked))


def _sides(asked: Understood) -> tuple[Understood, ...]:
    return asked.alternatives or (asked,)


def _is_exact(asked: Understood) -> bool:
    house = asked.address and asked.address.address.house
    return bool(asked.numbers or house)
