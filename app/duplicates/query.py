"""Bodies for the engine: who is whose duplicate, and the pairs people are asked about."""

from collections.abc import Collection
from typing import Any

from app.duplicates.params import ReviewParams, Show
from app.engine.access import access_clause, permitted_clause
from app.permissions import Permission
from app.viewer import Viewer

Body = dict[str, Any]
PAGE = 1000
LINKS = "may_link"
"""Name of the clause that says so of a case."""


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


_DECIDED: Body = {"terms": {"verdict": ["yes", "no"]}}
_STATES: dict[Show, Body] = {
    Show.ACCEPTED: {"term": {"verdict": "yes"}},
    Show.REJECTED: {"term": {"verdict": "no"}},
    Show.UNDONE: {"term": {"undone": True}},
    Show.SHOWN: {"exists": {"field": "shown_at"}},
}
WALK = 2000
"""Pairs that are looked at together."""


def pairs_body(params: ReviewParams, login: str, after: list[Any] | None = None) -> Body:
    """Open ones by doubt, those somebody did not know last; the others by the last word."""
    clause: Body = {"filter": _narrowed(params)}
    if params.show in {Show.OPEN, Show.UNSURE}:
        mine: Body = {"term": {"unsure": login}}
        clause["must_not"] = [_DECIDED] if params.show is Show.UNSURE else [_DECIDED, mine]
        clause["filter"] += [mine] if params.show is Show.UNSURE else []
    return {
        "query": {"bool": clause},
        "size": WALK,
        "track_total_hits": False,
        "sort": _order(params),
        **({"search_after": after} if after else {}),
    }


def _narrowed(params: ReviewParams) -> list[Body]:
    found = [_STATES[params.show]] if params.show in _STATES else []
    if params.kind:
        found.append({"term": {"kind": params.kind.value}})
    if params.theme:
        found.append({"term": {"theme": params.theme}})
    if params.theme == "":
        found.append({"bool": {"must_not": [{"exists": {"field": "theme"}}]}})
    return found


def _order(params: ReviewParams) -> list[Body]:
    if params.show in {Show.OPEN, Show.UNSURE}:
        first: list[Body] = [{"verdict": {"order": "asc", "missing": "_first"}}]
        return [*first, {"doubt": "desc"}, {"offered_at": "desc"}, {"id": "asc"}]
    return [{"at": {"order": "desc", "missing": "_last"}}, {"offered_at": "desc"}, {"id": "asc"}]


def seen_cases(ids: Collection[str], viewer: Viewer | None) -> Body:
    """Which of `ids` the viewer sees, whose duplicates they are, and whether they may link them."""
    may = {"bool": {"filter": [permitted_clause(viewer, Permission.CASE_LINK)], "_name": LINKS}}
    return {
        "query": {
            "bool": {
                "filter": [access_clause(viewer), {"terms": {"id": sorted(ids)}}],
                "should": [may],
            }
        },
        "size": len(ids),
        "track_total_hits": False,
        "_source": ["duplicate.root"],
    }


def decided_of(kinds: Collection[str], after: list[Any] | None = None) -> Body:
    """Pairs of these kinds that were answered: what thresholds are learned from."""
    return {
        "query": {"bool": {"filter": [_DECIDED, {"terms": {"kind": sorted(kinds)}}]}},
        "size": WALK,
        "track_total_hits": False,
        "sort": [{"id": "asc"}],
        **({"search_after": after} if after else {}),
    }
