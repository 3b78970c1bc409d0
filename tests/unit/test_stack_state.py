"""Who runs: processes told apart by birth time, files that survive a crash."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from dev.stack import processes, state, supervisor
from dev.stack.processes import Identity
from dev.stack.state import Profile, Running, State
from dev.stack.talk import StackError


def test_living_process_is_found() -> None:
    found = Identity.mine().find()
    assert found is not None
    assert found.pid == os.getpid()


def test_same_pid_born_at_another_time_is_a_stranger() -> None:
    mine = Identity.mine()
    assert Identity(mine.pid, mine.born - 60).find() is None


def test_ended_process_is_not_found() -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    identity = Identity.of(child.pid)
    child.communicate()
    assert identity.find() is None


def test_end_kills_what_ignores_sigterm(tmp_path: Path) -> None:
    code = (
        "import signal, pathlib, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        f"pathlib.Path({str(tmp_path / 'ready')!r}).touch()\n"
        "time.sleep(60)\n"
    )
    child = processes.start([sys.executable, "-c", code], log=None)
    while not (tmp_path / "ready").exists():
        assert child.poll() is None
    identity = Identity.of(child.pid)
    processes.end([identity], seconds=0.2)
    assert identity.find() is None
    child.wait()


def test_missing_program_is_named(tmp_path: Path) -> None:
    with pytest.raises(StackError, match="нет-такой-программы"):
        processes.start(["нет-такой-программы"], log=tmp_path / "log")


def test_state_is_read_back(tmp_path: Path) -> None:
    saved = State({"redis": Running("local", 6391, Identity(5, 1.5), "build")}, [Identity.mine()])
    state.save(tmp_path, saved)
    assert state.load(tmp_path) == saved


@pytest.mark.parametrize("torn", [b"", b"{", b'{"services": 3}', b"\xff\x00"])
def test_torn_state_counts_as_none(tmp_path: Path, torn: bytes) -> None:
    (tmp_path / "stack.json").write_bytes(torn)
    assert state.load(tmp_path) == State()


def test_dead_users_are_forgotten() -> None:
    mine = Identity.mine()
    assert State(users=[mine, Identity(mine.pid, 1.0)]).live_users() == [mine]


@pytest.mark.parametrize("name", ["", "../etc", "Demo", "a b", "-x", "демо"])
def test_bad_names_are_refused(name: str) -> None:
    with pytest.raises(StackError, match="не подходит"):
        Profile(name)


def test_lock_is_seen_by_others(tmp_path: Path) -> None:
    with state.locked(tmp_path):
        assert not state.is_quiet(tmp_path)
    assert state.is_quiet(tmp_path)


def _abandoned(base: Path, name: str, *users: Identity) -> Path:
    folder = base / name
    folder.mkdir()
    (folder / "stack.lock").touch()
    state.save(folder, State(users=list(users)))
    os.utime(folder, (1, 1))
    return folder


def test_sweep_removes_only_abandoned_throwaways(tmp_path: Path) -> None:
    dead = Identity(os.getpid(), 1.0)
    abandoned = _abandoned(tmp_path, "test-1", dead)
    used = _abandoned(tmp_path, "test-2", Identity.mine())
    named = _abandoned(tmp_path, "test-copy", dead)
    other = _abandoned(tmp_path, "bench-1", dead)
    supervisor.sweep(Profile("test-3", throwaway=True, base=tmp_path))
    assert not abandoned.exists()
    assert used.exists()
    assert named.exists()
    assert other.exists()


def test_young_folder_is_left_alone(tmp_path: Path) -> None:
    young = _abandoned(tmp_path, "test-1")
    os.utime(young)
    supervisor.sweep(Profile("test-3", throwaway=True, base=tmp_path))
    assert young.exists()


def test_last_line_prefers_the_trouble(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("start\n[ERROR] no luck\nstopping\n\n")
    assert processes.last_line(log, "ERROR") == "[ERROR] no luck"
    assert processes.last_line(log) == "stopping"
    assert processes.last_line(tmp_path / "none") == ""
