"""Which documents answer the words, and which of them come first: pure functions to clauses.

Two questions, kept apart. Membership (a filter) decides what is found, and so the total and the
facets: most of the words, rightly or nearly rightly spelt. Rank decides the order, and there every
word and every piece of a word may add. On XQuAD sentences (1,190 questions, MRR@10) rank alone
gives 0.800 where the stock `russian` analyzer gives 0.783; `make eval` repeats both.

Whatever a person typed stands only as the value of a match, `match_phrase` or `terms`: nothing in
it is syntax, so nothing in it can be wrong.
"""

from itertools import pairwise
from typing import Any

from app.search.pieces import (
    MOST_WORDS,
    Clause,
    all_pieces_of,
    is_grammed,
    may_be_nearly,
    nearly,
    pieces_of,
    telling_words,
)
from app.search.steps import ALL_OF_THREE, Step
from app.search.understanding import Understood
from app.text.addresses import canonical_street
from app.text.formal import split_formal
from app.text.lemmas import lemmatise
from app.text.words import words

STEM_WEIGHT = 1.0
FORMAL_WEIGHT = 0.3
"""Of a greeting or a word of officialese. Themes of real messages as questions, nDCG@10 of the
whole search: 0.347 with it, 0.345 with 0."""
ALL_WORDS_WEIGHT = 4.0
"""XQuAD 0.796 without, 0.799 with it; themes as questions 0.357 and 0.362."""
TITLE_WEIGHT = 1.5
"""A word in a title of five says more than one in a letter."""
PHRASE_WEIGHT = 2.0
NUMBER_WEIGHT = 1000.0
"""A case with this very number stands above whatever the words may weigh."""
CITED_WEIGHT = 20.0
"""Then the messages that name it."""
STREET_WEIGHT = 5.0
HOUSE_WEIGHT = 8.0
"""The address orders and never excludes: half of the messages name it in their text only."""

NUMBER_FIELDS = ("number", "source.external_number", "source.external_id")
PLAIN_ANALYZER = "ru_stem"
"""As documents are analysed: the search analyzer but for its synonyms."""
WORD_FIELDS = [f"title.stem^{TITLE_WEIGHT}", "text.stem", "place.given"]


def member_clause(asked: Understood, step: Step) -> Clause:
    """A filter: a document is found by any one of these ways."""
    ways = [_one_side(side, step) for side in asked.alternatives] or [_one_side(asked, step)]
    if len(ways) == 1 and not asked.without:
        return ways[0]
    left_out = [_unwanted(words_out) for words_out in asked.without]
    return {"bool": {"should": ways, "minimum_should_match": 1, "must_not": left_out}}


def _one_side(asked: Understood, step: Step) -> Clause:
    enough = step.enough
    by_lemmas = _lemmas(asked, minimum_should_match=enough)
    ways = [
        _stems(asked, asked.telling, minimum_should_match=enough),
        *(_in_answers(asked, enough) if step.answers else []),
        *by_lemmas,
        *(_nearly_right(asked, enough) if step.nearly and asked.nears else []),
        *_at_the_address(asked, enough),
        *[{"terms": {name: list(asked.numbers)}} for name in _number_fields(asked)],
    ]
    if not by_lemmas:  # nothing but stop words: then each of them counts
        ways.append({"match": {"text.raw": {"query": asked.telling, "operator": "and"}}})
    phrases = [_literally(phrase) for phrase in asked.phrases] if step.literal else []
    return {"bool": {"should": ways, "minimum_should_match": 1, "filter": phrases}}


def _unwanted(text: str) -> Clause:
    """A word in any form, several as a phrase; without synonyms, they would take too much away."""
    ways = [
        {"match_phrase": {name: {"query": text, "analyzer": PLAIN_ANALYZER}}}
        for name in ("text.stem", "title.stem")
    ]
    return {"dis_max": {"queries": ways}}


