"""Which demo files are loaded, and when."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from app.settings import get_settings
from dev.stack import demo_load
from dev.stack.demo_load import DemoFile
from dev.stack.state import Profile
from dev.stack.supervisor import Stack
from dev.stack.talk import StackError


def test_manifest_is_followed(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text('[{"file": "a.csv", "profile": "im", "rows": 3}]')
    (tmp_path / "im-01.xlsx").touch()
    assert demo_load.demo_files(tmp_path) == [DemoFile("a.csv", "im")]


def test_names_tell_without_a_manifest(tmp_path: Path) -> None:
    for name in ("im-01.xlsx", "heatmap-01.xlsx", "canonical-01.csv", "notes.txt", "im-02.tmp"):
        (tmp_path / name).touch()
    assert demo_load.demo_files(tmp_path) == [
        DemoFile("canonical-01.csv", "canonical"),
        DemoFile("heatmap-01.xlsx", "heatmap"),
        DemoFile("im-01.xlsx", "im"),
    ]


class Town:
    """An installation with `cases` cases whose commands are recorded instead of run."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.cases = 0
        self.fails_at = ""
        self.commands: list[str] = []
        (folder / "demo").mkdir()
        self.files = folder / "demo" / "files"
        self.stack = Stack(
            Profile("demo", base=folder),
            {"OTKLIK_ES_URL": "http://127.0.0.1:1", "OTKLIK_REDIS_URL": "redis://127.0.0.1:1/0"},
        )
        monkeypatch.setattr(demo_load, "count_cases", lambda _: self.cases)
        monkeypatch.setattr(demo_load, "call", self._call)

    def _call(self, _env: Any, *words: str, **_how: bool) -> None:
        self.commands.append(" ".join(words).replace(str(self.files), "F"))
        if words[0] == "books" or words[:2] == ("demo", "week"):
            return
        if words[0] == "demo":
            for name in ("im-01.xlsx", "im-02.xlsx"):
                (self.files / name).touch()
        elif self.fails_at and self.fails_at in words[1]:
            raise StackError("не вышло")
        else:
            self.cases += 1


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Town:
    return Town(tmp_path, monkeypatch)


def test_empty_installation_is_filled_once(town: Town) -> None:
    today = datetime.now(get_settings().zone)
    demo_load.load_demo(town.stack, 50)
    assert town.commands == [
        f"demo generate --messages 50 --seed 1 --out F --until {today:%Y-%m-%d} --growing",
        "books load F/departments.csv",
        "import F/im-01.xlsx --profile im",
        "import F/im-02.xlsx --profile im",
        "demo boundaries",
        "demo week",
    ]
    demo_load.load_demo(town.stack, 50)
    assert len(town.commands) == 6


def test_cases_of_a_person_are_left_alone(town: Town) -> None:
    town.cases = 1
    demo_load.load_demo(town.stack, 50)
    assert town.commands == []


def test_load_cut_short_is_taken_up_again(town: Town) -> None:
    town.fails_at = "im-02"
    with pytest.raises(StackError):
        demo_load.load_demo(town.stack, 50)
    town.fails_at = ""
    demo_load.load_demo(town.stack, 50)
    left = ["import F/im-02.xlsx --profile im", "demo boundaries", "demo week"]
    assert town.commands[-3:] == left
    assert len(town.commands) == 10


def test_silent_engine_is_an_error() -> None:
    with pytest.raises(StackError, match="не ответил"):
        demo_load.count_cases("http://127.0.0.1:1")
