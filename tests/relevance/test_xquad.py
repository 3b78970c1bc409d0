"""The order of the found may not get worse unnoticed: a committed subset of XQuAD."""

from app.settings import Settings
from dev.bench.eval import SUBSET, evaluate
from dev.bench.xquad import read_task


async def test_the_right_sentence_comes_as_early_as_with_the_stock_analyzer(
    settings: Settings,
) -> None:
    task = read_task(SUBSET)
    assert len(task.questions) >= 150
    stock, ours = await evaluate(settings, task)
    assert ours.mrr >= 0.79
    assert ours.mrr >= stock.mrr - 0.02
