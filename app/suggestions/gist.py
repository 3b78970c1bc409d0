"""One line of a message: the sentence that says most, never a made-up one.

What counts: words of a request or a trouble, a place, words that told the theme; against it: a
greeting, thanks, a name, being very short. Telephones and mail addresses are masked.
"""

import re
from collections.abc import Mapping

from app.text.addresses import parse_address
from app.text.formal import split_formal
from app.text.lemmas import lemmatise
from app.text.mask import mask_contacts
from app.text.names import full_name
from app.text.words import words

LONGEST = 140
_SHORTEST = 12
_READ = 6_000
_MOST_SENTENCES = 60
_SHORT_FORMS = (
    "ул",
    "пр",
    "просп",
    "пер",
    "пл",
    "наб",
    "мкр",
    "ш",
    "д",
    "дом",
    "кв",
    "стр",
    "корп",
    "г",
    "им",
    "р-н",
)
"""Words that end in a full stop within a sentence: «на ул. Ленина, д. 35»."""
_GOES_ON = "".join(rf"(?<![\s(,](?i:{re.escape(form)})\.)" for form in _SHORT_FORMS)
_SENTENCE = re.compile(rf"(?<=[.!?…]){_GOES_ON}\s+(?=[«\"(А-ЯЁA-Z0-9])|(?<=[!?])\s+|\n+")
_GREETING = re.compile(
    r"^\W*(?:здравствуй(?:те)?|добр(?:ый|ое|ого)\s+(?:день|утро|вечер|времени\s+суток)|"
    r"доброго\s+дня|приветствую|уважаем\w+(?:\s+[А-ЯЁ]\w+){0,3})[\s,.!:;-]*",
    re.IGNORECASE,
)
_TROUBLE = frozenset(
    lemmatise(
        "нет отсутствовать сломать сломанный работать течь прорвать затопить яма мусор свалка "
        "грязь темно холодно опасный опасно жалоба разбить упасть висеть засор вонять запах "
        "отключить вывозить убирать чистить проблема дорога вода свет"
    ).split()
)
_REQUEST = frozenset(
    lemmatise(
        "просить прошу требовать помочь почистить убрать отремонтировать починить установить "
        "восстановить принять меры разобраться навести заменить сделать вывезти"
    ).split()
)


def gist(text: str, telling: Mapping[str, float] | None = None) -> str:
    """`telling`: how much a folded word told the theme, 0 or more."""
    sentences = [_SENTENCE.sub(" ", one).strip() for one in _SENTENCE.split(text[:_READ])]
    cleaned = [_GREETING.sub("", one).strip(" ,;—–-") for one in sentences]
    told = [one for one in cleaned if words(one)][:_MOST_SENTENCES]
    if not told:
        return ""
    best = max(range(len(told)), key=lambda place: _worth(told[place], place, telling or {}))
    return shortened(_capital(mask_contacts(" ".join(told[best].split()))))


def _worth(sentence: str, place: int, telling: Mapping[str, float]) -> float:
    tokens = words(sentence)
    lemmas = set(lemmatise(sentence).split())
    kept, _ = split_formal(sentence)
    worth = 2.0 * bool(lemmas & _TROUBLE) + 1.5 * bool(lemmas & _REQUEST)
    worth += 1.0 * (parse_address(sentence) is not None)
    worth += min(sum(telling.get(token, 0.0) for token in set(tokens)), 3.0)
    worth += min(len(words(kept)), 12) / 6
    worth -= 2.0 * (len(sentence) < _SHORTEST) + 2.0 * (full_name(sentence) is not None)
    worth -= max(len(sentence) - LONGEST, 0) / LONGEST
    return worth - 0.15 * place


def shortened(line: str) -> str:
    """At most `LONGEST` letters, cut after a word."""
    if len(line) <= LONGEST:
        return line
    cut = line[: LONGEST - 1]
    whole = cut.rsplit(" ", 1)[0] if " " in cut else cut
    return f"{whole.rstrip(' ,.;:—–-')}…"


def _capital(line: str) -> str:
    return line[:1].upper() + line[1:]
