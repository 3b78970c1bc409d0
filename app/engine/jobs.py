"""Work written down for a worker: one kind of document that imports and exports share."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Generic, TypeVar

import msgspec
from msgspec import Struct

from app.engine import writer
from app.engine.client import Engine, Stored
from app.engine.names import Index
from app.errors import ConflictError, NotFoundError

_TRIES = 5
_ASKED_FOR = (
    "id",
    "state",
    "created_at",
    "created_by",
    "updated_at",
    "finished_at",
    "lease_until",
    "lease_owner",
)


class Job(Struct, frozen=True, kw_only=True):
    """What every kind has; a kind adds its own fields and must also tell `created_by`."""

    id: str
    state: StrEnum
    created_at: datetime
    updated_at: datetime
    started_at: datetime | None = None
    finished_at: datetime | None = None
    error: str | None = None
    """A Russian sentence, where the state is `failed`."""
    trouble: str | None = None
    """What holds the job up for now, as a Russian sentence; it goes on by itself."""
    cancel_requested: bool = False
    lease_owner: str | None = None
    lease_until: datetime | None = None


J = TypeVar("J", bound=Job)


@dataclass(frozen=True)
class StoredJob(Generic[J]):
    """A job with what a compare-and-set needs."""

    job: J
    read: Stored


@dataclass(frozen=True)
class JobStore(Generic[J]):
    """Where the jobs of one kind are kept."""

    index: Index
    kind: type[J]
    busy: Collection[StrEnum]
    """States in which a worker has, or should have, the job in hand."""
    asked_for: tuple[str, ...]
    """What queries look at besides the fields every kind has."""
    absent: str
    changing: str
    """Sentences for a job that is not there and for one that changes all the time."""

    def document_of(self, job: J) -> dict[str, Any]:
        """Top-level fields are for queries; `document` holds the whole and is not indexed."""
        names = (*_ASKED_FOR, *self.asked_for)
        asked = {name: msgspec.to_builtins(getattr(job, name)) for name in names}
        return {**asked, "document": msgspec.to_builtins(job)}

    async def create(self, engine: Engine, job: J) -> StoredJob[J]:
        document = self.document_of(job)
        return StoredJob(
            job, await writer.create(engine, self.index, job.id, document, refresh=True)
        )

    async def get(self, engine: Engine, job_id: str) -> StoredJob[J]:
        """Raises `NotFoundError`. The caller checks the viewer."""
        read = await engine.get(self.index, job_id)
        if read is None:
            raise NotFoundError(self.absent)
        return StoredJob(self._job(read.source), read)

    async def replace(self, engine: Engine, stored: StoredJob[J], **changes: Any) -> StoredJob[J]:
        """Writes `changes` over what was read; `ConflictError` where somebody was first."""
        changes.setdefault("updated_at", datetime.now(UTC))
        job = msgspec.structs.replace(stored.job, **changes)
        refresh = job.state != stored.job.state
        read = await writer.replace(engine, stored.read, self.document_of(job), refresh=refresh)
        return StoredJob(job, read)

    async def change(self, engine: Engine, job_id: str, change: Callable[[J], dict[str, Any]]) -> J:
        """Applies `change(job)` to the newest document; repeated when a worker wrote in between."""
        for _ in range(_TRIES):
            stored = await self.get(engine, job_id)
            changes = change(stored.job)
            try:
                return (await self.replace(engine, stored, **changes)).job
            except ConflictError:
                continue
        raise ConflictError(self.changing)

    async def newest(
        self,
        engine: Engine,
        wanted: Mapping[str, Any],
        *,
        size: int,
        after: Sequence[Any] | None = None,
    ) -> list[J]:
        """Jobs that `wanted` (a query) finds, the newest first; `after`: place of the last one."""
        body = {
            "size": size,
            "sort": [{"created_at": "desc"}, {"id": "desc"}],
            "_source": ["document"],
            "query": wanted,
            **({"search_after": list(after)} if after else {}),
        }
        answer = await engine.search(self.index, body)
        return [self._job(hit["_source"]) for hit in answer["hits"]["hits"]]

    async def abandoned(self, engine: Engine, now: datetime) -> list[str]:
        """Ids of jobs a worker should have and none has: not begun, or the lease ran out."""
        held = {"range": {"lease_until": {"gte": now.isoformat()}}}
        busy = {"terms": {"state": sorted(self.busy)}}
        return await self.ids(engine, {"bool": {"filter": [busy], "must_not": [held]}})

    async def ids(self, engine: Engine, wanted: Mapping[str, Any]) -> list[str]:
        """Of the hundred oldest that `wanted` (a query) finds."""
        body = {
            "size": 100,
            "sort": [{"created_at": "asc"}],
            "_source": False,
            "query": wanted,
        }
        answer = await engine.search(self.index, body)
        return [hit["_id"] for hit in answer["hits"]["hits"]]

    def _job(self, source: Mapping[str, Any]) -> J:
        return msgspec.convert(source["document"], self.kind)
