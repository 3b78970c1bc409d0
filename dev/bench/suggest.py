"""`make bench --only suggest`: what learning and one suggestion cost at their largest."""

import time
from collections import Counter
from datetime import UTC, datetime

import numpy as np

from app.suggestions.book import shipped_book
from app.suggestions.danger import find_danger
from app.suggestions.gist import gist
from app.suggestions.guessing import guess
from app.suggestions.store import pack
from dev.bench.messages import messages
from dev.bench.report import table, write_section
from indexers.learning.amounts import FEWEST
from indexers.learning.fit import Rows
from indexers.learning.gather import MOST_EXAMPLES, Example, Gathered
from indexers.learning.train import Trained, train

THEMES = 300
"""As many as «Инцидент менеджмент» has: a made-up theme in several districts stands for several."""
_ASKED = 400
_DIMS = 384
_SEED = 5
_DECIDED = datetime(2026, 1, 1, tzinfo=UTC)


def examples(many: int) -> list[Example]:
    found = []
    for demo in messages(many):
        street = demo.place.street.name if demo.place else ""
        part = sum(map(ord, street)) % max(THEMES // 60, 1)
        theme = f"{demo.theme} {part}"
        found.append(Example(demo.text, theme, demo.department.name, _DECIDED, []))
    usual = Counter(one.theme for one in found)
    return [one for one in found if usual[one.theme] >= FEWEST]


def main(many: int = MOST_EXAMPLES) -> None:
    """CPU seconds: whatever else the machine does, an hour of the clock tells little."""
    known = examples(many)
    chance = np.random.default_rng(_SEED)
    vectors = chance.normal(size=(len(known), _DIMS)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    groups = dict.fromkeys(sorted({one.theme for one in known}), "")
    found = Gathered(len(known), known, groups, {}, vectors, "bench")
    started = time.process_time()
    trained = train(found)
    seconds = time.process_time() - started
    size = len(pack(trained.model)) / 1e6
    spent = _suggested(trained, known, vectors)
    rows = [
        ["обращений, тем", f"{len(known)}, {len(groups)}"],
        ["обучение, секунд одного ядра", f"{seconds:.0f}"],
        ["файл модели, МБ", f"{size:.0f}"],
        *[[f"{name}, p50 / p95, мс", _usual(times)] for name, times in spent.items()],
    ]
    write_section("Подсказки: обучение и одна подсказка", table(["Что", "Сколько"], rows))


def _usual(times: list[float]) -> str:
    return f"{np.percentile(times, 50):.1f} / {np.percentile(times, 95):.1f}"


def _suggested(trained: Trained, known: list[Example], vectors: Rows) -> dict[str, list[float]]:
    words = list(shipped_book().words.values())
    spent: dict[str, list[float]] = {"тема и ведомство": [], "опасные слова и суть": []}
    for place, one in enumerate(known[:_ASKED]):
        at = time.process_time()
        guessed = guess(trained.model, one.text, vectors[place].tolist())
        then = time.process_time()
        find_danger(one.text, words, 1)
        gist(one.text, guessed.telling)
        last = time.process_time()
        parts = ((then - at) * 1000, (last - then) * 1000)
        for name, value in zip(spent, parts, strict=True):
            spent[name].append(value)
    return spent
