"""Windows of themes as people change them: the register goes by them, what was placed stays."""

from datetime import UTC, datetime, timedelta

import pytest

from app.engine.client import Engine
from app.errors import BadInputError, ConflictError, ForbiddenError
from app.problems.book import load_windows, open_windows, reset_windows, save_windows
from app.problems.windows import Window, Windows, shipped_windows
from app.viewer import LOCAL_VIEWER
from dev.bench.problem_cases import load
from dev.bench.problem_stream import Told
from indexers.problems.assign import assign
from indexers.problems.tidy import tidy
from tests.auditing import lines
from tests.casework import COORDINATOR
from tests.integration.problems.town import placed

MUCH = 60.0
START = datetime(2026, 3, 2, 9, tzinfo=UTC)
WATER = "Отсутствие холодной и/или горячей воды"
LONG = Windows(21, [Window(15, ["отсутствие холодной"])])


def messages(first: int, day: int, count: int = 6) -> list[Told]:
    return [
        Told(
            id=f"m{number:02d}",
            at=START + timedelta(days=day, hours=number - first),
            text="Нет воды в доме",
            town="Город",
            truth="вода",
            theme=WATER,
            group="ЖКХ",
            true_theme=WATER,
            author=f"a{number}",
            street="Ленина",
            house="5",
        )
        for number in range(first, first + count)
    ]


async def test_a_changed_window_holds_for_what_comes_and_moves_nothing(engine: Engine) -> None:
    await load(engine, [*messages(1, 0), *messages(11, 10)])
    await assign(engine, MUCH)
    before = await placed(engine)
    old, later = before["m01"], before["m11"]
    assert old is not None
    assert later not in (None, old), "four days of water were over"

    await save_windows(engine, LOCAL_VIEWER, LONG, 0)
    assert await tidy(engine, START + timedelta(days=12)) == 0
    await assign(engine, MUCH)
    assert await placed(engine) == before

    await load(engine, messages(21, 24, count=1))
    await assign(engine, MUCH)
    assert await placed(engine) == {**before, "m21": later}, "fourteen days after the last one"

    await reset_windows(engine, LOCAL_VIEWER, 1)
    await load(engine, messages(31, 34, count=1))
    await assign(engine, MUCH)
    assert (await placed(engine))["m31"] is None, "the shipped four days hold again"


async def test_the_book_keeps_who_changed_what(engine: Engine) -> None:
    with pytest.raises(ForbiddenError):
        await open_windows(engine, COORDINATOR)
    with pytest.raises(ForbiddenError):
        await save_windows(engine, COORDINATOR, LONG, 0)
    with pytest.raises(BadInputError):
        await save_windows(engine, LOCAL_VIEWER, Windows(0, []), 0)
    await save_windows(engine, LOCAL_VIEWER, shipped_windows(), 0)
    assert (await load_windows(engine)).version == 0, "nothing differs"

    await save_windows(engine, LOCAL_VIEWER, LONG, 0)
    with pytest.raises(ConflictError):
        await save_windows(engine, LOCAL_VIEWER, Windows(30, []), 0)
    with pytest.raises(ConflictError):
        await reset_windows(engine, LOCAL_VIEWER, 0)
    book = await load_windows(engine)
    assert (book.windows, book.version) == (LONG, 1)
    assert "отсутствие холодной" in [one.word for one in book.history[0].moved]

    await reset_windows(engine, LOCAL_VIEWER, 1)
    book = await load_windows(engine)
    assert (book.own, book.windows) == (None, shipped_windows())
    assert [(one.by, one.shipped) for one in book.history] == [("local", False), ("local", True)]
    told = [line for line in await lines(engine) if line["what"] == "book.windows_changed"]
    assert len(told) == 2
