"""The one reviewed list of synonyms (`app/text/data/synonyms.txt`)."""

from functools import cache

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
