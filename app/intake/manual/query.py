"""The question «has this come before»: by number, by text, by the author's phone, within scope."""

from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from app.engine.access import access_clause
from app.viewer import Viewer

SHOWN = 8
NUMBER, SAME_TEXT, CITES, PHONE = "number", "text", "cites", "phone"
_WORTH = {NUMBER: 4.0, SAME_TEXT: 3.0, CITES: 2.0, PHONE: 1.0}
_FIELDS = ["id", "number", "kind", "channel", "state", "received_at", "title", "text"]


class Marks(Struct, frozen=True):
    """What an entry may share with one that is there already."""

    numbers: Sequence[str] = ()
    """Typed numbers and those its text names: an earlier case may bear one."""
    own: Sequence[str] = ()
    """Typed numbers: the text of an earlier case may name one."""
    norm_hash: str | None = None
    phone: str | None = None

    @property
    def none(self) -> bool:
        return not (self.numbers or self.norm_hash or self.phone)


def lookalikes_body(marks: Marks, viewer: Viewer | None) -> dict[str, Any]:
    """The surest likeness first; `matched_queries` of a hit say why."""
    ways: list[dict[str, Any]] = []
    if marks.numbers:
        numbers = list(marks.numbers)
        ways += [
            _way(NUMBER, {"terms": {name: numbers}}, name)
            for name in ("number", "source.external_id", "source.external_number")
        ]
    if marks.own:
        ways.append(_way(CITES, {"terms": {"cited": list(marks.own)}}))
    if marks.norm_hash:
        ways.append(_way(SAME_TEXT, {"term": {"norm_hash": marks.norm_hash}}))
    if marks.phone:
        ways.append(_way(PHONE, {"term": {"author.phone": marks.phone}}))
    return {
        "size": SHOWN,
        "_source": _FIELDS,
        "sort": [{"_score": "desc"}, {"received_at": "desc"}],
        "query": {
            "bool": {
                "filter": [access_clause(viewer)],
                "should": ways or [{"match_none": {}}],
                "minimum_should_match": 1,
            }
        },
    }


def _way(name: str, clause: dict[str, Any], field: str = "") -> dict[str, Any]:
    """Of clauses that bear one name the engine reports only the last: hence the field after it."""
    named = f"{name}:{field}"
    return {"constant_score": {"filter": clause, "boost": _WORTH[name], "_name": named}}
