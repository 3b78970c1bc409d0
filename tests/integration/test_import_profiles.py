"""The formats of real systems, as the demo generator writes them, through the whole import."""

from pathlib import Path
from typing import Any

import pytest

from app.engine.client import Engine
from app.engine.names import Index
from app.intake.models import Counts, ImportJob, ImportState
from app.settings import Settings
from dev.demo.generate import only, write_demo
from dev.demo.models import DemoCase
from dev.demo.stream import generate
from dev.demo.writers.im import Layout, write_im
from indexers.setup import run as run_setup
from tests.factories import load


def incidents(count: int) -> list[DemoCase]:
    """Demo cases of «Инцидент менеджмент»."""
    return list(only(generate(count, 7), "im"))


async def documents(engine: Engine) -> dict[str, dict[str, Any]]:
    """Cases by external id, without marks of the load and without the original cells.

    Originals are the file's own cells: an apostrophe or a date type may differ by layout.
    """
    await engine.refresh(Index.CASES)
    answer = await engine.search(Index.CASES, {"size": 10_000, "query": {"match_all": {}}})
    found = {}
    for hit in answer["hits"]["hits"]:
        case = hit["_source"]
        for name in ("created_at", "updated_at", "history", "original"):
            del case[name]
        del case["source"]["import_id"], case["source"]["imports"]
        found[case["source"]["external_id"]] = case
    return found


async def loaded(settings: Settings, path: Path, name: str) -> tuple[ImportJob, dict[str, Any]]:
    """The file in indexes of its own."""
    prefix = f"{settings.index_prefix}{name}-"
    other = settings.model_copy(update={"index_prefix": prefix})
    engine = Engine(other)
    try:
        await run_setup(engine, other)
        job = await load(engine, other, path, "im")
        return job, await documents(engine)
    finally:
        await engine.close()


async def test_four_layouts_give_the_same_documents(settings: Settings, tmp_path: Path) -> None:
    cases = incidents(700)
    results = {}
    for layout in Layout:
        path = tmp_path / f"{layout}.xlsx"
        write_im(path, cases, layout)
        job, results[layout] = await loaded(settings, path, layout)
        assert job.checkpoint.counts == Counts(rows=len(cases), created=len(cases)), layout
    first = results[Layout.CABINET]
    assert len(first) == len(cases)
    for layout, found in results.items():
        assert found == first, layout


async def test_another_layout_of_the_same_rows_changes_nothing(
    engine: Engine, settings: Settings, tmp_path: Path
) -> None:
    cases = incidents(200)
    for layout in Layout:
        path = tmp_path / f"{layout}.xlsx"
        write_im(path, cases, layout)
        job = await load(engine, settings, path, "im")
        counts = job.checkpoint.counts
        if layout is Layout.CABINET:
            assert counts.created == len(cases)
        else:
            assert counts.unchanged == len(cases), layout


@pytest.mark.parametrize("profile", ["heatmap", "canonical"])
async def test_demo_files_load_whole_and_twice(
    engine: Engine, settings: Settings, tmp_path: Path, profile: str
) -> None:
    files = [file for file in write_demo(tmp_path, 600, 3) if file.profile == profile]
    assert files
    for file in files:
        first = await load(engine, settings, tmp_path / file.file, profile)
        assert first.state is ImportState.DONE
        assert first.checkpoint.counts == Counts(rows=file.rows, created=file.rows)
        again = await load(engine, settings, tmp_path / file.file, profile)
        assert again.checkpoint.counts == Counts(rows=file.rows, unchanged=file.rows)
