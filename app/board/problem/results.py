"""From the engine's answers to what the page of a problem tells."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct, field

from app.board.results import Row, Told, told_of
from app.cases.codes import Channel, State
from app.cases.lines import first_line, place_line
from app.cases.streets import street_name
from app.growth.service import Growing
from app.text.mask import mask_contacts

Answer = Mapping[str, Any]


class House(Struct, frozen=True):
    house: str
    count: int


class Street(Struct, frozen=True):
    key: str
    """As cases are filtered by it."""
    name: str
    count: int
    houses: list[House]


class CaseLine(Struct, frozen=True, kw_only=True):
    id: str
    number: str
    state: State
    channel: Channel
    received_at: datetime
    line: str
    text: str
    place: str | None
    department: str | None
    pinned: bool
    """People said that it belongs here."""
    why: list[str]
    """Why it was taken in."""


class CasesPage(Struct, frozen=True):
    total: int
    rows: list[CaseLine]


class Facts(Struct, frozen=True):
    told: Told
    streets: list[Street]
    placeless: int
    """Cases whose place nobody named."""
    examples: list[CaseLine] = field(default_factory=list)
    similar: list[Row] = field(default_factory=list)
    grown: Growing | None = None
    """Its growth, as the viewer sees it."""


def read_told(answer: Answer) -> Told:
    aggs = answer["aggregations"]
    return told_of(aggs, int(answer["hits"]["total"]["value"]), aggs["days"])


def read_streets(answer: Answer) -> list[Street]:
    return [_street(one) for one in answer["aggregations"]["streets"]["buckets"]]


def _street(bucket: Answer) -> Street:
    houses = [House(str(one["key"]), one["doc_count"]) for one in bucket["houses"]["buckets"]]
    key = str(bucket["key"])
    return Street(key, street_name(key, bucket), bucket["doc_count"], houses)


def read_cases(answer: Answer) -> CasesPage:
    hits = answer["hits"]
    total = int(hits["total"]["value"]) if "total" in hits else len(hits["hits"])
    return CasesPage(total, [_line(hit["_source"]) for hit in hits["hits"]])


def _line(source: Mapping[str, Any]) -> CaseLine:
    """Phones and addresses of mail stay hidden, as wherever a text stands beside others."""
    text, belongs = mask_contacts(source["text"]), source.get("problem", {})
    return CaseLine(
        id=source["id"],
        number=source["number"],
        state=State(source["state"]),
        channel=Channel(source["channel"]),
        received_at=datetime.fromisoformat(source["received_at"]),
        line=mask_contacts(first_line(source.get("title"), source["text"])),
        text=text,
        place=place_line(source.get("place", {})),
        department=source.get("workflow", {}).get("department"),
        pinned=bool(belongs.get("pinned")),
        why=[str(one) for one in belongs.get("why") or []],
    )
