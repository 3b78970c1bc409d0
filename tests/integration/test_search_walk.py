"""Every count on the page is true, and every result can be read to its end."""

import uuid
from collections.abc import AsyncIterator
from datetime import timedelta
from random import Random

import pytest
from elasticsearch import AsyncElasticsearch
from pydantic import SecretStr

from app.cases.codes import Channel, Kind, State
from app.cases.models import Case, Classifier, Place, Workflow
from app.engine.client import Engine, client_options
from app.search.params import FACETS, SearchParams
from app.search.results import Results
from app.search.service import search
from app.settings import Settings
from app.viewer import LOCAL_VIEWER
from tests.integration.search_corpus import PLAIN, START, case, filled

SEED = 20_261_122
STEPS = 200
CASES = 12_000
PAGE = 100
_ASKED = ("", "яма", "нет горячей воды", "мусор у подъезда", "ГВС на Ленина", "дорога в ямах")
_STREETS = ("Ленина", "Мира", "Садовая", None)

Town = tuple[Engine, Settings]


@pytest.fixture(scope="module")
async def town(service_urls: dict[str, str]) -> AsyncIterator[Town]:
    settings = Settings(
        es_url=service_urls["OTKLIK_ES_URL"],
        redis_url=SecretStr(service_urls["OTKLIK_REDIS_URL"]),
        index_prefix=f"t{uuid.uuid4().hex[:10]}-",
        search_seconds=30,
    )
    async with filled(settings, _cases()) as engine:
        yield engine, settings
    async with AsyncElasticsearch(**client_options(settings)) as client:
        for name in await client.indices.get(index=f"{settings.index_prefix}*"):
            await client.indices.delete(index=name)


def _cases() -> list[Case]:
    """Values in proportions of their own, so that no facet follows from another."""
    chance = Random(SEED)  # noqa: S311 - tests, not secrets
    return [_one(chance, number) for number in range(CASES)]


def _one(chance: Random, number: int) -> Case:
    street = chance.choice(_STREETS)
    return case(
        number,
        f"{chance.choice(PLAIN)}. Яма {number}",
        kind=chance.choice(list(Kind)),
        channel=chance.choice(list(Channel)),
        state=chance.choice(list(State)),
        received_at=START + timedelta(minutes=number // 3),
        place=Place(municipality=chance.choice(("Север", "Юг")), street=street),
        classifier=Classifier(
            im_group=f"Группа {chance.randint(0, 4)}", im_theme=f"Тема {chance.randint(0, 30)}"
        ),
        workflow=Workflow(department=f"Отдел {chance.randint(0, 8)}"),
    )


async def _found(town: Town, params: SearchParams) -> Results:
    engine, settings = town
    return await search(engine, params, LOCAL_VIEWER, settings.zone)


async def test_a_count_is_what_its_link_finds(town: Town) -> None:
    """A walk over random links of facets; each count is compared with the page it leads to."""
    chance = Random(SEED)  # noqa: S311 - tests, not secrets
    params = SearchParams(q=_ASKED[0], size=1)
    for step in range(STEPS):
        results = await _found(town, params)
        offered = [
            (name, item.value, item.count)
            for name in FACETS
            if not params.values(name)
            for item in results.facets[name]
        ]
        if not offered:
            params = SearchParams(q=_ASKED[step % len(_ASKED)], size=1)
            continue
        name, value, count = chance.choice(offered)
        params = params.toggled(name, value)
        assert (await _found(town, params)).total == count, (params, name, value)


async def test_the_rows_behind_a_count(town: Town) -> None:
    """Counted by reading them all, not by asking for another count."""
    results = await _found(town, SearchParams(q="яма", size=1))
    for name in ("state", "theme", "street"):
        item = results.facets[name][0]
        rows = await _read_to_the_end(town, SearchParams(q="яма").toggled(name, item.value))
        assert len(rows) == len(set(rows)) == item.count


@pytest.mark.parametrize("asked", ["", "яма"])
async def test_the_last_page_of_a_large_result(town: Town, asked: str) -> None:
    rows = await _read_to_the_end(town, SearchParams(q=asked))
    assert len(rows) == len(set(rows)) == CASES


async def _read_to_the_end(town: Town, params: SearchParams) -> list[str]:
    rows: list[str] = []
    after: str | None = None
    while True:
        page = SearchParams(q=params.q, filters=params.filters, size=PAGE, after=after)
        results = await _found(town, page)
        rows += [found.hit.id for found in results.hits]
        after = results.next
        if after is None:
            return rows
