"""Spoils questions as people's fingers do: equal noise for an equal seed."""

import random
import re

from app.text.layout import typed_in_latin
from dev.bench.xquad import Task

_SEED = 20
_SHARE = 0.5
_LONG = 5
"""Letters of a word that may get a typo."""
_ALPHABET = "абвгдежзийклмнопрстуфхцчшщъыьэюя"
_WORD = re.compile(r"[а-яё]+", re.IGNORECASE)


def wrong_layout(task: Task) -> Task:
    """Every question typed with the Latin layout on; Latin words and digits as they are."""
    return Task(task.sentences, [(typed_in_latin(text), own) for text, own in task.questions])


def with_typos(task: Task) -> Task:
    """One typo in half of the words of five letters and more, chosen by a fixed seed."""
    chance = random.Random(_SEED)  # noqa: S311 - noise, not secrets
    return Task(task.sentences, [(_spoil(text, chance), own) for text, own in task.questions])


def _spoil(text: str, chance: random.Random) -> str:
    def spoiled(found: re.Match[str]) -> str:
        word = found[0]
        is_chosen = len(word) >= _LONG and chance.random() < _SHARE
        return typo(word, chance) if is_chosen else word

    return _WORD.sub(spoiled, text)


def typo(word: str, chance: random.Random) -> str:
    """A letter left out, put in, replaced, or two of them in the other order."""
    place = chance.randrange(len(word) - 1)
    letter = chance.choice(_ALPHABET)
    before, here, after = word[:place], word[place], word[place + 1 :]
    return chance.choice(
        [
            before + after,
            before + letter + here + after,
            before + letter + after,
            before + after[0] + here + after[1:],
        ]
    )
