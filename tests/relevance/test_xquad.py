"""The order of the found may not get worse unnoticed: a committed subset of XQuAD."""

from pathlib import Path

import pytest

from app.settings import Settings
from dev.bench.abbreviations import read_pairs, score_pairs
from dev.bench.eval import CLEAN, LAYOUT, SUBSET, TYPOS, evaluate
from dev.bench.noise import with_typos, wrong_layout
from dev.bench.xquad import read_task

LEAST_BY_BOTH = 0.82


async def test_the_right_sentence_comes_early_however_the_question_is_typed(
    settings: Settings,
) -> None:
    task = read_task(SUBSET)
    assert len(task.questions) >= 150
    scores = await evaluate(settings, task)
    least = {CLEAN: 0.79, LAYOUT: 0.79, TYPOS: 0.75}
    for kind, (stock, ours) in scores.items():
        assert ours.mean >= least[kind], kind
        assert ours.mean >= stock.mean - 0.02, kind


async def test_meaning_brings_the_right_sentence_earlier(
    settings: Settings, encoder_folder: Path
) -> None:
    """Of questions as they are only: what noise costs is measured by `make eval`."""
    known = settings.model_copy(update={"encoder_dir": str(encoder_folder)})
    scores = await evaluate(known, read_task(SUBSET), [CLEAN])
    _, by_words, by_both = scores[CLEAN]
    assert by_both.mean >= LEAST_BY_BOTH
    assert by_both.mean >= by_words.mean + 0.015


async def test_an_abbreviation_finds_the_words_and_the_words_it(settings: Settings) -> None:
    pairs = read_pairs()
    assert len(pairs) == len({(pair.short, pair.long) for pair in pairs}) == 60
    _, ours = await score_pairs(settings, pairs)
    assert ours.mean >= 0.95


@pytest.mark.parametrize("spoil", [wrong_layout, with_typos])
def test_noise_is_the_same_each_time_and_changes_most_questions(spoil: object) -> None:
    assert callable(spoil)
    task = read_task(SUBSET)
    first, again = spoil(task).questions, spoil(task).questions
    assert first == again
    differing = [a for a, b in zip(first, task.questions, strict=True) if a != b]
    assert len(differing) > 0.9 * len(task.questions)
