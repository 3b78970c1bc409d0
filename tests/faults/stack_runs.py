"""Starting the stack as a person does, in a process of its own, and looking at what lives."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psutil

from app.settings import ROOT

PATIENCE = 150
"""Seconds. An engine is ready in 10-15; the rest is for a machine busy with other tests."""


class Run:
    """One command of the stack; everything it says goes to a file."""

    def __init__(self, base: Path, command: Sequence[str | Path], **env: str) -> None:
        self.log = base / f"said-{time.monotonic_ns()}.txt"
        kept = {k: v for k, v in os.environ.items() if not k.startswith("OTKLIK_ES_")}
        kept.pop("OTKLIK_REDIS_URL", None)
        with self.log.open("wb") as said:
            self.process = subprocess.Popen(
                [sys.executable, *map(str, command)],
                env=kept | {"OTKLIK_STACK_DIR": str(base), "OTKLIK_ENGINE": "local"} | env,
                cwd=ROOT,
                stdout=said,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def said(self) -> str:
        return self.log.read_text("utf-8")

    def await_word(self, word: str) -> str:
        wait_for(lambda: word in self.said or self.process.poll() is not None)
        assert word in self.said, self.said
        return self.said

    def ask_to_stop(self) -> int:
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(PATIENCE)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(PATIENCE)


@contextmanager
def started(base: Path, *command: str | Path, **env: str) -> Iterator[Run]:
    run = Run(base, command, **env)
    try:
        yield run
    finally:
        if run.process.poll() is None:
            run.process.terminate()
            run.process.wait(PATIENCE)


def wait_for(happened: Callable[[], bool]) -> None:
    limit = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < limit, "waited in vain"
        time.sleep(0.1)


def living(base: Path) -> set[int]:
    """PIDs of the engines and Redis servers of all stacks in the folder."""
    found = set()
    for process in psutil.process_iter(["cmdline", "name", "status"]):
        line = " ".join(process.info["cmdline"] or ())
        if process.info["status"] == psutil.STATUS_ZOMBIE:
            continue
        if str(base) in line and "java" in line:
            found.add(process.pid)
        elif process.info["name"] == "redis-server":
            try:
                if Path(process.cwd()).is_relative_to(base):
                    found.add(process.pid)
            except psutil.Error:
                continue
    return found
