"""What a machine derives from a message when it is written."""

import msgspec
from msgspec import Struct

from app.cases.models import Case
from app.text.lemmas import lemmatise
from app.text.normalise import cited_numbers, norm_hash, numbers


class Derived(Struct, frozen=True):
    """Fields of the case that search and similarity stand on; names as in the mapping."""

    lemmas: str
    norm_hash: str
    numbers: list[str]
    cited: list[str]


def derive(title: str | None, text: str) -> Derived:
    words = f"{title}\n{text}" if title else text
    return Derived(lemmatise(words), norm_hash(text), numbers(words), cited_numbers(words))


def with_derived_fields(case: Case) -> Case:
    """`case` as it is written: derived fields follow title and text."""
    return msgspec.structs.replace(case, **msgspec.structs.asdict(derive(case.title, case.text)))
