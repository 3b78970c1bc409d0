"""What a message asks to be done with what: «уберите парковку», «прошу не трогать деревья». Pure.

Only what is asked for counts: an imperative, an infinitive after «прошу», «нужно» or at the head of
a sentence, a noun after «против» or «нужна». What is only told («обещали убрать», «негде
поставить») asks for nothing, and neither does an action that may mean two things where it stands:
«уберите двор» is to clean it, «уберите сломанные качели» is often asked by those who ask for new
ones. So a demand that is found is one; many that are there are not found.
"""

import re
from collections.abc import Iterator
from functools import cache, lru_cache

from msgspec import Struct
from rumorph import Analysis

from app.polls import demand_words as known
from app.polls.demand_words import Axis
from app.text.lemmas import analyzer
from app.text.words import words


class Demand(Struct, frozen=True):
    what: str
    """Lemma of what it is asked of."""
    axis: Axis
    wanted: bool
    """That it be there or be open; else that it not be."""
    written: str
    """«не трогайте деревья», folded."""
    sentence: str


_FARTHEST_AFTER, _FARTHEST_BEFORE, _FARTHEST_DEED = 6, 2, 3
_SENTENCE = re.compile(r"[^.!?…;\n]+")
_POLITE = re.compile(r",?\s*\bпожалуйста\b\s*,?", re.IGNORECASE)
"""Stands between commas wherever it likes."""
_PART = re.compile(r"[^,:()]+")
_MOST_SIGNS, _LONGEST_SENTENCE = 5_000, 300


@lru_cache(maxsize=4_000)
def demands(text: str) -> tuple[Demand, ...]:
    """In their order, each once. The last texts are remembered: one is read for its problem and for
    its theme, and again with each look at the page.
    """
    found: dict[Demand, None] = {}
    for sentence in _SENTENCE.finditer(text[:_MOST_SIGNS]):
        said = " ".join(sentence[0].split())[:_LONGEST_SENTENCE]
        found |= dict.fromkeys(_Sentence(said).demands())
    return tuple(found)


@lru_cache(maxsize=20_000)
def _forms(word: str) -> tuple[Analysis, ...]:
    return tuple(analyzer().analyze(word))


def _is(word: str, **feats: str) -> bool:
    """Whether some reading of the word has all these features."""
    return any(
        all(one.feats.get(name) == value for name, value in feats.items()) for one in _forms(word)
    )


def _pos(word: str) -> str:
    return _forms(word)[0].pos if _forms(word) else ""


