"""Duplicates may not get worse unnoticed: the figures of `make eval`, smaller."""

from app.settings import Settings
from dev.bench.edits import Level
from dev.bench.eval_similar import measure, sections

LEAST = {Level.REPOST: 0.96, Level.TYPOS: 0.92, Level.REWORDED: 0.88}


async def test_copies_are_found_and_nothing_else_is_merged(settings: Settings) -> None:
    figures = await measure(settings, messages=500, each=25, replayed=40)
    for level in figures.levels:
        if level.level in LEAST:
            assert sum(level.found) / len(level.found) >= LEAST[level.level], level.level
        assert sum(level.right) >= 0.95 * len(level.right), level.level
    assert figures.elsewhere.merged == 0
    assert not any(judged.merged for judged in figures.swapped.values())
    assert sum(one.in_top for one in figures.replayed) >= 0.9 * len(figures.replayed)
    assert all(sections(figures).values())
