"""Which documents answer the words, and which of them come first: pure functions to clauses.

Two questions, kept apart. Membership (a filter) decides what is found, and so the total and the
facets: most of the words, rightly or nearly rightly spelt. Rank decides the order, and there every
word and every piece of a word may add. On XQuAD sentences (1,190 questions, MRR@10) rank alone
gives 0.800 where the stock `russian` analyzer gives 0.783; `make eval` repeats both.

Whatever a person typed stands only as the value of a match, `match_phrase` or `terms`: nothing in
it is syntax, so nothing in it can be wrong.
"""

import math
from itertools import pairwise
from typing import Any

from app.search.understanding import Understood
from app.text.addresses import canonical_street
from app.text.words import stop_words, words

Clause = dict[str, Any]

ENOUGH = ("3<75%", "3<50%", "1<50% 4<2", "1")
"""How many of the words a document must have, one step after another while too little is found.

At first all of up to three words («нет горячей воды») and three quarters of more; then half; then
half of up to four words and any two of more. On 40,000 messages a question of nine words finds
1, 245 and 19,000 of them. Stepping through half costs nothing in rank: XQuAD 0.793 either way. At
last any one word: on the XQuAD subset with typos 0.783 without this step, 0.813 with it.
"""

STEPS = 2 * len(ENOUGH)
"""Of a search with exact words: all of `ENOUGH` with them, then all of it with their words only."""

STEM_WEIGHT = 1.0
TITLE_WEIGHT = 1.5
"""A word in a title of five says more than one in a letter."""
GRAM_WEIGHT = 0.2
"""Pieces of words bring the misspelt and the kindred up: 0.800 with them, 0.792 at 0.5 already."""
PHRASE_WEIGHT = 2.0
NUMBER_WEIGHT = 1000.0
"""A case with this very number stands above whatever the words may weigh."""
CITED_WEIGHT = 20.0
"""Then the messages that name it."""
STREET_WEIGHT = 5.0
HOUSE_WEIGHT = 8.0
"""The address orders and never excludes: half of the messages name it in their text only."""

GRAM = 4
SHORTEST_GRAMMED = 6
"""Letters of a word found by its 4-grams: the one of «вода» is also in «заводах»."""
ENOUGH_GRAMS = 0.5
"""Share of a word's 4-grams that a misspelt one must keep; below it other words come in."""
MOST_GRAMMED = 16
"""Words of a question: a longer one has enough right words, and each costs many terms."""

NUMBER_FIELDS = ("number", "source.external_number", "source.external_id")
PLAIN_ANALYZER = "ru_stem"
"""As documents are analysed: the search analyzer but for its synonyms."""
WORD_FIELDS = [f"title.stem^{TITLE_WEIGHT}", "text.stem", "place.given"]


def member_clause(asked: Understood, step: int) -> Clause:
    """A filter: a document is found by any one of these ways.

    Steps from `len(ENOUGH)` on take exact words for words: for a phrase nobody wrote.
    """
    ways = [_one_side(side, step) for side in asked.alternatives] or [_one_side(asked, step)]
    if len(ways) == 1 and not asked.without:
        return ways[0]
    left_out = [_unwanted(words_out) for words_out in asked.without]
    return {"bool": {"should": ways, "minimum_should_match": 1, "must_not": left_out}}


def _one_side(asked: Understood, step: int) -> Clause:
    enough = ENOUGH[step % len(ENOUGH)]
    ways = [
        _stems(asked, asked.text, minimum_should_match=enough),
        _field("answers.text.stem", asked, minimum_should_match=enough),
        *_lemmas(asked, minimum_should_match=enough),
        *_nearly_right(asked, enough),
        *_at_the_address(asked, enough),
        *[{"terms": {name: list(asked.numbers)}} for name in _number_fields(asked)],
    ]
    if not asked.lemmas:
        ways.append({"match": {"text.raw": {"query": asked.text, "operator": "and"}}})
    phrases = [_literally(phrase) for phrase in asked.phrases] if step < len(ENOUGH) else []
    return {"bool": {"should": ways, "minimum_should_match": 1, "filter": phrases}}


def _unwanted(text: str) -> Clause:
    """A word in any form, several as a phrase; without synonyms, they would take too much away."""
    ways = [
        {"match_phrase": {name: {"query": text, "analyzer": PLAIN_ANALYZER}}}
        for name in ("text.stem", "title.stem")
    ]
    return {"dis_max": {"queries": ways}}


def rank_clauses(asked: Understood) -> list[Clause]:
    """What adds to the score of a document that is found anyway.

    Officials' answers repeat the words of many themes: found by, but not before, the messages, so
    they add nothing. Nor do lemmas beside stems and pieces: XQuAD 0.792 without them, 0.793 with,
    while the two cost a quarter of the time (p95 26.8 ms instead of 35.0, 200,000 messages).
    """
    return [
        _stems(asked, asked.text, boost=STEM_WEIGHT),
        *_pieces(asked.text),
        *_address_weights(asked),
        *_number_weights(asked),
        *[_literally(phrase) for phrase in asked.phrases],
    ]


def telling_words(asked: Understood) -> int:
    """How many different words of the question, or of its longest alternative, are looked for."""
    sides = asked.alternatives or (asked,)
    return max(len(_telling(side.text)) for side in sides)


def highlight_clause(asked: Understood) -> Clause:
    """What is shown as found in a text: the words and their synonyms."""
    return _field("text.stem", asked)


