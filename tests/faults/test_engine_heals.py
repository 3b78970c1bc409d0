"""The stack after kill -9, beside another one, with taken ports, and as an ordinary user."""

import json
import multiprocessing
import os
import re
import signal
import socket
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psutil
import pytest

from dev.engine.assemble import assembled
from dev.stack import ports
from dev.stack.places import NOBODY, engine_account
from dev.stack.state import Profile, load
from dev.stack.supervisor import find_or_start
from tests.faults.stack_runs import living, started, wait_for

SERVE = ("-m", "dev.stack", "serve", "--short", "--heap", "400m", "--redis-port", "0")
RUN = ("-m", "dev.stack", "run", "--short", "--heap", "400m", "--")


@pytest.fixture
def base() -> Iterator[Path]:
    """Open to others, unlike pytest's own folders, so that root's engine may live in it."""
    with TemporaryDirectory(prefix="otklik-test-", ignore_cleanup_errors=True) as folder:
        path = Path(folder).resolve()
        path.chmod(0o755)
        yield path
        for pid in living(path):
            psutil.Process(pid).kill()


def _ask(url: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    request = urllib.request.Request(  # noqa: S310 - always this machine
        url,
        data=json.dumps(body).encode() if body else None,
        headers={"content-type": "application/json"},
        method="PUT" if body else "GET",
    )
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
        found: dict[str, Any] = json.loads(answer.read())
        return found


def _url(said: str) -> str:
    found = re.search(r"OTKLIK_ES_URL=(\S+)", said)
    assert found, said
    return found.group(1)


def test_named_stack_survives_every_kill(base: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as stranger:
        taken = str(stranger.getsockname()[1])
        with started(base, *SERVE, "--name", "heal", "--es-port", taken) as first:
            url = _url(first.await_word("Работают"))
            assert not url.endswith(f":{taken}")
            _ask(f"{url}/kept", {"settings": {"number_of_replicas": 0}})
            _ask(f"{url}/kept/_doc/1?refresh=true", {"text": "на месте"})
            before = living(base)
            first.kill()
            assert living(base) == before

    with started(base, *SERVE, "--name", "heal") as second:
        assert _url(second.await_word("Работают")) == url
        assert living(base) == before
        for pid in before:
            os.kill(pid, signal.SIGKILL)
        assert second.process.wait(60) == 1
        assert "неожиданно завершился" in second.said
        assert living(base) == set()

    with started(base, *SERVE, "--name", "heal") as third:
        url = _url(third.await_word("Работают"))
        assert _ask(f"{url}/kept/_doc/1")["_source"] == {"text": "на месте"}
        assert third.ask_to_stop() == 0
    assert living(base) == set()


def test_two_runs_at_once_and_one_is_killed(base: Path) -> None:
    wait = f"until [ -e {base}/go ]; do sleep 0.1; done; echo $OTKLIK_ES_URL; exit 7"
    with (
        started(base, *RUN, "sleep", "600") as killed,
        started(base, *RUN, "bash", "-c", wait) as other,
    ):
        one, two = (run.await_word("Redis: ") for run in (killed, other))
        assert one != two
        commands = psutil.Process(killed.process.pid).children(recursive=True)
        killed.kill()
        (base / "go").touch()
        assert other.process.wait(60) == 7
        wait_for(lambda: living(base) == set())
        wait_for(lambda: not any(command.is_running() for command in commands))
    abandoned = base / f"test-{killed.process.pid}"
    assert [path for path in base.iterdir() if path.is_dir()] == [abandoned]
    os.utime(abandoned, (1, 1))
    with started(base, *RUN, "true", OTKLIK_ES_URL="", OTKLIK_REDIS_URL="") as next_run:
        wait_for(lambda: not abandoned.exists())
        next_run.process.terminate()
        assert next_run.process.wait(60) != 0
    assert [path for path in base.iterdir() if path.is_dir()] == []


def test_engine_that_cannot_start_names_its_log(base: Path) -> None:
    with started(base, *SERVE[:-4], "--heap", "1x", "--name", "bad") as run:
        assert run.process.wait(60) == 1
        assert "Elasticsearch не запустился" in run.said
        assert str(base / "bad" / "elasticsearch" / "console.log") in run.said
        assert "Traceback" not in run.said
    assert living(base) == set()
    assert load(base / "bad").services == {}


def _start_as(uid: int, home: Path, answers: Any) -> None:
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(uid)
        os.setuid(uid)
    os.environ["HOME"] = str(home)
    stack = find_or_start(Profile("user-1", heap="400m", short=True, throwaway=True, base=home))
    engine = stack.services["elasticsearch"]
    assert engine.process is not None
    owner = psutil.Process(engine.process.pid).uids().real
    answers.put((owner, ports.answers_ok(engine.port, "/_cluster/health")))
    stack.stop()


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_ordinary_user(base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Root becomes `nobody` in a forked child: the engine is then its own, not handed over."""
    home, _ = assembled(engine_account())
    uid = NOBODY if os.geteuid() == 0 else os.geteuid()
    os.chown(base, uid, -1)
    monkeypatch.delenv("OTKLIK_ES_URL", raising=False)
    monkeypatch.setenv("OTKLIK_CACHE_DIR", str(home.parent))
    monkeypatch.setenv("OTKLIK_ENGINE", "local")
    ports.answers_ok(1, "/")  # loads what the child may have no right to read
    context = multiprocessing.get_context("fork")
    answers = context.SimpleQueue()
    with socket.create_server((ports.LOOPBACK, 0)) as redis:
        monkeypatch.setenv("OTKLIK_REDIS_URL", f"redis://127.0.0.1:{redis.getsockname()[1]}/0")
        child = context.Process(target=_start_as, args=(uid, base, answers))
        child.start()
        child.join()
    assert child.exitcode == 0
    assert answers.get() == (uid, True)
    assert living(base) == set()
    assert list(base.iterdir()) == []
