"""Bodies for the engine: what counts as growth, what is a campaign, what a person sees of it."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from app.engine.access import Clause, access_clause
from app.engine.days import span_of_days
from app.growth.campaigns import LEAST_MESSAGES
from app.growth.models import PROPOSAL, Alarm, Campaign, Series
from app.growth.rules import WINDOW
from app.viewer import Viewer

Body = dict[str, Any]

PAGE = 10_000
"""Buckets a request brings: about 2 MB."""
MOST_TEXTS = 500
"""Texts that came several times, the most frequent first."""
TEXTS_PAGE = 2_000
"""Texts with their band tokens that a request brings: about 3 MB."""
SHOWN_PAGE = 100
"""Alarms of the whole installation that are counted for a viewer at once."""
MOST_DEPARTMENTS = 50
_PLACES = {
    "theme": "classifier.im_theme",
    "municipality": "place.municipality",
    "settlement": "place.settlement",
}
_SENT = {
    "norm_hash": "norm_hash",
    "municipality": "place.municipality",
    "settlement": "place.settlement",
    "street": "place.street",
    "spot_street": "spot.street",
    "author": "author.key",
}
_WHERE = ("theme", "municipality", "settlement", "problem")
_FIELDS = {**_PLACES, "problem": "problem.id"}
_FEW = 100
"""Authors up to which their number is exact."""


def counted(campaigns: Collection[str]) -> Clause:
    """What counts: neither copies nor campaigns nor proposals nor what was turned away."""
    return {
        "bool": {
            "must_not": [
                {"exists": {"field": "duplicate.root"}},
                {"term": {"tags": PROPOSAL}},
                {"term": {"state": "rejected"}},
                {"terms": {"norm_hash": sorted(campaigns)}},
            ]
        }
    }


def of_series(series: Series) -> list[Clause]:
    """The messages that count in it."""
    values = {name: getattr(series, name) for name in _WHERE}
    return [{"term": {_FIELDS[name]: value}} for name, value in values.items() if value]


def tally_body(
    first: date, last: date, zone: ZoneInfo, campaigns: Collection[str], after: Any = None
) -> Body:
    """Messages by place, author and day, of the whole installation."""
    sources = [*_terms({**_FIELDS, "author": "author.key"}), _daily(zone)]
    filters = [_came(first, last, zone), counted(campaigns)]
    return _composite(filters, sources, after)


def year_body(first: date, last: date, zone: ZoneInfo, after: Any = None) -> Body:
    """Messages by theme and day."""
    sources = [*_terms({"theme": _PLACES["theme"]}), _daily(zone)]
    return _composite([_came(first, last, zone), counted(())], sources, after)


def repeated_body(first: date, last: date, zone: ZoneInfo) -> Body:
    """Texts that came several times and are no copies of each other, one message of each."""
    unlike = {"must_not": [{"exists": {"field": "duplicate.root"}}]}
    texts = {"field": "norm_hash", "size": MOST_TEXTS, "min_doc_count": LEAST_MESSAGES}
    sample = {"top_hits": {"size": 1, "_source": ["text"]}}
    return {
        "size": 0,
        "query": {"bool": {"filter": [_came(first, last, zone)], **unlike}},
        "aggs": {"texts": {"terms": texts, "aggs": {"sample": sample}}},
    }


def texts_body(first: date, last: date, zone: ZoneInfo) -> Body:
    """Texts that are no copies, the newest first, with what tells which of them are nearly one."""
    unlike = {"must_not": [{"exists": {"field": "duplicate.root"}}]}
    signed = {"exists": {"field": "lsh"}}
    return {
        "size": TEXTS_PAGE,
        "query": {"bool": {"filter": [_came(first, last, zone), signed], **unlike}},
        "sort": [{"received_at": "desc"}, {"id": "asc"}],
        "_source": ["text", "norm_hash", "lsh"],
        "track_total_hits": False,
    }


def sent_body(
    texts: Collection[str],
    first: date,
    last: date,
    zone: ZoneInfo,
    *,
    seen: Clause | None = None,
    after: Any = None,
) -> Body:
    """Where, when and by whom each text was sent; `seen` narrows it to what a person may see."""
    filters = [_came(first, last, zone), {"terms": {"norm_hash": sorted(texts)}}]
    filters += [seen] if seen is not None else []
    body = _composite(filters, [*_terms(_SENT), _daily(zone)], after)
    body["query"]["bool"]["must_not"] = [{"exists": {"field": "duplicate.root"}}]
    return body


def example_body(viewer: Viewer | None, campaign: Campaign) -> Body:
    """The newest message of a campaign that the viewer sees."""
    text = {"terms": {"norm_hash": campaign.hashes}}
    return {
        "size": 1,
        "_source": ["id", "text"],
        "sort": [{"received_at": "desc"}, {"id": "asc"}],
        "query": {"bool": {"filter": [access_clause(viewer), text]}},
    }


def shown_body(
    viewer: Viewer | None,
    asked: Sequence[tuple[Series, date]],
    first: date,
    zone: ZoneInfo,
    campaigns: Collection[str],
) -> Body:
    """Days of each series as the viewer sees them, and the people of the three days to its own."""
    last = max(day for _, day in asked)
    ways, recent = {}, {}
    for place, (series, day) in enumerate(asked):
        own = of_series(series)
        three = _came(_earlier(day, WINDOW - 1), day, zone)
        ways[str(place)] = {"bool": {"filter": own}}
        recent[str(place)] = {"bool": {"filter": [*own, three]}}
    filters = [access_clause(viewer), _came(first, last, zone), counted(campaigns)]
    return {
        "size": 0,
        "query": {"bool": {"filter": filters}},
        "aggs": {
            "series": {
                "filters": {"filters": ways},
                "aggs": {"days": {"date_histogram": _by_day(zone), "aggs": _people()}},
            },
            "recent": {"filters": {"filters": recent}, "aggs": _people()},
        },
    }


def growing_body(size: int, after: Any = None) -> Body:
    """Alarms that stand and that nobody dismissed, the newest first."""
    return {
        "size": size,
        "query": {"bool": {"filter": [_kind("alarm"), {"term": {"growing": True}}]}},
        "sort": [{"began": "desc"}, {"id": "asc"}],
        "_source": ["document"],
        **_behind(after),
    }


def lately_dismissed_body(since: date, after: Any = None) -> Body:
    """What people called no growth, the newest first."""
    late = {"range": {"ended": {"gte": since.isoformat()}}}
    silent = {"term": {"silent": True}}
    return {
        "size": SHOWN_PAGE,
        "query": {"bool": {"filter": [_kind("alarm"), silent, late]}},
        "sort": [{"ended": "desc"}, {"id": "asc"}],
        "_source": ["document"],
        **_behind(after),
    }


def dismissed_body(after: Any = None) -> Body:
    """All that people ever called no growth."""
    return {
        "size": PAGE,
        "query": {"bool": {"filter": [_kind("alarm"), {"term": {"silent": True}}]}},
        "sort": [{"id": "asc"}],
        "_source": ["document"],
        **_behind(after),
    }


def campaigns_body(since: date) -> Body:
    """Campaigns that went on at or after `since`, the newest first."""
    late = {"range": {"ended": {"gte": since.isoformat()}}}
    return {
        "size": MOST_TEXTS,
        "query": {"bool": {"filter": [_kind("campaign"), late]}},
        "sort": [{"ended": "desc"}, {"id": "asc"}],
        "_source": ["document"],
    }


def recent_body(since: date) -> Body:
    """Alarms that stand or ended at or after `since`."""
    late = {"range": {"ended": {"gte": since.isoformat()}}}
    either = {"should": [{"term": {"growing": True}}, late], "minimum_should_match": 1}
    return {
        "size": PAGE,
        "query": {"bool": {"filter": [_kind("alarm")], **either}},
        "sort": [{"began": "desc"}, {"id": "asc"}],
        "_source": ["document"],
    }


def departments_body(alarm: Alarm, zone: ZoneInfo) -> Body:
    """Who holds the messages of the days it was judged by, whoever sees them."""
    three = _came(_earlier(alarm.day, WINDOW - 1), alarm.day, zone)
    terms = {"field": "workflow.department", "size": MOST_DEPARTMENTS}
    return {
        "size": 0,
        "track_total_hits": False,
        "query": {"bool": {"filter": [*of_series(alarm.series), three]}},
        "aggs": {"departments": {"terms": terms}},
    }


def of_problems_body(problems: Collection[str]) -> Body:
    """Alarms of these problems that stand and that nobody dismissed."""
    own = {"terms": {"problem": sorted(problems)}}
    return {
        "size": PAGE,
        "query": {"bool": {"filter": [_kind("alarm"), {"term": {"growing": True}}, own]}},
        "sort": [{"began": "desc"}, {"id": "asc"}],
        "_source": ["document"],
    }


def _behind(after: Any) -> Body:
    return {} if after is None else {"search_after": after}


def _kind(kind: str) -> Clause:
    return {"term": {"kind": kind}}


def _came(first: date, last: date, zone: ZoneInfo) -> Clause:
    return {"range": {"received_at": span_of_days(first, last, zone)}}


def _earlier(day: date, days: int) -> date:
    return date.fromordinal(day.toordinal() - days)


def _terms(fields: dict[str, str]) -> list[Body]:
    return [
        {name: {"terms": {"field": field, "missing_bucket": True}}}
        for name, field in fields.items()
    ]


def _by_day(zone: ZoneInfo) -> Body:
    return {
        "field": "received_at",
        "calendar_interval": "day",
        "time_zone": str(zone),
        "format": "yyyy-MM-dd",
    }


def _daily(zone: ZoneInfo) -> Body:
    return {"day": {"date_histogram": _by_day(zone)}}


def _people() -> Body:
    return {
        "people": {"cardinality": {"field": "author.key", "precision_threshold": _FEW}},
        "nameless": {"missing": {"field": "author.key"}},
    }


def _composite(filters: list[Clause], sources: list[Body], after: Any) -> Body:
    groups: Body = {"size": PAGE, "sources": sources}
    if after is not None:
        groups["after"] = after
    return {
        "size": 0,
        "track_total_hits": False,
        "query": {"bool": {"filter": filters}},
        "aggs": {"groups": {"composite": groups}},
    }
