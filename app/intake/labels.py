"""Names of groups and themes: exports write them in capitals, people read them in a sentence."""

import re
from functools import lru_cache

ABBREVIATIONS = frozenset(
    (
        *("ЖКХ", "УК", "РСО", "ТСЖ", "МКД", "ГВС", "ХВС", "ТКО", "КГМ", "МАФ", "СНТ", "ИЖС"),
        *("ДТП", "ПДД", "ГИБДД", "ОСАГО", "МЧС", "ЕДДС", "СВО", "США", "РФ", "СМИ", "НКО", "ТОС"),
        *("МФЦ", "ЗАГС", "ЕПГУ", "ПОС", "ЦУР", "ЕГЭ", "ОГЭ", "МСЭ", "ОМС", "ФАП", "ОРВИ"),
    )
)
"""Words that stay in capitals in the theme names of «Инцидент менеджмент» and beside them."""

_WORD = re.compile(r"[А-ЯЁA-Z]+")


@lru_cache(maxsize=4096)
def sentence_case(label: str) -> str:
    """«ЯМЫ ВО ДВОРАХ» → «Ямы во дворах»; a label with any small letter is left as it is."""
    if any(letter.islower() for letter in label):
        return label
    lowered = _WORD.sub(
        lambda match: match[0] if match[0] in ABBREVIATIONS else match[0].lower(), label
    )
    return lowered[:1].upper() + lowered[1:]
