"""A street as its messages write it; where they are gathered its key is folded: «победы»."""

from collections.abc import Mapping
from typing import Any

STREET_AGGS: dict[str, Any] = {
    "name": {"terms": {"field": "place.street", "size": 1}},
    "type": {"terms": {"field": "place.street_type", "size": 1}},
}
"""Beside a count of one street's messages: what `street_name` reads."""


def street_name(key: str, bucket: Mapping[str, Any]) -> str:
    """«пр-т Победы» of a bucket with `STREET_AGGS`; without a type where none is written."""
    name = _first(bucket["name"]) or key.title()
    return " ".join(part for part in (_first(bucket["type"]), name) if part)


def _first(terms: Mapping[str, Any]) -> str:
    return next((str(one["key"]) for one in terms["buckets"]), "")
