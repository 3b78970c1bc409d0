"""A file is whole or absent, wherever its maker dies."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from app.disk import settle
from app.settings import ROOT

_DIES = """
import os, signal, sys
from pathlib import Path
from app import disk

draft, target, where = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]

def dies(*_):
    os.kill(os.getpid(), signal.SIGKILL)

if where == "sync":
    os.fsync = dies
elif where == "name":
    Path.replace = dies
else:
    disk.sync_folder = dies
disk.settle(draft, target)
"""


@pytest.mark.parametrize(
    ("where", "wanted"), [("sync", "before"), ("name", "before"), ("folder", "after")]
)
def test_a_process_killed_in_between_leaves_the_one_or_the_other(
    tmp_path: Path, where: str, wanted: str
) -> None:
    draft, target = tmp_path / ".draft", tmp_path / "target"
    draft.write_text("after" * 10_000)
    target.write_text("before" * 10_000)
    command = [sys.executable, "-c", _DIES, str(draft), str(target), where]
    assert subprocess.run(command, cwd=ROOT, check=False).returncode == -signal.SIGKILL
    assert target.read_text() == wanted * 10_000


def test_octets_are_on_the_disk_before_the_name_and_the_name_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft, target = tmp_path / ".draft", tmp_path / "target"
    draft.write_text("whole")
    whole, names = os.fsync, []

    def told(descriptor: int) -> None:
        where = Path(f"/proc/self/fd/{descriptor}").readlink()
        names.append((where.name, target.exists()))
        whole(descriptor)

    monkeypatch.setattr(os, "fsync", told)
    settle(draft, target)
    assert names == [(".draft", False), (tmp_path.name, True)]
    assert target.read_text() == "whole"
    assert not draft.exists()


def test_a_disk_that_refuses_keeps_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft, target = tmp_path / ".draft", tmp_path / "target"
    draft.write_text("after")
    target.write_text("before")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        settle(draft, target)
    assert target.read_text() == "before"
