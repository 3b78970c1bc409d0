"""Saving what was typed: one key, one case, however often the form is sent."""

import hashlib
from datetime import UTC, datetime

import msgspec
from msgspec import Struct

from app.engine.client import Engine
from app.engine.names import Index
from app.errors import OtklikError
from app.intake.entry import Entry, Taken, take_in
from app.intake.manual.forms import SYSTEM, EntryForm, understand
from app.reference.themes import active_themes
from app.settings import Settings
from app.viewer import Viewer

ENTERED = "entered"
"""The history event of a message that a person typed in."""


class Refused(Struct, frozen=True):
    """`errors`: field → sentence; `trouble`: what stands in the way of the whole."""

    errors: dict[str, str]
    trouble: OtklikError | None = None


async def save(
    engine: Engine, settings: Settings, viewer: Viewer, key: str, form: EntryForm
) -> Taken | Refused:
    """Raises `EngineUnavailableError` where nothing could be written."""
    themes = await active_themes(engine) if form.theme else []
    known = {theme.code: theme for theme in themes}
    understood = understand(form, settings.zone, datetime.now(UTC), known)
    if understood.input is None:
        return Refused(understood.errors)
    entry = Entry(
        id=entry_id(viewer, key),
        input=understood.input,
        what=ENTERED,
        profile=SYSTEM,
        created_by=viewer.name,
        keyed=True,
    )
    (outcome,) = await take_in(engine, settings.zone, viewer, [entry], refresh=True)
    return Refused({}, outcome) if isinstance(outcome, OtklikError) else outcome


def entry_id(viewer: Viewer, key: str) -> str:
    """Nobody's key leads to another person's entry."""
    return hashlib.sha256(f"{SYSTEM}\x1f{viewer.name}\x1f{key}".encode()).hexdigest()[:32]


class Entered(Struct, frozen=True):
    """The case a key has become."""

    number: str
    received_at: datetime


async def entered_before(engine: Engine, viewer: Viewer, key: str) -> Entered | None:
    """None while it is only being typed."""
    fields = ("number", "received_at")
    stored = await engine.get(Index.CASES, entry_id(viewer, key), fields=fields)
    return msgspec.convert(stored.source, Entered) if stored else None
