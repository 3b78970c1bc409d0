"""Two texts side by side: which words of each the other does not have at that place. Pure."""

import re
from difflib import SequenceMatcher

from msgspec import Struct

from app.text.normalise import plain

_TOKEN = re.compile(r"\s+|[^\s]+")
_MOST_WORDS = 800
"""Comparing takes the square of it in the worst case: 800 words 60 ms."""


_ALIKE = 0.5
"""Share of common words below which marking all the others would mark the whole text."""


class Piece(Struct, frozen=True):
    text: str
    differs: bool = False


def marked(one: str, other: str) -> tuple[list[Piece], list[Piece]]:
    """Both texts whole, cut where they begin or cease to differ; ё, case and punctuation do not
    count. Of texts in other words only the numbers are told apart. Longer ones than `_MOST_WORDS`
    are compared no further than that.
    """
    left, right = _TOKEN.findall(one.strip()), _TOKEN.findall(other.strip())
    left_words, right_words = _words(left), _words(right)
    matcher = SequenceMatcher(
        None, [word for _, word in left_words], [word for _, word in right_words], autojunk=False
    )
    if matcher.ratio() < _ALIKE:  # other words altogether: only what tells places and things apart
        left_words = [one for one in left_words if _has_digit(one[1])]
        right_words = [one for one in right_words if _has_digit(one[1])]
        numbers = {word for _, word in left_words} & {word for _, word in right_words}
        kept = [{at for at, word in side if word in numbers} for side in (left_words, right_words)]
        return _pieces(left, left_words, kept[0]), _pieces(right, right_words, kept[1])
    same = matcher.get_matching_blocks()
    kept_left = {left_words[i][0] for block in same for i in range(block.a, block.a + block.size)}
    kept_right = {right_words[i][0] for block in same for i in range(block.b, block.b + block.size)}
    return _pieces(left, left_words, kept_left), _pieces(right, right_words, kept_right)


def _words(tokens: list[str]) -> list[tuple[int, str]]:
    """Place and folded form of what is a word."""
    found = [(place, plain(token)) for place, token in enumerate(tokens) if not token.isspace()]
    return [(place, word) for place, word in found if word][:_MOST_WORDS]


def _has_digit(word: str) -> bool:
    return any(sign.isdigit() for sign in word)


def _pieces(tokens: list[str], words: list[tuple[int, str]], kept: set[int]) -> list[Piece]:
    different = {place for place, _ in words} - kept
    pieces = list[Piece]()
    for place, token in enumerate(tokens):
        between = token.isspace() and place - 1 in different and place + 1 in different
        differs = place in different or between
        if pieces and pieces[-1].differs == differs:
            pieces[-1] = Piece(pieces[-1].text + token, differs)
        else:
            pieces.append(Piece(token, differs))
    return pieces
