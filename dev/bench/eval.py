"""`make eval`: does the right text come first? Beside the stock analyzer in the same run."""

import asyncio
import random
import uuid
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import msgspec
from msgspec import Struct

from app.cases.codes import Channel, Kind, State
from app.cases.models import Case, Source
from app.engine.client import Engine
from app.engine.names import Index
from app.search.params import SearchParams
from app.search.service import search
from app.settings import ROOT, Settings, get_settings
from app.viewer import LOCAL_VIEWER
from dev.bench.imports import installation
from dev.bench.report import table, write_section
from dev.bench.xquad import Task, read_task
from indexers.documents import with_derived_fields

SUBSET = ROOT / "tests" / "relevance" / "xquad_subset.json"
DEPTH = 10
_CHUNK = 500
_RESAMPLES = 1000
_SEED = 20

Find = Callable[[str], Awaitable[list[str]]]
"""From a question to the ids found, best first."""


class Score(Struct, frozen=True):
    """Means over the questions, with what each of them gave (1 / rank, 0 when not in the ten)."""

    name: str
    gains: list[float]

    @property
    def mrr(self) -> float:
        return sum(self.gains) / len(self.gains)

    def hit(self, depth: int) -> float:
        return sum(gain >= 1 / depth for gain in self.gains) / len(self.gains)


async def evaluate(settings: Settings, task: Task) -> list[Score]:
    """The stock `russian` analyzer and our search over the same sentences, in this order.

    Everything is written to indexes of their own, which are removed.
    """
    own = settings.model_copy(update={"index_prefix": f"eval{uuid.uuid4().hex[:8]}-"})
    async with installation(own) as engine:
        stock = await _fill_stock(engine, own, task)
        await _fill_ours(engine, task)
        return [
            await _score("ES `russian`", task, lambda text: _stock(engine, stock, text)),
            await _score("Отклик", task, lambda text: _ours(engine, own, text)),
        ]


async def _fill_stock(engine: Engine, settings: Settings, task: Task) -> str:
    name = f"{settings.index_prefix}stock"
    mappings = {"properties": {"text": {"type": "text", "analyzer": "russian"}}}
    await engine.client.indices.create(index=name, mappings=mappings)
    await _bulk(engine, name, ({"text": text} for text in task.sentences))
    return name


async def _fill_ours(engine: Engine, task: Task) -> None:
    cases = (_case(place, text) for place, text in enumerate(task.sentences))
    documents = (msgspec.to_builtins(with_derived_fields(case)) for case in cases)
    await _bulk(engine, engine.write_alias(Index.CASES), documents)


def _case(place: int, text: str) -> Case:
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    return Case(
        id=str(place),
        number=f"XQ-{place}",
        kind=Kind.MESSAGE,
        channel=Channel.OTHER,
        state=State.NEW,
        received_at=moment,
        text=text,
        source=Source("xquad"),
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


async def _stock(engine: Engine, index: str, text: str) -> list[str]:
    answer = await engine.client.search(
        index=index, query={"match": {"text": text}}, size=DEPTH, source=False
    )
    return [hit["_id"] for hit in answer["hits"]["hits"]]


async def _ours(engine: Engine, settings: Settings, text: str) -> list[str]:
    params = SearchParams(q=text, size=DEPTH)
    results = await search(engine, params, LOCAL_VIEWER, settings.zone)
    return [found.hit.id for found in results.hits]


async def _score(name: str, task: Task, find: Find) -> Score:
    gains = []
    for question, sentence in task.questions:
        found = await find(question)
        rank = found.index(str(sentence)) + 1 if str(sentence) in found else None
        gains.append(1 / rank if rank else 0.0)
    return Score(name, gains)


def interval(gains: list[float]) -> tuple[float, float]:
    """95 % of the means of resampled questions (bootstrap, fixed seed)."""
    chance = random.Random(_SEED)  # noqa: S311 - statistics, not secrets
    means = sorted(sum(chance.choices(gains, k=len(gains))) / len(gains) for _ in range(_RESAMPLES))
    return means[int(_RESAMPLES * 0.025)], means[int(_RESAMPLES * 0.975)]


def _lines(task: Task, scores: list[Score]) -> list[str]:
    rows = [_row(score) for score in scores]
    stock, ours = scores
    gap = [mine - theirs for mine, theirs in zip(ours.gains, stock.gains, strict=True)]
    low, high = interval(gap)
    counts = f"вопросов {len(task.questions)}, предложений {len(task.sentences)}"
    gained = f"{ours.mrr - stock.mrr:+.3f} (95 %: {low:+.3f}…{high:+.3f})"
    return [
        f"XQuAD, русская часть: {counts}. Предложение — документ; искомое — где начинается ответ.",
        "",
        *table(["Поиск", "MRR@10", "95 %", "hit@1", "hit@10"], rows),
        "",
        f"Разница MRR@10 на тех же вопросах: {gained}.",
    ]


def _row(score: Score) -> list[str]:
    low, high = interval(score.gains)
    figures = [score.mrr, score.hit(1), score.hit(DEPTH)]
    mrr, first, ten = (f"{figure:.3f}" for figure in figures)
    return [score.name, mrr, f"{low:.3f}–{high:.3f}", first, ten]


@click.command()
@click.option(
    "--xquad",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    default=SUBSET,
    help="Full XQuAD (xquad.ru.json); without it the committed subset.",
)
@click.option("--write", is_flag=True, help="Record the figures in docs/measurements.md.")
def main(xquad: Path, *, write: bool) -> None:
    """Measures relevance on a running engine (OTKLIK_ES_URL)."""
    task = read_task(xquad)
    lines = _lines(task, asyncio.run(evaluate(get_settings(), task)))
    click.echo("\n".join(lines))
    if write:
        whole = "весь XQuAD" if xquad != SUBSET else "подмножество в репозитории"
        write_section(f"Поиск: {whole}", lines)


if __name__ == "__main__":
    main()
