"""The enrichment's own steps: the place a text names, and the pairs that people are asked about."""

from datetime import UTC, datetime
from typing import Any

import pytest

from app.cases.codes import State
from app.cases.models import Classifier, Duplicate, Place
from app.engine.client import Engine
from app.engine.names import Index
from app.errors import EngineUnavailableError
from app.settings import Settings
from indexers.cases import fetch
from indexers.enrichment.pairs import PAIRS
from indexers.enrichment.spots import SPOTS
from indexers.enrichment.steps import Tools, with_changes
from tests.integration.search_corpus import START, at, case, put

TEXT = "Третий день не вывозят мусор у дома по ул. Садовой, 12, опора № 7 завалена пакетами"


def tools(engine: Engine, settings: Settings) -> Tools:
    return Tools(engine, settings, datetime(2026, 4, 1, tzinfo=UTC))


async def test_the_words_tell_the_place_where_the_fields_do_not(
    engine: Engine, settings: Settings
) -> None:
    await put(engine, [case(1, TEXT, place=Place()), case(2, TEXT, place=at("Мира", "5"))])
    read = await fetch(engine, ["id-0001", "id-0002"])
    found = (await SPOTS.run(tools(engine, settings), list(read.values()))).changed
    assert found["id-0001"]["spot"]["street"] == "садовая"
    assert found["id-0001"]["spot"]["house"] == "12"
    assert "опора:7" in found["id-0001"]["spot"]["objects"]
    assert found["id-0002"]["spot"]["street"] == "мира"
    seen = [with_changes(one, found[one.id]) for one in read.values()]
    assert (await SPOTS.run(tools(engine, settings), seen)).changed == {}


async def test_messages_of_one_second_are_offered_once_and_groups_and_closed_pairs_are_not(
    engine: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    waste = {"state": State.NEW, "received_at": START, "classifier": Classifier()}
    over = {**waste, "state": State.CLOSED}
    await put(
        engine,
        [
            case(1, TEXT, place=at("Садовая", "12"), **waste),
            case(2, f"{TEXT}!", place=at("Садовая", "12"), **waste),
            case(3, TEXT, place=at("Мира", "1"), **waste),
            case(4, TEXT, place=at("Лесная", "4"), **waste),
            case(5, TEXT, place=at("Лесная", "4"), duplicate=Duplicate(root="id-0004"), **waste),
            case(6, TEXT, place=at("Новая", "4"), **over),
            case(7, TEXT, place=at("Новая", "4"), **over),
        ],
    )
    read = await fetch(engine, [f"id-{number:04d}" for number in range(1, 8)])
    whole = engine.client.msearch

    async def busy(**asked: Any) -> Any:
        error = {"type": "es_rejected_execution_exception"}
        answer = await whole(**asked)
        answer.body["responses"][-1] = {"error": error, "status": 429}
        return answer

    with monkeypatch.context() as patch:
        patch.setattr(engine.client, "msearch", busy)
        with pytest.raises(EngineUnavailableError):
            await PAIRS.run(tools(engine, settings), list(read.values()))
    for _ in range(2):
        assert (await PAIRS.run(tools(engine, settings), list(read.values()))).changed == {}
    await engine.refresh(Index.PAIRS)
    hits = (await engine.search(Index.PAIRS, {"size": 20}))["hits"]["hits"]
    assert [(hit["_source"]["a"], hit["_source"]["b"]) for hit in hits] == [("id-0001", "id-0002")]
    assert hits[0]["_source"]["kind"] == "exact"
