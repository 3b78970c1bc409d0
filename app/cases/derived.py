"""What is derived from a message when it is written: its words, numbers, identity."""

from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec
import xxhash
from msgspec import Struct

from app.cases.models import Case
from app.similarity.signature import signature
from app.text.lemmas import lemmatise
from app.text.normalise import cited_numbers, norm_hash, numbers


class Derived(Struct, frozen=True):
    """Fields of the case that search and similarity stand on; names as in the mapping."""

    lemmas: str
    norm_hash: str
    lsh: list[str]
    numbers: list[str]
    cited: list[str]


def derive(title: str | None, text: str) -> Derived:
    words = f"{title}\n{text}" if title else text
    return Derived(
        lemmatise(words), norm_hash(text), signature(text), numbers(words), cited_numbers(words)
    )


def with_derived_fields(case: Case) -> Case:
    """`case` as it is written: derived fields follow title and text."""
    return msgspec.structs.replace(case, **msgspec.structs.asdict(derive(case.title, case.text)))


def case_id(system: str, external_id: str) -> str:
    """The document id of a case that has a number elsewhere: the same message twice is one case."""
    return xxhash.xxh3_128_hexdigest(f"{system}\x1f{external_id}".encode())


def case_number(received_at: datetime, zone: ZoneInfo, sequence: int) -> str:
    """`26-000123`: the year of receipt in the municipality's zone and a running number."""
    return f"{received_at.astimezone(zone):%y}-{sequence:06d}"
