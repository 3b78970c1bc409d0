"""`otklik up`: what a person sees when it starts, stops, is killed, or cannot start.

The services are two listening sockets: that they are really started is `test_engine_heals.py`.
"""

import json
import signal
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psutil
import pytest

from dev.stack import ports
from tests.faults.stack_runs import Run, started, wait_for

STUB = Path(__file__).with_name("up_with_stub.py")


@pytest.fixture
def given() -> Iterator[dict[str, str]]:
    """Addresses of an engine and a Redis that somebody else runs."""
    with ExitStack() as open_doors:
        doors = [
            open_doors.enter_context(socket.create_server((ports.LOOPBACK, 0))) for _ in range(2)
        ]
        engine, redis = (door.getsockname()[1] for door in doors)
        yield {
            "OTKLIK_ES_URL": f"http://127.0.0.1:{engine}",
            "OTKLIK_REDIS_URL": f"redis://127.0.0.1:{redis}/0",
            "PYTHONPATH": str(STUB.parents[2]),
        }


@contextmanager
def up(base: Path, env: dict[str, str], port: int, **more: str) -> Iterator[Run]:
    with started(base, STUB, "up", "--port", str(port), **(env | more)) as run:
        yield run


def _children(run: Run) -> list[psutil.Process]:
    return psutil.Process(run.process.pid).children()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_stops_in_order(tmp_path: Path, given: dict[str, str], number: signal.Signals) -> None:
    port = ports.choose()
    with up(tmp_path, given, port) as run:
        said = run.await_word("Отклик работает")
        assert f"http://127.0.0.1:{port}" in said
        assert f"export OTKLIK_ES_URL={given['OTKLIK_ES_URL']}" in said
        assert ports.answers_ok(port, "/health/live")
        children = _children(run)
        assert len(children) == 3
        run.process.send_signal(number)
        assert run.process.wait(30) == 0
        assert "Всё остановлено." in run.said
    assert not any(child.is_running() for child in children)
    assert ports.is_free(port)


@pytest.mark.parametrize("name", ["serve", "work", "schedule"])
def test_child_that_dies_is_named_and_stops_all(
    tmp_path: Path, given: dict[str, str], name: str
) -> None:
    with up(tmp_path, given, ports.choose(), STUB_DIES=name) as run:
        assert run.process.wait(30) == 1
    assert f"Процесс otklik {name} завершился с кодом 3. ничего не вышло" in run.said
    assert str(tmp_path / "demo" / "logs" / f"{name}.log") in run.said
    assert "Traceback" not in run.said


def test_setup_that_fails_is_told_in_its_own_words(tmp_path: Path, given: dict[str, str]) -> None:
    with up(tmp_path, given, ports.choose(), STUB_DIES="setup") as run:
        assert run.process.wait(30) == 1
    assert "Не выполнена команда otklik setup (код 3).\nничего не вышло" in run.said


def test_killed_one_takes_its_children_along(tmp_path: Path, given: dict[str, str]) -> None:
    port = ports.choose()
    with up(tmp_path, given, port) as killed:
        killed.await_word("Отклик работает")
        children = _children(killed)
        killed.kill()
    wait_for(lambda: not any(map(_alive, children)))
    with up(tmp_path, given, port) as again:
        again.await_word("Отклик работает")


def test_killed_make_ends_up_and_the_next_start_waits_for_it(
    tmp_path: Path, given: dict[str, str]
) -> None:
    port = ports.choose()
    make = "import subprocess, sys; subprocess.run([sys.executable, *sys.argv[1:]])"
    up_again = (STUB, "up", "--port", str(port))
    with started(tmp_path, "-c", make, *up_again, **given, OTKLIK_ENDS_WITH_PARENT="1") as killed:
        killed.await_word("Отклик работает")
        tree = psutil.Process(killed.process.pid).children(recursive=True)
        assert len(tree) == 4
        killed.kill()
    with started(tmp_path, *up_again, **given) as run:
        run.await_word("Отклик работает")
    wait_for(lambda: not any(map(_alive, tree)))


def _alive(process: psutil.Process) -> bool:
    """A dead one that its parent has not asked after yet still has a number, and is no worry."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_second_ctrl_c_does_not_wait(tmp_path: Path, given: dict[str, str]) -> None:
    with up(tmp_path, given, ports.choose(), STUB_STAYS="work") as run:
        run.await_word("Отклик работает")
        children = _children(run)
        run.process.send_signal(signal.SIGINT)
        run.await_word("Останавливаю")
        run.process.send_signal(signal.SIGINT)
        assert run.process.wait(10) == 130
        assert "Завершаю немедленно." in run.said
    wait_for(lambda: not any(map(_alive, children)))


def test_leftover_children_are_ended_by_the_next_start(
    tmp_path: Path, given: dict[str, str]
) -> None:
    """Where the kernel does not end them (no Linux), the list beside the data does."""
    port = ports.choose()
    with started(tmp_path, STUB.with_name("product_stub.py"), "serve", "--port", str(port)) as left:
        wait_for(lambda: ports.answers_ok(port, "/"))
        born = psutil.Process(left.process.pid).create_time()
        (tmp_path / "demo").mkdir()
        (tmp_path / "demo" / "children.json").write_text(
            json.dumps([{"pid": left.process.pid, "born": born}])
        )
        with up(tmp_path, given, port) as run:
            run.await_word("Отклик работает")
            assert left.process.wait(10) == -signal.SIGTERM


def test_taken_port_is_said_with_a_free_one(tmp_path: Path, given: dict[str, str]) -> None:
    with socket.create_server((ports.LOOPBACK, 0)) as stranger:
        port = stranger.getsockname()[1]
        with up(tmp_path, given, port) as run:
            assert run.process.wait(30) == 1
    assert f"Порт {port} занят (" in run.said
    assert "otklik up --port " in run.said


def test_second_of_the_same_name_is_told_about_the_first(
    tmp_path: Path, given: dict[str, str]
) -> None:
    first_port = ports.choose()
    with up(tmp_path, given, first_port) as first:
        first.await_word("Отклик работает")
        with up(tmp_path, given, ports.choose()) as second:
            assert second.process.wait(30) == 1
        assert f"уже работает: http://127.0.0.1:{first_port}" in second.said


def test_silent_engine_from_the_settings_is_named(tmp_path: Path, given: dict[str, str]) -> None:
    nobody = ports.choose()
    wrong = {"OTKLIK_ES_URL": f"http://127.0.0.1:{nobody}"}
    with up(tmp_path, given, ports.choose(), **wrong) as run:
        assert run.process.wait(30) == 1
    assert f"Elasticsearch не отвечает по адресу 127.0.0.1:{nobody} из OTKLIK_ES_URL" in run.said
