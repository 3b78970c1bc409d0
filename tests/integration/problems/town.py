"""A small stream with known problems, and what became of it."""

from app.engine.client import Engine
from app.engine.names import Index
from dev.bench.problem_stream import Stream, Told, stream

SMALL = Stream(seed=3, half=0, total=400, incidents=12, in_incidents=220, days=45)


def told() -> list[Told]:
    return stream(SMALL)


async def placed(engine: Engine) -> dict[str, str | None]:
    """Case → its problem, of all that were looked at."""
    await engine.refresh(Index.CASES)
    body = {
        "query": {"exists": {"field": "problem.score"}},
        "size": 2_000,
        "_source": ["problem.id"],
    }
    hits = (await engine.search(Index.CASES, body))["hits"]["hits"]
    return {hit["_id"]: (hit["_source"].get("problem") or {}).get("id") for hit in hits}
