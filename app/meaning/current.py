"""The meaning of this installation as one process keeps it: asked for each few seconds."""

import asyncio
import time
from dataclasses import dataclass, field
from pathlib import Path
from weakref import WeakKeyDictionary

import structlog

from app.engine.client import Engine
from app.errors import EncoderError, EngineSetupError, EngineUnavailableError
from app.meaning.folder import Manifest, known_manifest
from app.meaning.mean import first_mean
from app.meaning.models import Meaning
from app.meaning.repository import live_mean_name, mean_by_name

log = structlog.get_logger()

OFF = "Поиск по смыслу выключен в настройках."
_ASK_SECONDS = 5.0
_PATIENCE_SECONDS = 0.3
"""A person's search waits for it: reading is 2 ms."""
_UNKNOWN = "Поисковая система не сказала, с каким средним сделан индекс."


@dataclass
class _Held:
    """What one process keeps for one engine."""

    meaning: Meaning | None = None
    asked_at: float = float("-inf")
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


_held: WeakKeyDictionary[Engine, _Held] = WeakKeyDictionary()


async def current_meaning(engine: Engine) -> Meaning:
    """What vectors are made with now, and compared by. Asks no model and waits for none.

    `EncoderError` where there is no model, or where nobody knows the mean.
    """
    manifest = known_manifest(encoder_folder(engine))
    held = _held.setdefault(engine, _Held())
    if not _holds(held, manifest):
        async with held.lock:
            if not _holds(held, manifest):
                await _renew(engine, manifest, held)
    if held.meaning is None or held.meaning.code != manifest.code:
        raise EncoderError(_UNKNOWN)
    return held.meaning


def forget_meaning(engine: Engine) -> None:
    """The next question reads it anew."""
    _held.pop(engine, None)


def encoder_folder(engine: Engine) -> Path:
    """Raises `EncoderError` where the settings name none."""
    if not engine.encoder_dir:
        raise EncoderError(OFF)
    return Path(engine.encoder_dir)


def _holds(held: _Held, manifest: Manifest) -> bool:
    if time.monotonic() - held.asked_at >= _ASK_SECONDS:
        return False
    return held.meaning is None or held.meaning.code == manifest.code


async def _renew(engine: Engine, manifest: Manifest, held: _Held) -> None:
    """An engine that is away leaves the last known."""
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            held.meaning = await _read(engine, manifest)
    except (EngineSetupError, EngineUnavailableError, TimeoutError) as error:
        log.warning("meaning_away", error=type(error).__name__)
    held.asked_at = time.monotonic()


async def _read(engine: Engine, manifest: Manifest) -> Meaning:
    """A mean of another encoder says nothing of this one's vectors."""
    name = await live_mean_name(engine)
    own = await mean_by_name(engine, name) if name else None
    if own is None or own.code != manifest.code:
        own = first_mean(manifest)
    return Meaning(manifest.code, own)
