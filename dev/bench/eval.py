"""`make eval`: does the right text come first? Beside the stock analyzer in the same run."""

import asyncio
from collections.abc import Callable, Collection, Iterator
from pathlib import Path

import click

from app.settings import ROOT, Settings, get_settings
from dev.bench import eval_similar, forecast, growth, problems
from dev.bench.abbreviations import read_pairs, score_pairs
from dev.bench.kursk import read_themes, score_themes, with_many
from dev.bench.noise import with_typos, wrong_layout
from dev.bench.relevance import Find, Score, cells, corpus, gap, gaps
from dev.bench.report import table, write_section
from dev.bench.rutube import read_rutube
from dev.bench.themes import themes_section
from dev.bench.xquad import Task, read_task

SUBSET = ROOT / "tests" / "relevance" / "xquad_subset.json"
DEPTH = 10
GROWTH_MESSAGES = 100_000
AT_ONCE = 4
"""Questions under way: nothing here is about time."""
CLEAN, LAYOUT, TYPOS = "как есть", "не та раскладка", "опечатки"
NOISE: dict[str, Callable[[Task], Task]] = {
    CLEAN: lambda task: task,
    LAYOUT: wrong_layout,
    TYPOS: with_typos,
}


async def evaluate(
    settings: Settings, task: Task, noise: Collection[str] = tuple(NOISE)
) -> dict[str, list[Score]]:
    """By kind of noise: the stock `russian` analyzer and our searches over the same sentences.

    Everything is written to indexes of their own, which are removed.
    """
    async with corpus(settings, task.sentences) as finders:
        return {
            kind: [await _score(name, spoil(task), find) for name, find in finders.items()]
            for kind, spoil in NOISE.items()
            if kind in noise
        }


async def _score(name: str, task: Task, find: Find) -> Score:
    """Reciprocal ranks: 1 / rank, 0 when not in the ten."""
    at_once = asyncio.Semaphore(AT_ONCE)

    async def gain(question: str, sentence: int) -> float:
        async with at_once:
            found = await find(question, DEPTH)
        return 1 / (found.index(str(sentence)) + 1) if str(sentence) in found else 0.0

    return Score(name, await asyncio.gather(*(gain(*asked) for asked in task.questions)))


def _task_lines(what: str, task: Task, scores: dict[str, list[Score]]) -> list[str]:
    counts = f"вопросов {len(task.questions)}, текстов {len(task.sentences)}"
    rows = [
        [kind, *cells(score), f"{score.share(1):.3f}", f"{score.share(1 / DEPTH):.3f}"]
        for kind, all_of_kind in scores.items()
        for score in all_of_kind
    ]
    beside = [
        f"{kind.capitalize()}. {line}"
        for kind, all_of_kind in scores.items()
        for line in gaps(all_of_kind)
    ]
    return [
        f"{what} Всего {counts}.",
        "",
        *table(["Вопросы", "Поиск", "MRR@10", "95 %", "hit@1", "hit@10"], rows),
        "",
        "Разница MRR@10 на тех же вопросах:",
        "",
        *[f"- {line}" for line in [*beside, *_losses(scores)]],
    ]


def _losses(scores: dict[str, list[Score]]) -> list[str]:
    """What noise costs our best search."""
    clean = scores[CLEAN][-1]
    return [
        f"{kind.capitalize()} против «{CLEAN}», {clean.name}: {gap(clean, spoiled[-1])}."
        for kind, spoiled in scores.items()
        if kind != CLEAN
    ]


_XQUAD = (
    "XQuAD, русская часть. Предложение — документ; искомое — где начинается ответ. "
    "«Опечатки» — по одной в половине слов длиннее четырёх букв."
)
_RUTUBE = "Настоящие вопросы пользователей; искомое — запись базы знаний, которой на них ответили."


def _lines(figure: str, what: str, scores: list[Score]) -> list[str]:
    rows = [cells(score) for score in scores]
    return [
        what,
        "",
        *table(["Поиск", figure, "95 %"], rows),
        "",
        *[f"- {line}" for line in gaps(scores)],
    ]


def _sections(
    xquad: Path, kursk: Path | None, rutube: Path | None
) -> Iterator[tuple[str, list[str]]]:
    """Titles and lines, each as soon as it is measured."""
    settings, task, pairs = get_settings(), read_task(xquad), read_pairs()
    whole = "весь XQuAD" if xquad != SUBSET else "подмножество в репозитории"
    yield f"Поиск: {whole}", _task_lines(_XQUAD, task, asyncio.run(evaluate(settings, task)))
    words = f"{len(pairs)} пар; каждым из двух названий ищут сообщения с обоими."
    yield "Поиск: сокращения", _lines("полнота", words, asyncio.run(score_pairs(settings, pairs)))
    if rutube:
        entries = read_rutube(rutube)
        found = asyncio.run(evaluate(settings, entries, [CLEAN]))
        yield "Поиск: вопросы и база знаний", _task_lines(_RUTUBE, entries, found)
    if kursk:
        yield "Подсказка темы: настоящие сообщения", themes_section(kursk)
        yield "Поиск: темы настоящих сообщений", _kursk_lines(settings, kursk)
    yield "Проблемы: поток с известными происшествиями", asyncio.run(problems.section(settings))
    title, lines = growth.section()
    recount = asyncio.run(growth.recounted(settings, GROWTH_MESSAGES))
    yield title, [*lines, "", recount]
    yield forecast.section()
    yield from eval_similar.sections(asyncio.run(eval_similar.measure(settings))).items()


def _kursk_lines(settings: Settings, kursk: Path) -> list[str]:
    themes = read_themes(kursk)
    what = f"Название темы — запрос: тем {len(themes.messages)}, сообщений {len(themes.texts)}."
    scores = asyncio.run(score_themes(settings, themes))
    many = with_many(themes, scores)
    return [
        *_lines("nDCG@10", what, scores),
        "",
        *_lines("nDCG@10", f"Из них тем с десятью сообщениями: {len(many[0].gains)}.", many),
    ]


@click.command()
@click.option(
    "--xquad",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    default=SUBSET,
    help="Full XQuAD (xquad.ru.json); without it the committed subset.",
)
@click.option(
    "--kursk",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Messages with their themes (CSV: text, theme); they stay on this machine.",
)
@click.option(
    "--rutube",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder with rutube_cases.xlsx and rutube_kb.xlsx; they stay on this machine.",
)
@click.option("--write", is_flag=True, help="Record the figures in docs/measurements.md.")
def main(xquad: Path, kursk: Path | None, rutube: Path | None, *, write: bool) -> None:
    """Measures relevance on a running engine (OTKLIK_ES_URL)."""
    for title, lines in _sections(xquad, kursk, rutube):
        click.echo("\n".join([title, *lines, ""]))
        if write:
            write_section(title, lines)


if __name__ == "__main__":
    main()
