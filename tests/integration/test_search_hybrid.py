"""By words and by meaning in one list: what is found, in pages that lose and repeat nothing."""

from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest
from litestar.testing import AsyncTestClient

from app.cases.models import Case
from app.engine.client import Engine
from app.engine.names import Index
from app.errors import EncoderError
from app.search import service
from app.search.params import parse_params
from app.search.results import Results
from app.search.service import search, walk
from app.settings import Settings
from app.viewer import LOCAL_VIEWER, Viewer
from tests.factories import site
from tests.integration.search_corpus import at, case, filled

ASKED = "яма объездной дороги"
DIMS = 384


def vector(first: float, second: int) -> list[float]:
    """Of length 1, with this cosine to the question's, which is the first axis."""
    axis = [0.0] * DIMS
    axis[0], axis[1 + second] = first, (1 - first**2) ** 0.5
    return axis


HOLES = {f"id-{n:04d}" for n in range(130)}
NEAR = {f"id-{n:04d}" for n in range(200, 230)}


def meant() -> list[tuple[Case, list[float], str]]:
    """130 cases of the words, 30 near in meaning, 10 of another, one of an older encoder."""
    holes = [
        (case(n, f"Яма на объездной дороге {n}"), vector(0.9 - n / 500, n), "v") for n in range(130)
    ]
    near = [(case(n, f"Асфальт провалился {n}"), vector(0.95, n), "v") for n in range(200, 230)]
    other = [(case(n, f"Кошка на дереве {n}"), vector(0.1, n), "v") for n in range(300, 310)]
    older = [(case(400, "Асфальт просел", place=at("Мира", "1")), vector(0.99, 0), "older")]
    return [*holes, *near, *other, *older]


async def put(engine: Engine, cases: list[tuple[Case, list[float], str]]) -> None:
    operations: list[Any] = []
    for one, emb, version in cases:
        document = {**msgspec.to_builtins(one), "emb": emb, "emb_ver": version}
        operations += [{"index": {"_index": engine.write_alias(Index.CASES), "_id": one.id}}]
        operations += [document]
    answer = await engine.client.bulk(operations=operations, refresh=True)
    assert not answer["errors"]


@pytest.fixture
async def town(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Engine]:
    async def known(engine: Engine, *_wordings: str) -> tuple[str, list[float]]:
        if not engine.encoder_dir:
            raise EncoderError("Модели смысла нет.")
        return "v", vector(1.0, 0)

    monkeypatch.setattr(service, "question_vector", known)
    async with filled(settings, [case(900, "Проба")]) as engine:
        await put(engine, meant())
        engine.encoder_dir = "here"
        yield engine


async def test_one_list_by_words_and_by_meaning(town: Engine, settings: Settings) -> None:
    async def ask(viewer: Viewer = LOCAL_VIEWER, **more: str) -> Results:
        params = parse_params([("q", ASKED), *more.items()])
        return await search(town, params, viewer, settings.zone)

    def codes(results: Results) -> set[str]:
        return {change.code for change in results.asked.changes}

    first = await ask(size="100")
    assert (first.total, first.near) == (130, 30)
    assert "meaning" in codes(first)
    assert sum(value.count for value in first.facets["state"]) == 130
    second = await ask(size="100", after=first.next or "")
    told = {found.hit.id: found.hit.by_meaning for found in [*first.hits, *second.hits]}
    assert {name for name, alone in told.items() if alone} == NEAR

    words = await ask(mode="words", size="100")
    assert (words.total, words.near) == (130, 0)
    assert not any(found.hit.by_meaning for found in words.hits)
    assert (await ask(sort="-received_at")).near == 0

    narrowed = await ask(state="new", size="100")
    assert {found.hit.state for found in narrowed.hits} == {"new"}
    assert 0 < narrowed.near < 30
    params = parse_params([("q", f"{ASKED} -асфальт")])
    assert (await search(town, params, LOCAL_VIEWER, settings.zone)).near == 0
    params = parse_params([("q", f'{ASKED} "объездной дороге"'), ("mode", "hybrid")])
    assert (await search(town, params, LOCAL_VIEWER, settings.zone)).near == 0
    params = parse_params([("q", f"{ASKED} 26-000205")])
    exact = await search(town, params, LOCAL_VIEWER, settings.zone)
    assert exact.hits[0].hit.number == "26-000205"

    nobody = await ask(Viewer("nobody"))
    assert (nobody.total, nobody.near, nobody.hits) == (0, 0, [])
    pages = walk(town, parse_params([("q", ASKED)]), LOCAL_VIEWER, settings.zone, ["id"])
    assert {one["id"] async for page in pages for one in page.cases} == HOLES

    town.encoder_dir = ""
    assert not codes(await ask()) & {"meaning", "words_only"}
    asked_by_name = await ask(mode="hybrid")
    assert "words_only" in codes(asked_by_name)
    assert asked_by_name.total == 130


@pytest.mark.parametrize("size", [1, 17, 100])
async def test_pages_lose_and_repeat_nothing(town: Engine, settings: Settings, size: int) -> None:
    """Also while cases are written; and where the encoder goes in the middle, all by words come."""
    for troubled in (False, True) if size > 1 else (False,):
        town.encoder_dir = "here"
        seen: list[str] = []
        after: str | None = None
        for turn in range(200):
            pairs = [("q", ASKED), ("size", str(size)), *([("after", after)] if after else [])]
            page = await search(town, parse_params(pairs), LOCAL_VIEWER, settings.zone)
            assert page.near == 30
            seen += [found.hit.id for found in page.hits]
            after = page.next
            if after is None:
                break
            if troubled and turn == 1:
                fresh = case(500 + size, "Яма, яма, яма объездной дороги")
                await put(town, [(fresh, vector(1.0, 0), "v")])
                town.encoder_dir = "" if size == 17 else "here"
        assert after is None
        assert len(seen) == len(set(seen))
        assert set(seen) >= HOLES
        if not troubled:
            assert set(seen) == HOLES | NEAR


@pytest.mark.usefixtures("town")
async def test_what_people_and_programs_are_told(settings: Settings) -> None:
    app = site(settings.model_copy(update={"encoder_dir": "here"}))
    async with AsyncTestClient(app, base_url="http://127.0.0.1:8000") as client:
        asked = {"q": "яма объездной дороги 126", "size": "100"}
        page = (await client.get("/search", params=asked)).text
        json = (await client.get("/api/v1/search", params=asked)).json()
        words = (await client.get("/search", params={**asked, "mode": "words"})).text
    assert "по словам, ещё 30 близко по смыслу" in page
    assert page.count("найдено по смыслу") == sum(hit["by_meaning"] for hit in json["hits"])
    assert "Изменить все найденные по словам" in page
    assert json["near"] == 30
    assert "meaning" in {change["code"] for change in json["query"]["changes"]}
    assert "найдено по смыслу" not in words
    assert "Поиск: только по словам" in words
    assert "mode=words" in page
