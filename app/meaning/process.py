"""Owns the encoder's process: starts it when it is first needed, kills it when it is silent, starts
it again, not at once. Whoever has no time to wait goes without an answer, and the process lives: it
is asked the next thing when it has answered.

Safe to call from any thread; asynchronous callers use `app.meaning.service`.
"""

import atexit
import os
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import structlog

from app.errors import EncoderError
from app.meaning.folder import DIMS
from app.meaning.models import EncoderState, Vectors
from app.meaning.talk import Talk
from app.meaning.wire import Ask, Hello, Reply

log = structlog.get_logger()

START_SECONDS = 60.0
"""Of loading: 0.5 s here, more from a cold disk."""
_PAUSES = (0.0, 1.0, 2.0, 5.0, 15.0, 60.0)
"""Seconds before it is started again after so many failures in a row; the first time at once."""
PATIENCE_SECONDS = 5.0
"""For the answer to anything, before a process is taken for hung: it may be one of many here."""
_LEAST_SECONDS = 0.03
"""With less left nothing is asked: 3-8 ms are usual."""
_BUSY = "Модель смысла сейчас занята."
_LOADING = "Модель смысла ещё загружается."
_GONE = "Процесс модели смысла завершился, он будет запущен снова."
_LATE = "Модель смысла не успела ответить."
_SILENT = "Модель смысла не ответила вовремя, она будет запущена снова."
_NOT_STARTED = "Процесс модели смысла не запускается."
_OTHER = "Модель смысла в папке заменили, она загружается."


class TextError(EncoderError):
    """The process lives and could not do these texts: others it will do."""


class _DeadError(EncoderError):
    """It had to be ended, or had ended."""


