"""Rights, free space and the engine's account: what the stack says before it starts anything."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from dev.stack import places
from dev.stack.places import NOBODY, Account
from dev.stack.talk import StackError


@contextmanager
def ordinary_user() -> Iterator[None]:
    """Root writes everywhere, so root becomes `nobody` for a moment."""
    if os.geteuid() != 0:
        yield
        return
    os.setegid(NOBODY)
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(0)


@pytest.fixture
def open_path() -> Iterator[Path]:
    """A folder that `nobody` can reach; pytest's own is closed to others."""
    with TemporaryDirectory(prefix="otklik-test-") as folder:
        path = Path(folder)
        path.chmod(0o755)
        yield path


def test_little_space_is_said_with_numbers(tmp_path: Path) -> None:
    with pytest.raises(StackError, match=r"свободно 1\.5 ГБ, а нужно хотя бы 2 ГБ"):
        places.check_space(tmp_path, free=lambda _: 3 * 1024**3 // 2)


def test_enough_space_is_silent(tmp_path: Path) -> None:
    places.check_space(tmp_path, free=lambda _: places.MIN_FREE)


def test_space_is_asked_of_the_folder_itself(tmp_path: Path) -> None:
    assert places.free_bytes(tmp_path) > 0


def test_folder_without_rights_is_named(open_path: Path) -> None:
    closed = open_path / "closed"
    closed.mkdir()
    closed.chmod(0o555)
    with ordinary_user(), pytest.raises(StackError) as caught:
        places.make_writable(closed)
    assert str(closed) in caught.value.message
    assert "нельзя писать" in caught.value.message
    assert "OTKLIK_STACK_DIR" in caught.value.message


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.EROFS, "только для чтения"),
        (errno.ENOSPC, "не осталось места"),
        (errno.EDQUOT, "квота"),
    ],
)
def test_disk_trouble_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, words: str
) -> None:
    def fail(*_: object) -> int:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(Path, "write_bytes", fail)
    with pytest.raises(StackError, match=words):
        places.make_writable(tmp_path / "data")


def test_probe_leaves_nothing(tmp_path: Path) -> None:
    places.make_writable(tmp_path / "a" / "b")
    assert list((tmp_path / "a" / "b").iterdir()) == []


def test_account_sees_a_closed_parent(tmp_path: Path) -> None:
    inner = tmp_path / "closed" / "open"
    inner.mkdir(parents=True)
    (tmp_path / "closed").chmod(0o700)
    assert not Account(NOBODY, NOBODY).may_enter(inner)
    assert Account(os.geteuid(), os.getegid()).may_enter(inner)


def test_engine_moves_out_of_a_closed_project(tmp_path: Path) -> None:
    (tmp_path / "closed").mkdir(mode=0o700)
    inside = tmp_path / "closed" / "var" / "demo"
    moved = places.engine_folder(inside, Account(NOBODY, NOBODY))
    assert moved.parent == Path("/var/lib/otklik")
    assert moved.name.startswith("demo-")
    mine = Account(os.geteuid(), os.getegid())
    assert places.engine_folder(inside, mine) == inside / "elasticsearch"


def test_two_projects_never_share_a_moved_folder(tmp_path: Path) -> None:
    (tmp_path / "closed").mkdir(mode=0o700)
    stranger = Account(NOBODY, NOBODY)
    one = places.engine_folder(tmp_path / "closed" / "one" / "demo", stranger)
    two = places.engine_folder(tmp_path / "closed" / "two" / "demo", stranger)
    assert one != two


def test_chosen_cache_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTKLIK_CACHE_DIR", str(tmp_path / "cache"))
    mine = Account(os.geteuid(), os.getegid())
    assert places.cache_folder(mine, "build") == tmp_path / "cache"


def test_unwritable_home_falls_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.delenv("OTKLIK_CACHE_DIR", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    monkeypatch.setattr(places, "ROOT", tmp_path / "project")
    mine = Account(os.geteuid(), os.getegid())
    assert places.cache_folder(mine, "build") == tmp_path / "project" / "var" / "cache"


def test_cache_with_the_build_may_be_read_only(
    open_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (open_path / "build").mkdir()
    open_path.chmod(0o555)
    monkeypatch.setenv("OTKLIK_CACHE_DIR", str(open_path))
    with ordinary_user():
        mine = Account(os.geteuid(), os.getegid())
        assert places.cache_folder(mine, "build") == open_path
        with pytest.raises(StackError, match="OTKLIK_CACHE_DIR"):
            places.cache_folder(mine, "another-build")
    open_path.chmod(0o755)


def test_what_lives_for_minutes_lies_in_memory_where_there_is_plenty(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OTKLIK_STACK_DIR", raising=False)
    monkeypatch.setattr(places, "MEMORY", tmp_path)
    monkeypatch.setattr(places, "PLENTY", 1)
    assert places.passing_base() == tmp_path / f"otklik-{os.geteuid()}"
    monkeypatch.setattr(places, "PLENTY", 1 << 60)
    assert places.passing_base() == places.stack_base()
    monkeypatch.setattr(places, "PLENTY", 1)
    monkeypatch.setattr(places, "MEMORY", tmp_path / "absent")
    assert places.passing_base() == places.stack_base()
    monkeypatch.setattr(places, "MEMORY", tmp_path)
    monkeypatch.setenv("OTKLIK_STACK_DIR", str(tmp_path / "chosen"))
    assert places.passing_base() == tmp_path / "chosen"
