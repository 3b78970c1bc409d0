"""The engine's answer → a page of the journal."""

from dataclasses import dataclass
from typing import Any

from app.audit.query import FACETS, PAGE


@dataclass(frozen=True)
class AuditPage:
    lines: list[dict[str, Any]]
    total: int
    counts: dict[str, list[tuple[str, int]]]
    """By names of `FACETS`: values with how many lines they have in what is shown."""
    after: str | None
    """Where the next page begins; None at the end."""


def read_page(answer: dict[str, Any]) -> AuditPage:
    hits = answer["hits"]["hits"]
    shown = hits[:PAGE]
    counts = {
        name: [
            (str(bucket["key"]), int(bucket["doc_count"]))
            for bucket in answer["aggregations"][name]["buckets"]
        ]
        for name in FACETS
    }
    return AuditPage(
        lines=[hit["_source"] for hit in shown],
        total=int(answer["hits"]["total"]["value"]),
        counts=counts,
        after="~".join(map(str, shown[-1]["sort"])) if len(hits) > PAGE else None,
    )
