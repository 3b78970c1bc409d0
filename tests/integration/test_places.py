"""The book of places on the real engine: whole or not at all, taken back, and what follows."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from ulid import ULID

from app.accounts.roles import GRANTS, Role
from app.books.places.service import load_file, written_places
from app.cases.codes import State
from app.cases.models import Place, Point
from app.engine.client import Engine
from app.engine.names import Index
from app.errors import ConflictError, ForbiddenError, RefusedError
from app.meaning.waiting import DERIVED, VERSION
from app.places import repository, service
from app.places.current import current_places
from app.places.models import KnownPlace, Loaded
from app.reference.table import BadBookError
from app.settings import Settings
from app.suggestions.current import forget_suggestions
from app.viewer import LOCAL_VIEWER, Viewer
from cli.places import places as command
from indexers.audit.book import project_books
from indexers.enrichment import places as revisiting
from indexers.enrichment.run import enrich
from tests.integration.search_corpus import case, put

ADMIN = Viewer("admin", permissions=GRANTS[Role.ADMINISTRATOR].permissions)
TABLE = "municipality;street;house;lat;lon\nЮг;ул. Мира;5;50.5;30.5\nЮг;Мира;7;50.6;30.6\n"


@pytest.fixture(autouse=True)
def fresh(engine: Engine) -> Iterator[None]:
    forget_suggestions(engine)
    yield
    forget_suggestions(engine)


async def load(
    engine: Engine, settings: Settings, table: str = TABLE, *, replace_all: bool = False
) -> Loaded:
    data = table.encode()
    return await load_file(engine, settings, ADMIN, data, "t.csv", replace_all=replace_all)


async def spot(engine: Engine, number: int) -> dict[str, Any]:
    stored = await engine.get(Index.CASES, f"id-{number:04d}")
    assert stored
    return dict(stored.source.get("spot") or {})


async def test_a_table_is_whole_or_not_at_all_and_is_taken_back(
    engine: Engine, settings: Settings
) -> None:
    assert await load(engine, settings) == Loaded(created=2)
    assert await load(engine, settings) == Loaded(unchanged=2)
    book = await service.open_places(engine, ADMIN)
    assert (book.version, book.current and book.current.places) == (1, 2), "nothing new, no event"
    with pytest.raises(BadBookError):
        await load(engine, settings, TABLE + "Юг;Мира;сарай;50;30\n")
    assert len(await service.all_places(engine, ADMIN)) == 2
    table = "street;house;lat;lon\nЛесная;1;51;31\n"
    assert await load(engine, settings, table, replace_all=True) == Loaded(created=1, removed=2)
    [only] = await service.all_places(engine, ADMIN)
    assert (only.street, only.house) == ("Лесная", "1")
    with pytest.raises(ConflictError):
        await service.restore_places(engine, ADMIN, 1)
    await service.restore_places(engine, ADMIN, 2)
    assert {one.house for one in await service.all_places(engine, ADMIN)} == {"5", "7"}
    back = await written_places(engine, ADMIN)
    again = await load_file(engine, settings, ADMIN, back, "t.csv", replace_all=True)
    assert again == Loaded(unchanged=2)
    for viewer in (None, Viewer("oper", permissions=GRANTS[Role.OPERATOR].permissions)):
        with pytest.raises(ForbiddenError):
            await service.all_places(engine, viewer)
    assert await project_books(engine) == 3
    assert await project_books(engine) == 0


async def test_two_tables_at_once_lose_nothing(engine: Engine) -> None:
    streets = [KnownPlace("Юг", None, None, None, name, "1", 50.0, 30.0) for name in "АБ"]
    await asyncio.gather(
        *(service.load_places(engine, ADMIN, [one], replace_all=False) for one in streets)
    )
    assert set(await service.all_places(engine, ADMIN)) == set(streets)


async def test_who_dies_before_the_book_names_it_changes_nothing(
    engine: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    await load(engine, settings)
    with pytest.raises(RefusedError):
        await service.restore_places(engine, ADMIN, 1)

    async def die(*_: object) -> None:
        raise KeyboardInterrupt

    old = str(ULID.from_datetime(datetime.now(UTC) - timedelta(hours=2)))
    with monkeypatch.context() as patch:
        patch.setattr(repository, "save_book", die)
        patch.setattr(service, "ULID", lambda: old)
        with pytest.raises(KeyboardInterrupt):
            await load(engine, settings, "street;lat;lon\nЛесная;51;31\n")
    assert len(await service.all_places(engine, ADMIN)) == 2
    await engine.refresh(Index.PLACES)
    assert await revisiting.drop_old_states(engine) == 1
    await engine.refresh(Index.PLACES)
    assert await revisiting.drop_old_states(engine) == 0
    assert len(await service.all_places(engine, ADMIN)) == 2


async def test_a_large_book_lies_in_parts_and_comes_back_whole(
    engine: Engine, settings: Settings
) -> None:
    rows = [
        KnownPlace("Юг", None, None, "ул.", "Мира", str(n), 50 + n / 1e5, 30.0)
        for n in range(4_500)
    ]
    await service.load_places(engine, LOCAL_VIEWER, rows, replace_all=False)
    book = await service.open_places(engine, ADMIN)
    assert book.current
    assert (book.current.parts, book.current.places, book.current.streets) == (3, 4_500, 1)
    forget_suggestions(engine)
    _, known = await current_places(engine)
    assert known == rows


async def test_an_address_gets_the_point_of_its_house(
    engine: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed = Place(municipality="Юг", street="Мира", street_type="ул.", house="5")
    own = Place(municipality="Юг", street="Мира", house="5", point=Point(51.0, 31.0))
    beside = Place(municipality="Юг", street="Мира", house="6")
    told = "Во дворе дома по улице Мира, дом 7 не вывозят мусор"
    new = {"state": State.NEW}
    made = [
        case(1, "Нет воды", place=typed, **new),
        case(2, "Нет воды", place=own, **new),
        case(3, "Нет воды", place=beside, **new),
        case(4, told, place=Place(municipality="Юг"), **new),
        case(5, told, place=Place(municipality="Север"), **new),
    ]
    await put(engine, made)
    assert (await enrich(engine, settings, 60)).failed == 0
    assert "point" not in await spot(engine, 1)
    await load(engine, settings)
    assert not await revisiting.revisit_places(engine, settings, 30), "others may still use the old"
    assert "point" not in await spot(engine, 1)
    monkeypatch.setattr(revisiting, "LAG", timedelta(0))
    assert not await revisiting.revisit_places(engine, settings, 30)
    points = [(await spot(engine, number)).get("point") for number in range(1, 6)]
    assert points == [
        {"lat": 50.5, "lon": 30.5},
        {"lat": 51.0, "lon": 31.0},
        None,
        {"lat": 50.6, "lon": 30.6},
        None,
    ]
    stored = await engine.get(Index.CASES, "id-0001")
    untouched = await engine.get(Index.CASES, "id-0002")
    assert stored
    assert untouched
    assert stored.source["enriched_version"] == DERIVED, "what lies around is looked for again"
    assert untouched.source["enriched_version"] == VERSION
    assert "point" not in stored.source["place"], "what the source gave is not changed"
    book = await service.open_places(engine, ADMIN)
    assert (book.changed, book.changed_at) == ([], None)
    await engine.refresh(Index.CASES)
    near = {"geo_distance": {"distance": "100m", "spot.point": {"lat": 50.5, "lon": 30.5}}}
    assert await engine.count(Index.CASES, near) == 1


def test_the_command_loads_tells_of_rows_and_saves(
    engine: Engine, settings: Settings, tmp_path: Path
) -> None:
    good, bad, out = tmp_path / "good.csv", tmp_path / "bad.csv", tmp_path / "out.csv"
    good.write_text(TABLE)
    bad.write_text(TABLE + "Юг;Мира;сарай;50;30\n")
    run = CliRunner().invoke
    done = run(command, ["load", str(good)])
    assert done.output == "created 2 changed 0 unchanged 0 removed 0\n"
    refused = run(command, ["load", str(bad)])
    assert isinstance(refused.exception, BadBookError)
    assert "строка 4: Не похоже на номер дома" in refused.stderr
    assert run(command, ["save", "--out", str(out)]).exit_code == 0
    assert out.read_text("utf-8-sig").splitlines()[1:] == [
        "Юг;;;;Мира;7;50.6;30.6",
        "Юг;;;ул.;Мира;5;50.5;30.5",
    ]
    assert isinstance(run(command, ["save", "--out", str(tmp_path)]).exception, BaseException)
