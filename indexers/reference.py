"""Fills the reference books: adds what is missing, never overwrites what people edited."""

import msgspec

from app.engine.client import Engine
from app.engine.names import Index
from app.errors import EngineSetupError
from app.reference.starter import starter_entries
from indexers import bulk


async def load_reference(engine: Engine) -> int:
    """Returns how many lines were added."""
    actions = [
        bulk.BulkAction("create", f"{entry.book}:{entry.code}", msgspec.json.encode(entry))
        for entry in starter_entries()
    ]
    outcome = await bulk.write(engine, Index.REFERENCE, actions)
    if outcome.failures:
        raise EngineSetupError("Справочники загружены не полностью. Повторите «otklik setup».")
    return len(outcome.written)
