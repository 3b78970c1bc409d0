"""What is there already that an entry looks like, each with its reasons."""

from datetime import datetime
from typing import Any

from msgspec import Struct

from app.audit.service import record_phone_search
from app.cases.codes import CHANNEL_NAMES, STATE_NAMES, Channel, State
from app.engine.client import Engine
from app.engine.names import Index
from app.intake.manual.forms import EntryForm
from app.intake.manual.query import (
    CITES,
    NUMBER,
    PHONE,
    SAME_TEXT,
    Marks,
    lookalikes_body,
)
from app.intake.values import parse_phone
from app.text.normalise import cited_numbers, norm_hash, plain
from app.viewer import Viewer

_WHY = {
    NUMBER: "номер совпадает с введённым или названным в тексте",
    SAME_TEXT: "тот же текст",
    CITES: "в его тексте назван введённый номер",
    PHONE: "тот же телефон автора",
}
_BEGINNING = 160


class Lookalike(Struct, frozen=True):
    id: str
    number: str
    state: str
    state_name: str
    channel_name: str
    received_at: datetime
    beginning: str
    why: list[str]


def marks_of(form: EntryForm) -> Marks:
    typed = [number.strip() for number in (form.incoming, form.outgoing) if number.strip()]
    own = [*typed, *(number.upper() for number in typed)]
    cited = cited_numbers(f"{form.title}\n{form.text}")
    return Marks(
        numbers=list(dict.fromkeys([*own, *cited])),
        own=list(dict.fromkeys(number.upper() for number in typed)),
        norm_hash=norm_hash(form.text) if plain(form.text) else None,
        phone=parse_phone(form.author_phone),
    )


async def find_lookalikes(
    engine: Engine, viewer: Viewer, form: EntryForm, *, but: str = ""
) -> list[Lookalike]:
    """Never more than `viewer` may see; `but` is the id of the entry itself.

    That a citizen's telephone was asked for is in the journal before anything is shown.
    """
    marks = marks_of(form)
    if marks.none:
        return []
    hits = (await engine.search(Index.CASES, lookalikes_body(marks, viewer)))["hits"]["hits"]
    found = [_lookalike(hit) for hit in hits if hit["_id"] != but]
    if marks.phone:
        same = sum(_WHY[PHONE] in one.why for one in found)
        await record_phone_search(engine, viewer, marks.phone, same, once_for=but)
    return found


def _lookalike(hit: dict[str, Any]) -> Lookalike:
    source = hit["_source"]
    beginning = source.get("title") or source["text"]
    matched = {name.partition(":")[0] for name in hit.get("matched_queries", [])}
    short = beginning[:_BEGINNING].rstrip()
    return Lookalike(
        id=hit["_id"],
        number=source["number"],
        state=source["state"],
        state_name=STATE_NAMES[State(source["state"])],
        channel_name=CHANNEL_NAMES[Channel(source["channel"])],
        received_at=datetime.fromisoformat(source["received_at"]),
        beginning=short if len(beginning) <= _BEGINNING else f"{short}…",
        why=[words for name, words in _WHY.items() if name in matched],
    )
