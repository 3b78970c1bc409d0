"""What a text tells apart: poles, stops, entrances, schools, flats; numbers, dates and names.

Two messages of one wording about two poles are two troubles. Whatever is found here and differs
on both sides keeps them apart, so a miss costs a merge and a false find only a suggestion.
"""

import re
from collections import Counter
from collections.abc import Iterable

from rapidfuzz.distance import DamerauLevenshtein

from app.text.lemmas import analyzer
from app.text.words import fold, words

_KINDS: dict[str, str] = {
    "опора": r"опор(?:а|ы|е|у|ой)?|столб(?:а|у|ом|е|ы)?|фонар(?:ь|я|ю|е|ем)",
    "подъезд": r"подъезд(?:а|е|у|ом)?|парадн(?:ая|ой|ую)",
    "школа": r"школ(?:а|ы|е|у|ой)|гимнази(?:я|и|ю|ей)|лице(?:й|я|е|ю|ем)|сош",
    "сад": r"сад(?:а|у|ом|е|ик\w{0,2})?|д/с|доу",
    "поликлиника": r"поликлиник(?:а|и|е|у|ой)|больниц(?:а|ы|е|у|ей)|фап(?:а|е|у)?",
    "маршрут": r"маршрут(?:а|е|у|ом|к\w{1,2})?|автобус(?:а|е|у|ом|ы)?|троллейбус(?:а|е|у|ом)?|"
    r"трамва(?:й|я|е|ю|ем)",
    "квартира": r"квартир(?:а|ы|е|у|ой)|кв",
    "люк": r"люк(?:а|е|у|ом)?|колод(?:ец|ца|це|цу|цем)",
    "корпус": r"корпус(?:а|е|у|ом)?|корп",
    "остановка": r"остановк(?:а|и|е|у|ой)",
    "площадка": r"площадк(?:а|и|е|у|ой)",
    "участок": r"участ(?:ок|ка|ке|ку|ком)",
    "подстанция": r"подстанци(?:я|и|ю|ей)|тп|рп|ктп|кнс",
    "гараж": r"гараж(?:а|е|у|ом)?",
    "дом": r"дом(?:а|е|у|ом)?|д",
}
_ANY_KIND = "|".join(f"(?P<k{place}>{forms})" for place, forms in enumerate(_KINDS.values()))
_NAMES = list(_KINDS)
_NUMBER = r"(?P<number>\d{1,5}(?:[/-]\d{1,3})?[а-я]?(?:к\d{1,2})?)(?![\w%])"
_NUMBERED = re.compile(
    rf"(?<![\w-])(?:{_ANY_KIND})(?![\w])\s*\.?\s*(?:(?:номер\w*|под|№|n|#)\s*\.?\s*){{0,3}}{_NUMBER}"
)
_ORDINAL = re.compile(
    rf"(?<![\w-])(?P<number>\d{{1,3}})(?:\s*-?\s*(?:й|го|м|му|ом|ем|ый|ой|ая|ую|я|ю|е|я))?\s+"
    rf"(?:{_ANY_KIND})(?!\w)"
)
_BY_WORD = re.compile(
    r"(?<!\w)(?P<word>перв|втор|трет|четверт|пят|шест|седьм|восьм)\w{1,3}\s+подъезд"
)
_WORD_NUMBERS = {
    word: str(number)
    for number, word in enumerate(
        ("перв", "втор", "трет", "четверт", "пят", "шест", "седьм", "восьм"), start=1
    )
}
_OTHER_NUMBERED = re.compile(r"(?<!\w)(?P<word>[а-я]{4,})\s*№\s*(?P<number>\d{1,4}[а-я]?)(?!\w)")
_NO_OBJECT = re.compile(r"(?:обращени|заявк|заявлени|жалоб|сообщени|письм|номер|вопрос|отве)")
_STEM = 5
_STOP_NAMED = re.compile(
    r"(?i:остановк(?:а|и|е|у|ой))\s+(?:(?:общественного\s+транспорта|транспорта)\s+)?"
    r"(?:[«\"“](?P<quoted>[^»\"”]{2,40})[»\"”]|(?P<capital>[А-ЯЁ][\w-]+(?:\s+[А-ЯЁ][\w-]+)?))"
)
_STOP_PLAIN = re.compile(r"(?<!\w)остановк(?:а|и|е|у|ой)\s+(?P<name>[а-я]{4,})")
_QUOTED = re.compile(r"«([^«»\"\n]{2,40})»|\"([^«»\"\n]{2,40})\"|“([^“”\n]{2,40})”")
_MENTION = re.compile(r"\[(?:id|club|public)\d+\|[^\]]*\]|<[^>]{1,40}>")
"""Whoever is called in a post, and marks of a page: no names of things."""
_CAPITALS = re.compile(r"(?<=[а-яё»\d№] )[А-ЯЁ][а-яё-]{2,}(?: [А-ЯЁ][а-яё-]{2,}){0,3}")
_MONTHS = "январ|феврал|март|апрел|ма[йя]|июн|июл|август|сентябр|октябр|ноябр|декабр"
_DATE = re.compile(rf"(?<!\d)(?P<day>\d{{1,2}})\s+(?P<month>{_MONTHS})\w*")
_FIGURE = re.compile(r"(?<!\w)\d+(?:[.,/:]\d+)*[а-яa-z]?(?:к\d+)?(?!\w)")
_LONG, _VERY_LONG = 4, 7
"""Letters of a name from which one slip, or two, may be a misspelling of it."""


