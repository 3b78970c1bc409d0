"""Starts the assembled Elasticsearch for one stack and waits until it answers."""

import json
import os
import re
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from dev.engine.assemble import assembled
from dev.engine.jdk import Jdk
from dev.stack import ports, processes
from dev.stack.places import (
    Account,
    check_space,
    engine_account,
    engine_folder,
    hand_over,
    make_writable,
    open_way,
)
from dev.stack.processes import Identity
from dev.stack.state import Profile, Running
from dev.stack.talk import StackError, say

READY_SECONDS = 120
"""Ready in 10-15 s on two idle cores; the rest is for a machine that is busy with tests."""
STOP_SECONDS = 12
_TRIES = 3
_TROUBLE = ("ERROR", "FATAL", "Exception", "error:", "OutOfMemory", "No space left")


@dataclass(frozen=True)
class Seat:
    """Where one local engine lives: all it writes is under `folder`."""

    folder: Path
    home: Path
    account: Account

    @property
    def console(self) -> Path:
        return self.folder / "console.log"

    @property
    def mark(self) -> str:
        """An option of its JVM that only this engine has: it is found again by it."""
        return f"-Dotklik.engine={self.folder}"


def prepare(profile: Profile) -> tuple[Seat, Jdk]:
    account = engine_account()
    folder = engine_folder(profile.folder, account)
    make_writable(folder)
    open_way(folder.parent, account)
    check_space(folder)
    home, jdk = assembled(account)
    return Seat(folder, home, account), jdk


def start(profile: Profile, note: Callable[[Running], None]) -> Running:
    """Starts the engine; `note` is told of the process at once, before it is ready."""
    seat, jdk = prepare(profile)
    processes.end(leftovers(seat), seconds=STOP_SECONDS)
    if seat.folder.parent != profile.folder:
        say(f"Папка проекта закрыта для других, данные Elasticsearch лежат в {seat.folder}")
    for _ in range(_TRIES):
        running = _launch(profile, seat, jdk)
        note(running)
        trouble = _await_ready(running, seat)
        if not trouble:
            return running
        if running.process:
            processes.end([running.process], seconds=STOP_SECONDS)
        if "Failed to bind" not in trouble and "BindException" not in trouble:
            break
    raise StackError(f"Elasticsearch не запустился: {trouble} Журнал: {seat.console}")


def leftovers(seat: Seat) -> list[Identity]:
    """What a kill -9 left: the launcher is found by its configuration, the server by its mark."""
    return processes.carrying(seat.mark) + processes.carrying(
        f"-Des.path.conf={seat.folder / 'config'}"
    )


def _launch(profile: Profile, seat: Seat, jdk: Jdk) -> Running:
    http_port = ports.choose(profile.es_port)
    transport = ports.choose(taken=frozenset({http_port}))
    _write_config(profile, seat, http_port, transport)
    seat.console.write_bytes(b"")
    hand_over(seat.folder, seat.account)
    child = processes.start(
        [seat.home / "bin" / "elasticsearch"],
        log=seat.console,
        env=_environment(seat, jdk),
        cwd=seat.folder,
        account=seat.account,
        dies_with_parent=profile.throwaway,
    )
    return Running("local", http_port, Identity.of(child.pid), seat.home.name)


def _environment(seat: Seat, jdk: Jdk) -> dict[str, str]:
    """Nothing of the caller's Java options: they are meant for other programs."""
    dropped = {"JAVA_HOME", "JAVA_OPTS", "JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS", "ES_JAVA_OPTS"}
    kept = {name: value for name, value in os.environ.items() if name not in dropped}
    scratch = seat.folder / "tmp"
    if " " not in str(scratch):  # its launcher splits the options at spaces
        kept["CLI_JAVA_OPTS"] = f"-Djava.io.tmpdir={scratch}"  # or each start litters /tmp
    return kept | {
        "ES_JAVA_HOME": str(jdk.home),
        "ES_PATH_CONF": str(seat.folder / "config"),
        "ES_TMPDIR": str(scratch),
        "HOME": str(seat.folder),
    }


def _write_config(profile: Profile, seat: Seat, http_port: int, transport: int) -> None:
    config = seat.folder / "config"
    if config.exists():
        shutil.rmtree(config)
    shutil.copytree(seat.home / "config", config, copy_function=shutil.copyfile)
    for name in ("data", "logs", "snapshots", "tmp"):
        (seat.folder / name).mkdir(exist_ok=True)
    settings = _settings(profile, seat, http_port, transport)
    lines = [f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in settings.items()]
    (config / "elasticsearch.yml").write_text("\n".join(lines) + "\n", "utf-8")
    _write_jvm_options(profile, seat, config)


def _settings(
    profile: Profile, seat: Seat, http_port: int, transport: int
) -> Mapping[str, str | int | bool]:
    return {
        "cluster.name": f"otklik-{profile.name}",
        "node.name": "otklik",
        "discovery.type": "single-node",
        "network.host": ports.LOOPBACK,
        "http.port": http_port,
        "transport.port": transport,
        "path.data": str(seat.folder / "data"),
        "path.logs": str(seat.folder / "logs"),
        "path.repo": str(seat.folder / "snapshots"),
        "xpack.ml.enabled": False,
        "xpack.security.enabled": False,
        # An alias missing by mistake must be an error, not a new index with guessed fields.
        "action.auto_create_index": False,
        # The defaults count in per cent and close indexes on a large disk with 40 GB free.
        "cluster.routing.allocation.disk.watermark.low": "1gb",
        "cluster.routing.allocation.disk.watermark.high": "750mb",
        "cluster.routing.allocation.disk.watermark.flood_stage": "500mb",
    }


def _write_jvm_options(profile: Profile, seat: Seat, config: Path) -> None:
    """Stock options, except that nothing is written into the shared home."""
    stock = (config / "jvm.options").read_text("utf-8").splitlines()
    kept = [line for line in stock if not re.search(r"Xlog:gc|HeapDumpPath|ErrorFile", line)]
    own = [
        f"-Xms{profile.heap}",
        f"-Xmx{profile.heap}",
        f"-XX:HeapDumpPath={seat.folder / 'logs'}",
        f"-XX:ErrorFile={seat.folder / 'logs' / 'hs_err.log'}",
        seat.mark,
        profile.java,
    ]
    (config / "jvm.options").write_text("\n".join([*kept, *own]) + "\n", "utf-8")


def _await_ready(running: Running, seat: Seat) -> str:
    """Empty once the engine is ready, else a sentence about what went wrong."""
    limit = time.monotonic() + READY_SECONDS
    while time.monotonic() < limit:
        if is_healthy(running.port):
            return ""
        if running.process is None or running.process.find() is None:
            return f"процесс завершился. {processes.last_line(seat.console, *_TROUBLE)}"
        time.sleep(0.3)
    line = processes.last_line(seat.console, *_TROUBLE)
    return f"не отвечает {READY_SECONDS} секунд. {line}"


def is_healthy(port: int, seconds: float = 5.0) -> bool:
    """Whether all primary shards are there; the engine itself waits up to two seconds for them."""
    return ports.answers_ok(port, "/_cluster/health?wait_for_status=yellow&timeout=2s", seconds)
