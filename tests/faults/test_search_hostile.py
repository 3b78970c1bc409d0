"""No question fails. How long they take, `make bench` measures."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Iterator

import pytest
from elasticsearch import AsyncElasticsearch
from litestar.testing import AsyncTestClient
from pydantic import SecretStr

from app.engine.client import Engine, client_options
from app.errors import BadInputError
from app.search.params import parse_params
from app.search.service import search
from app.settings import Settings
from app.viewer import LOCAL_VIEWER
from dev.bench.hostile_questions import hostile_questions
from tests.factories import site
from tests.integration.search_corpus import corpus, filled

SEED = 20_261_122
ALL, OVER_HTTP = 5_000, 200
AT_ONCE = 8
_BASE = "http://127.0.0.1:8000"

Town = tuple[Engine, Settings]


@pytest.fixture(scope="module")
async def town(service_urls: dict[str, str]) -> AsyncIterator[Town]:
    settings = Settings(
        es_url=service_urls["OTKLIK_ES_URL"],
        redis_url=SecretStr(service_urls["OTKLIK_REDIS_URL"]),
        index_prefix=f"t{uuid.uuid4().hex[:10]}-",
        search_seconds=30,  # a busy machine must not turn an answer into a part of one
    )
    async with filled(settings, corpus()) as engine:
        yield engine, settings
    async with AsyncElasticsearch(**client_options(settings)) as client:
        for name in await client.indices.get(index=f"{settings.index_prefix}*"):
            await client.indices.delete(index=name)


async def test_five_thousand_hostile_questions(town: Town) -> None:
    """A clear refusal is an answer; anything else that is raised fails the test."""
    engine, settings = town
    questions = iter(hostile_questions(ALL, SEED))
    answered = 0
    refused: list[str] = []

    async def ask_on() -> None:
        nonlocal answered
        for text in questions:
            try:
                params = parse_params([("q", text), ("size", "3")])
                await search(engine, params, LOCAL_VIEWER, settings.zone)
            except BadInputError:
                refused.append(text)
            except Exception as error:
                raise AssertionError(ascii(text[:300])) from error
            answered += 1

    await asyncio.gather(*(ask_on() for _ in range(AT_ONCE)))
    assert answered == ALL
    assert not refused, "the text of a question alone is never wrong"


async def test_hostile_questions_to_page_and_api(town: Town) -> None:
    _, settings = town
    sample = [_sendable(text) for text in hostile_questions(OVER_HTTP, SEED + 1)]
    app = site(settings.model_copy(update={"secret_key": SecretStr("k" * 40)}))
    async with AsyncTestClient(app, base_url=_BASE) as client:
        for path, text in _in_turn(sample):
            answer = await client.get(path, params={"q": text, "size": "3"})
            assert answer.status_code in {200, 400}, (path, ascii(text[:300]))


def _sendable(text: str) -> str:
    """Half of a character cannot be put into an address by any client."""
    return text.encode("utf-8", "replace").decode()


def _in_turn(sample: list[str]) -> Iterator[tuple[str, str]]:
    for place, text in enumerate(sample):
        yield ("/search", "/api/v1/search")[place % 2], text


@pytest.mark.parametrize("raw", ["%ff%fe", "%00", "%ed%a0%80", "%", "%zz", "a&q=b", "%C3%28"])
async def test_broken_addresses(town: Town, raw: str) -> None:
    _, settings = town
    app = site(settings.model_copy(update={"secret_key": SecretStr("k" * 40)}))
    async with AsyncTestClient(app, base_url=_BASE) as client:
        for path in ("/search", "/api/v1/search"):
            assert (await client.get(f"{path}?q={raw}")).status_code in {200, 400}
