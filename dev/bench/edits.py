"""Edits of a message as people make them, five levels, and swaps that make another message of it.

Whatever tells one trouble from another (digits, names, streets) is left as it is by the edits: who
says the same thing in other words does not move the pole. Typos may fall on names.
"""

import random
import re
from collections.abc import Callable
from enum import StrEnum

from dev.bench.edit_words import EditStock
from dev.bench.noise import typo

_WORD = re.compile(r"[а-яё]+", re.IGNORECASE)
_LONG = 5
_EMOJI = ("😡", "🙏", "❗", "‼️", "😢")
_LINKS = ("https://vk.com/wall-1_22", "t.me/gorod/881", "https://ok.ru/group/55/topic/7")
_CHANGED, _SWAPPED, _FILLED = 0.10, 0.04, 0.04
"""Shares of the words that are left out or replaced, that change places, that get a filler."""
_CUT = 0.3


class Level(StrEnum):
    REPOST = "репост"
    TYPOS = "опечатки"
    REWORDED = "другими словами"
    CUT = "урезано"
    QUOTED = "цитата"


Edit = Callable[[str, EditStock, random.Random], str]


def edit(text: str, level: Level, stock: EditStock, chance: random.Random) -> str:
    return _EDITS[level](text, stock, chance)


def _repost(text: str, _: EditStock, chance: random.Random) -> str:
    """Case, ё, signs, a link, a mark of a repost: nothing a word is made of."""
    text = chance.choice((str.upper, str.lower, str))(text)
    text = text.replace("ё", "е").replace("Ё", "Е") if chance.choice((True, False)) else text
    text = re.sub(r"[.,!?]+", lambda found: chance.choice((found[0], "!!!", "...")), text)
    before = chance.choice(("", "RT ", "Репост: "))
    return f"{before}{text} {chance.choice(_EMOJI)} {chance.choice(('', *_LINKS))}".strip()


def _typos(text: str, stock: EditStock, chance: random.Random) -> str:
    """One to three typos, and a greeting or a closing."""
    spoiled = _misspelt(text, chance.randint(1, 3), chance)
    if chance.choice((True, False)):
        return f"{chance.choice(stock.greetings)} {spoiled}"
    return f"{spoiled} {chance.choice(stock.closings)}"


def _misspelt(text: str, many: int, chance: random.Random) -> str:
    found = [one for one in _WORD.finditer(text) if len(one[0]) >= _LONG]
    for one in sorted(chance.sample(found, min(many, len(found))), key=lambda it: -it.start()):
        text = f"{text[: one.start()]}{typo(one[0], chance)}{text[one.end() :]}"
    return text


def _reworded(text: str, stock: EditStock, chance: random.Random) -> str:
    """A typo, words replaced, left out, moved, put in, and a greeting or a closing."""
    tokens = text.split()
    said: list[str] = []
    for place, token in enumerate(tokens):
        word = token.strip('.,!?:;—()«»"').lower()
        free = not any(map(_is_fact, tokens[max(0, place - 1) : place + 2]))
        if free and word in stock.synonyms:
            said.append(token.lower().replace(word, stock.synonyms[word]))
        elif free and chance.random() < _CHANGED and said:
            continue
        elif free and chance.random() < _SWAPPED and said:
            said.insert(-1, token)
        else:
            said.append(token)
        if free and chance.random() < _FILLED:
            said.append(chance.choice(stock.fillers))
    return _typos(" ".join(said), stock, chance)


_ADDRESS_WORD = re.compile(
    r"(?i)(?:ул|улиц|пр-|просп|проезд|пер|дом|д\.|остановк|школ|сад|подъезд|опор|автобус|маршрут)"
)


def _is_fact(token: str) -> bool:
    """A name, a number, a word of an address: whoever rewords a message leaves these whole."""
    return token[:1].isupper() or any(map(str.isdigit, token)) or bool(_ADDRESS_WORD.match(token))


def _cut(text: str, stock: EditStock, chance: random.Random) -> str:
    """A third of the words gone from the end, phrases of the trade around the rest."""
    kept = text.split()
    kept = kept[: max(3, round(len(kept) * (1 - _CUT)))]
    around = [*chance.sample(stock.greetings, 1), " ".join(kept), *chance.sample(stock.closings, 2)]
    return " ".join(around)


def _quoted(text: str, stock: EditStock, chance: random.Random) -> str:
    return chance.choice(stock.wrappings).format(text)


_EDITS: dict[Level, Edit] = {
    Level.REPOST: _repost,
    Level.TYPOS: _typos,
    Level.REWORDED: _reworded,
    Level.CUT: _cut,
    Level.QUOTED: _quoted,
}


class Swap(StrEnum):
    """What is another object in an otherwise equal text."""

    STOP = "остановка"
    POLE = "опора"
    HOUSE = "дом"
    ENTRANCE = "подъезд"
    SCHOOL = "школа"
    ROUTE = "маршрут"
    DATE = "дата"
    STREET = "улица"


_TAILS: dict[Swap, tuple[str, tuple[str, ...]]] = {
    Swap.STOP: (
        "Это у остановки {}.",
        ("«Рынок»", "«Автовокзал»", "«Школа»", "«Депо»", "«Стадион»", "«Дом культуры»"),
    ),
    Swap.POLE: ("Ближайшая опора № {}.", tuple(str(number) for number in range(3, 90))),
    Swap.HOUSE: (
        "Адрес: ул. Садовая, д. {}.",
        ("1", "3", "3а", "5", "5/2", "7", "11", "11к1", "23", "32"),
    ),
    Swap.ENTRANCE: ("Мы в {}.", ("подъезде 1", "подъезде 2", "третьем подъезде", "4-м подъезде")),
    Swap.SCHOOL: ("Рядом школа №{}.", ("1", "2", "4", "7", "12", "16", "21")),
    Swap.ROUTE: ("Езжу на автобусе № {}.", ("2", "3", "7", "11", "12", "14", "102")),
    Swap.DATE: (
        "Началось {}.",
        ("1 марта", "3 марта", "3 апреля", "12.05.2026", "13.05.2026", "17 октября"),
    ),
    Swap.STREET: ("Это улица {}.", ("Ленина", "Мира", "Победы", "Гагарина", "Лесная", "Полевая")),
}


def swapped(text: str, kind: Swap, chance: random.Random) -> tuple[str, str]:
    """Two messages of one wording about two objects, half of the time all in small letters."""
    tail, values = _TAILS[kind]
    one, other = chance.sample(values, 2)
    pair = f"{text} {tail.format(one)}", f"{text} {tail.format(other)}"
    return (pair[0].lower(), pair[1].lower()) if chance.choice((True, False)) else pair
