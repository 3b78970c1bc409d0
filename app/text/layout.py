"""Words typed in the wrong layout, and Latin letters that look like Cyrillic ones."""

import re
from functools import cache

from app.text.words import read_list, words

_RUSSIAN = "йцукенгшщзхъфывапролджэячсмитьбю.ёЙЦУКЕНГШЩЗХЪФЫВАПРОЛДЖЭЯЧСМИТЬБЮ,Ё№;:?"
_LATIN = "qwertyuiop[]asdfghjkl;'zxcvbnm,./`QWERTYUIOP{}ASDFGHJKL:\"ZXCVBNM<>?~#$^&"
_TO_RUSSIAN = str.maketrans(_LATIN, _RUSSIAN)
_TO_LATIN = str.maketrans(_RUSSIAN, _LATIN)

_LOOKALIKE = str.maketrans("aceopxyABCEHKMOPTXY", "асеорхуАВСЕНКМОРТХУ")
_CYRILLIC = re.compile("[а-яё]", re.IGNORECASE)
_LATIN_LETTER = re.compile("[a-z]", re.IGNORECASE)
_HOUSE = re.compile(r"\d{1,4}[aceopxyABCEHKMOPTXY]")


def typed_in_russian(text: str) -> str:
    """What the same keys give in the Russian layout: «ytn djls» → «нет воды»."""
    return text.translate(_TO_RUSSIAN)


def typed_in_latin(text: str) -> str:
    """What the same keys give in the Latin layout; digits and Latin words stay."""
    return text.translate(_TO_LATIN)


def is_latin(text: str) -> bool:
    """Whether all letters of `text` are Latin, and there is one."""
    return bool(_LATIN_LETTER.search(text)) and not _CYRILLIC.search(text)


def without_lookalikes(word: str) -> str | None:
    """`word` with Cyrillic letters for the Latin ones that look the same; None where in doubt.

    Mixed words («вoда») and houses («35a») are beyond doubt; a word of such letters only («TKO»)
    is for the caller to judge by `in_lookalikes`.
    """
    mended = word.translate(_LOOKALIKE)
    if mended == word or _LATIN_LETTER.search(mended):
        return None
    return mended if _CYRILLIC.search(word) or _HOUSE.fullmatch(word) else None


def in_lookalikes(word: str) -> str | None:
    """A word in capitals all of which are Latin lookalikes, in Cyrillic: «TKO» → «ТКО»."""
    mended = word.translate(_LOOKALIKE)
    is_short_form = word.isupper() and word.isalpha() and len(word) > 1
    return mended if is_short_form and is_latin(word) and not is_latin(mended) else None


@cache
def latin_words() -> frozenset[str]:
    """Latin words people mean as they are; some are Russian words in the other layout."""
    return frozenset(word for line in read_list("latin_words.txt") for word in words(line))
