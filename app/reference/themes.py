"""The book of themes as a form offers it."""

from msgspec import Struct

from app.engine.client import Engine
from app.engine.names import Index

_MOST = 2_000


class Theme(Struct, frozen=True):
    code: str
    label: str
    group: str
    """The label of its group."""


async def active_themes(engine: Engine) -> list[Theme]:
    """By group and then in the order of the book."""
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
    return [theme for themes in of_group.values() for theme in themes]
