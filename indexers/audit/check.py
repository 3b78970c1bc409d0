"""Does the journal hold: no line edited, none missing, none of a history untold.

Reads everything once: memory does not grow with the number of cases.
"""

from collections.abc import Mapping
from contextlib import aclosing
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct, field

from app.audit import repository
from app.audit.chain import ChainKey, chain_key, holds
from app.audit.heads import DAYS, Heads
from app.engine.client import PIT_KEEP_ALIVE, Engine
from app.engine.months import months
from app.engine.names import Index
from indexers import bulk, cases
from indexers.audit.project import line_id, told_by_import, unaudited
from indexers.audit.stream import in_chains
from indexers.projection import BATCH

_EXAMPLES = 20
_encoder = msgspec.json.Encoder()
_Links = dict[int, str]
"""Hashes of a chain's lines, by link."""
_Head = tuple[int, str]
"""Link and hash of the last one."""


class Finding(Struct, frozen=True):
    """`kind`: `edited`, `missing`, `cut_off`, `untold`, `differs`, `forgotten`."""

    kind: str
    where: str


class CheckReport(Struct):
    lines: int = 0
    cases: int = 0
    other_key: int = 0
    """Lines written under a key that is gone: their order is checked, their content cannot be."""
    waiting: int = 0
    """Cases whose last events are still to be written: no fault."""
    repaired: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    examples: list[Finding] = field(default_factory=list)

    def add(self, kind: str, where: str) -> None:
        self.counts[kind] = self.counts.get(kind, 0) + 1
        if len(self.examples) < _EXAMPLES:
            self.examples.append(Finding(kind, where))

    @property
    def ok(self) -> bool:
        left = {**self.counts, "forgotten": self.counts.get("forgotten", 0) - self.repaired}
        return not any(left.values())


async def check_audit(engine: Engine, *, repair: bool = False) -> CheckReport:
    """`repair` only asks again for what histories still owe; the journal itself is never mended."""
    report = CheckReport()
    told = Heads(engine).all()  # before the engine is read: each of these lines was there then
    kept = await months(engine, Index.AUDIT)
    oldest = kept[0].name if kept else ""
    heads = {head.chain: (head.link, head.hash) for head in told if _month(head.day) >= oldest}
    chains: dict[str, _Links] = {}
    if kept:
        await engine.refresh_reads(Index.AUDIT)
        chains = await _check_chains(engine, report, heads, oldest)
    for chain, head in sorted(heads.items()):
        _check_end(report, chain, chains.get(chain, {}), head)
    await engine.refresh(Index.CASES)
    await _check_cases(engine, report, oldest, repair=repair)
    return report


async def _check_chains(
    engine: Engine, report: CheckReport, heads: dict[str, _Head], oldest: str
) -> dict[str, _Links]:
    """Returns the chains that have an end to check; what closed days say of it joins `heads`."""
    key = chain_key(engine.data_dir)
    last: dict[str, Any] = {}
    chains: dict[str, _Links] = {}
    async with aclosing(in_chains(engine, {"match_all": {}})) as documents:
        async for document in documents:
            report.lines += 1
            _check_line(report, key, last, document, oldest)
            last = document
            if document["chain"] == DAYS or "day" in document:
                links = chains.setdefault(document["chain"], {})
                links[document["link"]] = document["hash"]
            for chain, head in document.get("heads", {}).items():
                heads[chain] = max(heads.get(chain, (0, "")), (head["link"], head["hash"]))
    return chains


def _month(day: str) -> str:
    return day.replace("-", "")[:6]


def _check_line(
    report: CheckReport,
    key: ChainKey,
    last: Mapping[str, Any],
    document: Mapping[str, Any],
    oldest: str,
) -> None:
    if document["key"] != key.name:
        report.other_key += 1
    elif not holds(key, document):
        report.add("edited", document["id"])
    if _is_gap(last, document, oldest):
        report.add("missing", f"{document['chain']}:{document['link'] - 1}")


