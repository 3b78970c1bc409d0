"""How the model of meaning is and which cases wait for what it gives: never a reason to be «не
готов», since everything goes on by words.
"""

from typing import Any

import anyio
from redis.asyncio import Redis
from redis.exceptions import RedisError

from app.engine.client import Engine
from app.engine.names import Index
from app.errors import EncoderError, EngineSetupError, EngineUnavailableError
from app.meaning.service import current_meaning, encoder_now, unanswered
from app.meaning.waiting import unfinished, without_vectors
from app.problems.models import UNPLACED
from app.settings import Settings
from app.system.heartbeat import last_enrichment
from app.system.models import EnrichmentFailure, EnrichmentState, MeaningState, WorkerNote

_EXAMPLES = 5
_PATIENCE = 3.0


async def enrichment_state(engine: Engine) -> EnrichmentState:
    """Raises `EngineSetupError` and `EngineUnavailableError`."""
    try:
        lacking = without_vectors((await current_meaning(engine)).version)
    except EncoderError:
        waiting = None
    else:
        waiting = await engine.count(Index.CASES, lacking)
    body: dict[str, Any] = {
        "size": _EXAMPLES,
        "sort": [{"failed_at": "desc"}, {"case_id": "asc"}],
        "track_total_hits": True,
        "aggs": {"unplaced": {"filter": {"term": {"step": UNPLACED}}}},
    }
    answer = await engine.search(Index.ENRICHMENT, body)
    failed, unplaced = answer["hits"], answer["aggregations"]["unplaced"]["doc_count"]
    return EnrichmentState(
        unfinished=await engine.count(Index.CASES, unfinished()),
        without_vectors=waiting,
        failed=failed["total"]["value"] - unplaced,
        unplaced=unplaced,
        examples=[_failure(hit["_source"]) for hit in failed["hits"]],
    )


async def meaning_state(
    engine: Engine, redis: Redis | None, settings: Settings, *, counted: bool = True
) -> MeaningState:
    """`counted`: the engine answers; `redis`: None where Redis does not."""
    return MeaningState(
        encoder=encoder_now(engine),
        unanswered=unanswered(),
        enrichment=await _enrichment(engine) if counted else None,
        worker=await _worker(redis, settings) if redis else None,
    )


async def _enrichment(engine: Engine) -> EnrichmentState | None:
    try:
        with anyio.fail_after(_PATIENCE):
            return await enrichment_state(engine)
    except (EngineSetupError, EngineUnavailableError, TimeoutError):
        return None


async def _worker(redis: Redis, settings: Settings) -> WorkerNote | None:
    try:
        with anyio.fail_after(_PATIENCE):
            return await last_enrichment(redis, settings)
    except (RedisError, OSError, TimeoutError):
        return None


def _failure(source: dict[str, Any]) -> EnrichmentFailure:
    why = source["why"]
    if source["step"] == UNPLACED:
        why = f"К проблемам не отнесено. {why}"
    return EnrichmentFailure(source["number"], why, source["next_at"])
