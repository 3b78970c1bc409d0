"""Vectors round the corpus' own mean, as an installation has them after its first rebuild."""

from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np

from app.engine.client import Engine
from app.engine.names import Index
from app.meaning import service
from app.meaning.current import current_meaning, forget_meaning
from app.meaning.mean import centred, mean_of, uncentred
from app.meaning.models import Mean, Vectors
from app.meaning.repository import MEAN_META, add_mean

_BATCH = 128
_SECONDS = 600.0
"""Also of a question: with these vectors the order is measured, on however busy a machine."""
_NAME = "own"


async def own_vectors(engine: Engine, texts: Sequence[str]) -> tuple[str, Vectors]:
    """`emb_ver` and a row a text; raises `EncoderError` without the model."""
    service.QUESTION_SECONDS = _SECONDS
    await service.warm(engine)
    given = await current_meaning(engine)
    parts = [
        (await service.message_vectors(engine, texts[start : start + _BATCH], _SECONDS))[1]
        for start in range(0, len(texts), _BATCH)
    ]
    raw = uncentred(np.concatenate(parts), given.mean.vector)
    mean = Mean(_NAME, given.code, mean_of(raw), datetime.now(UTC), len(texts))
    await add_mean(engine, mean)
    await _name_mean(engine, mean)
    return mean.version, centred(raw, mean.vector)


async def _name_mean(engine: Engine, mean: Mean) -> None:
    """The live index says which mean it has, as a rebuild leaves it."""
    alias = engine.write_alias(Index.CASES)
    answer = await engine.client.indices.get_mapping(index=alias)
    [body] = answer.body.values()
    meta = {**body["mappings"]["_meta"], MEAN_META: mean.name}
    await engine.client.indices.put_mapping(index=alias, meta=meta)
    forget_meaning(engine)
