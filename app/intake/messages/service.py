"""Messages sent by a program: read, checked, written, each with an outcome of its own."""

import hashlib
from datetime import UTC, datetime
from typing import Any

from msgspec import Struct
from ulid import ULID

from app.cases.derived import case_id
from app.engine.client import Engine
from app.errors import BadInputError, OtklikError
from app.intake.entry import Entry, Outcome, only_municipality, take_in
from app.intake.messages.parse import MessageReader
from app.intake.models import CaseInput
from app.settings import Settings
from app.viewer import Viewer

RECEIVED = "received"
"""The history event of a message that came by the API."""
_LONGEST_KEY = 255


class Sender(Struct, frozen=True):
    """Who sends: the person whose rights count, and the program that bears the token."""

    viewer: Viewer
    program: str
    """The token's name; the source of messages that name none."""


async def receive(
    engine: Engine, settings: Settings, sender: Sender, given: list[Any], key: str | None
) -> list[Outcome]:
    """An outcome for each of `given` in their order; safe to repeat with the same `key`."""
    _check_key(key)
    reader = MessageReader(
        settings.zone,
        datetime.now(UTC),
        source=sender.program,
        municipality=only_municipality(sender.viewer),
    )
    outcomes: dict[int, Outcome] = {}
    entries: dict[int, Entry] = {}
    for position, message in enumerate(given):
        try:
            entries[position] = _entry(sender, reader.read(message), key, position)
        except OtklikError as error:
            outcomes[position] = error
    written = await take_in(
        engine, settings.zone, sender.viewer, list(entries.values()), refresh=False
    )
    outcomes |= dict(zip(entries, written, strict=True))
    return [outcomes[position] for position in range(len(given))]


def _entry(sender: Sender, case: CaseInput, key: str | None, position: int) -> Entry:
    by_key = key is not None and case.external_id is None
    return Entry(
        id=_identity(sender, case, key, position),
        input=case,
        what=RECEIVED,
        profile="api",
        created_by=sender.program,
        reason=f"токен «{sender.program}»",
        keyed=by_key,
    )


def _identity(sender: Sender, case: CaseInput, key: str | None, position: int) -> str:
    """By the number in the source, else by the caller's key, else anew each time."""
    if case.external_id is not None:
        return case_id(case.system, case.external_id)
    if key is not None:
        named = f"{sender.viewer.name}\x1f{key}\x1f{position}"
        return hashlib.sha256(named.encode()).hexdigest()[:32]
    return str(ULID())


def _check_key(key: str | None) -> None:
    if key is None:
        return
    if not key or len(key) > _LONGEST_KEY or not key.isascii() or not key.isprintable():
        raise BadInputError(
            f"Заголовок Idempotency-Key: от 1 до {_LONGEST_KEY} латинских букв, цифр и знаков.",
            field="Idempotency-Key",
        )