def objects(text: str) -> list[str]:
    """`kind:value` of numbered and named things, as often as they are named, sorted: «опора:12»."""
    folded = fold(text)
    found = [f"{_kind(one)}:{one['number']}" for one in _NUMBERED.finditer(folded)]
    found += [f"{_kind(one)}:{one['number']}" for one in _ORDINAL.finditer(folded)]
    found += [f"подъезд:{_WORD_NUMBERS[one['word']]}" for one in _BY_WORD.finditer(folded)]
    for one in _OTHER_NUMBERED.finditer(folded):
        if not _NO_OBJECT.match(one["word"]) and not _NUMBERED.match(folded, one.start()):
            found.append(f"{one['word'][:_STEM]}:{one['number']}")
    for one in _STOP_NAMED.finditer(text):
        found.append(f"остановка:{_lemmas(one['quoted'] or one['capital'])}")
    return sorted(found)


def _kind(found: re.Match[str]) -> str:
    return next(name for place, name in enumerate(_NAMES) if found[f"k{place}"])


def marks(text: str) -> list[str]:
    """Numbers and dates as written and as often: in two copies of one text they are the same."""
    folded = fold(text)
    return [*_FIGURE.findall(folded), *(f"{day} {month}" for day, month in _DATE.findall(folded))]


def names(text: str) -> frozenset[str]:
    """Lemmas of names in quotes and of words with a capital within a sentence, without people's.

    A text all in small letters has none but those of stops: then nothing can be told apart by it.
    """
    text = _MENTION.sub(" ", text)
    found = {_lemmas("".join(filter(None, one.groups()))) for one in _QUOTED.finditer(text)}
    for run in _CAPITALS.findall(text):
        parts = words(run)
        if not any(_is_persons(part) for part in parts):
            found.update(_lemmas(part) for part in parts if _may_be_proper(part))
    for one in _STOP_PLAIN.finditer(fold(text)):
        if _may_name(one["name"]):
            found.add(_lemmas(one["name"]))
    return frozenset(filter(None, found))


def _lemmas(name: str) -> str:
    return " ".join(fold(lemma) for lemma in analyzer().lemmatize(words(name)))


def _is_persons(word: str) -> bool:
    return any(one.feats.get("NameType") in {"Giv", "Pat"} for one in analyzer().analyze(word))


def _may_be_proper(word: str) -> bool:
    """«Советской», «Магнит» unknown to the dictionary; not «Номер» where a full stop was missed."""
    return not analyzer().is_known(word) or any(
        one.pos in {"ADJ", "PROPN"} for one in analyzer().analyze(word)
    )


def _may_name(word: str) -> bool:
    return any(one.pos in {"NOUN", "ADJ", "PROPN"} for one in analyzer().analyze(word))


def same_name(one: str, other: str) -> bool:
    """Whether two folded names are one: equal, or one is a word nobody knows and a slip away.

    «лесная» and «летная» are one letter apart and two streets: both are words. Endings are left
    out, too: a misspelt name comes in the case it was written in.
    """
    if one == other:
        return True
    if _is_known(one) and _is_known(other):
        return False
    ways = ((one, other), (_stem(one), _stem(other)))
    return any(_is_near(a, b) for a, b in ways)


def _is_known(name: str) -> bool:
    """A number is never a slip of another one."""
    return any(map(str.isdigit, name)) or all(map(analyzer().is_known, words(name)))


def _stem(name: str) -> str:
    return name[:-2] if len(name) > _LONG else name


def _is_near(one: str, other: str) -> bool:
    shorter = min(len(one), len(other))
    allowed = 2 if shorter >= _VERY_LONG else 1 if shorter >= _LONG else 0
    return DamerauLevenshtein.distance(one, other, score_cutoff=allowed) <= allowed


def differing(own: Iterable[str], other: Iterable[str]) -> tuple[str, str] | None:
    """Of names or numbers, as often as they are said, a pair that only this and only that side has.

    A side that merely says more does not differ; a misspelt name is the one it is nearest to. Of
    `kind:value` the value counts: «детского №36» and «сада №36» are one.
    """
    mine, theirs = Counter(own), Counter(other)
    left, right = sorted((mine - theirs).elements()), sorted((theirs - mine).elements())
    for name in list(left):
        if twin := next((one for one in right if same_name(_value(name), _value(one))), None):
            left.remove(name)
            right.remove(twin)
    return (left[0], right[0]) if left and right else None


def _value(name: str) -> str:
    return name.rpartition(":")[2]


def differing_objects(own: Iterable[str], other: Iterable[str]) -> tuple[str, str] | None:
    """Two objects of one kind, where the sides have no object of that kind in common.

    For messages of different wording; of streets and houses more is known than the words.
    """
    mine, theirs = _by_kind(own), _by_kind(other)
    for kind in sorted((mine.keys() & theirs.keys()) - _OF_PLACE):
        pairs = [(a, b) for a in mine[kind] for b in theirs[kind]]
        if not any(same_name(a, b) for a, b in pairs):
            return f"{kind} {pairs[0][0]}", f"{kind} {pairs[0][1]}"
    return None


_OF_PLACE = frozenset({"улица", "дом", "корпус"})


def _by_kind(found: Iterable[str]) -> dict[str, list[str]]:
    kinds: dict[str, list[str]] = {}
    for one in sorted(found):
        kind, _, value = one.partition(":")
        kinds.setdefault(kind, []).append(value)
    return kinds
