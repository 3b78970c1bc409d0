"""Files of steps: kept beside those of cases under their hash, handed out as downloads."""

from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from anyio.to_thread import run_sync
from ulid import ULID

from app.cases.attachments.kinds import media_type_of
from app.cases.attachments.names import clean_name
from app.cases.attachments.store import AttachmentStore
from app.engine.client import Engine
from app.errors import BadInputError, NotFoundError
from app.road_maps.models import RoadMap, StepFile
from app.road_maps.service import attach, find_part, may_report, open_map
from app.settings import Settings
from app.viewer import Viewer


async def keep_file(
    engine: Engine,
    settings: Settings,
    viewer: Viewer,
    map_id: str,
    part_id: str,
    stream: BinaryIO,
    name: str,
) -> RoadMap:
    """Who may not report on the part leaves nothing on the disk. Raises `BadInputError`,
    `TooLargeError`, `ForbiddenError`.
    """
    opened = await open_map(engine, viewer, map_id)
    may_report(viewer, find_part(opened.road_map, part_id))
    cleaned = clean_name(name)
    file = await run_sync(_kept, AttachmentStore(settings), stream, cleaned, viewer.name)
    return await attach(engine, viewer, map_id, part_id, file)


def _kept(store: AttachmentStore, stream: BinaryIO, name: str, by: str) -> StepFile:
    content = store.read_upload(stream)
    if not content:
        raise BadInputError("Файл пустой.", field="file")
    media_type = media_type_of(name, content)
    kept = store.keep(content)
    return StepFile(
        id=str(ULID()),
        sha256=kept.sha256,
        name=name,
        media_type=media_type,
        size=kept.size,
        at=datetime.now(UTC),
        by=by,
    )


async def find_file(
    engine: Engine, settings: Settings, viewer: Viewer, map_id: str, part_id: str, file_id: str
) -> tuple[StepFile, Path]:
    """Only for whoever sees the problem. Raises `NotFoundError`."""
    opened = await open_map(engine, viewer, map_id)
    for file in find_part(opened.road_map, part_id).files:
        path = AttachmentStore(settings).path(file.sha256)
        if file.id == file_id and path.is_file():
            return file, path
    raise NotFoundError("Такого файла у шага нет.")