class _Sentence:
    def __init__(self, text: str) -> None:
        self._text = text
        self._words: list[str] = []
        self._ends: list[int] = []
        """Where the part between commas that holds a word ends."""
        for part in _PART.finditer(_POLITE.sub(" ", text)):
            inside = words(part[0])
            self._words += inside
            self._ends += [len(self._words)] * len(inside)
        self._lemmas = (
            [one.lower().replace("ё", "е") for one in analyzer().lemmatize(self._words)]
            if self._words
            else []
        )
        held = self._held = {*self._lemmas, *self._words}
        self._about_dirt, self._about_broken = bool(held & known.DIRT), bool(held & known.BROKEN)
        self._cannot = bool(held & known.CANNOT)

    def demands(self) -> Iterator[Demand]:
        if not self._held & _telling():
            return
        asked: int | None = None
        """Where it was said that what follows is asked for, or asked not to be done."""
        for place, word in enumerate(self._words):
            lemma = self._lemmas[place]
            if self._asks(place):
                asked = place
            elif word in known.NEEDED or (word == known.AGAINST and self._opposed(place)):
                yield from self._by_noun(place, needed=word in known.NEEDED)
            elif lemma in known.ACTIONS or lemma in known.LEFT_ALONE or lemma in known.STOPPING:
                yield from self._by_verb(place, asked)
            elif lemma in known.TOLD_AFTER or (_is(word, Mood="Ind") and _pos(word) == "VERB"):
                asked = None

    def _asks(self, place: int) -> bool:
        """«Прошу», «надо», «не дайте»: what follows is a demand."""
        word, lemma = self._words[place], self._lemmas[place]
        if lemma in known.LETTING:
            return _is(word, Mood="Imp") and not self._positive(place)
        return word in known.ASKING or (lemma in known.ASKING_OURSELVES and _is(word, Person="1"))

    def _positive(self, place: int) -> bool:
        before = place - 1
        while before >= 0 and self._words[before] in known.BETWEEN:
            before -= 1
        return before < 0 or self._words[before] != known.NOT

    def _opposed(self, place: int) -> bool:
        held = {self._words[place - 1], self._lemmas[place - 1]} if place else set()
        return not place or bool(held & known.OPPOSED)

    def _not_to(self, asked: int) -> bool:
        """«Нельзя», «не надо», «не дайте»."""
        return self._words[asked] == known.MUST_NOT or not self._positive(asked)

    def _by_verb(self, place: int, asked: int | None) -> Iterator[Demand]:
        word, lemma, positive = self._words[place], self._lemmas[place], self._positive(place)
        first = place
        if _is(word, VerbForm="Inf"):
            if asked is None and not self._leads(place):
                return
            if asked is not None and self._not_to(asked):
                positive, first = not positive, asked
        elif not _is(word, Mood="Imp"):
            return
        if lemma in known.STOPPING and positive and (deed := self._deed_after(place)):
            yield from self._of_deed(place, deed)
            return
        if lemma in known.LEFT_ALONE and not positive:
            yield from self._found(place, (Axis.BEING, True), first=first)
        elif lemma in known.ACTIONS and not (positive and self._may_mean_other(lemma)):
            axis, wanted = known.ACTIONS[lemma]
            yield from self._found(place, (axis, wanted == positive), lemma, first=first)

    def _leads(self, place: int) -> bool:
        """An infinitive at the head of a sentence that tells of nothing else."""
        head = place == 0 or (place == 1 and self._words[0] in {known.NOT, *known.BETWEEN})
        return head and not self._cannot

    def _may_mean_other(self, lemma: str) -> bool:
        return (lemma in known.CLEANING and self._about_dirt) or (
            lemma in known.REMOVAL and self._about_broken
        )

    def _by_noun(self, place: int, *, needed: bool) -> Iterator[Demand]:
        """«Нужна парковка», «не нужна парковка», «против парковки», «против вырубки деревьев»."""
        if needed:
            positive = self._positive(place)
            axis = Axis.BEING if positive else Axis.ANY
            yield from self._found(place, (axis, positive))
        elif deed := self._deed_after(place):
            yield from self._of_deed(place, deed)
        else:
            yield from self._found(place, (Axis.ANY, False))

    def _deed_after(self, place: int) -> int:
        """Where a noun of an action follows; 0 where none does."""
        last = min(place + 1 + _FARTHEST_DEED, self._ends[place])
        return next((one for one in range(place + 1, last) if self._lemmas[one] in known.DEEDS), 0)

    def _of_deed(self, place: int, deed: int) -> Iterator[Demand]:
        axis, wanted = known.DEEDS[self._lemmas[deed]]
        for what, at in self._objects_after(deed):
            yield self._made(what, (axis, not wanted), (place, at))

    def _found(
        self, place: int, asks: tuple[Axis, bool], lemma: str = "", *, first: int | None = None
    ) -> Iterator[Demand]:
        """`first`: where the words of the demand begin, but for a «не» before them."""
        found = list(self._objects_after(place))
        if not found and self._words[place] != known.AGAINST:
            found = list(self._objects_before(place))
        begins = place if first is None else first
        begins -= begins > 0 and self._words[begins - 1] == known.NOT
        for what, at in found:
            cleaned = lemma in known.CLEANING and what in known.AREAS - known.TAKEN_AWAY
            if not cleaned:
                yield self._made(what, asks, (min(begins, at), max(place, at)))

    def _objects_after(self, place: int) -> Iterator[tuple[str, int]]:
        """The first noun without a preposition that may be an object; a genitive after one with a
        preposition goes with it: «во дворе детского сада».
        """
        governed = chained = False
        for at in range(place + 1, min(place + 1 + _FARTHEST_AFTER, self._ends[place])):
            pos = _pos(self._words[at])
            if pos == "ADP":
                governed = True
            elif pos in {"VERB", "AUX", "SCONJ"}:
                return
            elif pos in {"NOUN", "PROPN"}:
                if not governed and self._fits(at, chained=chained):
                    if self._lemmas[at] not in known.NO_OBJECTS:
                        yield self._lemmas[at], at
                    return
                governed, chained = False, chained or governed

    def _objects_before(self, place: int) -> Iterator[tuple[str, int]]:
        """«Деревья не трогайте», «парковку уберите»."""
        start = place - 1
        while start >= 0 and self._words[start] in {known.NOT, *known.BETWEEN}:
            start -= 1
        for at in range(start, max(start - _FARTHEST_BEFORE, -1), -1):
            if self._ends[at] != self._ends[place]:
                return
            if _pos(self._words[at]) in {"NOUN", "PROPN"}:
                free = at == 0 or _pos(self._words[at - 1]) != "ADP"
                known_thing = self._lemmas[at] in known.NO_OBJECTS
                if free and _is(self._words[at], Case="Acc") and not known_thing:
                    yield self._lemmas[at], at
                return

    def _fits(self, at: int, *, chained: bool) -> bool:
        cases = {one.feats.get("Case") for one in _forms(self._words[at])}
        return (
            ("Acc" in cases and "Gen" not in cases) if chained else bool(cases & known.OBJECT_CASES)
        )

    def _made(self, what: str, asks: tuple[Axis, bool], span: tuple[int, int]) -> Demand:
        axis, wanted = asks
        written = " ".join(self._words[span[0] : span[1] + 1])
        return Demand(what, axis, wanted, written, self._text)


def telling_lemmas() -> list[str]:
    """Lemmas one of which is in every message with a demand: to find these messages by."""
    return sorted(_telling())


@cache
def _telling() -> frozenset[str]:
    told = {*known.ACTIONS, *known.LEFT_ALONE, *known.STOPPING, known.AGAINST}
    told |= {one.lower().replace("ё", "е") for one in analyzer().lemmatize(sorted(known.NEEDED))}
    return frozenset(told)
