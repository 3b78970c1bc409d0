"""A corpus in two indexes, the stock `russian` analyzer's and ours, and figures of all searches."""

import random
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import msgspec
from msgspec import Struct

from app.cases.codes import Channel, Kind, State
from app.cases.derived import with_derived_fields
from app.cases.models import Case, Source
from app.engine.client import Engine
from app.engine.names import Index
from app.search.params import Mode, SearchParams
from app.search.service import search
from app.search.vocabulary import forget_vocabulary
from app.settings import Settings
from app.viewer import LOCAL_VIEWER
from dev.bench.imports import installation
from dev.bench.means import own_vectors
from indexers.vocabulary import rebuild

STOCK, OURS, HYBRID = "ES `russian`", "Отклик по словам", "Отклик по словам и смыслу"
_CHUNK = 500
_RESAMPLES = 1000
_SEED = 20

Find = Callable[[str, int], Awaitable[list[str]]]
"""From a question and how many are wanted to the ids found, best first."""


class Score(Struct, frozen=True):
    """What each question gave, from 0 to 1."""

    name: str
    gains: list[float]

    @property
    def mean(self) -> float:
        return sum(self.gains) / len(self.gains)

    def share(self, least: float) -> float:
        """Of questions that gave at least so much."""
        return sum(gain >= least for gain in self.gains) / len(self.gains)


def interval(gains: Sequence[float]) -> tuple[float, float]:
    """95 % of the means of resampled questions (bootstrap, fixed seed)."""
    chance = random.Random(_SEED)  # noqa: S311 - statistics, not secrets
    means = sorted(sum(chance.choices(gains, k=len(gains))) / len(gains) for _ in range(_RESAMPLES))
    return means[int(_RESAMPLES * 0.025)], means[int(_RESAMPLES * 0.975)]


def cells(score: Score) -> list[str]:
    """Name, mean and its interval, as a table has them."""
    low, high = interval(score.gains)
    return [score.name, f"{score.mean:.3f}", f"{low:.3f}–{high:.3f}"]


def gaps(scores: Sequence[Score]) -> list[str]:
    """The last of them against each of the others, a line each."""
    *others, best = scores
    return [f"{best.name} против {other.name}: {gap(other, best)}." for other in others]


def gap(stock: Score, ours: Score) -> str:
    """The difference over the same questions, with its interval."""
    low, high = interval(
        [mine - theirs for mine, theirs in zip(ours.gains, stock.gains, strict=True)]
    )
    return f"{ours.mean - stock.mean:+.3f} (95 %: {low:+.3f}…{high:+.3f})"


@asynccontextmanager
async def corpus(settings: Settings, texts: Sequence[str]) -> AsyncIterator[dict[str, Find]]:
    """All searches by name over `texts`, ids being their places; removed afterwards.

    Our vocabulary, and the mean taken out of the vectors, are made of these very texts, as they are
    of the cases of an installation. Where the settings name no encoder, there is no hybrid search.
    """
    own = settings.model_copy(update={"index_prefix": f"eval{uuid.uuid4().hex[:8]}-"})
    async with installation(own) as engine:
        stock = await _fill_stock(engine, own, texts)
        await _fill_ours(engine, texts)
        finders: dict[str, Find] = {
            STOCK: lambda text, size: _stock(engine, stock, text, size),
            OURS: lambda text, size: _ours(engine, own, text, size, Mode.WORDS),
        }
        if own.encoder_dir:
            finders[HYBRID] = lambda text, size: _ours(engine, own, text, size, Mode.AUTO)
        yield finders


async def _fill_stock(engine: Engine, settings: Settings, texts: Sequence[str]) -> str:
    name = f"{settings.index_prefix}stock"
    mappings = {"properties": {"text": {"type": "text", "analyzer": "russian"}}}
    await engine.client.indices.create(index=name, mappings=mappings)
    await _bulk(engine, name, ({"text": text} for text in texts))
    return name


async def _fill_ours(engine: Engine, texts: Sequence[str]) -> None:
    cases = (_case(place, text) for place, text in enumerate(texts))
    documents = [msgspec.to_builtins(with_derived_fields(case)) for case in cases]
    if engine.encoder_dir:
        version, vectors = await own_vectors(engine, texts)
        for document, vector in zip(documents, vectors, strict=True):
            document |= {"emb": vector.tolist(), "emb_ver": version}
    await _bulk(engine, engine.write_alias(Index.CASES), documents)
    await rebuild(engine)
    forget_vocabulary(engine)


def _case(place: int, text: str) -> Case:
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    return Case(
        id=str(place),
        number=f"EV-{place}",
        kind=Kind.MESSAGE,
        channel=Channel.OTHER,
        state=State.NEW,
        received_at=moment,
        text=text,
        source=Source("eval"),
        created_at=moment,
        updated_at=moment,
        rev=1,
        version=1,
        enriched_version=0,
        audit_seq=0,
    )


async def _bulk(engine: Engine, index: str, documents: Iterable[dict[str, Any]]) -> None:
    operations: list[dict[str, Any]] = []
    for place, document in enumerate(documents):
        operations += [{"index": {"_index": index, "_id": str(place)}}, document]
    for start in range(0, len(operations), 2 * _CHUNK):
        answer = await engine.client.bulk(
            operations=operations[start : start + 2 * _CHUNK], refresh=True
        )
        if answer["errors"]:
            raise RuntimeError(f"the engine refused a document: {answer['items'][0]}")


async def _stock(engine: Engine, index: str, text: str, size: int) -> list[str]:

    answer = await engine.client.search(
        index=index, query={"match": {"text": text}}, size=size, source=False
    )
    return [hit["_id"] for hit in answer["hits"]["hits"]]


async def _ours(engine: Engine, settings: Settings, text: str, size: int, mode: Mode) -> list[str]:
    params = SearchParams(q=text, size=size, mode=mode)
    results = await search(engine, params, LOCAL_VIEWER, settings.zone)
    if any(change.code == "words_only" for change in results.asked.changes):
        raise RuntimeError("the encoder did not answer: these would be figures of another search")
    return [found.hit.id for found in results.hits]
