"""Where the boundaries of an installation lie: one file of its data folder."""

import json
import uuid
from pathlib import Path

from app.board.map.boundaries import Json, read_boundaries
from app.disk import settle
from app.errors import BadInputError

_NAME = "boundaries.geojson"


def path_of(data_dir: Path) -> Path:
    return data_dir / "map" / _NAME


def load(data_dir: Path) -> tuple[Json | None, str]:
    """What people loaded or an administrator put there; a broken file is told, not shown."""
    try:
        data = path_of(data_dir).read_bytes()
    except FileNotFoundError:
        return None, ""
    try:
        return read_boundaries(data), ""
    except BadInputError as error:
        return None, error.message


def save(data_dir: Path, data: bytes) -> None:
    """Raises `BadInputError` for what is no boundary; then the one before stays."""
    found = read_boundaries(data)
    target = path_of(data_dir)
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{uuid.uuid4().hex}")
    try:
        draft.write_text(json.dumps(found, ensure_ascii=False, separators=(",", ":")), "utf-8")
        settle(draft, target)
    finally:
        draft.unlink(missing_ok=True)


def remove(data_dir: Path) -> None:
    path_of(data_dir).unlink(missing_ok=True)
