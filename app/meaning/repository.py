"""Means as documents, and which of them the index of cases was built with.

The live index names its mean in its own mapping (`_meta.mean`), so the switch of a rebuild is the
moment at which another mean holds, for everybody at once.
"""

import base64
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import numpy as np

from app.engine import writer
from app.engine.client import Engine, translated_errors
from app.engine.names import Index
from app.meaning.models import Mean

MEAN_META = "mean"
_MOST = 1_000
"""Means of one installation: one is computed in years."""


async def live_mean_name(engine: Engine) -> str | None:
    """None where the live index has the mean that an installation begins with."""
    async with translated_errors():
        answer = await engine.client.indices.get_mapping(
            index=engine.read_alias(Index.CASES), filter_path="*.mappings._meta"
        )
    for body in answer.body.values():
        name = body["mappings"]["_meta"].get(MEAN_META)
        return str(name) if name else None
    return None


async def mean_by_name(engine: Engine, name: str) -> Mean | None:
    stored = await engine.get(Index.MEANINGS, name)
    return _to_mean(stored.source) if stored else None


async def newest_mean(engine: Engine) -> Mean | None:
    """The last one somebody computed, in use or not yet."""
    return next(iter(await means_of(engine)), None)


async def means_of(engine: Engine) -> list[Mean]:
    """All that the installation has ever computed, the newest first."""
    await engine.refresh(Index.MEANINGS)
    body = {"size": _MOST, "sort": [{"made_at": "desc"}, {"name": "desc"}]}
    hits = (await engine.search(Index.MEANINGS, body))["hits"]["hits"]
    return [_to_mean(hit["_source"]) for hit in hits]


async def add_mean(engine: Engine, mean: Mean) -> None:
    """Frozen from now on: `ConflictError` where there is one of this name."""
    document = {
        "name": mean.name,
        "code": mean.code,
        "made_at": mean.made_at,
        "cases": mean.cases,
        "packed": base64.b64encode(mean.vector.astype("<f4").tobytes()).decode(),
    }
    await writer.create(engine, Index.MEANINGS, mean.name, document, refresh=True)


def _to_mean(source: Mapping[str, Any]) -> Mean:
    octets = base64.b64decode(source["packed"])
    return Mean(
        source["name"],
        source["code"],
        np.frombuffer(octets, "<f4").astype(np.float32),
        datetime.fromisoformat(source["made_at"]),
        source["cases"],
    )
