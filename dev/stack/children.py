"""The three processes of the product under one roof: started, watched and ended together."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from dev.stack import processes
from dev.stack.processes import Identity
from dev.stack.talk import StackError

PRODUCT: tuple[str, ...] = (sys.executable, "-m", "cli.main")
STOP_SECONDS = 13
"""The web process gives requests under way ten seconds."""


@dataclass
class Child:
    name: str
    process: subprocess.Popen[bytes]
    log: Path | None

    @property
    def hint(self) -> str:
        """The end of its log, for the sentence about its death."""
        if self.log is None:
            return ""
        return f"{processes.last_line(self.log)} Журнал: {self.log}"


@dataclass
class Children:
    """`folder` holds the logs and a list by which the next start finds what a kill -9 left."""

    folder: Path
    env: Mapping[str, str]
    verbose: bool
    members: list[Child] = field(default_factory=list)

    def start(self, name: str, *arguments: str) -> None:
        log = None if self.verbose else self.folder / "logs" / f"{name}.log"
        if log:
            log.parent.mkdir(parents=True, exist_ok=True)
            log.write_bytes(b"")
        process = processes.start(
            [*PRODUCT, name, *arguments],
            log=log,
            env=dict(os.environ) | dict(self.env),
            dies_with_parent=True,
        )
        self.members.append(Child(name, process, log))
        known = [Identity.of(child.process.pid) for child in self.alive()]
        _file(self.folder).write_bytes(msgspec.json.encode(known))

    def alive(self) -> list[Child]:
        return [child for child in self.members if child.process.poll() is None]

    def check(self) -> None:
        """StackError about the first that ended by itself."""
        for child in self.members:
            code = child.process.poll()
            if code is not None:
                raise StackError(
                    f"Процесс otklik {child.name} завершился с кодом {code}. {child.hint}"
                )

    def stop(self) -> None:
        """SIGTERM to all at once, SIGKILL to who has not ended in `STOP_SECONDS`."""
        for child in self.alive():
            child.process.send_signal(signal.SIGTERM)
        limit = time.monotonic() + STOP_SECONDS
        while self.alive() and time.monotonic() < limit:
            time.sleep(0.1)
        left = [Identity.of(child.process.pid) for child in self.alive()]
        processes.end(left, seconds=0)
        for child in self.members:
            child.process.wait()
        _file(self.folder).unlink(missing_ok=True)


def end_leftovers(folder: Path) -> None:
    """Ends the children of an `otklik up` that was killed before it could."""
    try:
        known = msgspec.json.decode(_file(folder).read_bytes(), type=list[Identity])
    except (FileNotFoundError, msgspec.MsgspecError):
        return
    processes.end(known, seconds=STOP_SECONDS)


def call(
    env: Mapping[str, str], *arguments: str, quiet: bool = False, given: str | None = None
) -> str:
    """Runs one command of the product to its end; `given` goes to its standard input.

    `quiet` returns its words and shows them only if it fails.
    """
    done = subprocess.run(
        [*PRODUCT, *arguments],
        env=dict(os.environ) | dict(env),
        input=given.encode() if given is not None else None,
        stdout=subprocess.PIPE if quiet else None,
        stderr=subprocess.STDOUT if quiet else None,
        check=False,
    )
    words = (done.stdout or b"").decode("utf-8", "replace").strip()
    if done.returncode:
        command = " ".join(("otklik", *arguments))
        raise StackError(
            f"Не выполнена команда {command} (код {done.returncode}).\n{words}".strip()
        )
    return words


def _file(folder: Path) -> Path:
    return folder / "children.json"
