"""A stream with known problems as cases of the index, enriched but for the vectors of a model."""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any

import msgspec
import numpy as np
import xxhash

from app.cases.codes import Channel, Kind, State
from app.cases.derived import with_derived_fields
from app.cases.models import Author, Case, Classifier, Place, Point, Source, Workflow
from app.engine.client import Engine
from app.engine.names import Index
from app.meaning.waiting import VERSION
from app.similarity.spot import spot_document, spot_of
from dev.bench.problem_stream import Told
from indexers import bulk

_CHUNK = 1_000
_DIMS = 384
_MOST = 10_000


Made = Callable[[int, Told], bytes]
"""A message, and which it is of all, as the document that is written."""


async def load(engine: Engine, messages: Iterable[Told], made: Made | None = None) -> None:
    """Writes all and waits until searches see them; without `made` each as `document` has it."""
    rest, written = enumerate(messages), made or document
    while part := list(islice(rest, _CHUNK)):
        actions = [bulk.BulkAction("index", one.id, written(place, one)) for place, one in part]
        outcome = await bulk.write(engine, Index.CASES, actions)
        if outcome.failures:
            raise RuntimeError(f"the engine refused a document: {outcome.failures.popitem()}")
    await engine.refresh(Index.CASES)


async def memberships(engine: Engine) -> dict[str, str | None]:
    """Case → its problem, None where it is alone, of all that were looked at; at most 10,000."""
    await engine.refresh(Index.CASES)
    body = {
        "query": {"exists": {"field": "problem.score"}},
        "size": _MOST,
        "_source": ["problem.id"],
    }
    hits = (await engine.search(Index.CASES, body))["hits"]["hits"]
    return {hit["_id"]: (hit["_source"].get("problem") or {}).get("id") for hit in hits}


def documents(messages: Iterable[Told]) -> Iterator[tuple[str, bytes]]:
    return ((one.id, document(place, one)) for place, one in enumerate(messages))


def document(place: int, one: Told) -> bytes:
    return msgspec.json.encode(placed(place, one) | {"emb": _vector(one), "emb_ver": "v"})


def placed(place: int, one: Told) -> dict[str, Any]:
    """With what is derived of its address, without a vector."""
    spot = spot_document(spot_of("", street=one.street, house=one.house))
    built: dict[str, Any] = msgspec.to_builtins(_case(place, one))
    return built | ({"spot": spot} if spot else {})


def _case(place: int, one: Told) -> Case:
    where = Place(
        municipality=one.town,
        street=one.street,
        street_type="ул." if one.street else None,
        house=one.house,
        point=Point(*one.point) if one.point else None,
    )
    made = Case(
        id=one.id,
        number=f"26-{place:06d}",
        kind=Kind.MESSAGE,
        channel=list(Channel)[place % 3],
        state=list(State)[place % 4],
        received_at=one.at,
        text=one.text,
        source=Source("stream", one.id),
        created_at=one.at,
        updated_at=one.at,
        rev=1,
        version=1,
        enriched_version=VERSION,
        audit_seq=0,
        author=Author(key=one.author),
        place=where,
        classifier=Classifier(im_group=one.group, im_theme=one.theme),
        workflow=Workflow(department=f"Отдел {place % 5}"),
    )
    return with_derived_fields(made)


def _vector(one: Told) -> list[float]:
    """Of what it is about, with noise of its own: alike where the trouble is one."""
    middle, noise = (
        np.random.default_rng(xxhash.xxh3_64_intdigest(text.encode())).normal(size=_DIMS)
        for text in (one.true_theme, one.id)
    )
    vector = (middle + noise).astype(np.float32)
    unit: list[float] = (vector / np.linalg.norm(vector)).tolist()
    return unit
