"""How well growth is found on simulated series, beside the rules others use, and how quickly."""

import time
import uuid
from collections.abc import Sequence
from datetime import date, datetime

import numpy as np
from msgspec.structs import replace

from app.cases.models import Case
from app.engine.names import Index
from app.growth.calibration import Learned, relearned
from app.growth.rules import LEAST_AUTHORS, THRESHOLD, Judged, judge
from app.growth.watching import watch
from app.settings import Settings
from dev.bench.growth_world import (
    RIVALS,
    SCORING_SEED,
    TUNING_SEED,
    Found,
    World,
    at_rate,
    make,
    score,
    shuffled,
)
from dev.bench.imports import installation
from dev.bench.messages import as_case, load
from dev.bench.relevance import interval
from dev.bench.report import table
from dev.demo.models import DemoCase

FALSE_RATE = 0.002
_REGION = (60 * 359, 120)
"""Series of 60 municipalities × 359 themes, and days of history."""
_DAY = date(2026, 1, 1)
_NEWEST = {"size": 1, "sort": [{"received_at": "desc"}], "_source": ["received_at"]}
_TOWNS = 60


def learned_threshold(judged: Judged) -> float:
    """As an installation learns it: nobody tells it where the outbreaks are."""
    return relearned(Learned(), judged, _DAY).value


def section() -> tuple[str, list[str]]:
    tuned = learned_threshold(judge(make(TUNING_SEED).counts, 0))
    world = make(SCORING_SEED)
    judged = judge(world.counts, 0)
    rows = [
        _row(name, score(world, scores > at_rate(world, scores, FALSE_RATE)))
        for name, rule in RIVALS.items()
        for scores in [rule(world.counts)]
    ]
    enough = np.where(judged.seen >= LEAST_AUTHORS, judged.chance, 1.0)
    exact = at_rate(world, -enough, FALSE_RATE)
    own = score(world, judged.alarms(learned_threshold(judged)))
    rows += [
        _row("Отклик, ровно 2 ложных на 1000", score(world, -enough > exact)),
        _row("Отклик, порог выучен на другом зерне", score(world, judged.alarms(tuned))),
        _row("Отклик, порог выучен здесь же", own),
    ]
    what = (
        f"Рядов {len(world.counts)}, вспышек {len(own.hits)} по 3–6 дней, среднее 0,1–15 в день, "
        "дни недели, разброс больше случайного, медленный снос. Правила соперников получают точный "
        "порог, «Отклик» в последних двух строках — тот, что выучивает сам, не зная вспышек."
    )
    header = ["Правило", "Найдено", "95 %", "Из них > 5 в день", "Ложных на 1000", "Задержка, дней"]
    return "Рост: сигнал", [what, "", *table(header, rows), "", _null(world), "", _speed()]


def _row(name: str, found: Found) -> Sequence[str]:
    low, high = interval(found.hits)
    delays = np.array(found.delays)
    return [
        name,
        f"{np.mean(found.hits):.3f}",
        f"{low:.3f}–{high:.3f}",
        f"{np.mean(found.big):.2f}",
        f"{found.false_rate:.1f}",
        f"медиана {np.median(delays):.0f}, среднее {delays.mean():.1f}",
    ]


def _null(world: World) -> str:
    """Weeks in another order: whatever is found then is false."""
    mixed = shuffled(world, TUNING_SEED)
    judged = judge(mixed.counts, 0)
    shipped = score(mixed, judged.alarms(THRESHOLD)).false_rate
    own = score(mixed, judged.alarms(learned_threshold(judged))).false_rate
    return (
        f"Время перемешано (недели {len(mixed.counts)} рядов без вспышек в другом порядке): ложных "
        f"на 1000 дней {shipped:.1f} с порогом поставки, {own:.1f} с выученным здесь же."
    )


def _speed() -> str:
    series, days = _REGION
    chance = np.random.default_rng(TUNING_SEED)
    means = np.exp(chance.normal(-3, 1.5, (series, 1)))
    counts = chance.poisson(means, (series, days))
    started = time.perf_counter()
    learned_threshold(judge(counts, 0))
    seconds = time.perf_counter() - started
    return (
        f"Правило и порог для {series} рядов (60 муниципалитетов × 359 тем) по {days} дней: "
        f"{seconds:.1f} с, {series * days / seconds / 1e6:.1f} млн рядо-дней в секунду."
    )


async def recounted(settings: Settings, messages: int) -> str:
    """The whole look at everything on the real engine: messages of the demo in 60 places."""
    own = settings.model_copy(update={"index_prefix": f"grow{uuid.uuid4().hex[:8]}-"})
    async with installation(own) as engine:
        await load(engine, messages, made=_spread)
        newest = await engine.search(Index.CASES, _NEWEST)
        now = datetime.fromisoformat(newest["hits"]["hits"][0]["_source"]["received_at"])
        started = time.perf_counter()
        done = await watch(engine, own.zone, now)
        seconds = time.perf_counter() - started
    return (
        f"Весь пересчёт на настоящем движке (чтение, правило, порог, запись; сообщений {messages} "
        f"больше чем за год, муниципалитетов {_TOWNS}, рядов {done.series}): {seconds:.1f} с."
    )


def _spread(demo: DemoCase) -> Case:
    """The town's messages over many municipalities."""
    case = as_case(demo)
    town = f"Муниципалитет {demo.serial % _TOWNS:02d}"
    return replace(case, place=replace(case.place, municipality=town))
