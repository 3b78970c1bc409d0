"""The book of themes as a form offers it."""

import time
from collections.abc import Sequence
from weakref import WeakKeyDictionary

from msgspec import Struct

from app.engine.client import Engine
from app.engine.names import Index
from app.reference.kept import ASK_SECONDS

_MOST = 2_000


class Theme(Struct, frozen=True):
    code: str
    label: str
    group: str
    """The label of its group."""


_held: WeakKeyDictionary[Engine, tuple[float, Sequence[Theme]]] = WeakKeyDictionary()
"""When they were read, by the monotonic clock: without a model each message asks for them."""


async def active_themes(engine: Engine) -> Sequence[Theme]:
    """By group and then in the order of the book, as they were in the last `ASK_SECONDS`."""
    read_at, themes = _held.get(engine, (float("-inf"), ()))
    if time.monotonic() - read_at >= ASK_SECONDS:
        themes = await _read(engine)
        _held[engine] = time.monotonic(), themes
    return themes


async def _read(engine: Engine) -> tuple[Theme, ...]:
    body = {
        "size": _MOST,
        "_source": ["book", "code", "label", "parent", "order"],
        "sort": [{"order": "asc"}, {"code": "asc"}],
        "query": {
            "bool": {
                "filter": [
                    {"terms": {"book": ["im_group", "im_theme"]}},
                    {"term": {"active": True}},
                ]
            }
        },
    }
    hits = (await engine.search(Index.REFERENCE, body))["hits"]["hits"]
    lines = [hit["_source"] for hit in hits]
    groups = {line["code"]: line["label"] for line in lines if line["book"] == "im_group"}
    of_group: dict[str, list[Theme]] = {code: [] for code in groups}
    for line in lines:
        if line["book"] == "im_theme" and line.get("parent") in groups:
            group = line["parent"]
            of_group[group].append(Theme(line["code"], line["label"], groups[group]))
    return tuple(theme for themes in of_group.values() for theme in themes)
