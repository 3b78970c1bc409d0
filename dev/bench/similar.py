"""Speed of the panel of similar cases on messages with vectors, and of a signature."""

import asyncio
import os
import time
from collections.abc import Collection

import click
from msgspec import Struct

from app.engine.client import Engine
from app.engine.names import Index
from app.search.vocabulary import current_vocabulary
from app.settings import get_settings
from app.similarity.models import Similar, Subject
from app.similarity.service import similar, subject_of
from app.similarity.signature import signature
from app.viewer import LOCAL_VIEWER
from dev.bench.hybrid import hybrid_lines
from dev.bench.imports import installation
from dev.bench.messages import messages
from dev.bench.report import table, write_section
from dev.bench.search import percentile
from dev.bench.vectors import load_with_vectors
from indexers.vocabulary import rebuild

WARM_UP, ASKED = 300, 500
TARGET_MS, TARGET_SIGNATURE_MS = 150, 0.05
_SIGNED = 5_000


class Took(Struct, frozen=True):
    kind: str
    seconds: list[float]
    server_ms: list[float]
    found: int
    """Lists that were not empty."""
    by_words: int


async def bench_similar(total: int, parts: Collection[str]) -> None:
    """Searches by meaning are measured on the same messages: loading them takes the most."""
    own = get_settings().model_copy(update={"index_prefix": f"bench{os.getpid()}-"})
    async with installation(own) as engine:
        started = time.perf_counter()
        written = await load_with_vectors(engine, total)
        await rebuild(engine)
        click.echo(f"{written} messages with vectors in {time.perf_counter() - started:.0f} s")
        if "hybrid" in parts:
            searched = await hybrid_lines(engine, own, written)
            _record("Поиск по словам и смыслу: скорость", searched)
        if "similar" in parts:
            measured = [await _stored(engine, total), await _typed(engine)]
            _record("Похожие обращения: скорость", _lines(written, measured, signature_ms()))


def _record(title: str, lines: list[str]) -> None:
    click.echo("\n".join(lines))
    write_section(title, lines)


async def _stored(engine: Engine, total: int) -> Took:
    """The panel on a case page: a case of the index asks, its vector is made anew."""
    step = max(1, total // (WARM_UP + ASKED))
    ids = [f"demo-{place * step:08d}" for place in range(2 * (WARM_UP + ASKED))]
    found = await engine.get_many(Index.CASES, ids)
    subjects = [subject_of(one.source) for one in found.values()][: WARM_UP + ASKED]
    return await _measure(engine, "страница обращения", subjects)


async def _typed(engine: Engine) -> Took:
    """A message nobody has yet: text alone, as while it is typed."""
    texts = [demo.text for demo in messages(WARM_UP + ASKED, seed=77)]
    return await _measure(engine, "ручной ввод", [Subject(text=text) for text in texts])


async def _measure(engine: Engine, kind: str, subjects: list[Subject]) -> Took:
    streets = (await current_vocabulary(engine)).streets
    seconds, answers = [], list[Similar]()
    for subject in subjects:
        started = time.perf_counter()
        answers.append(await similar(engine, LOCAL_VIEWER, subject, streets=streets))
        seconds.append(time.perf_counter() - started)
    kept = answers[WARM_UP:]
    return Took(
        kind,
        seconds[WARM_UP:],
        [answer.took_ms for answer in kept],
        sum(bool(answer.duplicates or answer.similar or answer.answers) for answer in kept),
        sum(answer.by_words_only for answer in kept),
    )


def signature_ms() -> float:
    """Milliseconds of one core a message."""
    texts = [demo.text for demo in messages(_SIGNED, seed=78)]
    started = time.process_time()
    for text in texts:
        signature(text)
    return (time.process_time() - started) * 1000 / len(texts)


def _lines(written: int, measured: list[Took], signed_ms: float) -> list[str]:
    rows = [
        [
            took.kind,
            len(took.seconds),
            *(f"{percentile(took.seconds, share) * 1000:.0f}" for share in (0.5, 0.95, 0.99)),
            took.found,
            took.by_words,
        ]
        for took in measured
    ]
    names = ["кто спрашивает", "раз", "p50, мс", "p95, мс", "p99, мс", "с ответом", "без смысла"]
    return [
        (
            f"Сообщений с векторами: {written}. Дубликаты, похожие и прошлые ответы вместе, "
            "вектор вопроса в том же времени."
        ),
        "",
        *table(names, rows),
        "",
        f"Цель: p95 не больше {TARGET_MS} мс.",
        f"Подпись сообщения: {signed_ms:.3f} мс (цель {TARGET_SIGNATURE_MS}).",
    ]


def main(total: int, parts: Collection[str]) -> None:
    asyncio.run(bench_similar(total, parts))
