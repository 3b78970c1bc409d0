"""Addresses as people write them: «ул. Ленина, д. 35а», «Ленина 35», «пр-т Мира, 4/2».

Nothing is guessed: where a street cannot be told from another word, there is no address. The
streets that the cases themselves name (`app.text.streets`) are a better judge than these rules.
"""

import re
from functools import cache
from typing import NamedTuple

from app.text.lemmas import analyzer
from app.text.streets import NO_STREETS, Streets
from app.text.words import fold, read_list, words


class ParsedAddress(NamedTuple):
    street_type: str | None
    """Short form: «ул.», «пр-т»; None where the text names none."""
    street: str
    """Name without the type, in dictionary form and with capitals: «Ленина», «Первомайская»."""
    house: str | None
    """Normal form: «35», «35а», «4/2», «35к2» (корпус), «35с1» (строение)."""


class FoundAddress(NamedTuple):
    address: ParsedAddress
    before: str
    after: str
    """What stands before and after the address, folded: «нет воды на», «прорвало трубу»."""


STREET_TYPES: dict[str, tuple[str, ...]] = {
    "ул.": ("улица", "улице", "улицы", "улицу", "улицей", "ул"),
    "пр-т": ("проспект", "проспекте", "проспекта", "проспекту", "пр-т", "пр-кт", "просп", "пр"),
    "пр-д": ("проезд", "проезде", "проезда", "проезду", "пр-д"),
    "пер.": ("переулок", "переулке", "переулка", "переулку", "пер"),
    "б-р": ("бульвар", "бульваре", "бульвара", "бульвару", "б-р", "бул"),
    "ш.": ("шоссе", "ш"),
    "наб.": ("набережная", "набережной", "набережную", "наб"),
    "пл.": ("площадь", "площади", "пл"),
    "туп.": ("тупик", "тупике", "тупика", "туп"),
    "мкр.": ("микрорайон", "микрорайоне", "микрорайона", "мкр", "мкрн", "м-н", "мкр-н"),
    "кв-л": ("квартал", "квартале", "квартала", "кв-л"),
    "аллея": ("аллея", "аллее", "аллеи", "аллею"),
    "тракт": ("тракт", "тракте", "тракта"),
    "линия": ("линия", "линии", "линию"),
}
_TYPE_OF = {form: short for short, forms in STREET_TYPES.items() for form in forms}
_FEMININE = ("ул.", "наб.", "пл.", "аллея", "линия")
_GENDERS = {**dict.fromkeys(_FEMININE, "Fem"), "ш.": "Neut"}
_OBLIQUE = {"Fem": ("ой", "ей", "ую", "юю"), "Masc": ("ом", "ем", "ому", "ему")}
"""Endings of an adjective that was inflected with its type. «-ого» is left out: «пр-т Невского»."""
_WEAK_TYPES = frozenset({"ш", "пл", "площади", "площадь", "линия", "линии", "линию", "пр", "тракт"})
"""Words with other meanings («шоссе» aside): a type only where a house follows the name."""

_FIRST_NAMES = frozenset(
    words(
        "академика маршала генерала адмирала героя героев космонавта летчика капитана полковника "
        "лейтенанта братьев карла розы клары максима льва александра михаила николая ивана петра "
        "алексея сергея юрия дмитрия антона зои лизы веры степана емельяна имени им большая малая "
        "верхняя нижняя старая новая первая вторая третья красной советской парижской ленинского "
        "кузьмы феликса ильи якова павла георгия софьи марины валентины"
    )
)
"""Words that begin a name of two: «Карла Маркса», «Маршала Жукова», «Большая Садовая»."""

_LETTER = "[а-яё]"
_HOUSE_LETTER = "[а-зик-щэюя]"
_HOUSE = re.compile(
    rf"""
    [\s,.]* (?:(?:дома|доме|дом|д|№)[\s.,№]*)?
    (?P<number>\d{{1,4}}) (?![\d:])
    (?: -?["«]?(?P<letter>{_HOUSE_LETTER})["»]?(?![\w-])
      | \s["«]?(?P<apart>{_HOUSE_LETTER})["»]?(?=\s*(?:[,;)]|$)) )?
    (?: \s?/\s?(?P<fraction>\d{{1,4}}{_LETTER}?)(?!\w) )?
    (?: [\s,]*(?:корпус|корп|к)[\s.]*(?P<corpus>\d{{1,3}}{_LETTER}?)(?!\w) )?
    (?: [\s,]*(?:строение|стр|с)[\s.]*(?P<building>\d{{1,3}})(?!\w) )?
    """,
    re.VERBOSE,
)
_MEASURE = re.compile(
    r"\s*(?:мин|час|ч\b|дн|ден|день|руб|лет|год|г\b|км|м\b|метр|раз|числ|чел|шт|%|янв|фев|мар|апр|ма[йя]|"
    r"июн|июл|авг|сен|окт|ноя|дек|этаж|подъезд|квартир)"
)
"""What may follow a number that is no house: «Лесная 5 дней без света»."""

