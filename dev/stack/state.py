"""What runs for one stack: a file beside its data, changed only under the stack's lock."""

import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from dev.stack.places import make_writable, stack_base
from dev.stack.processes import Identity
from dev.stack.talk import StackError

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,40}")


@dataclass(frozen=True)
class Profile:
    """One stack of engine and Redis with its own data; two names can run side by side."""

    name: str
    es_port: int = 0
    """The port to prefer; where it is taken (or 0) another free one is used."""
    redis_port: int = 0
    heap: str = "1g"
    short: bool = False
    """For tests: lives for minutes and is asked thousands of things once. Its Java compiles each
    only lightly: the full compilers took half of the engine's time (106 s of 212 s)."""
    throwaway: bool = False
    """Ends with its starter whatever happens, and leaves no data."""
    base: Path = field(default_factory=stack_base)

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise StackError(
                f"Имя «{self.name}» не подходит: нужны строчные латинские буквы, цифры, - и _."
            )

    @property
    def folder(self) -> Path:
        return self.base / self.name

    @property
    def java(self) -> str:
        """What its Java is told beside the memory; may be empty."""
        return "-XX:TieredStopAtLevel=1" if self.short else ""


class Running(msgspec.Struct, frozen=True):
    """A service somebody started for this stack."""

    kind: str
    """`local` or `docker`."""
    port: int
    process: Identity | None = None
    build: str = ""
    """Which assembled engine it is: another one is not adopted."""


class State(msgspec.Struct):
    services: dict[str, Running] = {}
    """By name: `elasticsearch`, `redis`."""
    users: list[Identity] = []
    """Who relies on the services: the last of them to leave stops them."""

    def live_users(self) -> list[Identity]:
        return [user for user in self.users if user.find()]


def load(folder: Path) -> State:
    """A file torn by a crash counts as none: processes are found by their marks as well."""
    try:
        return msgspec.json.decode((folder / "stack.json").read_bytes(), type=State)
    except (FileNotFoundError, msgspec.MsgspecError):
        return State()


def save(folder: Path, state: State) -> None:
    draft = folder / f".stack-{os.getpid()}.json"
    draft.write_bytes(msgspec.json.encode(state))
    draft.replace(folder / "stack.json")


def is_quiet(folder: Path) -> bool:
    """Whether nobody is starting or stopping the stack at this moment."""
    try:
        with (folder / "stack.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """One at a time per stack. The kernel drops the lock of a process that was killed."""
    make_writable(folder)
    with (folder / "stack.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
