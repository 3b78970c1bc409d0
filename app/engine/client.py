"""The only door to Elasticsearch for the product (bulk work has its own in `indexers`)."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import msgspec
from elastic_transport import (
    ConnectionTimeout,
    ObjectApiResponse,
    TransportError,
)
from elasticsearch import ApiError, AsyncElasticsearch, NotFoundError
from elasticsearch.exceptions import HTTP_EXCEPTIONS

from app.engine.names import Index, read_alias, write_alias
from app.errors import EngineSetupError, EngineUnavailableError
from app.settings import Settings

_OVERLOADED = frozenset({429, 502, 503, 504})
PIT_KEEP_ALIVE = "2m"
_LONGEST_ID = 512
"""Octets the engine takes for an id."""
_GRACE_SECONDS = 0.5
"""The engine looks at its clock now and then only, and the answer has to travel."""


class Stored(msgspec.Struct, frozen=True):
    """A document as it lies in the engine, with what a compare-and-set needs."""

    index: Index
    id: str
    source: dict[str, Any]
    seq_no: int
    primary_term: int
    place: str = ""
    """The index it was read from: numbers of another one say nothing of this document."""


def client_options(settings: Settings) -> dict[str, Any]:
    """Keyword arguments shared by the asynchronous and the bulk client."""
    options: dict[str, Any] = {
        "hosts": [settings.es_url],
        "request_timeout": settings.es_timeout,
        "retry_on_timeout": False,
        "max_retries": 1,
    }
    if key := settings.es_api_key.get_secret_value():
        options["api_key"] = key
    elif settings.es_username:
        options["basic_auth"] = (settings.es_username, settings.es_password.get_secret_value())
    if settings.es_ca:
        options["ca_certs"] = str(settings.es_ca)
    return options


@asynccontextmanager
async def translated_errors() -> AsyncIterator[None]:
    """Turns the client's exceptions into ours.

    No answer or an overloaded engine → `EngineUnavailableError`; a missing alias →
    `EngineSetupError`; any other refusal of a request we built is our own mistake and passes as is.
    """
    try:
        yield
    except ConnectionTimeout as error:
        raise EngineUnavailableError(
            "Поисковая система не ответила вовремя. Повторите через минуту."
        ) from error
    except TransportError as error:
        raise EngineUnavailableError(
            "Поисковая система сейчас недоступна. Введённое не потеряно, повторите через минуту."
        ) from error
    except NotFoundError as error:
        raise EngineSetupError(
            "Индексы ещё не созданы. Администратору: выполните команду «otklik setup»."
        ) from error
    except ApiError as error:
        if error.status_code in _OVERLOADED:
            raise EngineUnavailableError(
                "Поисковая система перегружена или запускается. Повторите через минуту."
            ) from error
        raise


class Engine:
    """Reads by alias; writes are in `app.engine.writer`. One instance a process, closed at exit."""

    def __init__(self, settings: Settings) -> None:
        self.prefix = settings.index_prefix
        self.data_dir = settings.data_dir
        """Where the installation keeps what must not lie in the engine."""
        self.encoder_dir = settings.encoder_dir
        """Of the model of meaning; empty where the installation has none."""
        self.encoder_threads = settings.encoder_threads
        self.timezone = settings.timezone
        """The municipality's, by its name."""
        self.search_seconds = settings.search_seconds
        self.client = AsyncElasticsearch(**client_options(settings))
        patience = settings.search_seconds + _GRACE_SECONDS
        self._hurried = self.client.options(request_timeout=patience)

    async def close(self) -> None:
        await self.client.close()

    def read_alias(self, index: Index) -> str:
        return read_alias(self.prefix, index)

    def write_alias(self, index: Index) -> str:
        return write_alias(self.prefix, index)

    async def search(self, index: Index, body: Mapping[str, Any]) -> dict[str, Any]:
        """Runs `body` as the search API has it; a body with a `pit` names no index."""
        alias = None if "pit" in body else self.read_alias(index)
        async with translated_errors():
            return _plain(await self.client.search(index=alias, body=dict(body)))

    async def search_in_time(
        self, index: Index, body: Mapping[str, Any], seconds: float
    ) -> dict[str, Any]:
        """After `seconds` the engine stops and answers with what it found (`timed_out`).

        If it does not even do that, `EngineUnavailableError` half a second after `search_seconds`,
        the most that `seconds` may be. The client with this patience is made once: making one
        costs 1 ms.
        """
        limited = {**body, "timeout": f"{round(seconds * 1000)}ms"}
        async with translated_errors():
            return _plain(await self._hurried.search(index=self.read_alias(index), body=limited))

    async def msearch(
        self, index: Index, bodies: Sequence[Mapping[str, Any]]
    ) -> list[dict[str, Any]]:
        """Several searches in one round trip, answers in their order.

        One that was refused raises as it would have if it had been asked alone.
        """
        lines: list[Mapping[str, Any]] = []
        for body in bodies:
            lines += [{}, body]
        async with translated_errors():
            answer = await self.client.msearch(index=self.read_alias(index), searches=lines)
            return _whole(answer)

    async def msearch_in_time(
        self, index: Index, bodies: Sequence[Mapping[str, Any]], seconds: float
    ) -> list[dict[str, Any]]:
        """As `msearch`, for searches that share `seconds`, as `search_in_time`."""
        lines: list[Mapping[str, Any]] = []
        for body in bodies:
            lines += [{}, {**body, "timeout": f"{round(seconds * 1000)}ms"}]
        async with translated_errors():
            return _whole(await self._hurried.msearch(index=self.read_alias(index), searches=lines))

    async def count(self, index: Index, query: Mapping[str, Any]) -> int:
        async with translated_errors():
            answer = await self.client.count(index=self.read_alias(index), query=dict(query))
        return int(answer["count"])

    async def get(
        self, index: Index, document_id: str, *, fields: Sequence[str] = ()
    ) -> Stored | None:
        """The current document, also when it is not yet refreshed for search; None if absent, and
        for an id that none can have.

        Only `fields` of it where any are named.
        """
        if not _may_be(document_id):
            return None
        async with translated_errors():
            try:
                answer = await self.client.get(
                    index=self.write_alias(index),
                    id=document_id,
                    source_includes=list(fields) or None,
                )
            except NotFoundError as error:
                if error.body.get("found") is False:
                    return None
                raise
        return Stored(
            index,
            document_id,
            answer["_source"],
            answer["_seq_no"],
            answer["_primary_term"],
            answer["_index"],
        )

    async def get_many(
        self, index: Index, ids: Collection[str], fields: Collection[str] = ()
    ) -> dict[str, Stored]:
        """Current documents that exist, by id; only `fields` of them where any are named."""
        if not ids:
            return {}
        async with translated_errors():
            answer = await self.client.mget(
                index=self.write_alias(index),
                ids=list(ids),
                source_includes=list(fields) or None,
            )
        return {
            found["_id"]: Stored(
                index,
                found["_id"],
                found["_source"],
                found["_seq_no"],
                found["_primary_term"],
                found["_index"],
            )
            for found in answer["docs"]
            if found.get("found")
        }

    async def open_pit(self, index: Index) -> str:
        """A point in time: paging over it sees no later write. Close it when done."""
        async with translated_errors():
            answer = await self.client.open_point_in_time(
                index=self.read_alias(index), keep_alive=PIT_KEEP_ALIVE
            )
        return str(answer["id"])

    async def close_pit(self, pit_id: str) -> None:
        async with translated_errors():
            await self.client.close_point_in_time(id=pit_id)

    async def refresh(self, index: Index) -> None:
        """Makes all that is written visible to searches: once after a load, never a document."""
        async with translated_errors():
            await self.client.indices.refresh(index=self.write_alias(index))

    async def refresh_reads(self, index: Index) -> None:
        """As `refresh`, for an index that lies in several parts (`app.engine.months`)."""
        async with translated_errors():
            await self.client.indices.refresh(index=self.read_alias(index))

    async def health(self) -> dict[str, Any]:
        """`_cluster/health` as it is: `status`, `number_of_nodes`, …"""
        async with translated_errors():
            return _plain(await self.client.cluster.health())


def _may_be(document_id: str) -> bool:
    """Of «..» the address of the document would be that of its index."""
    octets = len(document_id.encode("utf-8", "replace"))
    return 0 < octets <= _LONGEST_ID and document_id not in {".", ".."}


def _whole(answer: ObjectApiResponse[Any]) -> list[dict[str, Any]]:
    """The parts of a joint answer. Raises what the client would have raised for one of them."""
    parts: list[dict[str, Any]] = list(answer["responses"])
    for part in parts:
        if "error" in part:
            kind = HTTP_EXCEPTIONS.get(part["status"], ApiError)
            raise kind(part["error"]["type"], replace(answer.meta, status=part["status"]), part)
    return parts


def _plain(answer: ObjectApiResponse[Any]) -> dict[str, Any]:
    return dict(answer.body)
