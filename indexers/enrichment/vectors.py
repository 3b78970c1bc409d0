"""The step that gives a case the vector of its text."""

from collections.abc import Sequence
from typing import Any

import structlog

from app.engine.client import Stored
from app.errors import EncoderError
from app.meaning.mean import to_store
from app.meaning.process import TextError
from app.meaning.service import current_meaning, message_vectors
from indexers.enrichment.steps import Findings, Step, Tools

log = structlog.get_logger()

_ENDS_IT = "Модель смысла завершается на этом тексте."
_SURELY_FINE = "Проверка"


async def add_vectors(tools: Tools, cases: Sequence[Stored]) -> Findings:
    """A model that is away is no failure: the cases stay found as lacking vectors."""
    findings = Findings()
    try:
        version = (await current_meaning(tools.engine)).version
        lacking = [one for one in cases if one.source.get("emb_ver") != version]
        if lacking:
            await _encode(tools, lacking, findings)
    except EncoderError as error:
        log.info("vectors_wait", why=error.message)
    return findings


async def _encode(tools: Tools, cases: Sequence[Stored], findings: Findings) -> None:
    """A text that ends the model, or that it cannot do, is found by halving."""
    try:
        version, vectors = await message_vectors(tools.engine, [words_of(one) for one in cases])
    except TextError as error:
        if len(cases) == 1:
            findings.failed[cases[0].id] = error.message
            return
    except EncoderError:
        await message_vectors(tools.engine, [_SURELY_FINE])  # else the model itself is away
        if len(cases) == 1:
            findings.failed[cases[0].id] = _ENDS_IT
            return
    else:
        for one, row in zip(cases, to_store(vectors), strict=True):
            findings.changed[one.id] = {"emb": row, "emb_ver": version}
        return
    middle = len(cases) // 2
    await _encode(tools, cases[:middle], findings)
    await _encode(tools, cases[middle:], findings)


def words_of(case: Stored) -> str:
    """What of a case is encoded."""
    source: dict[str, Any] = case.source
    title, text = source.get("title"), source["text"]
    return f"{title}\n{text}" if title else str(text)


VECTORS = Step("vectors", "смысл", add_vectors)
