"""Messages with vectors for speed: some are encoded once and kept, the rest are those with noise.

Encoding 300,000 messages takes 40 minutes, and an index does not care whether two vectors lie near
by chance or by meaning.
"""

from collections import defaultdict
from collections.abc import Iterator
from itertools import cycle, islice

import msgspec
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from app.cases.derived import with_derived_fields
from app.engine.client import Engine
from app.engine.names import Index
from app.meaning.service import message_vectors
from app.settings import ROOT
from app.similarity.models import LatLon
from app.similarity.spot import spot_document, spot_of
from dev.bench.messages import SEED, as_case, messages
from dev.demo.models import DemoCase
from indexers.bulk import BulkAction, write

ENCODED = 20_000
KEPT = ROOT / "var" / "bench"
_COSINE = 0.97
"""Of a vector with noise to the one it was made of, as in the measurements this follows."""
_PART, _BATCH = 1_000, 200
_CHUNK = 500
_DIGITS = 5

Vectors = NDArray[np.float32]


class Stock(Struct, frozen=True):
    version: str
    vectors: Vectors
    themes: list[str]
    """Of the message of each vector."""


async def stock(engine: Engine, encoded: int = ENCODED) -> Stock:
    """Encodes what is not kept yet, 20,000 in two minutes and a half on a machine that has nothing
    else to do; broken off, it goes on where it was. Raises `EncoderError` without the model.
    """
    sample = list(messages(encoded, SEED + 6))
    version, _ = await message_vectors(engine, ["проба"])
    parts = []
    for start in range(0, encoded, _PART):
        path = KEPT / f"vectors-{version}" / f"{start:06d}.npy"
        if not path.exists():
            found = await _encoded(engine, [demo.text for demo in sample[start : start + _PART]])
            path.parent.mkdir(parents=True, exist_ok=True)
            np.save(path, found)
        parts.append(np.load(path))
    return Stock(version, np.concatenate(parts), [demo.theme for demo in sample])


async def _encoded(engine: Engine, texts: list[str]) -> Vectors:
    batches = [texts[start : start + _BATCH] for start in range(0, len(texts), _BATCH)]
    return np.concatenate([(await message_vectors(engine, batch))[1] for batch in batches])


async def load_with_vectors(engine: Engine, total: int, seed: int = SEED) -> int:
    """As `dev.bench.messages.load`, enriched: with a vector and the place the text names."""
    made = await stock(engine)
    source, written = _documents(made, total, seed), 0
    while part := list(islice(source, _CHUNK)):
        outcome = await write(engine, Index.CASES, part)
        if outcome.failures:
            raise RuntimeError(f"the engine refused a document: {outcome.failures.popitem()}")
        written += len(outcome.written)
    await engine.refresh(Index.CASES)
    return written


def _documents(made: Stock, total: int, seed: int) -> Iterator[BulkAction]:
    vectors = _Vectors(made, seed)
    for demo in messages(total, seed):
        case = with_derived_fields(as_case(demo))
        document = msgspec.to_builtins(case)
        document["emb"] = vectors.of(demo)
        document["emb_ver"] = made.version
        point = case.place.point
        spot = spot_of(
            case.text,
            case.title,
            street=case.place.street,
            house=case.place.house,
            point=LatLon(point.lat, point.lon) if point else None,
        )
        document["spot"] = spot_document(spot)
        yield BulkAction("index", case.id, msgspec.json.encode(document))


class _Vectors:
    def __init__(self, made: Stock, seed: int) -> None:
        self._made = made
        self._chance = np.random.default_rng(seed)
        places: dict[str, list[int]] = defaultdict(list)
        for place, theme in enumerate(made.themes):
            places[theme].append(place)
        self._turns = {theme: cycle(own) for theme, own in places.items()}
        self._anyone = cycle(range(len(made.themes)))

    def of(self, demo: DemoCase) -> list[float]:
        """The vector of a message of this theme, with noise."""
        base = self._made.vectors[next(self._turns.get(demo.theme, self._anyone))]
        noise = self._chance.standard_normal(base.shape[0]).astype(np.float32)
        noise *= np.sqrt(1 / _COSINE**2 - 1) / np.linalg.norm(noise)
        mixed = base + noise
        return [round(float(x), _DIGITS) for x in mixed / np.linalg.norm(mixed)]
