"""The one reviewed list of synonyms (`app/text/data/synonyms.txt`)."""

from functools import cache

from app.text.lemmas import lemmatise, own_words
from app.text.words import read_list


@cache
def _rules() -> tuple[str, ...]:
    return tuple(read_list("synonyms.txt"))


def synonym_rules() -> list[str]:
    """Rules in Solr's format, as a `synonym_graph` filter takes them."""
    return list(_rules())


def synonym_groups() -> list[tuple[list[str], list[str]]]:
    """Every rule as (terms that find, terms that are found); both are equal for a symmetric one."""
    groups = []
    for rule in _rules():
        left, arrow, right = rule.partition("=>")
        finding = [term.strip() for term in left.split(",")]
        found = [term.strip() for term in right.split(",")] if arrow else finding
        groups.append((finding, found))
    return groups


Term = tuple[str, ...]
"""Lemmas of a synonym, in their order."""


@cache
def _by_first() -> dict[str, list[tuple[Term, tuple[str, ...]]]]:
    """First lemma of each finding term → the term with what it finds besides itself."""
    table: dict[str, list[tuple[Term, tuple[str, ...]]]] = {}
    for finding, found in synonym_groups():
        for term in finding:
            lemmas = tuple(lemmatise(term).split())
            others = tuple(other for other in found if other != term)
            if lemmas and others:
                table.setdefault(lemmas[0], []).append((lemmas, others))
    return table


def synonyms_in(lemmas: str) -> list[tuple[str, tuple[str, ...]]]:
    """Terms of the list that stand in `lemmas` (joined by spaces), each with what it finds.

    For people: the engine does the same by stems, which differ from lemmas in a few forms.
    """
    sequence = tuple(lemmas.split())
    found: dict[str, tuple[str, ...]] = {}
    for place, lemma in enumerate(sequence):
        for term, others in _by_first().get(lemma, []):
            if sequence[place : place + len(term)] == term:
                found.setdefault(" ".join(term), others)
    return list(found.items())


_LONGEST_ABBREVIATION = 6
_SHORTENED = frozenset({"ул", "пр", "пер", "пос", "д", "мкр", "горгаз"})
"""Of our own words those that are cut short and not made of first letters."""


def shown(term: str) -> str:
    """A term of the list as people write it: «гвс» → «ГВС»."""
    return " ".join(word.upper() if _is_abbreviation(word) else word for word in term.split())


def _is_abbreviation(word: str) -> bool:
    return word in own_words() - _SHORTENED and len(word) <= _LONGEST_ABBREVIATION