_TYPE_FORMS = "|".join(sorted(map(re.escape, _TYPE_OF), key=len, reverse=True))
_NAME_WORD = rf"{_LETTER}{{3,}}(?:-{_LETTER}+)*"
_ORDINAL = r"\d{1,3}(?:-?(?:ая|ый|ой|го|я|й|е)\b|\s+лет\b)"
_NAME = rf"(?:{_ORDINAL}\s+)?{_NAME_WORD}"
_TYPED = re.compile(
    rf"(?<![\w-])(?P<type>{_TYPE_FORMS})(?![\w-])\.?\s*[\"«]?(?P<name>{_NAME})(?P<second>\s+{_NAME_WORD})?[\"»]?"
)
_REAR = re.compile(rf"(?<![\w-])(?P<name>{_NAME})\s+(?P<type>{_TYPE_FORMS})(?![\w-])\.?")
_BARE = re.compile(rf"(?<![\w-])(?P<name>{_NAME})(?=[\s,.]*(?:(?:дом|д)[\s.]*)?\d)")
_TYPE_FIRST = re.compile(rf"(?P<type>{_TYPE_FORMS})(?:\.|(?=\s|$))\s*")
_TYPE_LAST = re.compile(rf"(?<=\s)(?P<type>{_TYPE_FORMS})\.?$")
_LONGEST_NAME = 80
_NOT_NAMES = (frozenset(_TYPE_OF) - {"набережная", "набережной"}) | frozenset(
    words("дом дома доме квартира кв подъезд корпус этаж школа сад номер маршрут автобус")
)


def parse_address(text: str) -> ParsedAddress | None:
    """The first address of `text`, or None. A bare name needs a house: «Ленина 35»."""
    found = find_address(text)
    return found.address if found else None


def find_address(text: str, streets: Streets = NO_STREETS) -> FoundAddress | None:
    """As `parse_address`, with the text around the address.

    A name of `streets` needs a house as well, unless it has several words: «Вторая Речка».
    """
    folded = fold(text)
    spot = _typed(folded) or _rear(folded) or _of(streets, folded) or _bare(folded)
    if spot is None:
        return None
    return FoundAddress(spot.address, folded[: spot.start].strip(), folded[spot.end :].strip())


def canonical_street(text: str) -> tuple[str | None, str | None]:
    """(type, name) of a street given alone: «Ленина ул.», «УЛИЦА ЛЕНИНА» → («ул.», «Ленина»).

    The type is None where the text has none; both are where there is no name in it.
    """
    folded = " ".join(re.sub(r'[,"«»]', " ", fold(text)).split())
    found = _TYPE_FIRST.match(folded) or _TYPE_LAST.search(folded)
    name = folded[: found.start()] + folded[found.end() :] if found else folded
    if not name.strip(" .") and found and found["type"] == "набережная":
        return None, "Набережная"
    name = re.sub(r"^(?:имени|им)[\s.]+", "", name.strip(" ."))
    if not re.search(_LETTER, name) or len(name) > _LONGEST_NAME:
        return None, None
    street_type = _TYPE_OF[found["type"]] if found else None
    return street_type, _dictionary_form(name, street_type, text)


def canonical_house(text: str) -> str | None:
    """Normal form of a house given alone: «Д. 35 А» → «35а»; None where it is no house."""
    found = _HOUSE.match(fold(text))
    return _house(found) if found and not fold(text)[found.end() :].strip(" .,") else None


class _Spot(NamedTuple):
    address: ParsedAddress
    start: int
    end: int


def _typed(folded: str) -> _Spot | None:
    for found in _TYPED.finditer(folded):
        if found["name"] in _NOT_NAMES:
            continue
        name, end = _whole_name(found, folded)
        house = _house_after(folded, end)
        if house is not None or (found["type"] not in _WEAK_TYPES and _may_be_name(name)):
            return _spot(_TYPE_OF[found["type"]], name, house, (found.start(), end))
    return None


def _whole_name(found: re.Match[str], folded: str) -> tuple[str, int]:
    """The name and where it ends; a second word belongs to it where the first one asks for it."""
    name, second = found["name"], (found["second"] or "").strip()
    if second and second not in _NOT_NAMES:
        before_house = _HOUSE.match(folded, found.end("second")) and _is_street_name(second)
        if name in _FIRST_NAMES or before_house:
            return f"{name} {second}", found.end("second")
    return name, found.end("name")


def _rear(folded: str) -> _Spot | None:
    for found in _REAR.finditer(folded):
        name, street_type = found["name"], _TYPE_OF[found["type"]]
        house = _house_after(folded, found.end())
        known = _is_street_name(name) or (house and _nominative(name, street_type) != name)
        if name not in _NOT_NAMES and (known or _agrees(name, street_type)):
            return _spot(street_type, name, house, found.span())
    return None


