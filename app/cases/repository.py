"""Cases by id and by number."""

from typing import Any

import msgspec

from app.cases.models import Case
from app.engine.access import access_clause
from app.engine.client import Engine
from app.engine.names import Index
from app.viewer import Viewer


def to_case(source: dict[str, Any]) -> Case:
    """The document as the model has it; fields only the engine needs are left out."""
    return msgspec.convert(source, Case)


async def case_by_id(engine: Engine, case_id: str) -> Case | None:
    """The current document, also when search does not see it yet. The caller checks the scope."""
    stored = await engine.get(Index.CASES, case_id)
    return to_case(stored.source) if stored else None


async def id_by_number(engine: Engine, number: str, viewer: Viewer | None) -> str | None:
    """Id of the case with our `number`, if `viewer` may see it."""
    query = {"bool": {"filter": [access_clause(viewer), {"term": {"number": number}}]}}
    body = {"query": query, "size": 1, "_source": ["id"], "sort": [{"id": "asc"}]}
    hits = (await engine.search(Index.CASES, body))["hits"]["hits"]
    return str(hits[0]["_source"]["id"]) if hits else None
