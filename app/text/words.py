"""Words of a text as every other part of the product counts them."""

import re
import unicodedata
from functools import cache, lru_cache
from pathlib import Path

DATA = Path(__file__).parent / "data"

_WORD = re.compile(r"[^\W_]+")
_INVISIBLE = re.compile("[\u00ad\u200b\u200c\u200d\u2060\ufeff]")
"""Soft hyphen, zero-width spaces and joiners: they come with texts pasted from pages."""
_NUMBER_SIGN = "№"
_NUMBER_SIGN_KEPT = "\ue0ff"
"""NFKC turns «№» into the letters `No`, which would then be a word."""


@lru_cache(maxsize=16)
def fold(text: str) -> str:
    """`text` as it is compared: NFKC but for «№», lower case, ё as е, nothing invisible.

    The last texts are remembered: lemmas, numbers and citations of one message each ask for it.
    """
    text = _INVISIBLE.sub("", text)
    if not unicodedata.is_normalized("NFKC", text):
        kept = text.replace(_NUMBER_SIGN, _NUMBER_SIGN_KEPT)
        text = unicodedata.normalize("NFKC", kept).replace(_NUMBER_SIGN_KEPT, _NUMBER_SIGN)
    return text.lower().replace("ё", "е")


def words(text: str) -> list[str]:
    """Runs of letters and digits of `text`, folded, in their order («35а» is one word)."""
    return _WORD.findall(fold(text))


def read_list(name: str) -> list[str]:
    """Lines of a list in `app/text/data` without comments and empty lines."""
    lines = (DATA / name).read_text(encoding="utf-8").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


@cache
def stop_words() -> frozenset[str]:
    """Words left out of stems and lemmas, in folded form."""
    return frozenset(word for line in read_list("stop_words.txt") for word in words(line))