class EncoderProcess:
    """One a folder and a process of ours; see `encoder_of`."""

    def __init__(self, folder: Path, threads: int, *, polite: bool = False) -> None:
        self._command = [sys.executable, "-m", "app.meaning.child", str(folder), str(threads)]
        if polite:
            self._command.append("polite")
        self._lock = threading.Lock()
        self._talk: Talk | None = None
        self._code = ""
        self._failures = 0
        self._not_before = 0.0
        self._started = 0.0
        self._owes_until: float | None = None
        """Till when the answer to what was asked last may take; None: it was heard."""
        self.trouble = ""
        """Why it last failed, as a Russian sentence; empty while all is well."""

    def encode(
        self, texts: Sequence[str], seconds: float, code: str, questions: bool = False
    ) -> Vectors:
        """Raw vectors, a row a text, by the encoder whose manifest has `code`.

        `EncoderError` after `seconds`, or where it cannot start: waiting for others and for the
        start counts, since whoever asks for a person gives little. `TextError` where only these
        texts are at fault.
        """
        ends = time.monotonic() + seconds
        if not self._lock.acquire(timeout=max(seconds, 0)):
            raise EncoderError(_BUSY)
        try:
            talk = self._ready(ends, code)
            if not self._hear_out(talk, ends):
                talk = self._ready(ends, code)
            return self._ask(talk, Ask(list(texts), questions), ends)
        finally:
            self._lock.release()

    def start(self, seconds: float) -> bool:
        """Starts it where it does not run; whether it is ready within `seconds`. Never raises."""
        if not self._lock.acquire(blocking=False):
            return self._code != ""  # somebody asks it this very moment
        try:
            self._ready(time.monotonic() + seconds, "")
        except EncoderError:
            return False
        finally:
            self._lock.release()
        return True

    @property
    def state(self) -> EncoderState:
        talk = self._talk
        if talk is None:
            return EncoderState.FAILED if self.trouble else EncoderState.IDLE
        if not talk.alive:
            return EncoderState.FAILED
        return EncoderState.READY if self._code else EncoderState.LOADING

    @property
    def pid(self) -> int | None:
        """Of the running process."""
        talk = self._talk
        return talk.pid if talk and talk.alive else None

    def close(self) -> None:
        """Does not wait for a batch under way: it fails."""
        if talk := self._talk:
            talk.end()

    def _ready(self, ends: float, code: str) -> Talk:
        """Running and loaded; a start that takes longer than `ends` goes on for the next caller."""
        if self._talk is not None and not self._talk.alive and self._code:
            self._failed(_GONE)
        if self._talk is not None and code and self._code not in {"", code}:
            self._stop()
        talk = self._talk or self._start()
        if not self._code:
            self._welcome(talk, ends)
        if code and self._code != code:
            self._failed(_OTHER)
            raise EncoderError(_OTHER)
        return talk

    def _start(self) -> Talk:
        if time.monotonic() < self._not_before:
            raise EncoderError(self.trouble or _GONE)
        try:
            self._talk = Talk(self._command, _environment(), Path(__file__).resolve().parents[2])
        except OSError as error:
            self._failed(_NOT_STARTED)
            raise EncoderError(self.trouble) from error
        self._started = time.monotonic()
        return self._talk

    def _welcome(self, talk: Talk, ends: float) -> None:
        hello = talk.listen(ends - time.monotonic())
        if hello is None and talk.alive and time.monotonic() - self._started < START_SECONDS:
            raise EncoderError(_LOADING)
        if isinstance(hello, Hello) and hello.code:
            self._code = hello.code
            return
        self._failed(hello.error if isinstance(hello, Hello) else _NOT_STARTED)
        raise EncoderError(self.trouble)

    def _hear_out(self, talk: Talk, ends: float) -> bool:
        """The answer that nobody waits for any more; False where the process was ended instead."""
        if self._owes_until is None:
            return True
        try:
            self._listen(talk, min(ends, self._owes_until))
        except _DeadError:
            return False
        return True

    def _ask(self, talk: Talk, ask: Ask, ends: float) -> Vectors:
        now = time.monotonic()
        if ends - now < _LEAST_SECONDS:
            raise EncoderError(_BUSY)
        self._owes_until = max(ends, now + PATIENCE_SECONDS)
        talk.say(ask)
        reply = self._listen(talk, ends)
        if reply.error:
            raise TextError(f"Модель смысла не справилась с текстом ({reply.error}).")
        return np.frombuffer(reply.vectors, np.float32).reshape(len(ask.texts), DIMS)

    def _listen(self, talk: Talk, ends: float) -> Reply:
        """Raises `_DeadError` where nothing is to be hoped for, and `EncoderError` before that."""
        reply = talk.listen(ends - time.monotonic())
        if isinstance(reply, Reply):
            self._owes_until, self._failures, self.trouble = None, 0, ""
            return reply
        if talk.alive and time.monotonic() < (self._owes_until or 0):
            raise EncoderError(_LATE)
        self._failed(_SILENT if talk.alive else _GONE)
        raise _DeadError(self.trouble)

    def _failed(self, why: str) -> None:
        self._stop()
        pause = _PAUSES[min(self._failures, len(_PAUSES) - 1)]
        self._failures += 1
        self._not_before = time.monotonic() + pause
        self.trouble = why
        log.warning("encoder_failed", failures=self._failures, again_in=pause)

    def _stop(self) -> None:
        talk, self._talk, self._code, self._owes_until = self._talk, None, "", None
        if talk:
            talk.end()


_KEPT: dict[tuple[Path, int], EncoderProcess] = {}
_KEPT_LOCK = threading.Lock()


def encoder_of(folder: Path, threads: int, *, polite: bool = True) -> EncoderProcess:
    """The same one for the same folder in the whole process; ends with it. `polite` gives way to
    other processes; whoever asks first decides.
    """
    with _KEPT_LOCK:
        key = (folder, threads)
        if key not in _KEPT:
            _KEPT[key] = EncoderProcess(folder, threads, polite=polite)
            atexit.register(_KEPT[key].close)
        return _KEPT[key]


def _environment() -> dict[str, str]:
    """Nothing of the installation: it needs no password and no key."""
    return {name: value for name, value in os.environ.items() if not name.startswith("OTKLIK_")}
