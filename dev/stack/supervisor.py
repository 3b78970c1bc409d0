"""`find_or_start`: Elasticsearch and Redis from the settings, from Docker, or on this machine."""

import os
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from dev.engine.assemble import build_name
from dev.stack import docker, elasticsearch, ports, processes, redis_server
from dev.stack.places import check_space, engine_account, engine_folder
from dev.stack.processes import Identity
from dev.stack.state import Profile, Running, State, is_quiet, load, locked, save
from dev.stack.talk import StackError, say

_SETTLED_SECONDS = 60
"""A throwaway folder younger than this may belong to a start that has not written its name yet."""


class _Start(Protocol):
    def __call__(self, profile: Profile, note: Callable[[Running], None]) -> Running: ...


@dataclass(frozen=True)
class _Service:
    name: str
    title: str
    variable: str
    """The setting by which a person names one that runs already."""
    url: str
    start: _Start
    is_healthy: Callable[[int], bool]
    wanted_port: Callable[[Profile], int]


_SERVICES = (
    _Service(
        "elasticsearch",
        "Elasticsearch",
        "OTKLIK_ES_URL",
        "http://127.0.0.1:{}",
        elasticsearch.start,
        elasticsearch.is_healthy,
        lambda profile: profile.es_port,
    ),
    _Service(
        "redis",
        "Redis",
        "OTKLIK_REDIS_URL",
        "redis://127.0.0.1:{}/0",
        redis_server.start,
        redis_server.is_healthy,
        lambda profile: profile.redis_port,
    ),
)


@dataclass(frozen=True)
class Stack:
    """What runs, and where. Services named by the environment are never stopped."""

    profile: Profile
    env: Mapping[str, str]
    """`OTKLIK_ES_URL` and `OTKLIK_REDIS_URL` for the processes of the product."""
    services: Mapping[str, Running] = field(default_factory=dict)
    """Those that this or an earlier start of the same name has started."""

    @property
    def es_url(self) -> str:
        return self.env["OTKLIK_ES_URL"]

    @property
    def redis_url(self) -> str:
        return self.env["OTKLIK_REDIS_URL"]

    def dead(self) -> str:
        """The name of a local service that ended by itself; empty while all is well."""
        for service in _SERVICES:
            running = self.services.get(service.name)
            if running and running.process and running.process.find() is None:
                return service.title
        return ""

    def stop(self) -> None:
        """Leaves the stack; the last one to leave stops what was started."""
        if not self.services:
            return
        folder = self.profile.folder
        with locked(folder):
            state = load(folder)
            state.users = [user for user in state.live_users() if user != Identity.mine()]
            if not state.users:
                _stop_services(self.profile, state)
            save(folder, state)
        if self.profile.throwaway:
            _wipe(folder)


def find_or_start(profile: Profile) -> Stack:
    """Blocks until both answer. StackError says in Russian what is missing or went wrong.

    Whoever asks for a name that already runs shares it. What a killed process left behind is
    taken over when healthy and ended when not.
    """
    given = {one.variable: url for one in _SERVICES if (url := _given(one))}
    missing = [service for service in _SERVICES if service.variable not in given]
    if not missing:
        return Stack(profile, given)
    if profile.throwaway:
        sweep(profile)
    started: dict[str, Running] = {}
    with locked(profile.folder):
        check_space(profile.folder)
        state = load(profile.folder)
        state.users = [*state.live_users(), Identity.mine()]
        save(profile.folder, state)
        try:
            for service in missing:
                started[service.name] = _find_or_start(profile, state, service)
        except BaseException as error:
            _leave_after_failure(profile, state)
            if profile.throwaway and not isinstance(error, StackError):
                _wipe(profile.folder)  # a StackError names a log that is to be read
            raise
    urls = {one.variable: one.url.format(started[one.name].port) for one in missing}
    return Stack(profile, given | urls, started)


@contextmanager
def running(profile: Profile) -> Iterator[Stack]:
    """The stack for the length of a block."""
    stack = find_or_start(profile)
    try:
        yield stack
    finally:
        stack.stop()


def _given(service: _Service) -> str:
    """The address from the environment, proven to be listening; empty where none is given."""
    url = os.environ.get(service.variable, "")
    if not url:
        return ""
    parts = urlsplit(url)
    port = parts.port or {"https": 443, "http": 80}.get(parts.scheme, 6379)
    if not parts.hostname or not ports.answers(parts.hostname, port, 5.0):
        raise StackError(
            f"{service.title} не отвечает по адресу {parts.hostname}:{port} "
            f"из {service.variable}. Исправьте {service.variable} или уберите её: "
            f"тогда {service.title} запустится сам."
        )
    return url


def _find_or_start(profile: Profile, state: State, service: _Service) -> Running:
    found = state.services.get(service.name)
    if found and _adoptable(profile, service, found):
        return found

    def note(running: Running) -> None:
        state.services[service.name] = running
        save(profile.folder, state)

    started = _start(profile, service, found, note)
    note(started)
    return started


def _adoptable(profile: Profile, service: _Service, found: Running) -> bool:
    if found.kind == "docker":
        return docker.is_running(profile, service.name) and service.is_healthy(found.port)
    if found.process is None or found.process.find() is None:
        return False
    if found.build and found.build != build_name():
        return False
    return service.is_healthy(found.port)


def _start(
    profile: Profile, service: _Service, found: Running | None, note: Callable[[Running], None]
) -> Running:
    way = chosen_way()
    if way != "local":
        port = docker.free_port(service.wanted_port(profile), found)
        try:
            return docker.start(profile, service.name, port, service.is_healthy)
        except StackError as error:
            if way == "docker":
                raise
            say(f"{error.message} Обойдусь без Docker.")
    return service.start(profile, note)


def chosen_way() -> str:
    """`docker`, `local`, or `auto-docker`: nobody insisted on Docker, so it may be done without."""
    wish = os.environ.get("OTKLIK_ENGINE", "auto")
    if wish in {"docker", "local"}:
        return wish
    if wish != "auto":
        raise StackError("OTKLIK_ENGINE бывает auto, docker или local.")
    return "auto-docker" if docker.compose_command() else "local"


def _leave_after_failure(profile: Profile, state: State) -> None:
    """Nothing half-started stays behind; the reason of the failure is what gets told."""
    state.users = [user for user in state.users if user != Identity.mine()]
    with suppress(StackError, OSError):
        if not state.users:
            _stop_services(profile, state)
        save(profile.folder, state)


def _stop_services(profile: Profile, state: State) -> None:
    services = list(state.services.values())
    local = [running.process for running in services if running.process]
    processes.end(local, seconds=elasticsearch.STOP_SECONDS)
    if any(running.kind == "docker" for running in services):
        docker.stop(profile)
    state.services = {}


def _wipe(folder: Path) -> None:
    shutil.rmtree(engine_folder(folder, engine_account()), ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)


def sweep(profile: Profile) -> None:
    """Removes throwaway stacks of the same family (`test-1234`) whose starter was killed."""
    family = profile.name.rpartition("-")[0]
    for folder in profile.base.glob(f"{family}-*"):
        number = folder.name.rpartition("-")[2]
        if not family or not number.isdigit() or not (folder / "stack.lock").exists():
            continue
        young = time.time() - folder.stat().st_mtime < _SETTLED_SECONDS
        if young or not is_quiet(folder):
            continue
        state = load(folder)
        if not state.live_users():
            old = Profile(folder.name, throwaway=True, base=profile.base)
            _stop_services(old, state)
            _wipe(folder)
