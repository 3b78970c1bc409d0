"""Owns the encoder's process: starts it when it is first needed, kills it when it is silent, starts
it again, not at once. Safe to call from any thread; asynchronous callers use `app.meaning.service`.
"""

import atexit
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import structlog

from app.errors import EncoderError
from app.meaning.folder import DIMS
from app.meaning.onnx_encoder import Vectors
from app.meaning.wire import Ask, Hello, Reply, receive, send

log = structlog.get_logger()

START_SECONDS = 60.0
"""Of loading: 0.5 s here, more from a cold disk."""
_FIRST_PAUSE = 1.0
_LONGEST_PAUSE = 60.0
_AWAY = "Модель смысла сейчас не отвечает."


class EncoderProcess:
    """One a folder and a process of ours; see `encoder_of`."""

    def __init__(self, folder: Path, threads: int, *, polite: bool = False) -> None:
        self._folder = folder
        self._threads = threads
        self._polite = polite
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._answers: queue.Queue[Any] = queue.Queue()
        self._code = ""
        self._failures = 0
        self._not_before = 0.0
        self._started = 0.0
        self.trouble = ""
        """Why it last failed, as a Russian sentence; empty while all is well."""

    def encode(self, texts: Sequence[str], seconds: float) -> Vectors:
        """Raw vectors, a row a text. `EncoderError` after `seconds`, or where it cannot start.

        Waiting for others and for the start counts: whoever asks for a person gives little.
        """
        ends = time.monotonic() + seconds
        if not self._lock.acquire(timeout=max(seconds, 0)):
            raise EncoderError(_AWAY)
        try:
            self._ready(ends)
            return self._ask(texts, ends)
        finally:
            self._lock.release()

    def code(self, seconds: float) -> str:
        """Of the manifest; starts the process where it is not running."""
        ends = time.monotonic() + seconds
        if not self._lock.acquire(timeout=max(seconds, 0)):
            raise EncoderError(_AWAY)
        try:
            self._ready(ends)
        finally:
            self._lock.release()
        return self._code

    @property
    def pid(self) -> int | None:
        """Of the running process."""
        child = self._child
        return child.pid if child and child.poll() is None else None

    def close(self) -> None:
        with self._lock:
            self._stop()

    def _ready(self, ends: float) -> None:
        """Running and loaded; a start that takes longer than `ends` goes on for the next caller."""
        if self._child is not None and self._child.poll() is not None:
            self._failed("Процесс модели смысла завершился, он будет запущен снова.")
        if self._child is None:
            self._start()
        if not self._code:
            hello: Hello | None = self._receive(ends, keep=True)
            if hello is None or not hello.code:
                self._failed(hello.error if hello else _AWAY)
                raise EncoderError(self.trouble)
            self._code = hello.code

    def _start(self) -> None:
        if time.monotonic() < self._not_before:
            raise EncoderError(self.trouble or _AWAY)
        command = [sys.executable, "-m", "app.meaning.child", str(self._folder), str(self._threads)]
        try:
            self._child = subprocess.Popen(
                [*command, "polite"] if self._polite else command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                cwd=Path(__file__).resolve().parents[2],
            )
        except OSError as error:
            self._failed("Процесс модели смысла не запускается.")
            raise EncoderError(self.trouble) from error
        self._started = time.monotonic()
        self._answers = queue.Queue()
        arguments = (self._child, self._answers)
        threading.Thread(target=_read, args=arguments, daemon=True, name="encoder").start()

    def _ask(self, texts: Sequence[str], ends: float) -> Vectors:
        child = self._child
        if child is None or child.stdin is None:
            raise EncoderError(_AWAY)
        try:
            send(child.stdin, Ask(list(texts)))
        except OSError as error:
            self._failed("Процесс модели смысла завершился, он будет запущен снова.")
            raise EncoderError(self.trouble) from error
        reply: Reply | None = self._receive(ends)
        if reply is None:
            self._failed("Модель смысла не ответила вовремя, она будет запущена снова.")
            raise EncoderError(self.trouble)
        if reply.error:
            raise EncoderError(f"Модель смысла не справилась с текстом ({reply.error}).")
        self._failures, self.trouble = 0, ""
        return np.frombuffer(reply.vectors, np.float32).reshape(len(texts), DIMS)

    def _receive(self, ends: float, *, keep: bool = False) -> Any:
        """None where the process is gone or silent; `keep`: a slow start is not ended yet."""
        try:
            return self._answers.get(timeout=max(ends - time.monotonic(), 0.001))
        except queue.Empty:
            if keep and time.monotonic() - self._started < START_SECONDS:
                raise EncoderError("Модель смысла ещё загружается.") from None
            return None

    def _failed(self, why: str) -> None:
        self._stop()
        pause = min(_FIRST_PAUSE * 2**self._failures, _LONGEST_PAUSE)
        self._failures += 1
        self._not_before = time.monotonic() + pause
        self.trouble = why
        log.warning("encoder_failed", failures=self._failures, again_in=pause)

    def _stop(self) -> None:
        child, self._child, self._code = self._child, None, ""
        if child is None:
            return
        child.kill()
        with suppress(OSError):  # what was not sent yet has nobody to read it
            if child.stdin:
                child.stdin.close()
        child.wait()


def _read(child: subprocess.Popen[bytes], answers: "queue.Queue[Any]") -> None:
    """Puts down what the process says, so that waiting for it can have an end."""
    out = child.stdout
    if out is None:
        return
    kind: type[Any] = Hello
    with suppress(EOFError, OSError, ValueError):
        while True:
            answers.put(receive(out, kind))
            kind = Reply
    answers.put(None)
    out.close()


_KEPT: dict[tuple[Path, int, bool], EncoderProcess] = {}
_KEPT_LOCK = threading.Lock()


def encoder_of(folder: Path, threads: int, *, polite: bool = False) -> EncoderProcess:
    """The same one for the same folder in the whole process; ends with it."""
    with _KEPT_LOCK:
        key = (folder, threads, polite)
        if key not in _KEPT:
            _KEPT[key] = EncoderProcess(folder, threads, polite=polite)
            atexit.register(_KEPT[key].close)
        return _KEPT[key]