def _stems(asked: Understood, text: str, **how: Any) -> Clause:
    """The words may be spread over title, text and place; synonyms come by the search analyzer.

    A synonym of several words is not taken for a phrase: people write «вода горячая» as well.
    """
    wanted = {"query": text, "fields": WORD_FIELDS, "type": "cross_fields", **how}
    return {"multi_match": {**wanted, **_reading(asked)}}


def _field(name: str, asked: Understood, text: str | None = None, **how: Any) -> Clause:
    words_of = asked.text if text is None else text
    return {"match": {name: {"query": words_of, **_reading(asked), **how}}}


def _reading(asked: Understood) -> dict[str, Any]:
    """The field's own search analysis brings the synonyms; without them it is named."""
    plain = {} if asked.synonyms else {"analyzer": PLAIN_ANALYZER}
    return {"auto_generate_synonyms_phrase_query": False, **plain}


def _lemmas(asked: Understood, **how: Any) -> list[Clause]:
    return [{"match": {"lemmas": {"query": asked.lemmas, **how}}}] if asked.lemmas else []


def _telling(text: str) -> list[str]:
    return list(dict.fromkeys(word for word in words(text) if word not in stop_words()))


def _is_grammed(word: str) -> bool:
    """Digits never go to 4-grams: one house number would find another."""
    return len(word) >= SHORTEST_GRAMMED and word.isalpha()


def _grams(word: str) -> list[str]:
    """Cut here and not by the field's analysis, which puts all grams of a word in one position:
    a match then takes any one of them for the word.
    """
    return [word[start : start + GRAM] for start in range(len(word) - GRAM + 1)]


def _gram_match(grams: list[str], **how: Any) -> Clause:
    """`lemma` is the analyzer that only splits at spaces."""
    return {"match": {"text.c4": {"query": " ".join(grams), "analyzer": "lemma", **how}}}


def _nearly_right(asked: Understood, enough: str) -> list[Clause]:
    """Enough words, long ones also misspelt; none where no word is long enough for that."""
    telling = _telling(asked.text)
    if len(telling) > MOST_GRAMMED or not any(map(_is_grammed, telling)):
        return []
    each = [
        _nearly(word) if _is_grammed(word) else _field("text.stem", asked, word) for word in telling
    ]
    return [{"bool": {"should": each, "minimum_should_match": enough}}]


def _nearly(word: str) -> Clause:
    grams = _grams(word)
    return _gram_match(grams, minimum_should_match=math.ceil(len(grams) * ENOUGH_GRAMS))


def _pieces(text: str) -> list[Clause]:
    """All 4-grams of the question's words, however few of them a document has."""
    asked = [word for word in _telling(text) if word.isalpha()][:MOST_GRAMMED]
    grams = list(dict.fromkeys(gram for word in asked for gram in _grams(word)))
    return [_gram_match(grams, boost=GRAM_WEIGHT)] if grams else []


def _at_the_address(asked: Understood, enough: str) -> list[Clause]:
    """Cases at the address, for the words left when it is taken out of the question."""
    if asked.address is None:
        return []
    address, before, after = asked.address
    place: list[Clause] = [{"term": {"place.street": address.street}}]
    if address.house:
        place.append({"term": {"place.house": address.house}})
    rest = f"{before} {after}".strip()
    if words(rest):
        place.append(_stems(asked, rest, minimum_should_match=enough))
    return [{"bool": {"filter": place}}]


def _address_weights(asked: Understood) -> list[Clause]:
    if asked.address is None:
        streets = _maybe_streets(asked.text)
        named = {"terms": {"place.street": streets}}
        return [_worth(named, STREET_WEIGHT)] if streets else []
    address = asked.address.address
    street = {"term": {"place.street": address.street}}
    weights = [_worth(street, STREET_WEIGHT)]
    if address.house:
        here = {"bool": {"filter": [street, {"term": {"place.house": address.house}}]}}
        weights.append(_worth(here, HOUSE_WEIGHT))
    return weights


def _maybe_streets(text: str) -> list[str]:
    """Words, and pairs of them, as a street would be named: «на Ленина», «по Степана Разина».

    Which of them is a street, the data tells: the field holds nothing else.
    """
    asked = [word for word in _telling(text) if word.isalpha()][:MOST_GRAMMED]
    names = [*asked, *(f"{first} {second}" for first, second in pairwise(asked))]
    streets = (canonical_street(f"ул. {name}")[1] for name in names)
    return list(dict.fromkeys(street for street in streets if street))


def _number_fields(asked: Understood) -> tuple[str, ...]:
    return (*NUMBER_FIELDS, "cited") if asked.numbers else ()


def _number_weights(asked: Understood) -> list[Clause]:
    if not asked.numbers:
        return []
    numbers = list(asked.numbers)
    ways = [_worth({"terms": {name: numbers}}, NUMBER_WEIGHT) for name in NUMBER_FIELDS]
    return [{"dis_max": {"queries": ways}}, _worth({"terms": {"cited": numbers}}, CITED_WEIGHT)]


def _worth(clause: Clause, weight: float) -> Clause:
    return {"constant_score": {"filter": clause, "boost": weight}}


def _literally(phrase: str) -> Clause:
    ways = [
        {"match_phrase": {name: {"query": phrase, "boost": PHRASE_WEIGHT}}}
        for name in ("text.raw", "title.raw")
    ]
    return {"dis_max": {"queries": ways}}
