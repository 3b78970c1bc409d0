"""Bodies for the engine: findings, which of their cases a person sees, cases to look at."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from app.engine.access import access_clause, permitted_clause
from app.friction.models import Kind
from app.permissions import Permission
from app.viewer import Viewer

Body = dict[str, Any]
WALK = 2000
"""Findings that are looked at together."""
MAY_JUDGE = "may_judge"
"""Name of the clause that says so of a case."""
MOST_SAME = 60
"""Cases answered with one text that are compared: enough to tell a template."""
_MOST_TEXTS = 1000


def findings_body(since: datetime | None, after: list[Any] | None = None) -> Body:
    """All of the period, the newest first."""
    period = [{"range": {"at": {"gte": since.isoformat()}}}] if since else []
    return {
        "query": {"bool": {"filter": [{"exists": {"field": "kind"}}, *period]}},
        "size": WALK,
        "track_total_hits": False,
        "sort": [{"at": "desc"}, {"id": "asc"}],
        **({"search_after": after} if after else {}),
    }


def of_case_body(case_id: str) -> Body:
    """One of a kind at most."""
    own = [{"exists": {"field": "kind"}}, {"term": {"case_id": case_id}}]
    return {
        "query": {"bool": {"filter": own}},
        "size": len(Kind),
        "track_total_hits": False,
        "sort": [{"at": "desc"}, {"id": "asc"}],
    }


def seen_cases(ids: Collection[str], viewer: Viewer | None) -> Body:
    """Which of `ids` the viewer sees, under which number, and whether to judge what was found."""
    judges = permitted_clause(viewer, Permission.PROBLEM_MANAGE)
    return {
        "query": {
            "bool": {
                "filter": [access_clause(viewer), {"terms": {"id": sorted(ids)}}],
                "should": [{"bool": {"filter": [judges], "_name": MAY_JUDGE}}],
            }
        },
        "size": len(ids),
        "track_total_hits": False,
        "_source": ["number"],
    }


def changed_cases(since: datetime, size: int, after: list[Any] | None, names: list[str]) -> Body:
    """All of the installation: findings are made whoever sees them, and shown to some."""
    return {
        "query": {"bool": {"filter": [{"range": {"updated_at": {"gte": since.isoformat()}}}]}},
        "size": size,
        "_source": names,
        "track_total_hits": False,
        "sort": [{"updated_at": "asc"}, {"id": "asc"}],
        **({"search_after": after} if after else {}),
    }


def promises_due(since: datetime | None, until: datetime, size: int, after: str | None) -> Body:
    """Ids of open cases of whose promised days one passed in between: also of a day that was
    moved, since a promise is held against the first.
    """
    limits = {"lte": until.isoformat(), **({"gt": since.isoformat()} if since else {})}
    days = [{"range": {name: limits}} for name in ("promised_at", "answers.promised_at")]
    passed = {"bool": {"should": days, "minimum_should_match": 1}}
    return {
        "query": {"bool": {"filter": [{"exists": {"field": "promised_at"}}, passed]}},
        "size": size,
        "_source": False,
        "track_total_hits": False,
        "sort": [{"id": "asc"}],
        **({"search_after": [after]} if after else {}),
    }


def related_cases(
    authors: Collection[str],
    ids: Collection[str],
    but: Collection[str],
    names: list[str],
    after: str | None,
) -> Body:
    """Cases of these authors and of the groups of duplicates that `ids` are in or lead, `but`
    those that were read already.
    """
    ways: list[Body] = [
        {"terms": {"author.key": sorted(authors)}},
        {"terms": {"id": sorted(ids)}},
        {"terms": {"duplicate.root": sorted(ids)}},
        {"terms": {"links.case_id": sorted(ids)}},
    ]
    return {
        "query": {
            "bool": {
                "filter": [{"bool": {"should": ways, "minimum_should_match": 1}}],
                "must_not": [{"terms": {"id": sorted(but)}}],
            }
        },
        "size": 1000,
        "_source": names,
        "track_total_hits": False,
        "sort": [{"id": "asc"}],
        **({"search_after": [after]} if after else {}),
    }


def same_answers(hashes: Collection[str]) -> Body:
    """Cases by the text of their answer, for texts that three or more were answered with."""
    cases = {"terms": {"field": "case_id", "size": MOST_SAME, "order": {"_key": "asc"}}}
    return {
        "query": {"bool": {"filter": [{"terms": {"answer": sorted(hashes)}}]}},
        "size": 0,
        "aggs": {
            "texts": {
                "terms": {"field": "answer", "size": _MOST_TEXTS, "min_doc_count": 3},
                "aggs": {"cases": cases},
            }
        },
    }