def _is_gap(last: Mapping[str, Any], document: Mapping[str, Any], oldest: str) -> bool:
    """Whether the line before `document` is not there, or is another one.

    The beginning of a case's chain is left to its history, which knows what was dropped by age.
    """
    if last.get("chain") == document["chain"]:
        return bool(document["link"] != last["link"] + 1 or document["previous"] != last["hash"])
    day = document["object_id"] if document["chain"] == DAYS else document.get("day", "")
    begun = day.replace("-", "")
    return bool(document["previous"]) and begun > f"{oldest}01"


def _check_end(report: CheckReport, chain: str, links: _Links, head: _Head) -> None:
    """Whether the line that was once the last of `chain` is there; names what is gone."""
    link, line_hash = head
    if links.get(link) != line_hash:
        first = min(max(links, default=0) + 1, link)
        report.add("cut_off", f"{chain}:{first}" if first == link else f"{chain}:{first}-{link}")


async def _check_cases(engine: Engine, report: CheckReport, oldest: str, *, repair: bool) -> None:
    """Every event that a case says is told stands in the journal, with the same who and what."""
    body: dict[str, Any] = {
        "size": BATCH,
        "sort": [{"_shard_doc": "asc"}],
        "_source": ["id", "history", "audit_seq", "audit_due"],
        "track_total_hits": False,
    }
    pit = await engine.open_pit(Index.CASES)
    try:
        while True:
            held = {"id": pit, "keep_alive": PIT_KEEP_ALIVE}
            answer = await engine.search(Index.CASES, {**body, "pit": held})
            pit, hits = answer["pit_id"], answer["hits"]["hits"]
            found = [hit["_source"] for hit in hits]
            await _check_told(engine, report, found, oldest)
            await _check_marks(engine, report, found, repair=repair)
            report.cases += len(found)
            if len(hits) < BATCH:
                return
            body["search_after"] = hits[-1]["sort"]
    finally:
        await engine.close_pit(pit)


async def _check_told(
    engine: Engine, report: CheckReport, found: list[dict[str, Any]], oldest: str
) -> None:
    told = {
        line_id(case["id"], event["seq"]): event
        for case in found
        for event in case.get("history", [])
        if event["seq"] <= case["audit_seq"] and not told_by_import(event)
    }
    moments = {key: datetime.fromisoformat(event["at"]) for key, event in told.items()}
    asked = [(key, at) for key, at in moments.items() if f"{at:%Y%m}" >= oldest]
    there = await repository.by_ids(engine, asked) if asked else {}
    for key, _ in asked:
        line, event = there.get(key), told[key]
        if line is None:
            report.add("untold", key)
        elif line["what"] != f"case.{event['what']}" or line.get("who") != event.get("by"):
            report.add("differs", key)


async def _check_marks(
    engine: Engine, report: CheckReport, found: list[dict[str, Any]], *, repair: bool
) -> None:
    """Histories longer than what is told, and whether the mark says so."""
    ahead = [case for case in found if len(case.get("history", [])) > case["audit_seq"]]
    report.waiting += sum(bool(case.get("audit_due")) for case in ahead)
    forgotten = [case["id"] for case in ahead if not case.get("audit_due")]
    for case_id in forgotten:
        report.add("forgotten", case_id)
    if repair and forgotten:
        report.repaired += await _mark(engine, forgotten)


async def _mark(engine: Engine, ids: list[str]) -> int:
    """Sets the mark that a write forgot; the sweep then finds the case."""
    actions = []
    for read in (await cases.fetch(engine, ids)).values():
        marks = unaudited(read.source.get("history", []), read.source["audit_seq"])
        document = read.source | marks | {"rev": read.source["rev"] + 1}
        actions.append(bulk.over(read, _encoder.encode(document)))
    return len((await bulk.write(engine, Index.CASES, actions)).written)
