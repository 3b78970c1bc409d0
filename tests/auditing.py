"""Cases with histories for the tests of the audit, changed as the product changes them."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import msgspec

from app.cases.models import Author, Case, Event, Note
from app.engine import writer
from app.engine.client import Engine
from app.engine.names import Index
from app.errors import ConflictError
from app.origin import Origin
from tests.integration.search_corpus import case

STEPS = ("take", "note", "assign", "set_place", "answer")
MARK = "ПЕРСОНАЛЬНОЕ-7431"
"""Stands wherever a case holds what must never come into the journal."""


def new_case(number: int, **fields: Any) -> Case:
    """Entered by hand: its first event is due for the journal."""
    now = datetime.now(UTC)
    history = [Event(1, now, "entered", "operator", before={"text": MARK}, reason=MARK)]
    marked = {
        "author": Author(name=f"{MARK} Иванова", phone="+79007431743", email="m7431@example.org"),
        "title": MARK,
        "notes": [Note("n1", now, "operator", MARK)],
        "original": {"ФИО": MARK},
        "history": history,
        "audit_due": True,
    }
    return case(number, f"Нет воды, {MARK}", **{**marked, **fields})


async def put(engine: Engine, *cases: Case) -> None:
    for one in cases:
        await writer.create(engine, Index.CASES, one.id, msgspec.to_builtins(one))


async def act(engine: Engine, case_id: str, who: str, step: str) -> None:
    """One action as one compare-and-set write; repeated where somebody was first."""
    while True:
        read = await engine.get(Index.CASES, case_id)
        assert read is not None
        found = msgspec.convert(read.source, Case)
        event = Event(
            seq=len(found.history) + 1,
            at=datetime.now(UTC),
            what=step,
            by=who,
            changed=["workflow.assignee", "notes"],
            before={"text": MARK},
            to=MARK,
            reason=MARK,
            origin=Origin("10.0.0.7", "Firefox", f"r-{who}"),
        )
        changed = msgspec.structs.replace(
            found,
            history=[*found.history, event],
            audit_due=True,
            rev=found.rev + 1,
            version=found.version + 1,
        )
        try:
            await writer.replace(engine, read, msgspec.to_builtins(changed))
        except ConflictError:
            await asyncio.sleep(0.005)
            continue
        return


async def stored(engine: Engine) -> dict[str, dict[str, Any]]:
    """Cases by id, up to 10,000."""
    await engine.refresh(Index.CASES)
    hits = (await engine.search(Index.CASES, {"size": 10_000}))["hits"]["hits"]
    return {hit["_id"]: hit["_source"] for hit in hits}


async def lines(engine: Engine, **filters: Any) -> list[dict[str, Any]]:
    """Lines of the journal in the order of their chains, up to 10,000."""
    await engine.refresh_reads(Index.AUDIT)
    wanted = [{"term": {name: value}} for name, value in filters.items()]
    body = {
        "size": 10_000,
        "query": {"bool": {"filter": wanted}},
        "sort": [{"chain": "asc"}, {"link": "asc"}],
    }
    return [hit["_source"] for hit in (await engine.search(Index.AUDIT, body))["hits"]["hits"]]


async def assert_told(engine: Engine) -> int:
    """Histories and journal are the same, each event once and in order; returns how many."""
    cases = await stored(engine)
    found = [line for line in await lines(engine, kind="case") if "link" in line]
    told = [(line["chain"], line["link"], line["what"], line["who"]) for line in found]
    wanted = [
        (case_id, event["seq"], f"case.{event['what']}", event["by"])
        for case_id in sorted(cases)
        for event in cases[case_id]["history"]
        if event["what"] != "imported"
    ]
    assert told == wanted
    for one in cases.values():
        assert one["audit_seq"] == len(one["history"])
        assert "audit_due" not in one
    return len(told)
