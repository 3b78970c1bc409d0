"""`otklik search`: the table, the JSON and the exit codes."""

import json
from collections.abc import AsyncIterator

import pytest
from click.testing import CliRunner

from app.engine.client import Engine
from app.errors import EngineUnavailableError
from app.settings import Settings, get_settings
from cli.search import search
from tests.integration.search_corpus import at, case, filled


@pytest.fixture
async def town(settings: Settings) -> AsyncIterator[Engine]:
    cases = [case(1, "Нет горячей воды", place=at("Ленина", "35")), case(2, "Яма на дороге")]
    async with filled(settings, cases) as engine:
        yield engine


def test_table_and_json(town: Engine) -> None:
    table = CliRunner().invoke(search, ["ГВС ленина"])
    assert table.exit_code == 0
    assert "26-000001" in table.output
    assert "Нет горячей воды" in table.output
    assert "\x1b" not in table.output
    assert "\ue000" not in table.output
    assert "Всего: 1\u00a0обращение" in table.output
    coloured = CliRunner().invoke(search, ["ГВС"], color=True)
    assert "\x1b[1m\x1b[4mгорячей" in coloured.output
    answer = json.loads(CliRunner().invoke(search, ["яма", "--json"]).output)
    assert [hit["number"] for hit in answer["hits"]] == ["26-000002"]
    assert "Ничего не найдено" in CliRunner().invoke(search, ["абракадабра"]).output


@pytest.mark.parametrize(
    "arguments", [["--size", "0"], ["--filter", "state=lost"], ["--nothing"], ["a", "b"]]
)
def test_bad_usage_is_2(arguments: list[str]) -> None:
    assert CliRunner().invoke(search, arguments).exit_code == 2


def test_a_silent_engine_is_an_error_for_people(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTKLIK_ES_URL", "http://127.0.0.1:9")
    get_settings.cache_clear()
    with pytest.raises(EngineUnavailableError):
        CliRunner().invoke(search, ["вода"], catch_exceptions=False)
