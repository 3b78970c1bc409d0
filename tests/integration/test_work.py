"""Every queue on the real engine: its number, its rows and their order, for people of all kinds."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest

from app.cases.codes import Importance
from app.cases.models import Case
from app.engine.client import Engine
from app.engine.names import Index
from app.errors import BadInputError
from app.settings import Settings
from app.viewer import LOCAL_VIEWER, Viewer
from app.work.desk import VISIT_GAP
from app.work.params import PAGE, WorkParams
from app.work.query import FIELDS
from app.work.queues import Queue, offered_queues
from app.work.results import Row
from app.work.service import WorkPage, live, next_case, open_queue
from tests.integration.search_corpus import filled
from tests.integration.work_town import NOW, VIEWERS, ZONE, expected, town

TOWN = town()


@pytest.fixture
async def engine(settings: Settings) -> AsyncIterator[Engine]:
    async with filled(settings, TOWN) as opened:
        yield opened


async def shown(engine: Engine, params: WorkParams, viewer: Viewer) -> WorkPage:
    return await open_queue(engine, params, viewer, ZONE, NOW)


async def walked(engine: Engine, params: WorkParams, viewer: Viewer) -> list[Row]:
    """All rows, page by page to the end."""
    rows: list[Row] = []
    while True:
        page = (await shown(engine, params, viewer)).rows
        rows += page.rows
        assert len(page.rows) <= PAGE
        if page.next is None:
            return rows
        params = replace(params, after=page.next)


async def test_the_queues_of_everybody(engine: Engine) -> None:
    """One town for all of these: an engine takes longer to make than to ask."""
    for viewer in VIEWERS:
        await whole_desk(engine, viewer)
    for viewer in (LOCAL_VIEWER, VIEWERS[1]):
        await all_facets(engine, viewer)
    await several_values(engine)
    await next_to_the_end(engine)
    await foreign_places(engine)


async def test_what_changes_while_people_look(engine: Engine) -> None:
    await visits(engine)
    await live_numbers(engine)
    await next_after_leaving(engine)


async def whole_desk(engine: Engine, viewer: Viewer) -> None:
    counts = (await shown(engine, WorkParams(), viewer)).counts
    assert set(counts) == set(offered_queues(viewer))
    filled_queues = 0
    for queue in Queue:
        rows = await walked(engine, WorkParams(queue), viewer)
        wanted = [one.id for one in expected(queue, viewer, TOWN)]
        assert [row.id for row in rows] == wanted, queue
        if queue in counts:
            assert counts[queue] == len(wanted), queue
            filled_queues += bool(wanted)
    assert filled_queues > 2 or viewer.name == "anna"


async def test_the_town_has_queues_longer_than_a_page() -> None:
    assert len(expected(Queue.OPEN, LOCAL_VIEWER, TOWN)) > 3 * PAGE


def value_of(one: Case, name: str) -> str | None:
    if name == "importance":
        return one.importance or Importance.NORMAL
    found = msgspec.to_builtins(one)
    for part in FIELDS[name].split("."):
        found = found.get(part)
        if found is None:
            return None
    return str(found)


async def all_facets(engine: Engine, viewer: Viewer) -> None:
    narrowed = WorkParams(Queue.OPEN, {"kind": ("message",)})
    held = expected(Queue.OPEN, viewer, TOWN)
    found = await shown(engine, narrowed, viewer)
    assert found.facets.total == sum(one.kind == "message" for one in held)
    for name, values in found.facets.values.items():
        for item in values:
            chosen = narrowed if name == "kind" and item.value == "message" else None
            params = chosen or narrowed.toggled(name, item.value)
            if name == "kind" and item.value != "message":
                params = params.toggled("kind", "message")
            rows = await walked(engine, params, viewer)
            assert len(rows) == item.count, (name, item)
            wanted = {one.id for one in held if value_of(one, name) == item.value}
            assert {row.id for row in rows} <= wanted
            assert (await shown(engine, params, viewer)).facets.total == item.count


async def several_values(engine: Engine) -> None:
    params = WorkParams(Queue.OPEN, {"importance": ("high", "normal"), "street": ("Мира",)})
    rows = await walked(engine, params, LOCAL_VIEWER)
    wanted = [
        one.id for one in expected(Queue.OPEN, LOCAL_VIEWER, TOWN) if one.place.street == "Мира"
    ]
    assert [row.id for row in rows] == wanted


async def next_to_the_end(engine: Engine) -> None:
    params = WorkParams(Queue.OPEN)
    wanted = [one.id for one in expected(Queue.OPEN, LOCAL_VIEWER, TOWN)]
    row = (await shown(engine, params, LOCAL_VIEWER)).rows.rows[0]
    went = [row.id]
    while following := await next_case(engine, params, LOCAL_VIEWER, ZONE, row.cursor):
        row = following
        went.append(row.id)
    assert went == wanted


async def next_after_leaving(engine: Engine) -> None:
    viewer = VIEWERS[1]
    params = WorkParams(Queue.MINE)
    first, second, third = (await shown(engine, params, viewer)).rows.rows[:3]
    await engine.client.update(
        index=engine.write_alias(Index.CASES), id=first.id, doc={"state": "closed"}, refresh=True
    )
    following = await next_case(engine, params, viewer, ZONE, first.cursor)
    assert following
    assert following.id == second.id
    assert third.id != second.id


async def foreign_places(engine: Engine) -> None:
    cursor = (await shown(engine, WorkParams(Queue.OPEN), LOCAL_VIEWER)).rows.next
    assert cursor
    for params in (
        WorkParams(Queue.MINE, after=cursor),
        WorkParams(Queue.OPEN, {"kind": ("message",)}, cursor),
        WorkParams(Queue.OPEN, after=cursor[:-3]),
        WorkParams(Queue.OPEN, after="?"),
    ):
        with pytest.raises(BadInputError) as refused:
            await shown(engine, params, LOCAL_VIEWER)
        assert refused.value.field == "after"


async def live_numbers(engine: Engine) -> None:
    params = WorkParams(Queue.OPEN)
    since = max(one.updated_at for one in TOWN)
    assert (await live(engine, params, LOCAL_VIEWER, ZONE, since)).newer == 0
    one = expected(Queue.OPEN, LOCAL_VIEWER, TOWN)[5]
    changed = {"updated_at": (since + timedelta(seconds=1)).isoformat()}
    await engine.client.update(
        index=engine.write_alias(Index.CASES), id=one.id, doc=changed, refresh=True
    )
    assert (await live(engine, params, LOCAL_VIEWER, ZONE, since)).newer == 1
    other = WorkParams(Queue.OPEN, {"street": ("Нет такой",)})
    assert (await live(engine, other, LOCAL_VIEWER, ZONE, since)).newer == 0
    assert (await live(engine, params, VIEWERS[-1], ZONE, since)).newer == 0


async def visits(engine: Engine) -> None:
    viewer, params = LOCAL_VIEWER, WorkParams()
    first = await open_queue(engine, params, viewer, ZONE, NOW)
    assert first.desk.before_at == NOW
    soon = await open_queue(engine, params, viewer, ZONE, NOW + timedelta(minutes=10))
    assert soon.desk.before_at == NOW
    later = NOW + timedelta(minutes=10) + VISIT_GAP + timedelta(seconds=1)
    back = await open_queue(engine, params, viewer, ZONE, later)
    assert back.desk.before_at == NOW + timedelta(minutes=10)
    other = await open_queue(engine, params, VIEWERS[1], ZONE, later)
    assert other.desk.before_at == later
