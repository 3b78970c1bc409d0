"""The case as it is written: the model and the fields a machine derives from it."""

import msgspec

from app.cases.models import Case
from app.text.lemmas import lemmatise
from app.text.normalise import cited_numbers, norm_hash, numbers

_encoder = msgspec.json.Encoder()


def with_derived_fields(case: Case) -> Case:
    """Fills what search needs: lemmas, signature of the text, numbers in it."""
    words = f"{case.title}\n{case.text}" if case.title else case.text
    return msgspec.structs.replace(
        case,
        lemmas=lemmatise(words),
        norm_hash=norm_hash(case.text),
        numbers=numbers(words),
        cited=cited_numbers(words),
    )


def encode(case: Case) -> bytes:
    """The document as JSON bytes; an index with a strict mapping accepts each of its fields."""
    return _encoder.encode(case)
