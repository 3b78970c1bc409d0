"""Files of cases: attached, taken, and swept away when no case names them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO
from zoneinfo import ZoneInfo

import structlog
from anyio.to_thread import run_sync

from app.cases.actions.model import Action, Given
from app.cases.attachments.kinds import media_type_of
from app.cases.attachments.names import clean_name
from app.cases.attachments.store import AttachmentStore, Kept
from app.cases.doing import Outcome, act
from app.cases.models import Attachment, Case
from app.engine.client import Engine
from app.engine.names import Index
from app.errors import BadInputError, NotFoundError
from app.settings import Settings
from app.viewer import Viewer

log = structlog.get_logger()

_BATCH = 500
_EVERY = timedelta(days=1)
_HASH = 64


@dataclass(frozen=True)
class Upload:
    stream: BinaryIO
    name: str


async def attach(
    engine: Engine,
    settings: Settings,
    viewer: Viewer,
    case_id: str,
    upload: Upload,
    key: str | None = None,
) -> Outcome:
    """Checks, stores and names the file in the case. Raises `BadInputError`, `TooLargeError`."""
    name = clean_name(upload.name)
    kept, media_type = await run_sync(_stored, AttachmentStore(settings), upload.stream, name)
    values = {
        "sha256": kept.sha256,
        "name": name,
        "media_type": media_type,
        "size": str(kept.size),
    }
    action = Action("attach", Given({**values}), key)
    return await act(engine, viewer, case_id, None, action, zone=ZoneInfo(settings.timezone))


def _stored(store: AttachmentStore, stream: BinaryIO, name: str) -> tuple[Kept, str]:
    content = store.read_upload(stream)
    if not content:
        raise BadInputError("Файл пустой.", field="file")
    media_type = media_type_of(name, content)
    return store.keep(content), media_type


def attached(settings: Settings, case: Case, file_id: str) -> tuple[Attachment, Path]:
    """The file and where it lies; raises `NotFoundError`. The caller has checked the case."""
    for one in case.attachments:
        if one.id == file_id:
            path = AttachmentStore(settings).path(one.sha256)
            if path.is_file():
                return one, path
            raise NotFoundError("Файл пропал с диска сервера. Скажите администратору.")
    raise NotFoundError("Такого файла у обращения нет.")


async def sweep_if_due(engine: Engine, settings: Settings, now: datetime) -> int:
    """Once a day, whoever asks and however often: every old file costs a look into the engine."""
    mark = AttachmentStore(settings).folder / ".swept"
    if not mark.parent.is_dir():
        return 0
    if mark.exists() and mark.stat().st_mtime > (now - _EVERY).timestamp():
        return 0
    removed = await sweep(engine, settings, now)
    mark.touch()
    return removed


async def sweep(engine: Engine, settings: Settings, now: datetime) -> int:
    """Removes files that nothing names (no case, no road map) and nobody touched for long; returns
    how many.

    The days give time to undo a removal, and an upload under way time to reach its case.
    """
    store = AttachmentStore(settings)
    since = now - timedelta(days=settings.attachment_orphan_days)
    old = await run_sync(lambda: list(store.older_than(since)))
    removed = 0
    for start in range(0, len(old), _BATCH):
        batch = old[start : start + _BATCH]
        used = await _named(engine, [path.name for path in batch if len(path.name) == _HASH])
        for path in batch:
            if path.name not in used:
                path.unlink(missing_ok=True)
                removed += 1
    if removed:
        log.info("attachments_swept", count=removed)
    return removed


_NAMED_IN = ((Index.CASES, "attachments.sha256"), (Index.ROAD_MAPS, "files"))
"""Where files are named by their hashes."""


async def _named(engine: Engine, hashes: list[str]) -> set[str]:
    found: set[str] = set()
    for index, field in _NAMED_IN if hashes else ():
        await engine.refresh(index)
        used = {"terms": {"field": field, "size": len(hashes), "include": hashes}}
        body = {"size": 0, "query": {"terms": {field: hashes}}, "aggs": {"used": used}}
        answer = await engine.search(index, body)
        found |= {bucket["key"] for bucket in answer["aggregations"]["used"]["buckets"]}
    return found
