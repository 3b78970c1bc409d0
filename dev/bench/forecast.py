"""How far forecasts of the made-up town were off, beside the same week a year ago."""

from datetime import date, timedelta

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from app.forecasts.rules import HORIZON, METHOD_NAMES, TESTED, Forecast, forecast
from dev.bench.report import table
from dev.demo.stream import generate

MESSAGES, SEED = 30_000, 2_026
_LEAST_A_WEEK = 0.5
_WEEK = 7


class Town(Struct, frozen=True):
    counts: NDArray[np.int64]
    """Series × whole weeks."""
    themes: list[str]


def town(total: int = MESSAGES, seed: int = SEED) -> Town:
    """Themes of the town (it is one municipality), as the product counts: without copies."""
    days: dict[str, list[date]] = {}
    for demo in generate(total, seed):
        if demo.origin in {"copy", "campaign"} or demo.is_proposal or demo.is_spam:
            continue
        days.setdefault(demo.theme, []).append(demo.received_at.date())
    first = min(min(one) for one in days.values())
    first += timedelta(days=-first.weekday() % _WEEK)
    last = max(max(one) for one in days.values())
    weeks = ((last - first).days + 1) // _WEEK
    counts = np.zeros((len(days), weeks), dtype=np.int64)
    for row, found in enumerate(days.values()):
        for day in found:
            week = (day - first).days // _WEEK
            if 0 <= week < weeks:
                counts[row, week] += 1
    kept = counts.mean(axis=1) >= _LEAST_A_WEEK
    names = [theme for theme, keep in zip(days, kept, strict=True) if keep]
    return Town(counts[kept], names)


def measure(total: int = MESSAGES, seed: int = SEED) -> tuple[Town, Forecast]:
    made = town(total, seed)
    found = forecast(made.counts, made.themes)
    if found is None:
        raise RuntimeError("the demo has too few weeks")
    return made, found


def section() -> tuple[str, list[str]]:
    rows = []
    for total, seed in ((MESSAGES, SEED), (MESSAGES, SEED + 1), (2 * MESSAGES, SEED)):
        made, found = measure(total, seed)
        error, naive = float(found.error.mean()), float(found.naive_error.mean())
        rows.append(
            [
                total,
                seed,
                len(made.counts),
                f"{made.counts[:, -TESTED:].mean():.1f}",
                METHOD_NAMES[found.method],
                f"{error:.2f}",
                f"{naive:.2f}",
                f"{100 * (1 - error / naive):.0f} %",
                f"{found.covered.mean():.2f}",
            ]
        )
    what = (
        f"Демонстрационный поток за 18 месяцев: темы, о которых пишут не реже раза в две недели. "
        f"Последние {TESTED} недель, на 1–{HORIZON} недели вперёд; способ и интервал выбраны по "
        "неделям до них. «Год назад» — ошибка правила «сколько было в ту же неделю год назад»."
    )
    header = [
        *("Сообщений", "Зерно", "Рядов", "В неделю", "Способ", "Ошибка"),
        *("Год назад", "Меньше на", "В интервале 80 %"),
    ]
    return "Прогноз на четыре недели", [what, "", *table(header, rows)]
