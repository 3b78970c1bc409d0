"""Counts read page by page; alarms, campaigns and what was learned as documents."""

from collections.abc import AsyncIterator, Callable, Collection, Sequence
from datetime import date, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import msgspec
import numpy as np
import structlog
import xxhash
from anyio.to_thread import run_sync
from numpy.typing import NDArray

from app.engine import writer
from app.engine.client import PIT_KEEP_ALIVE, Engine
from app.engine.names import Index
from app.errors import ConflictError
from app.growth import query
from app.growth.campaigns import LEAST_LETTERS, MOST_HASHES, Place, Sent
from app.growth.counts import Tally
from app.growth.models import Alarm, Campaign, Dismissal, Series
from app.growth.near import Text
from app.growth.rules import Matrix
from app.similarity.spot import street_key

log = structlog.get_logger()

T = TypeVar("T", Alarm, Campaign)

_TRIES = 5
MOST_READ = 100_000
"""Messages whose texts are held against each other: about a minute of reading at the most."""
_STRETCH = 14
"""Days asked for at once: a page of buckets reads every message of its stretch again."""


async def tally(
    engine: Engine, first: date, last: date, zone: ZoneInfo, campaigns: Collection[str]
) -> Tally:
    found = Tally(first, last)
    for start, end in _stretches(first, last):

        def body(after: Any, start: date = start, end: date = end) -> dict[str, Any]:
            return query.tally_body(start, end, zone, campaigns, after)

        async for key, many in _groups(engine, body):
            where = Series(key["theme"], key["municipality"], key["settlement"], key["problem"])
            found.add(where, date.fromisoformat(key["day"]), key["author"], many)
    return found


async def themes_by_day(
    engine: Engine, themes: Sequence[str], first: date, last: date, zone: ZoneInfo
) -> Matrix:
    """Themes × days, all municipalities together."""
    rows = {theme: row for row, theme in enumerate(themes)}
    counts = np.zeros((len(themes), (last - first).days + 1))
    async for key, many in _groups(engine, lambda after: query.year_body(first, last, zone, after)):
        if (row := rows.get(key["theme"])) is not None:
            counts[row, (date.fromisoformat(key["day"]) - first).days] += many
    return counts


async def repeated_texts(engine: Engine, first: date, last: date, zone: ZoneInfo) -> list[str]:
    """Hashes of long texts that came several times."""
    answer = await engine.search(Index.CASES, query.repeated_body(first, last, zone))
    return [
        one["key"]
        for one in answer["aggregations"]["texts"]["buckets"]
        if len(one["sample"]["hits"]["hits"][0]["_source"]["text"]) >= LEAST_LETTERS
    ]


async def lately(engine: Engine, first: date, last: date, zone: ZoneInfo) -> list[Text]:
    """Long texts with their tokens, the oldest first; of very many the newest `MOST_READ`."""
    body, read, found = query.texts_body(first, last, zone), 0, list[Text]()
    pit = await engine.open_pit(Index.CASES)
    try:
        while read < MOST_READ:
            held = {"id": pit, "keep_alive": PIT_KEEP_ALIVE}
            answer = await engine.search(Index.CASES, {**body, "pit": held})
            pit, hits = answer["pit_id"], answer["hits"]["hits"]
            found += await run_sync(_long_texts, hits)
            read += len(hits)
            if len(hits) < query.TEXTS_PAGE:
                break
            body["search_after"] = hits[-1]["sort"]
        else:
            log.warning("growth_texts_cut", read=read)
    finally:
        await engine.close_pit(pit)
    return found[::-1]


def _long_texts(hits: list[dict[str, Any]]) -> list[Text]:
    """Tokens as numbers: 100,000 texts have 3 million of them."""
    return [
        Text(one["norm_hash"], numbers_of(one["lsh"]))
        for one in (hit["_source"] for hit in hits)
        if len(one["text"]) >= LEAST_LETTERS
    ]


def numbers_of(tokens: Sequence[str]) -> NDArray[np.uint64]:
    return np.array([xxhash.xxh3_64_intdigest(one.encode()) for one in tokens], dtype=np.uint64)


async def sent(
    engine: Engine,
    texts: Collection[str],
    first: date,
    last: date,
    zone: ZoneInfo,
    seen: dict[str, Any] | None = None,
) -> list[Sent]:
    found, asked = list[Sent](), sorted(texts)
    for start in range(0, len(asked), MOST_HASHES):
        some = asked[start : start + MOST_HASHES]

        def body(after: Any, some: Sequence[str] = some) -> dict[str, Any]:
            return query.sent_body(some, first, last, zone, seen=seen, after=after)

        async for key, many in _groups(engine, body):
            day = date.fromisoformat(key["day"])
            found.append(Sent(key["norm_hash"], _place(key), key["author"], day, many))
    return found


def _place(key: dict[str, Any]) -> Place:
    """As the fields say; what only the text names, where they say nothing. «Ул. Мира» and «Мира»
    are one street.
    """
    given = key["street"] and (street_key(key["street"]) or key["street"].casefold())
    return key["municipality"], key["settlement"], given or key["spot_street"]


