"""One person's notices: listed, counted, read."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import msgspec
from msgspec.structs import replace

from app.engine.client import Engine
from app.engine.names import Index
from app.errors import NotFoundError
from app.notices import repository
from app.notices.mailing import WAITING, unwanted
from app.notices.models import Notice, NoticeKind, kind_of
from app.notices.params import PAGE, NoticeParams
from app.notices.query import lost, oldest_unread, page_body, unread, waiting
from app.notices.results import Letters, NoticePage
from app.viewer import Viewer

MOST_READ = 1000
"""Notices that one press marks as read."""
_TOGETHER = 16
_LATE = timedelta(minutes=5)
LOST_DAYS = 7
"""How far back letters that did not arrive are counted."""


async def open_notices(engine: Engine, params: NoticeParams, viewer: Viewer) -> NoticePage:
    answer = await engine.search(Index.NOTICES, page_body(params, viewer.name))
    hits = answer["hits"]["hits"]
    rows = [msgspec.convert(hit["_source"], Notice) for hit in hits[:PAGE]]
    return NoticePage(
        rows=rows,
        total=int(answer["hits"]["total"]["value"]),
        unread=await count_unread(engine, viewer.name),
        kinds=_by_kind(answer["aggregations"]["events"]["buckets"]),
        next_place=hits[PAGE - 1]["sort"] if len(hits) > PAGE else None,
    )


def _by_kind(buckets: list[dict[str, Any]]) -> dict[NoticeKind, int]:
    counts: dict[NoticeKind, int] = {}
    for bucket in buckets:
        kind = kind_of(bucket["key"])
        counts[kind] = counts.get(kind, 0) + int(bucket["doc_count"])
    return counts


async def count_unread(engine: Engine, login: str) -> int:
    return await engine.count(Index.NOTICES, unread(login))


async def read_notice(
    engine: Engine, viewer: Viewer, notice_id: str, now: datetime, *, refresh: bool = True
) -> Notice:
    """The notice, read now if it was not. Whether its case may be opened is asked by the case's
    page. Raises `NotFoundError` also for somebody else's.
    """
    found = await repository.get(engine, notice_id)
    if found is None or found.login != viewer.name:
        raise NotFoundError("Такого уведомления нет, или оно уже удалено.")
    read = await repository.change(engine, notice_id, lambda one: _read(one, now), refresh=refresh)
    return read or found


async def read_all(engine: Engine, viewer: Viewer, now: datetime) -> int:
    """Marks up to `MOST_READ` as read, the oldest first; returns how many are left unread."""
    found = await engine.search(Index.NOTICES, oldest_unread(viewer.name, MOST_READ))
    gate = asyncio.Semaphore(_TOGETHER)

    async def one(notice_id: str) -> None:
        async with gate:
            await repository.change(engine, notice_id, lambda notice: _read(notice, now))

    await asyncio.gather(*(one(hit["_id"]) for hit in found["hits"]["hits"]))
    await engine.refresh(Index.NOTICES)
    return await count_unread(engine, viewer.name)


def _read(notice: Notice, now: datetime) -> Notice:
    """What was read here needs no letter any more."""
    if notice.read_at:
        return notice
    waits = notice.mail.state in WAITING
    mail = unwanted(notice.mail, now) if waits else notice.mail
    return replace(notice, read_at=now, mail=mail)


async def letters(engine: Engine, now: datetime) -> Letters:
    """For whoever looks after the installation; tells of nobody."""

    async def of(query: dict[str, Any]) -> int:
        found = [await engine.count(index, query) for index in (Index.NOTICES, Index.DIGESTS)]
        return sum(found)

    return Letters(
        waiting=await of(waiting()),
        late=await of(waiting(now - _LATE)),
        lost=await of(lost(now - timedelta(days=LOST_DAYS))),
    )
