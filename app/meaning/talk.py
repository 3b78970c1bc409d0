"""The conversation with one encoder's process: what is said and heard goes through threads, so that
no wait, not even for a pipe that nobody empties, is longer than whoever waits wants.
"""

import queue
import subprocess
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from msgspec import Struct

from app.meaning.wire import Ask, Hello, Reply, receive, send


class Talk:
    """Raises `OSError` where the process cannot be started."""

    def __init__(self, command: Sequence[str], environment: dict[str, str], folder: Path) -> None:
        self._child = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, cwd=folder
        )
        self.pid = self._child.pid
        self._over = False
        self._said: queue.Queue[Ask | None] = queue.Queue()
        self._heard: queue.Queue[Any] = queue.Queue()
        for work, pipe in ((self._tell, self._child.stdin), (self._hear, self._child.stdout)):
            threading.Thread(target=work, args=(pipe,), daemon=True, name="encoder").start()

    @property
    def alive(self) -> bool:
        """False as soon as nothing more can be heard of it."""
        return not self._over and self._child.poll() is None

    def say(self, ask: Ask) -> None:
        self._said.put(ask)

    def listen(self, seconds: float) -> Hello | Reply | None:
        """None where the process is silent for so long, or gone."""
        try:
            heard: Hello | Reply | None = self._heard.get(timeout=max(seconds, 0.001))
        except queue.Empty:
            return None
        return heard

    def end(self) -> None:
        """At once; its threads end with it."""
        self._child.kill()
        self._said.put(None)
        self._child.wait()

    def _tell(self, pipe: IO[bytes]) -> None:
        with suppress(OSError):  # it is gone: whoever listens learns that
            while (ask := self._said.get()) is not None:
                send(pipe, ask)
        with suppress(OSError):
            pipe.close()

    def _hear(self, pipe: IO[bytes]) -> None:
        kind: type[Struct] = Hello
        with suppress(EOFError, OSError, ValueError):
            while True:
                self._heard.put(receive(pipe, kind))
                kind = Reply
        self._over = True
        self._heard.put(None)
        pipe.close()