async def alarms(engine: Engine, body: dict[str, Any]) -> list[Alarm]:
    return (await page(engine, body))[0]


async def page(engine: Engine, body: dict[str, Any]) -> tuple[list[Alarm], list[Any] | None]:
    """Alarms, and after which place the next page begins, if there may be one."""
    answer = await engine.search(Index.GROWTH, body)
    hits, found = answer["hits"]["hits"], _read(answer, Alarm)
    return found, hits[-1]["sort"] if hits and len(hits) == body["size"] else None


async def dismissals(engine: Engine) -> dict[Series, list[tuple[Alarm, Dismissal]]]:
    """By series, all that were ever said."""
    found, after = dict[Series, list[tuple[Alarm, Dismissal]]](), None
    while True:
        some, after = await page(engine, query.dismissed_body(after))
        for one in some:
            if one.dismissed:
                found.setdefault(one.series, []).append((one, one.dismissed))
        if after is None:
            return found


async def campaigns(engine: Engine, since: date) -> list[Campaign]:
    return _read(await engine.search(Index.GROWTH, query.campaigns_body(since)), Campaign)


async def of_problems(
    engine: Engine, problems: Collection[str], since: date
) -> tuple[list[Alarm], list[Campaign]]:
    """Growth of these problems that stands, and the campaigns since then, in one request."""
    bodies = [query.of_problems_body(problems), query.campaigns_body(since)]
    found, listed = await engine.msearch(Index.GROWTH, bodies)
    return _read(found, Alarm), _read(listed, Campaign)


def _read(answer: dict[str, Any], kind: type[T]) -> list[T]:
    return [msgspec.convert(hit["_source"]["document"], kind) for hit in answer["hits"]["hits"]]


async def get(engine: Engine, alarm_id: str) -> Alarm | None:
    read = await engine.get(Index.GROWTH, alarm_id)
    if read is None or read.source["kind"] != "alarm":
        return None
    return msgspec.convert(read.source["document"], Alarm)


async def create(engine: Engine, alarm: Alarm) -> bool:
    """False where it is there already: another run has found the same."""
    try:
        await writer.create(engine, Index.GROWTH, alarm.id, _alarm_document(alarm))
    except ConflictError:
        return False
    return True


async def change(
    engine: Engine, alarm_id: str, decide: Callable[[Alarm], Alarm], *, refresh: bool = False
) -> Alarm | None:
    """None if absent. `decide` is asked again where a write lost a race; raises `ConflictError`."""
    for _ in range(_TRIES):
        read = await engine.get(Index.GROWTH, alarm_id)
        if read is None or read.source["kind"] != "alarm":
            return None
        before = msgspec.convert(read.source["document"], Alarm)
        after = decide(before)
        if after == before:
            return before
        after = msgspec.structs.replace(after, rev=before.rev + 1)
        try:
            await writer.replace(engine, read, _alarm_document(after), refresh=refresh)
        except ConflictError:
            continue
        return after
    raise ConflictError("Эту запись как раз меняют. Повторите через несколько секунд.")


async def keep_campaign(engine: Engine, one: Campaign) -> None:
    """The newest count wins; a lost race is made good by the next run."""
    key = f"campaign-{one.norm_hash}"
    document = {
        "id": key,
        "kind": "campaign",
        "began": one.first.isoformat(),
        "ended": one.last.isoformat(),
        "document": msgspec.to_builtins(one),
    }
    read = await engine.get(Index.GROWTH, key)
    if read is None:
        await writer.create(engine, Index.GROWTH, key, document)
    elif read.source != document:
        await writer.replace(engine, read, document)


def _alarm_document(alarm: Alarm) -> dict[str, Any]:
    """Top-level fields are for queries; `document` holds the whole and is not indexed."""
    return {
        "id": alarm.id,
        "rev": alarm.rev,
        "kind": "alarm",
        "series": alarm.series.id,
        "problem": alarm.series.problem,
        "began": alarm.began.isoformat(),
        "ended": alarm.ended.isoformat() if alarm.ended else None,
        "growing": alarm.growing,
        "silent": alarm.dismissed is not None,
        "document": msgspec.to_builtins(alarm),
    }


async def _groups(
    engine: Engine, body: Callable[[Any], dict[str, Any]]
) -> AsyncIterator[tuple[dict[str, Any], int]]:
    """All buckets of a composite aggregation, page by page."""
    after = None
    while True:
        answer = await engine.search(Index.CASES, body(after))
        found = answer["aggregations"]["groups"]
        for bucket in found["buckets"]:
            yield bucket["key"], bucket["doc_count"]
        after = found.get("after_key")
        if after is None or len(found["buckets"]) < query.PAGE:
            return


def _stretches(first: date, last: date) -> list[tuple[date, date]]:
    days = (last - first).days + 1
    starts = [first + timedelta(days=start) for start in range(0, days, _STRETCH)]
    return [(start, min(start + timedelta(days=_STRETCH - 1), last)) for start in starts]
