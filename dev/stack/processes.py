"""Children that can be found again: a PID with its birth time, ended by that pair only."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import msgspec
import psutil

from dev.stack.places import Account, user_name
from dev.stack.talk import StackError

_PR_SET_PDEATHSIG = 1
_KILL_SECONDS = 5
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


class Identity(msgspec.Struct, frozen=True):
    """A process that cannot be mistaken for a later one with the same PID."""

    pid: int
    born: float
    """Seconds since the epoch, as psutil tells it."""

    @classmethod
    def of(cls, pid: int) -> "Identity":
        return cls(pid, psutil.Process(pid).create_time())

    @classmethod
    def mine(cls) -> "Identity":
        return cls.of(os.getpid())

    def find(self) -> psutil.Process | None:
        """The living process, or None where it ended (a zombie has ended, too)."""
        try:
            process = psutil.Process(self.pid)
            # The boot time that psutil adds moves a little when the clock is set.
            same = abs(process.create_time() - self.born) < 2  # noqa: PLR2004
            return process if same and process.status() != psutil.STATUS_ZOMBIE else None
        except psutil.NoSuchProcess:
            return None


def start(
    command: Sequence[str | Path],
    *,
    log: Path | None,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    account: Account | None = None,
    dies_with_parent: bool = False,
) -> subprocess.Popen[bytes]:
    """Starts a child in a session of its own: Ctrl-C reaches the parent only, which ends it.

    With `dies_with_parent` the kernel sends the child SIGTERM when the parent dies (Linux only).
    Output goes to the end of `log`, or with None to where the parent's goes.
    """
    output = log.open("ab") if log else None
    other = account if account and account.switched else None
    try:
        return subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT if output else None,
            env=dict(env) if env is not None else None,
            cwd=cwd,
            start_new_session=True,
            preexec_fn=death_bell(os.getpid()) if dies_with_parent else None,  # noqa: PLW1509 - set after the user changes, or the kernel forgets it
            user=other.uid if other else None,
            group=other.gid if other else None,
            extra_groups=[] if other else None,
        )
    except (OSError, subprocess.SubprocessError) as error:
        who = f" под пользователем {user_name(other.uid)}" if other else ""
        raise StackError(f"Не удалось запустить {command[0]}{who}: {error}") from error
    finally:
        if output:
            output.close()


def death_bell(parent: int) -> Callable[[], None] | None:
    """What a child runs before its program so that it gets SIGTERM when `parent` dies."""
    if _libc is None:
        return None

    def ask() -> None:
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
        if os.getppid() != parent:  # the parent died before the kernel was asked
            os._exit(1)

    return ask


def end_with_parent() -> None:
    """Asks for SIGTERM when our own parent dies: after a kill -9 of `make` nothing stays behind."""
    bell = death_bell(os.getppid())
    if bell:
        bell()


def end(identities: Iterable[Identity], *, seconds: float) -> None:
    """SIGTERM to all, SIGKILL to them and their children after `seconds`."""
    alive = [process for one in identities if (process := one.find())]
    trees = [part for process in alive for part in (process, *_children(process))]
    for process in alive:
        _signal(process, signal.SIGTERM)
    for process in _await_end(trees, seconds):
        _signal(process, signal.SIGKILL)
    _await_end(trees, _KILL_SECONDS)


def _await_end(trees: Sequence[psutil.Process], seconds: float) -> list[psutil.Process]:
    """Who still runs after `seconds`. A zombie has ended: in a container nobody may reap it."""
    limit = time.monotonic() + seconds
    while left := [process for process in trees if _runs(process)]:
        if time.monotonic() >= limit:
            break
        time.sleep(0.05)
    return left


def _runs(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _children(process: psutil.Process) -> list[psutil.Process]:
    try:
        return process.children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def kill_children() -> None:
    """Ends all that this process has started, at once."""
    for process in psutil.Process().children(recursive=True):
        _signal(process, signal.SIGKILL)


def _signal(process: psutil.Process, number: signal.Signals) -> None:
    try:
        process.send_signal(number)
    except psutil.NoSuchProcess:
        return
    except psutil.AccessDenied as error:
        raise StackError(
            f"Процесс {process.pid} остался от прошлого запуска и принадлежит другому "
            f"пользователю. Завершите его: sudo kill {process.pid}"
        ) from error


def carrying(mark: str) -> list[Identity]:
    """Processes with exactly this argument on their command line."""
    return [
        Identity(process.pid, process.info["create_time"])
        for process in psutil.process_iter(["cmdline", "create_time"])
        if mark in (process.info["cmdline"] or ())
    ]


def last_line(log: Path, *words: str) -> str:
    """The last line that holds one of the words (any line without words); empty without one."""
    try:
        text = log.read_text("utf-8", "replace")
    except OSError:
        return ""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    fitting = [line for line in lines if any(word in line for word in words)] if words else lines
    return (fitting or lines or [""])[-1][:400]


def working_in(folder: Path, pid: int) -> list[Identity]:
    """The process, if it lives and its working folder is this one."""
    try:
        process = psutil.Process(pid)
        same = Path(process.cwd()).samefile(folder)
        return [Identity(pid, process.create_time())] if same else []
    except (psutil.Error, OSError):
        return []
