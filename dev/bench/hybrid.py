"""Speed of the search by words and meaning beside the one by words, on messages with vectors."""

import time

from msgspec import Struct

from app.engine.client import Engine
from app.search.params import Mode, SearchParams
from app.search.service import search
from app.settings import Settings
from app.viewer import LOCAL_VIEWER
from dev.bench.messages import questions
from dev.bench.report import table
from dev.bench.search import percentile

WARM_UP, QUESTIONS = 1_000, 400
TARGET_MS = 200
_MODES = {"только по словам": Mode.WORDS, "по словам и смыслу": Mode.AUTO}
_SHARES = (0.5, 0.95, 0.99)
_SEED = 23


class Took(Struct, frozen=True):
    seconds: float
    by_meaning: bool
    """Meaning brought at least one case that words do not."""
    words_only: bool
    """The encoder did not answer in its time."""


async def hybrid_lines(engine: Engine, settings: Settings, written: int) -> list[str]:
    """Each question once in both ways, in turns first, each time as its first page."""
    took: dict[str, list[Took]] = {name: [] for name in _MODES}
    for place, question in enumerate(questions(WARM_UP + QUESTIONS, _SEED)):
        ways = list(_MODES.items())
        for name, mode in ways if place % 2 else ways[::-1]:
            took[name].append(await _ask(engine, settings, question, mode))
    measured = {name: all_of_way[WARM_UP:] for name, all_of_way in took.items()}
    rows = [[name, *_times(one)] for name, one in measured.items()]
    both = measured["по словам и смыслу"]
    return [
        (
            f"Сообщений с векторами: {written}. Вопросов: {QUESTIONS}, все разные, как в разделе "
            "«Поиск: скорость». Вектор вопроса считается, а не берётся готовым."
        ),
        "",
        *table(["Поиск", "p50, мс", "p95, мс", "p99, мс"], rows),
        "",
        f"Цель: p95 не больше {TARGET_MS} мс.",
        (
            f"Смысл добавил обращения в {sum(one.by_meaning for one in both)} ответов; модель не "
            f"успела ответить {sum(one.words_only for one in both)} раз."
        ),
    ]


async def _ask(engine: Engine, settings: Settings, question: str, mode: Mode) -> Took:
    started = time.perf_counter()
    results = await search(engine, SearchParams(q=question, mode=mode), LOCAL_VIEWER, settings.zone)
    seconds = time.perf_counter() - started
    codes = {change.code for change in results.asked.changes}
    return Took(seconds, results.near > 0, "words_only" in codes)


def _times(took: list[Took]) -> list[str]:
    seconds = [one.seconds for one in took]
    return [f"{percentile(seconds, share) * 1000:.1f}" for share in _SHARES]
