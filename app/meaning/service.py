"""Vectors of texts for whoever needs them: centred, of length 1, with the name of their mean.

Nothing waits for the model: where it is off, loading or gone, `EncoderError` says why in Russian,
and the caller goes on by words.
"""

import threading
from collections import OrderedDict
from collections.abc import Sequence

import numpy as np
from anyio.to_thread import run_sync

from app.engine.client import Engine
from app.errors import EncoderError
from app.meaning.current import current_meaning, encoder_folder
from app.meaning.folder import known_manifest
from app.meaning.mean import QUESTION_SHARE, centred
from app.meaning.models import Encoder, EncoderState, Meaning, Vectors
from app.meaning.process import START_SECONDS, EncoderProcess, encoder_of
from app.meaning.repository import MEAN_META, add_mean, means_of, newest_mean

__all__ = [
    "MEAN_META",
    "add_mean",
    "current_meaning",
    "encoder_now",
    "means_of",
    "message_vector",
    "message_vectors",
    "newest_mean",
    "question_vector",
    "unanswered",
    "warm",
]

QUESTION_SECONDS = 0.3
"""What a person's question may wait for its vector: 3-8 ms are usual."""
BATCH_SECONDS = 60.0
"""What some hundred texts may take on a busy machine: 2 s are usual."""
_KEPT_QUESTIONS = 500
LONGEST_TEXT = 4_000
"""Signs of a text that are sent to the model, which reads 512 pieces: about 2,000 signs."""
_NOTES = {
    EncoderState.IDLE: "Запустится при первом вопросе.",
    EncoderState.LOADING: "Загружается.",
    EncoderState.READY: "Работает.",
}


async def message_vectors(
    engine: Engine, texts: Sequence[str], seconds: float = BATCH_SECONDS
) -> tuple[str, Vectors]:
    """`emb_ver` and a row a text; waits as long as it is told to: for workers only.

    `app.meaning.process.TextError` where the model lives and these texts are at fault.
    """
    meaning = await current_meaning(engine)
    return meaning.version, await _vectors(engine, meaning, texts, seconds)


async def question_vector(engine: Engine, *wordings: str) -> tuple[str, list[float]]:
    """`emb_ver` and the vector of what a person asks, in `QUESTION_SECONDS` a wording or not.

    Of several wordings of one question the one between them: nobody knows which is right.
    """
    found = [await _one_vector(engine, text, questions=True) for text in wordings]
    version, first = found[0]
    if len(found) == 1:
        return version, first
    between = np.array([vector for _, vector in found], np.float32).sum(axis=0)
    unit: list[float] = (between / np.linalg.norm(between)).tolist()
    return version, unit


async def message_vector(engine: Engine, text: str) -> tuple[str, list[float]]:
    """As `question_vector`, for a message that is compared with messages: one being written."""
    return await _one_vector(engine, text, questions=False)


async def _one_vector(engine: Engine, text: str, *, questions: bool) -> tuple[str, list[float]]:
    try:
        meaning = await current_meaning(engine)
        key = (f"{meaning.version} {questions}", text)
        if (known := _QUESTIONS.get(key)) is None:
            found = await _vectors(engine, meaning, [text], QUESTION_SECONDS, questions=questions)
            known = found[0].tolist()
            _QUESTIONS.put(key, known)
    except EncoderError:
        if engine.encoder_dir:
            _QUESTIONS.unanswered += 1
        raise
    return meaning.version, known


async def warm(engine: Engine, seconds: float = START_SECONDS, *, polite: bool = True) -> bool:
    """Starts the model where it does not run; whether it is ready within `seconds`.

    One that is not `polite` takes the cores before other processes do: for whoever answers people.
    """
    try:
        process = _process(engine, polite=polite)
    except EncoderError:
        return False
    return await run_sync(process.start, seconds)


def unanswered() -> int:
    """Questions of this process that the model should have had and did not."""
    return _QUESTIONS.unanswered


def encoder_now(engine: Engine) -> Encoder:
    """How the model of this very process is."""
    if not engine.encoder_dir:
        return Encoder(EncoderState.OFF, "Выключена в настройках: поиск только по словам.")
    try:
        process = _process(engine)
    except EncoderError as error:
        return Encoder(EncoderState.MISSING, error.message)
    state = process.state
    return Encoder(state, _NOTES.get(state) or process.trouble)


async def _vectors(
    engine: Engine,
    meaning: Meaning,
    texts: Sequence[str],
    seconds: float,
    *,
    questions: bool = False,
) -> Vectors:
    process, sent = _process(engine), [text[:LONGEST_TEXT] for text in texts]
    raw = await run_sync(process.encode, sent, seconds, meaning.code, questions)
    mean = meaning.mean.vector
    return centred(raw, QUESTION_SHARE * mean if questions else mean)


def _process(engine: Engine, *, polite: bool = True) -> EncoderProcess:
    folder = encoder_folder(engine)
    known_manifest(folder)
    return encoder_of(folder, engine.encoder_threads, polite=polite)


class _Questions:
    """The same question comes again with each filter and page. Safe to use from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[str, str], list[float]] = OrderedDict()
        self.unanswered = 0

    def get(self, key: tuple[str, str]) -> list[float] | None:
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def put(self, key: tuple[str, str], vector: list[float]) -> None:
        with self._lock:
            self._kept[key] = vector
            if len(self._kept) > _KEPT_QUESTIONS:
                self._kept.popitem(last=False)


_QUESTIONS = _Questions()