def rank_clauses(asked: Understood, step: Step) -> list[Clause]:
    """What adds to the score of a document that is found anyway.

    Officials' answers repeat the words of many themes: found by, but not before, the messages, so
    they add nothing. Nor do lemmas beside stems and pieces: XQuAD 0.792 without them, 0.793 with,
    while the two cost a quarter of the time (p95 26.8 ms instead of 35.0, 200,000 messages).
    """
    return [*word_clauses(asked, step), *filter(None, [pieces_of(asked.telling)])]


def word_clauses(asked: Understood, step: Step) -> list[Clause]:
    """The words themselves, with all that is surer than words: the list beside pieces and meaning,
    each of which has a list of its own in a search by meaning.
    """
    return [
        _stems(asked, asked.telling, boost=STEM_WEIGHT),
        *([_stems(asked, asked.formal, boost=FORMAL_WEIGHT)] if asked.formal else []),
        *_address_weights(asked),
        *_number_weights(asked),
        *[_literally(phrase) for phrase in asked.phrases],
        *(_all_words(asked) if step.loosened else []),
    ]


def piece_clauses(asked: Understood) -> list[Clause]:
    """An address keeps its force among the pieces."""
    return [*filter(None, [all_pieces_of(asked.telling)]), *_address_weights(asked)]


def meant_filters(asked: Understood, step: Step) -> list[Clause]:
    """What a case that is near in meaning must keep to: exact words, and words not wanted."""
    phrases = [_literally(phrase) for phrase in asked.phrases] if step.literal else []
    left_out = [_unwanted(words_out) for words_out in asked.without]
    return [*phrases, *([{"bool": {"must_not": left_out}}] if left_out else [])]


def _all_words(asked: Understood) -> list[Clause]:
    """Of a widened question: what has all of its words stands before what has a part of them."""
    sides = asked.alternatives or (asked,)
    return [
        _worth(_stems(side, side.telling, minimum_should_match=ALL_OF_THREE), ALL_WORDS_WEIGHT)
        for side in sides
    ]


def highlight_clause(asked: Understood) -> Clause:
    """What is shown as found in a text: the words and their synonyms."""
    return _field("text.stem", asked, asked.telling)


def _stems(asked: Understood, text: str, **how: Any) -> Clause:
    """The words may be spread over title, text and place; synonyms come by the search analyzer.

    A synonym of several words is not taken for a phrase: people write «вода горячая» as well.
    """
    wanted = {"query": text, "fields": WORD_FIELDS, "type": "cross_fields", **how}
    return {"multi_match": {**wanted, **_reading(asked)}}


def _field(name: str, asked: Understood, text: str, **how: Any) -> Clause:
    return {"match": {name: {"query": text, **_reading(asked), **how}}}


def _reading(asked: Understood) -> dict[str, Any]:
    """The field's own search analysis brings the synonyms; without them it is named."""
    plain = {} if asked.synonyms else {"analyzer": PLAIN_ANALYZER}
    return {"auto_generate_synonyms_phrase_query": False, **plain}


def _lemmas(asked: Understood, **how: Any) -> list[Clause]:
    lemmas = lemmatise(asked.telling)
    return [{"match": {"lemmas": {"query": lemmas, **how}}}] if lemmas else []


def _in_answers(asked: Understood, enough: str) -> list[Clause]:
    return [_field("answers.text.stem", asked, asked.telling, minimum_should_match=enough)]


def _nearly_right(asked: Understood, enough: str) -> list[Clause]:
    """Enough words, long ones also misspelt; none where no word is long enough for that."""
    if not may_be_nearly(asked.telling):
        return []
    each = [
        nearly(word) if is_grammed(word) else _field("text.stem", asked, word)
        for word in telling_words(asked.telling)
    ]
    return [{"bool": {"should": each, "minimum_should_match": enough}}]


def _at_the_address(asked: Understood, enough: str) -> list[Clause]:
    """Cases at the address, for the words left when it is taken out of the question."""
    if asked.address is None:
        return []
    address, before, after = asked.address
    place: list[Clause] = [{"term": {"place.street": address.street}}]
    if address.house:
        place.append({"term": {"place.house": address.house}})
    rest, _ = split_formal(f"{before} {after}".strip(), asked.kept)
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
    asked = [word for word in telling_words(text) if word.isalpha()][:MOST_WORDS]
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
