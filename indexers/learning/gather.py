"""What there is to learn from: closed cases that people gave a theme, the newest of each theme."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import datetime
from typing import Any

import numpy as np
import structlog
from msgspec import Struct, field

from app.cases.codes import DONE_STATES
from app.engine.client import PIT_KEEP_ALIVE, Engine
from app.engine.names import Index
from app.errors import EncoderError
from app.meaning.models import Vectors
from app.meaning.service import message_vectors
from app.similarity.results import moment
from app.suggestions.gazetteer import Seen
from app.suggestions.models import Judged
from indexers.learning.amounts import FEWEST

log = structlog.get_logger()

MOST_EXAMPLES = 15_000
"""Of all themes together: learning 300 themes from them takes minutes on one core."""
MOST_OF_THEME = 400
_MOST_THEMES = 1_000
_MOST_DEPARTMENTS = 10
_BATCH = 64
_PAGE = 2_000
_FIELDS = [
    *("title", "text", "emb", "emb_ver", "suggested"),
    *("created_at", "closed_at", "answers.kind", "answers.state", "answers.at"),
    *("classifier.im_theme", "classifier.im_group", "workflow.department"),
]


class Example(Struct, frozen=True):
    text: str
    theme: str
    department: str | None
    decided_at: datetime
    """Since when it could be learned from; later writes, as a table that is loaded again, make no
    new example of it.
    """
    suggested: list[str]
    """Themes that were suggested while the case had none."""


class Gathered(Struct):
    cases: int
    """All that may be learned from."""
    examples: list[Example] = field(default_factory=list)
    groups: dict[str, str] = field(default_factory=dict)
    usual: dict[str, dict[str, float]] = field(default_factory=dict)
    vectors: Vectors | None = None
    emb_ver: str | None = None
    trouble: str = ""
    """Why there are no vectors, as a Russian sentence."""

    @property
    def judged(self) -> list[Judged]:
        """What people made of what was suggested, by theme, the most frequent first."""
        shown: dict[str, list[Example]] = {}
        for one in self.examples:
            if one.suggested:
                shown.setdefault(one.theme, []).append(one)
        found = [
            Judged(
                theme,
                len(them),
                sum(one.suggested[0] == theme for one in them),
                sum(theme in one.suggested for one in them),
            )
            for theme, them in shown.items()
        ]
        return sorted(found, key=lambda one: (-one.shown, one.theme))


def classified() -> dict[str, Any]:
    """Closed or answered, so that somebody has looked at the theme."""
    return {
        "bool": {
            "filter": [
                {"exists": {"field": "classifier.im_theme"}},
                {"terms": {"state": sorted(DONE_STATES)}},
            ]
        }
    }


async def gather(engine: Engine) -> Gathered:
    answer = await engine.search(Index.CASES, _themes_body())
    buckets = answer["aggregations"]["themes"]["buckets"]
    found = Gathered(cases=int(answer["hits"]["total"]["value"]))
    frequent = [one for one in buckets if one["doc_count"] >= FEWEST]
    share = min(MOST_OF_THEME, MOST_EXAMPLES // max(len(frequent), 1))
    kept: list[dict[str, Any]] = []
    for bucket in frequent:
        theme = bucket["key"]
        found.groups[theme] = next((it["key"] for it in bucket["groups"]["buckets"]), "")
        found.usual[theme] = _shares(bucket["departments"]["buckets"])
        kept += await _newest(engine, theme, max(share, FEWEST))
    found.examples = [_example(source) for source in kept]
    await _add_vectors(engine, found, kept)
    return found


def _themes_body() -> dict[str, Any]:
    themes = {"field": "classifier.im_theme", "size": _MOST_THEMES}
    groups = {"terms": {"field": "classifier.im_group", "size": 1}}
    departments = {"terms": {"field": "workflow.department", "size": _MOST_DEPARTMENTS}}
    return {
        "size": 0,
        "track_total_hits": True,
        "query": classified(),
        "aggs": {
            "themes": {"terms": themes, "aggs": {"groups": groups, "departments": departments}}
        },
    }


def _shares(buckets: list[dict[str, Any]]) -> dict[str, float]:
    whole = sum(one["doc_count"] for one in buckets)
    return {one["key"]: one["doc_count"] / whole for one in buckets} if whole else {}


async def _newest(engine: Engine, theme: str, size: int) -> list[dict[str, Any]]:
    query = classified()
    query["bool"]["filter"].append({"term": {"classifier.im_theme": theme}})
    body = {
        "size": size,
        "query": query,
        "_source": _FIELDS,
        "sort": [{"received_at": "desc"}, {"id": "asc"}],
        "track_total_hits": False,
    }
    hits = (await engine.search(Index.CASES, body))["hits"]["hits"]
    return [hit["_source"] for hit in hits]


def _example(source: dict[str, Any]) -> Example:
    title, suggested = source.get("title"), source.get("suggested", {})
    shown = suggested.get("themes", []) if suggested.get("before_people") else []
    return Example(
        f"{title}\n{source['text']}" if title else source["text"],
        source["classifier"]["im_theme"],
        source.get("workflow", {}).get("department"),
        _decided_at(source),
        [one["value"] for one in shown],
    )


def _decided_at(source: dict[str, Any]) -> datetime:
    """When it was first answered or closed; what came closed already is new from its coming on."""
    ends = [
        one.get("at")
        for one in source.get("answers") or []
        if one.get("kind", "final") == "final" and one.get("state", "sent") == "sent"
    ]
    ends = [moment(one) for one in (*ends, source.get("closed_at")) if one]
    came = moment(source["created_at"])
    return max(came, min(ends, default=came))


async def _add_vectors(engine: Engine, found: Gathered, sources: list[dict[str, Any]]) -> None:
    """Those that cases bear; missing ones are made. Without the encoder there are none at all."""
    if not sources:
        return
    try:
        version, _ = await message_vectors(engine, [""])
        vectors = await _vectors(engine, found.examples, sources, version)
    except EncoderError as error:
        found.trouble = error.message
        log.warning("learning_by_words", why=type(error).__name__)
        return
    found.emb_ver, found.vectors = version, vectors


async def _vectors(
    engine: Engine, examples: list[Example], sources: list[dict[str, Any]], version: str
) -> Vectors:
    kept = {
        place: source["emb"]
        for place, source in enumerate(sources)
        if source.get("emb_ver") == version and source.get("emb")
    }
    missing = [place for place in range(len(sources)) if place not in kept]
    missing.sort(key=lambda place: len(examples[place].text))
    for start in range(0, len(missing), _BATCH):
        places = missing[start : start + _BATCH]
        _, made = await message_vectors(engine, [examples[place].text for place in places])
        kept.update(zip(places, made, strict=True))
    return np.array([kept[place] for place in range(len(sources))], np.float32)


async def places_seen(engine: Engine) -> list[Seen]:
    """All cases with a point and a street: 300,000 take half a minute and 60 MB."""
    seen = []
    async with aclosing(_pointed(engine)) as places:
        async for place in places:
            point = place["point"]
            seen.append(
                Seen(
                    place.get("municipality"),
                    place["street"],
                    place.get("house"),
                    point["lat"],
                    point["lon"],
                    place.get("district"),
                )
            )
    return seen


async def _pointed(engine: Engine) -> AsyncGenerator[dict[str, Any], None]:
    exists = [{"exists": {"field": name}} for name in ("place.point", "place.street")]
    body: dict[str, Any] = {
        "size": _PAGE,
        "query": {"bool": {"filter": exists}},
        "_source": ["place"],
        "sort": ["_shard_doc"],
        "track_total_hits": False,
    }
    pit = await engine.open_pit(Index.CASES)
    try:
        while True:
            held = {"id": pit, "keep_alive": PIT_KEEP_ALIVE}
            answer = await engine.search(Index.CASES, {**body, "pit": held})
            pit, hits = answer.get("pit_id", pit), answer["hits"]["hits"]
            for hit in hits:
                yield hit["_source"]["place"]
            if len(hits) < _PAGE:
                return
            body["search_after"] = hits[-1]["sort"]
    finally:
        await engine.close_pit(pit)
