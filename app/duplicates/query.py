"""Bodies for the engine: who is whose duplicate."""

from collections.abc import Collection
from typing import Any

Body = dict[str, Any]
PAGE = 1000


def named_by(ids: Collection[str], after: list[Any] | None = None) -> Body:
    """Ids of cases that were said to be duplicates of any of `ids`."""
    return {
        "query": {"bool": {"filter": [{"terms": {"duplicate.of": sorted(ids)}}]}},
        "size": PAGE,
        "_source": False,
        "track_total_hits": False,
        "sort": [{"id": "asc"}],
        **({"search_after": after} if after else {}),
    }


def unsettled(size: int) -> Body:
    """Ids of cases whose group is still to be worked out."""
    return {
        "query": {"bool": {"filter": [{"term": {"duplicate.unsettled": True}}]}},
        "size": size,
        "_source": False,
        "track_total_hits": False,
        "sort": [{"id": "asc"}],
    }


def linked_by(ids: Collection[str]) -> Body:
    """Pairs whose «да» linked any of these cases and was not taken back."""
    return {
        "query": {
            "bool": {
                "filter": [
                    {"terms": {"linked": sorted(ids)}},
                    {"term": {"verdict": "yes"}},
                ]
            }
        },
        "size": PAGE,
        "sort": [{"id": "asc"}],
    }


def unapplied(size: int) -> Body:
    """«Да» that did not link yet."""
    return {
        "query": {"bool": {"filter": [{"term": {"verdict": "yes"}}, {"term": {"applied": False}}]}},
        "size": size,
        "sort": [{"at": "asc"}, {"id": "asc"}],
    }


def of_case(case_id: str) -> Body:
    """Pairs that a case is one of, the surest first."""
    either = [{"term": {"a": case_id}}, {"term": {"b": case_id}}]
    return {
        "query": {"bool": {"filter": [{"bool": {"should": either, "minimum_should_match": 1}}]}},
        "size": PAGE,
        "sort": [{"score": "desc"}, {"id": "asc"}],
    }
