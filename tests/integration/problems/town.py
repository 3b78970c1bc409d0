"""A stream with known problems as cases of the index, enriched but for vectors of a model."""

from collections.abc import Iterable, Sequence

import msgspec
import numpy as np

from app.cases.models import Author, Case, Classifier, Place, Point
from app.engine.client import Engine
from app.engine.names import Index
from app.meaning.waiting import VERSION
from app.similarity.spot import spot_document, spot_of
from dev.bench.problem_stream import Stream, Told, stream
from indexers import bulk
from tests.integration.search_corpus import case

SMALL = Stream(seed=3, half=0, total=400, incidents=12, in_incidents=220, days=45)


def told() -> list[Told]:
    return stream(SMALL)


def documents(messages: Sequence[Told]) -> list[tuple[str, bytes]]:
    """A vector is of the theme and the place, with some noise: alike where the trouble is one."""
    return [(one.id, _document(number, one)) for number, one in enumerate(messages)]


def _document(number: int, one: Told) -> bytes:
    made: Case = case(
        number,
        one.text,
        id=one.id,
        received_at=one.at,
        created_at=one.at,
        enriched_version=VERSION,
        author=Author(key=one.author),
        place=Place(
            municipality=one.town,
            street=one.street,
            street_type="ул." if one.street else None,
            house=one.house,
            point=Point(*one.point) if one.point else None,
        ),
        classifier=Classifier(im_group=one.group, im_theme=one.theme),
    )
    spot = spot_document(spot_of("", street=one.street, house=one.house))
    extra = {"emb": vector_of(one), "emb_ver": "v", **({"spot": spot} if spot else {})}
    return msgspec.json.encode(msgspec.to_builtins(made) | extra)


def vector_of(one: Told) -> list[float]:
    middle = np.random.default_rng(abs(hash_of(one.true_theme))).normal(size=384)
    noise = np.random.default_rng(abs(hash_of(one.id))).normal(size=384)
    vector = (middle + noise).astype(np.float32)
    return [float(number) for number in vector / np.linalg.norm(vector)]


def hash_of(text: str) -> int:
    """The same in every process, unlike `hash`."""
    return int.from_bytes(text.encode()[-7:], "big")


async def load(engine: Engine, messages: Iterable[Told]) -> None:
    actions = [bulk.BulkAction("index", name, body) for name, body in documents(list(messages))]
    outcome = await bulk.write(engine, Index.CASES, actions)
    assert not outcome.failures, outcome.failures
    await engine.refresh(Index.CASES)


async def placed(engine: Engine) -> dict[str, str | None]:
    """Case → its problem, of all that were looked at."""
    await engine.refresh(Index.CASES)
    body = {
        "query": {"exists": {"field": "problem.score"}},
        "size": 2_000,
        "_source": ["problem.id"],
    }
    hits = (await engine.search(Index.CASES, body))["hits"]["hits"]
    return {hit["_id"]: (hit["_source"].get("problem") or {}).get("id") for hit in hits}
