"""When Docker is used, and how it is called. No Docker engine: `docker` is a recording script."""

import json
from pathlib import Path

import pytest
import yaml

from dev.engine.assemble import engine_version
from dev.stack import docker, supervisor
from dev.stack.state import Profile, Running
from dev.stack.talk import StackError

_SCRIPT = """#!/bin/sh
printf '%s\\n' "$*" >> {calls}
printf '%s ' $OTKLIK_DEV_ES_PORT $OTKLIK_DEV_REDIS_PORT $OTKLIK_DEV_HEAP $OTKLIK_DEV_JAVA >> {ports}
echo >> {ports}
case " {broken} " in *" $1 "*|*" $1-$2 "*) echo 'daemon is not running' >&2; exit 1;; esac
case "$*" in *"{failing}"*) echo 'no such image' >&2; exit 1;; *" ps "*) echo 1f2e;; esac
"""


class Fake:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def install(self, name: str = "docker", broken: str = "", failing: str = "nothing") -> None:
        script = self.folder / name
        script.write_text(
            _SCRIPT.format(
                calls=self.folder / "calls",
                ports=self.folder / "ports",
                broken=broken,
                failing=failing,
            )
        )
        script.chmod(0o755)

    def lines(self, name: str) -> list[str]:
        return (self.folder / name).read_text().splitlines()


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Fake:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("OTKLIK_ENGINE", raising=False)
    return Fake(tmp_path)


def test_without_docker_the_engine_is_local(fake: Fake) -> None:
    assert docker.compose_command() == []
    assert supervisor.chosen_way() == "local"


def test_docker_whose_daemon_is_silent_is_not_used(fake: Fake) -> None:
    fake.install(broken="info")
    assert docker.compose_command() == []


def test_docker_with_compose_is_used(fake: Fake) -> None:
    fake.install()
    assert docker.compose_command() == [str(fake.folder / "docker"), "compose"]
    assert supervisor.chosen_way() == "auto-docker"


def test_older_compose_is_used(fake: Fake) -> None:
    fake.install(broken="compose")
    assert docker.compose_command() == []
    fake.install("docker-compose")
    assert docker.compose_command() == [str(fake.folder / "docker-compose")]


def test_local_can_be_forced(fake: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    fake.install()
    monkeypatch.setenv("OTKLIK_ENGINE", "local")
    assert supervisor.chosen_way() == "local"


def test_forced_docker_that_is_absent_is_an_error(
    fake: Fake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTKLIK_ENGINE", "docker")
    assert supervisor.chosen_way() == "docker"
    with pytest.raises(StackError, match="Docker не отвечает"):
        docker.start(Profile("demo"), "redis", 6391, lambda _: True)


def test_unknown_way_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTKLIK_ENGINE", "podman")
    with pytest.raises(StackError, match="auto, docker или local"):
        supervisor.chosen_way()


def test_start_calls_compose_with_ports_and_heap(fake: Fake) -> None:
    fake.install()
    started = docker.start(Profile("demo", heap="700m"), "elasticsearch", 9233, lambda _: True)
    assert started == Running("docker", 9233)
    project = f"compose -p otklik-demo -f {docker.COMPOSE_FILE}"
    assert fake.lines("calls")[-1] == f"{project} up -d elasticsearch"
    assert fake.lines("ports")[-1] == "9233 9233 700m "
    docker.start(Profile("demo", short=True), "elasticsearch", 9233, lambda _: True)
    assert fake.lines("ports")[-1] == "9233 9233 1g -XX:TieredStopAtLevel=1 "
    assert docker.is_running(Profile("demo"), "elasticsearch")


def test_what_docker_said_is_told(fake: Fake) -> None:
    fake.install(failing=" up ")
    with pytest.raises(StackError, match="no such image"):
        docker.start(Profile("demo"), "redis", 6391, lambda _: True)


def test_stop_keeps_the_volumes_of_a_named_stack(fake: Fake) -> None:
    fake.install()
    docker.stop(Profile("demo"))
    assert fake.lines("calls")[-1].endswith(f"{docker.COMPOSE_FILE} stop")
    docker.stop(Profile("test-1", throwaway=True))
    assert fake.lines("calls")[-1].endswith(f"{docker.COMPOSE_FILE} down -v")


def test_compose_file_is_the_same_engine_for_this_machine_only() -> None:
    services = yaml.safe_load(docker.COMPOSE_FILE.read_text("utf-8"))["services"]
    assert services["elasticsearch"]["image"] == f"elasticsearch:{engine_version()}"
    assert set(services) == {"elasticsearch", "redis"}
    for service in services.values():
        assert all(port.startswith("127.0.0.1:$") for port in service["ports"])
    assert "OTKLIK_DEV_HEAP" in json.dumps(services["elasticsearch"]["environment"])
