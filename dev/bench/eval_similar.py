"""Figures of duplicates and of the panel, for `make eval`."""

import uuid
from collections import defaultdict

from msgspec import Struct

from app.settings import Settings
from dev.bench.duplicates import (
    TOP,
    Edited,
    Flagged,
    Replayed,
    edited,
    fill,
    flagged_unedited,
    replay,
    town,
)
from dev.bench.edit_words import TESTING, TUNING, EditStock
from dev.bench.edits import Level, Swap
from dev.bench.imports import installation
from dev.bench.pairs import Judged, elsewhere, hard_negatives
from dev.bench.relevance import interval
from dev.bench.report import table

MESSAGES, EACH, REPLAYED = 6_000, 400, 600
PAIRS, SWAPS = 2_000, 200
_THEMES = 12
"""The biggest themes have a line of their own."""
_TARGETS = {Level.REPOST: 0.99, Level.TYPOS: 0.96, Level.REWORDED: 0.94}


class Figures(Struct, frozen=True):
    messages: int
    levels: list[Edited]
    flagged: Flagged
    replayed: list[Replayed]
    elsewhere: Judged
    swapped: dict[Swap, Judged]


async def measure(
    settings: Settings, messages: int = MESSAGES, each: int = EACH, replayed: int = REPLAYED
) -> Figures:
    """Over the half of the themes, the seeds and the phrases that no threshold was looked at with.

    By words, places and numbers alone: the model of meaning can only add. Written to indexes of
    their own, which are removed.
    """
    demos = town(TESTING, messages)
    texts = [demo.text for demo in demos if demo.origin == "ordinary"]
    own = {"index_prefix": f"eval{uuid.uuid4().hex[:8]}-", "encoder_dir": ""}
    async with installation(settings.model_copy(update=own)) as engine:
        streets = await fill(engine, demos)
        return Figures(
            len(demos),
            await edited(engine, demos, streets, TESTING, each),
            await flagged_unedited(engine, demos, streets, each),
            await replay(engine, demos, streets, replayed),
            elsewhere(texts, PAIRS, TESTING),
            dict(hard_negatives(texts, SWAPS, TESTING)),
        )


def sections(figures: Figures) -> dict[str, list[str]]:
    return {
        "Дубли: правки": _levels(figures),
        "Дубли: другое место, другой предмет": _pairs(figures),
        "Похожие: повтор потока": _replayed(figures.replayed),
    }


def _levels(figures: Figures) -> list[str]:
    rows = []
    for level in figures.levels:
        target = _TARGETS.get(level.level)
        rows.append(
            [
                level.level.value,
                *_share(level.found),
                f"≥ {target}" if target else "—",
                *_share(level.right),
                len(level.right),
            ]
        )
    flagged = figures.flagged
    per_thousand = 1000 / flagged.asked
    names = ["Правка", "полнота", "95 %", "цель", "точность", "95 %", "отмечено"]
    return [
        (
            f"Сообщений: {figures.messages} придуманного города; правок каждого вида: "
            f"{len(figures.levels[0].found)}. Правка приходит на следующий день другим каналом, в "
            "половине случаев без полей места и темы. Спрашивается вся панель настоящего движка; "
            "полнота — исходное среди дублей, точность — по копиям текста."
        ),
        (
            f"Пороги подобраны на другом: {_stock(TUNING)}; здесь {_stock(TESTING)}; темы, фразы "
            "и замены не пересекаются."
        ),
        "",
        *table(names, rows),
        "",
        (
            f"Из 1000 неправленных сообщений отмечено копией раннего "
            f"{flagged.by_text * per_thousand:.1f}, тем же местом и темой "
            f"{flagged.by_place * per_thousand:.1f} (спрошено {flagged.asked})."
        ),
    ]


def _stock(stock: EditStock) -> str:
    return f"зерно города {stock.town_seed}, зерно правок {stock.edit_seed}"


def _share(gains: list[float]) -> tuple[str, str]:
    if not gains:
        return "—", "—"
    low, high = interval(gains)
    return f"{sum(gains) / len(gains):.3f}", f"{low:.3f}–{high:.3f}"


def _pairs(figures: Figures) -> list[str]:
    every = {"равный текст, другое место": figures.elsewhere}
    every |= {f"тот же текст, другое: {swap.value}": one for swap, one in figures.swapped.items()}
    rows = [[name, one.pairs, one.merged, one.as_template] for name, one in every.items()]
    return [
        "Цель: ни одной такой пары дублем.",
        "",
        *table(["Пары", "всего", "названо дублем", "названо шаблоном"], rows),
    ]


_ORIGINS = {"copy": "копия", "repeat": "повторное", "incident": "одно происшествие"}


def _replayed(replayed: list[Replayed]) -> list[str]:
    by_theme: dict[str, list[Replayed]] = defaultdict(list)
    for one in replayed:
        by_theme[one.theme].append(one)
    biggest = sorted(by_theme.items(), key=lambda pair: -len(pair[1]))[:_THEMES]
    by_origin = {
        name: [one for one in replayed if one.origin == origin] for origin, name in _ORIGINS.items()
    }
    rows = [_replay_row(theme, own) for theme, own in biggest]
    rows += [_replay_row(f"**{name}**", own) for name, own in by_origin.items() if own]
    rows.append(_replay_row("**всего**", replayed))
    return [
        (
            f"Сообщения потока, о чём уже писали, спрашивают панель, какой она была при их "
            f"поступлении: есть ли верное раннее среди первых {TOP}."
        ),
        "",
        *table(["Тема", "сообщений", f"верное в первых {TOP}", "95 %", "названо дублем"], rows),
    ]


def _replay_row(name: str, own: list[Replayed]) -> list[str]:
    found = [float(one.in_top) for one in own]
    sure = sum(one.as_duplicate for one in own) / len(own)
    return [name, str(len(own)), *_share(found), f"{sure:.3f}"]
