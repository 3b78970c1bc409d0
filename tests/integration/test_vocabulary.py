"""The words of the index: counted from its cases, stored beside them, used by the next search."""

from datetime import UTC, datetime, timedelta

from app.engine.client import Engine
from app.engine.names import Index
from app.search.params import parse_params
from app.search.results import Results
from app.search.service import search
from app.search.vocabulary import (
    VocabularyState,
    current_vocabulary,
    forget_vocabulary,
    stored_state,
)
from app.settings import Settings
from app.viewer import LOCAL_VIEWER
from indexers.aliases import live_index
from indexers.vocabulary import is_due, rebuild, rebuild_if_due
from tests.integration.search_corpus import at, case, filled

NOW = datetime(2026, 5, 1, tzinfo=UTC)


async def ask(engine: Engine, settings: Settings, text: str, **given: str) -> Results:
    params = parse_params([("q", text), *given.items()])
    return await search(engine, params, LOCAL_VIEWER, settings.zone)


def codes(results: Results) -> list[str]:
    return [change.code for change in results.asked.changes]


async def test_a_search_is_spelt_by_the_words_of_the_index(settings: Settings) -> None:
    cases = [case(n, f"Праздник в Кукуево номер {n}", title="Лампочка") for n in range(3)]
    cases += [case(n, "Яма", place=at("Карчевского", "1")) for n in range(20, 23)]
    cases += [case(10, "Лапмочка погасла на столбе"), case(11, "Нет воды в колонке")]
    async with filled(settings, cases) as engine:
        before = await ask(engine, settings, "кукуего")
        assert codes(before) == ["nearly"]
        assert await rebuild_if_due(engine)
        assert not await rebuild_if_due(engine)
        assert len(await current_vocabulary(engine)) == 0  # asked a moment ago
        forget_vocabulary(engine)
        words = await current_vocabulary(engine)
        assert words.holds("кукуево")
        assert words.holds("лампочка")
        assert words.holds("карчевского")
        assert not words.holds("лапмочка")
        await spelt(engine, settings)
        await switched_off(engine, settings)


async def spelt(engine: Engine, settings: Settings) -> None:
    results = await ask(engine, settings, "кукуего")
    assert (results.total, codes(results)) == (3, ["spelling"])
    assert results.asked.used == "кукуево"
    both = await ask(engine, settings, "kfvgjxrf d reretdj")
    assert (both.total, codes(both)) == (3, ["layout"])
    typo = await ask(engine, settings, "kfvgjxuf")
    assert codes(typo)[:2] == ["layout", "spelling"]


async def switched_off(engine: Engine, settings: Settings) -> None:
    unmended = await ask(engine, settings, "кукуего", asis="spelling,nearly")
    assert (unmended.total, codes(unmended)) == (0, [])
    misspelt = await ask(engine, settings, "лапмочка", asis="spelling")
    assert misspelt.hits[0].hit.snippet.startswith("Лапмочка")


async def test_streets_of_the_cases_are_told_from_other_words(settings: Settings) -> None:
    """«Пчелиная» and «Вторая Речка» stand in no list of ours; one case alone proves nothing."""
    places = [at("Пчелиная", "5"), at("Пчелиная", "7"), at("Вторая Речка", "1")]
    cases = [case(n, "Яма", place=place) for n, place in enumerate([*places, places[2]])]
    cases += [case(9, "Яма", place=at("Бочка", "3")), case(10, "Яма во дворе")]
    async with filled(settings, cases) as engine:
        assert "address" not in codes(await ask(engine, settings, "яма пчелиная 5"))
        await rebuild(engine)
        forget_vocabulary(engine)
        found = await ask(engine, settings, "яма пчелиная 5")
        assert codes(found) == ["address"]
        assert found.hits[0].address == "ул. Пчелиная, 5"
        river = await ask(engine, settings, "вторая речка яма")
        assert {hit.street for hit in river.hits[:2]} == {"Вторая Речка"}
        assert "address" not in codes(await ask(engine, settings, "яма бочка 3"))


async def test_a_search_goes_on_without_the_index_of_words(settings: Settings) -> None:
    async with filled(settings, [case(1, "Нет воды")]) as engine:
        live = await live_index(engine, Index.VOCABULARY)
        await engine.client.indices.delete(index=str(live.name))
        assert (await ask(engine, settings, "вода")).total == 1
        assert not await rebuild_if_due(engine)


async def test_an_empty_index_has_no_words(settings: Settings) -> None:
    async with filled(settings, [case(1, "Нет воды")]) as engine:
        assert await stored_state(engine) is None
        await rebuild(engine)
        state = await stored_state(engine)
        assert state is not None
        assert state.cases == 1
        stored = await engine.get(Index.VOCABULARY, "words")
        assert stored is not None
        assert "вод" not in str({**stored.source, "packed": ""})


def test_it_is_rebuilt_nightly_and_after_a_big_load_but_not_during_it() -> None:
    state = VocabularyState(NOW, seconds=30, cases=1000, count=500)
    assert not is_due(None, 0, NOW)
    assert is_due(None, 1, NOW)
    assert not is_due(state, 1000, NOW + timedelta(hours=23))
    assert is_due(state, 1000, NOW + timedelta(days=1))
    assert not is_due(state, 1050, NOW + timedelta(hours=1))
    assert is_due(state, 1200, NOW + timedelta(hours=1))
    assert not is_due(state, 1200, NOW + timedelta(minutes=9))
