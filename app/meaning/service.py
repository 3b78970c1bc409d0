"""Vectors of texts for whoever needs them: centred, of length 1, with the name of their mean.

Nothing waits for the model: where it is off, loading or gone, `EncoderError` says why in Russian,
and the caller goes on by words.
"""

from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path

from anyio.to_thread import run_sync
from msgspec import Struct

from app.engine.client import Engine
from app.errors import EncoderError
from app.meaning.mean import SHIPPED_NAME, centred, shipped_mean
from app.meaning.onnx_encoder import Vectors
from app.meaning.process import EncoderProcess, encoder_of

QUESTION_SECONDS = 0.3
"""What a person's question may wait for its vector: 3-8 ms are usual."""
BATCH_SECONDS = 120.0
_KEPT_QUESTIONS = 500
OFF = "Поиск по смыслу выключен в настройках."


class Meaning(Struct, frozen=True):
    """What vectors of this installation are made with now."""

    version: str
    """`emb_ver`: vectors of another one are never compared with these."""
    mean: Vectors


async def current_meaning(engine: Engine, seconds: float) -> Meaning:
    """Raises `EncoderError` where there is no model to make vectors with."""
    process = _process(engine)
    code = await run_sync(process.code, seconds)
    return Meaning(f"{code}-{SHIPPED_NAME}", shipped_mean())


async def message_vectors(engine: Engine, texts: Sequence[str]) -> tuple[str, Vectors]:
    """`emb_ver` and a row a text; waits minutes if it must: for workers only."""
    meaning = await current_meaning(engine, BATCH_SECONDS)
    raw = await run_sync(_process(engine).encode, texts, BATCH_SECONDS)
    return meaning.version, centred(raw, meaning.mean)


async def question_vector(engine: Engine, text: str) -> tuple[str, list[float]]:
    """`emb_ver` and the vector of what a person asks or types, in `QUESTION_SECONDS` or not."""
    meaning = await current_meaning(engine, QUESTION_SECONDS)
    key = (meaning.version, text)
    if key not in _QUESTIONS:
        raw = await run_sync(_process(engine).encode, [text], QUESTION_SECONDS)
        _QUESTIONS[key] = centred(raw, meaning.mean)[0].tolist()
        if len(_QUESTIONS) > _KEPT_QUESTIONS:
            _QUESTIONS.popitem(last=False)
    _QUESTIONS.move_to_end(key)
    return meaning.version, _QUESTIONS[key]


_QUESTIONS: OrderedDict[tuple[str, str], list[float]] = OrderedDict()
"""The same question comes again with each filter and page."""


def _process(engine: Engine) -> EncoderProcess:
    if not engine.encoder_dir:
        raise EncoderError(OFF)
    return encoder_of(Path(engine.encoder_dir), engine.encoder_threads)
