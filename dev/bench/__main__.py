"""`make bench`: speed on the real engine, written to `docs/measurements.md`."""

from collections.abc import Callable

import click

from dev.bench import (
    board,
    chase,
    deadlines,
    enrichment,
    imports,
    problem_speed,
    rebuild,
    search,
    similar,
    suggest,
    work,
)

_SEARCH_PARTS = ("search", "pages", "hostile", "exports")
_VECTOR_PARTS = ("similar", "hybrid")
_CASE_PARTS = ("deadlines", "work", "chase", "rebuild", "enrichment", "problems", "board")
_PARTS = ("imports", *_SEARCH_PARTS, *_VECTOR_PARTS, "suggest", *_CASE_PARTS)


@click.command()
@click.option("--only", multiple=True, type=click.Choice(_PARTS), help="Parts to run; else all.")
@click.option("--rows", default=100_000, show_default=True, help="Rows of the imported file.")
@click.option("--messages", default=300_000, show_default=True, help="Messages searched.")
def main(only: tuple[str, ...], rows: int, messages: int) -> None:
    """Each figure stands beside the bare engine's of the same run."""
    chosen = only or _PARTS
    if "imports" in chosen:
        imports.main(rows)
    if set(_SEARCH_PARTS) & set(chosen):
        search.main(messages, chosen)
    if set(_VECTOR_PARTS) & set(chosen):
        similar.main(messages, chosen)
    for name, run in _others(messages).items():
        if name in chosen:
            run()


def _others(messages: int) -> dict[str, Callable[[], None]]:
    return {
        "deadlines": deadlines.main,
        "work": lambda: work.main(messages),
        "chase": lambda: chase.main(messages),
        "rebuild": lambda: rebuild.main(messages),
        "enrichment": enrichment.main,
        "problems": problem_speed.main,
        "board": lambda: board.main(messages),
        "suggest": suggest.main,
    }


if __name__ == "__main__":
    main()
