"""Processes of the product that are there at once: forked from one that has loaded the libraries.

A cold `otklik serve` spends 3 seconds of a core on imports before its first own line, a worker as
much again, and tests start and kill hundreds of both. What is forked here is a process of its own
in every respect: its environment, session, connections and end.
"""

import multiprocessing
import os
import runpy
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import NoReturn

from app.settings import ROOT

_LIBRARIES = [
    *("app.main", "cli.serve", "uvicorn.loops.uvloop", "uvicorn.protocols.http.httptools_impl"),
    *("workers.schedule", "dramatiq.cli", "dramatiq.brokers.redis"),
    *("indexers.audit.check", "indexers.audit.days", "indexers.chase.retime"),
    *("indexers.chase.sweep", "indexers.exports.run", "indexers.imports.watch"),
    *("indexers.notices.digest", "indexers.notices.lost", "indexers.notices.project"),
    *("indexers.notices.retention", "indexers.notices.send", "indexers.recount"),
    *("indexers.rebuild.run", "indexers.setup", "indexers.vocabulary"),
]
"""None of them reads the settings when it is loaded: these are of the test that forks."""
_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(_LIBRARIES)


class Child:
    """A running `python -m …`, with what tests use of `subprocess.Popen`."""

    def __init__(self, *arguments: str, said: Path | None = None) -> None:
        """Leads a process group of its own; `said` is the file for what it prints."""
        led, leading = _FORKS.Pipe(duplex=False)
        with led, leading:
            given = (arguments, dict(os.environ), said, leading)
            self._process: BaseProcess = _FORKS.Process(target=_become, args=given)
            self._process.start()
            led.recv()
        self.pid = self._process.pid or 0

    def end(self, number: signal.Signals = signal.SIGKILL) -> None:
        """Sends the signal to the whole group; nothing where it has gone."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, number)

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        self._process.join(timeout)
        if (code := self._process.exitcode) is None:
            raise subprocess.TimeoutExpired("python", timeout or 0)
        return code


def _become(
    arguments: tuple[str, ...],
    environment: Mapping[str, str],
    said: Path | None,
    leading: Connection,
) -> None:
    os.setsid()
    with leading:
        leading.send(True)
    assert sys.modules.keys() >= set(_LIBRARIES), "the fork server keeps quiet about a wrong name"
    os.chdir(ROOT)
    os.environ.clear()
    os.environ.update(environment)
    if said:
        with said.open("wb") as file:
            os.dup2(file.fileno(), sys.stdout.fileno())
    os.execv = _stay
    _run(arguments)


def _run(arguments: tuple[str, ...]) -> None:
    module, *rest = arguments
    sys.argv = [module, *rest]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


def _stay(_path: str, command: list[str]) -> NoReturn:
    """`otklik work` becomes dramatiq by loading everything anew: here what is loaded is kept."""
    assert command[1] == "-m", command
    _run(tuple(command[2:]))
    sys.exit(0)