def _of(streets: Streets, folded: str) -> _Spot | None:
    for named in streets.named_in(folded):
        house = _house_after(folded, named.end)
        alone = folded[named.start : named.end]
        if alone not in _NOT_NAMES and (house or " " in alone):
            end = house.end() if house else named.end
            address = ParsedAddress(None, named.name, _house(house) if house else None)
            return _Spot(address, named.start, end)
    return None


def _bare(folded: str) -> _Spot | None:
    for found in _BARE.finditer(folded):
        name, start = found["name"], found.start()
        house = _house_after(folded, found.end())
        if house and _is_street_name(name):
            first = folded[:start].rsplit(maxsplit=1)[-1:]
            if first and first[0] in _FIRST_NAMES:
                name, start = f"{first[0]} {name}", folded.rindex(first[0], 0, start)
            return _spot(None, name, house, (start, found.end()))
    return None


def _spot(
    street_type: str | None, name: str, house: re.Match[str] | None, span: tuple[int, int]
) -> _Spot:
    start, end = span
    street = _dictionary_form(name, street_type)
    if house is None:
        return _Spot(ParsedAddress(street_type, street, None), start, end)
    return _Spot(ParsedAddress(street_type, street, _house(house)), start, house.end())


def _house_after(folded: str, position: int) -> re.Match[str] | None:
    found = _HOUSE.match(folded, position)
    return None if found is None or _MEASURE.match(folded, found.end()) else found


def _house(found: re.Match[str]) -> str:
    house = found["number"] + (found["letter"] or found["apart"] or "")
    house += f"/{found['fraction']}" if found["fraction"] else ""
    house += f"к{found['corpus']}" if found["corpus"] else ""
    return house + (f"с{found['building']}" if found["building"] else "")


@cache
def _common_streets() -> dict[str, str]:
    """Folded name → name with its ё and capitals."""
    return {fold(name): name for line in read_list("streets.txt") for name in line.split()}


def _is_street_name(name: str) -> bool:
    """Whether a word alone is a street: a common one, an ordinal, or a surname's genitive."""
    word = name.rsplit(maxsplit=1)[-1]
    if word in _common_streets() or _nominative(word) in _common_streets() or name[0].isdigit():
        return True
    return any(
        analysis.pos == "PROPN"
        and analysis.feats.get("Case") == "Gen"
        and analysis.source == "dictionary"
        for analysis in analyzer().analyze(word.capitalize())
    )


def _may_be_name(name: str) -> bool:
    """Whether a word after «улица» can be its name: «вечером» and «холодно» cannot."""
    word = name.rsplit(maxsplit=1)[-1]
    return not analyzer().is_known(word) or any(
        (analysis.pos == "ADJ" and analysis.feats.get("Variant") != "Short")
        or analysis.feats.get("Case") in {"Gen", "Nom"}
        for analysis in analyzer().analyze(word)
    )


def _agrees(name: str, street_type: str) -> bool:
    """Whether `name` is an adjective in the nominative of the type's gender: «Невский проспект»."""
    gender = _GENDERS.get(street_type, "Masc")
    return (
        any(
            analysis.pos == "ADJ"
            and analysis.feats.get("Case") == "Nom"
            and analysis.feats.get("Gender") == gender
            and "Poss" not in analysis.feats
            for analysis in analyzer().analyze(name.rsplit(maxsplit=1)[-1])
        )
        and name not in _PLAIN_ADJECTIVES
    )


_PLAIN_ADJECTIVES = frozenset(
    words(
        "наша наш ваша эта этот вся весь соседняя соседний каждая другая другой одна один моя мой "
        "та тот главная главный основная основной данная данный любая любой платный бесплатный "
        "свободный"
    )
)


def _nominative(word: str, street_type: str | None = None) -> str:
    """«первомайской» → «первомайская», «ленинском» → «ленинский» before «проспекте»."""
    gender = _GENDERS.get(street_type or "ул.", "Masc")
    if not word.endswith(_OBLIQUE["Fem" if gender == "Fem" else "Masc"]):
        return word
    for analysis in analyzer().analyze(word):
        known = analysis.pos == "ADJ" and analysis.source == "dictionary"
        if known and analysis.feats.get("Gender") == gender:
            return fold(analysis.inflect(Case="Nom", Gender=gender, Number="Sing"))
    return word


def _dictionary_form(name: str, street_type: str | None, given: str = "") -> str:
    """`name` with capitals, an inflected adjective put back («по улице Первомайской»)."""
    parts = name.split()
    last = parts[-1]
    if len(parts) == 1 and last not in _common_streets():
        parts = [_nominative(last, street_type)]
    spelled = {fold(word): word for word in re.findall(r"[\w-]+", given)}
    return " ".join(_capital(part, spelled) for part in parts)


_SMALL_WORDS = frozenset({"лет", "имени", "им", "и"})


def _capital(word: str, spelled: dict[str, str]) -> str:
    """With a capital and with the ё of the common list or of the text it came from."""
    if word in _SMALL_WORDS or word[0].isdigit():
        return word
    word = _common_streets().get(word) or spelled.get(word, word).lower()
    return "-".join(part[:1].upper() + part[1:] for part in word.split("-"))
