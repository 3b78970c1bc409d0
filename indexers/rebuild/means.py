"""Another mean comes with a rebuild: each vector is given it while its case is copied."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from app.engine.client import Engine, translated_errors
from app.engine.mappings import IndexDefinition
from app.meaning.mean import centred, first_means, to_store, uncentred
from app.meaning.models import Mean
from app.meaning.service import MEAN_META, means_of, newest_mean

Document = tuple[str, dict[str, Any]]


async def with_newest_mean(engine: Engine, wanted: IndexDefinition) -> IndexDefinition:
    """The definition of an index whose vectors have the mean that was computed last."""
    newest = await newest_mean(engine)
    if newest is None:
        return wanted
    meta = wanted.mappings["_meta"] | {MEAN_META: newest.name}
    return replace(wanted, mappings=wanted.mappings | {"_meta": meta})


class Conversion:
    """From whichever mean a vector has to that of the new index; others' vectors stay as they are:
    the enrichment makes them anew.
    """

    def __init__(self, wanted: Mean | None, known: Sequence[Mean]) -> None:
        self._wanted = wanted
        self._known = {mean.version: mean for mean in known}

    def __call__(self, documents: Sequence[Document]) -> list[Document]:
        ready, wanted = list(documents), self._wanted
        if wanted is None:
            return ready
        for version, places in _by_version(documents).items():
            old = self._known.get(version)
            if old is not None and version != wanted.version:
                vectors = np.array([documents[place][1]["emb"] for place in places], np.float32)
                numbers = to_store(centred(uncentred(vectors, old.vector), wanted.vector))
                for place, row in zip(places, numbers, strict=True):
                    key, found = documents[place]
                    ready[place] = key, found | {"emb": row, "emb_ver": wanted.version}
        return ready


def _by_version(documents: Sequence[Document]) -> dict[str, list[int]]:
    places: dict[str, list[int]] = defaultdict(list)
    for place, (_, found) in enumerate(documents):
        if "emb" in found:
            places[found.get("emb_ver", "")].append(place)
    return places


async def conversion_into(engine: Engine, target: str) -> Conversion:
    """As the mapping of the index `target` wants it."""
    async with translated_errors():
        answer = await engine.client.indices.get_mapping(index=target)
    name = answer[target]["mappings"]["_meta"].get(MEAN_META)
    known = await means_of(engine) if name else []
    wanted = next((mean for mean in known if mean.name == name), None)
    return Conversion(wanted, [*known, *first_means(wanted.code)] if wanted else [])
