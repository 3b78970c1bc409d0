"""Which JDK is chosen of several, and what is said when there is none."""

import os
from pathlib import Path

import pytest

from dev.engine import jdk
from dev.stack.places import Account
from dev.stack.talk import StackError

MINE = Account(os.geteuid(), os.getegid())


def _install(folder: Path, version: str, *, compiler: bool = True) -> Path:
    (folder / "bin").mkdir(parents=True)
    (folder / "bin" / ("javac" if compiler else "java")).touch(0o755)
    (folder / "release").write_text(f'IMPLEMENTOR="x"\nJAVA_VERSION="{version}"\n')
    return folder


@pytest.mark.parametrize(
    ("versions", "chosen"),
    [
        (["25.0.1", "17.0.15"], 17),
        (["17.0.15", "21.0.2"], 17),
        (["23", "21.0.2"], 21),
        (["25", "23"], 23),
        (["25"], 25),
        (["11.0.2", "17"], 17),
    ],
)
def test_proven_versions_come_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, versions: list[str], chosen: int
) -> None:
    homes = [_install(tmp_path / version, version) for version in versions]
    monkeypatch.setattr(jdk, "_homes", lambda: iter(homes))
    assert jdk.find_jdk(MINE).major == chosen


@pytest.mark.parametrize(("version", "compiler"), [("11.0.2", True), ("21", False)])
def test_nothing_fitting_is_said_with_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str, compiler: bool
) -> None:
    home = _install(tmp_path / "one", version, compiler=compiler)
    monkeypatch.setattr(jdk, "_homes", lambda: iter([home, tmp_path / "absent"]))
    with pytest.raises(StackError, match="apt-get install -y default-jdk"):
        jdk.find_jdk(MINE)


def test_java_home_is_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = _install(tmp_path / "mine", "17.0.1")
    monkeypatch.setenv("JAVA_HOME", str(home))
    assert jdk.find_jdk(MINE).home == home
