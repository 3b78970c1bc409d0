"""The mean of the installation's own vectors: computed here, in use after a rebuild."""

from datetime import UTC, datetime
from random import randrange

import numpy as np
from ulid import ULID

from app.engine.client import Engine
from app.engine.names import Index
from app.errors import BadInputError
from app.meaning.mean import mean_of, uncentred
from app.meaning.models import Mean, Meaning, Vectors
from app.meaning.service import add_mean, current_meaning

SAMPLE = 5_000
"""Of the cases; the numbers of the mean are then right to 0.001."""
LEAST = 1_000
"""Fewer speak of too few things: the shipped mean fits better."""


async def renew_mean(engine: Engine) -> Mean:
    """Computed from vectors that are there: no text is encoded. `BadInputError` where they are too
    few, `EncoderError` where nobody knows what they were made with.
    """
    meaning = await current_meaning(engine)
    vectors = await _sample(engine, meaning)
    if len(vectors) < LEAST:
        raise BadInputError(
            f"Для своего среднего нужно не меньше {LEAST} обработанных обращений, "
            f"а их {len(vectors)}."
        )
    mean = Mean(
        str(ULID()).lower(),
        meaning.code,
        mean_of(uncentred(vectors, meaning.mean.vector)),
        datetime.now(UTC),
        len(vectors),
    )
    await add_mean(engine, mean)
    return mean


async def _sample(engine: Engine, meaning: Meaning) -> Vectors:
    await engine.refresh(Index.CASES)
    chance = {"seed": randrange(2**31), "field": "_seq_no"}  # noqa: S311 - a sample, not a secret
    body = {
        "size": SAMPLE,
        "query": {
            "function_score": {
                "query": {"term": {"emb_ver": meaning.version}},
                "random_score": chance,
                "boost_mode": "replace",
            }
        },
        "_source": ["emb"],
        "track_total_hits": False,
    }
    hits = (await engine.search(Index.CASES, body))["hits"]["hits"]
    return np.array([hit["_source"]["emb"] for hit in hits], np.float32)
