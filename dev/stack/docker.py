"""Starts the stock images with Docker's compose, where a Docker engine answers."""

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from dev.stack import ports
from dev.stack.state import Profile, Running
from dev.stack.talk import StackError

COMPOSE_FILE = Path(__file__).resolve().parent / "compose.dev.yml"
_ASK_SECONDS = 15
_UP_SECONDS = 900
"""The first start downloads 700 MB."""
_READY_SECONDS = 180


def compose_command() -> list[str]:
    """`docker compose` or the older `docker-compose`; empty where Docker cannot be used."""
    docker = shutil.which("docker")
    if docker is None or not _works([docker, "info"]):
        return []
    if _works([docker, "compose", "version"]):
        return [docker, "compose"]
    older = shutil.which("docker-compose")
    return [older] if older and _works([older, "version"]) else []


def _works(command: Sequence[str]) -> bool:
    try:
        done = subprocess.run(command, capture_output=True, timeout=_ASK_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def start(profile: Profile, service: str, port: int, is_healthy: Callable[[int], bool]) -> Running:
    """Starts one service and waits for it. Safe to repeat: a running container is kept."""
    compose = compose_command()
    if not compose:
        raise StackError("Docker не отвечает. Запустите его или задайте OTKLIK_ENGINE=local.")
    env = os.environ | {
        "OTKLIK_DEV_ES_PORT": str(port),
        "OTKLIK_DEV_REDIS_PORT": str(port),
        "OTKLIK_DEV_HEAP": profile.heap,
        "OTKLIK_DEV_JAVA": profile.java,
    }
    _run([*compose, *_project(profile), "up", "-d", service], env)
    limit = time.monotonic() + _READY_SECONDS
    while not is_healthy(port):
        if time.monotonic() > limit:
            raise StackError(
                f"Контейнер {service} не отвечает {_READY_SECONDS} секунд. Журнал: "
                f"docker compose -p {_project_name(profile)} logs {service}"
            )
        time.sleep(0.5)
    return Running("docker", port)


def is_running(profile: Profile, service: str) -> bool:
    compose = compose_command()
    if not compose:
        return False
    command = [*compose, *_project(profile), "ps", "-q", "--status", "running", service]
    done = subprocess.run(command, capture_output=True, timeout=_ASK_SECONDS, check=False)
    return done.returncode == 0 and bool(done.stdout.strip())


def stop(profile: Profile) -> None:
    """Stops the containers; those of a throwaway stack go with their volumes."""
    last = ["down", "-v"] if profile.throwaway else ["stop"]
    _run([*compose_command(), *_project(profile), *last], os.environ)


def _project(profile: Profile) -> list[str]:
    return ["-p", _project_name(profile), "-f", str(COMPOSE_FILE)]


def _project_name(profile: Profile) -> str:
    return f"otklik-{profile.name}"


def _run(command: Sequence[str], env: os._Environ[str] | dict[str, str]) -> None:
    try:
        done = subprocess.run(
            command, env=env, capture_output=True, text=True, timeout=_UP_SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise StackError(f"Docker не справился за {_UP_SECONDS} секунд.") from error
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if line.strip()]
        raise StackError(f"Docker: {lines[-1].strip() if lines else 'неизвестная ошибка'}")


def free_port(wanted: int, saved: Running | None) -> int:
    """The port a container of ours already holds, else a free one."""
    if saved and saved.kind == "docker":
        return ports.choose(saved.port, wanted)
    return ports.choose(wanted)
