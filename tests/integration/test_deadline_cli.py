"""`otklik deadline`: by the installation's book, and by what is shipped where there is none."""

import json
from datetime import UTC, date, datetime

import pytest
from click.testing import CliRunner, Result
from msgspec.structs import replace

from app.deadlines.models import Calendar, DayOff, Exceptional
from app.deadlines.repository import load, save
from app.deadlines.shipped import PROFILES, SHIPPED
from app.deadlines.working import worked_out
from app.engine.client import Engine
from app.settings import Settings, get_settings
from cli.deadline import deadline

START = "2026-11-20T16:30"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(deadline, list(arguments))


@pytest.fixture
def silent(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTKLIK_ES_URL", "http://127.0.0.1:9")
    get_settings.cache_clear()


async def edit(engine: Engine) -> None:
    """A profile of one's own, and a town that works on a Saturday in a zone of its own."""
    own = replace(PROFILES["im-4h"], code="own", name="Свой", amount=6 * 60, shipped=False)
    town = Calendar(
        code="town",
        name="Город",
        municipalities=["Город"],
        zone="Asia/Kamchatka",
        exceptions=[Exceptional(date(2026, 11, 21), DayOff.HOURS, ["10:00-12:00"])],
    )
    wanted = replace(
        SHIPPED,
        profiles=SHIPPED.profiles | {"own": own},
        calendars=SHIPPED.calendars | {"town": town},
    )
    await save(engine, await load(engine), wanted, by="admin", at=datetime.now(UTC))


@pytest.fixture
async def edited(engine: Engine) -> None:
    await edit(engine)


@pytest.mark.usefixtures("edited")
def test_by_the_book_of_the_installation() -> None:
    told = json.loads(run("--profile", "own", "--from", START, "--json").stdout)
    assert told["due_at"] == "2026-11-23T14:30:00+03:00"
    assert told["steps"][-1] == "Срок: понедельник 23.11.2026, до 14:30."
    there = ["--profile", "own", "--from", START, "--municipality", "Город", "--json"]
    assert json.loads(run(*there).stdout)["due_at"] == "2026-11-23T11:30:00+12:00"
    lines = run("--profile", "own", "--from", START)
    assert lines.exit_code == 0
    assert lines.stdout.splitlines() == told["steps"]
    assert not lines.stderr


@pytest.mark.usefixtures("engine")
def test_before_anybody_edited_it_is_what_is_shipped() -> None:
    shipped = worked_out(
        PROFILES["pos-fast"],
        SHIPPED.calendar_for(None),
        datetime.fromisoformat("2026-11-20T13:30+00:00"),
    )
    for moment in (START, "2026-11-20T13:30Z", "2026-11-20T22:30+09:00"):
        told = run("--profile", "pos-fast", "--from", moment, "--json")
        assert told.exit_code == 0
        assert not told.stderr
        assert json.loads(told.stdout) == {
            "due_at": shipped.due_at.isoformat(),
            "steps": shipped.steps,
        }


@pytest.mark.usefixtures("silent")
def test_without_an_engine_it_counts_by_what_is_shipped_and_says_so() -> None:
    told = run("--profile", "im-4h", "--from", START, "--json")
    assert told.exit_code == 0
    assert json.loads(told.stdout)["due_at"] == "2026-11-23T11:30:00+03:00"
    assert "Посчитано по поставке" in told.stderr


@pytest.mark.usefixtures("silent")
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--profile", "lost", "--from", START], "Такого порядка расчёта нет. Есть: 59fz-"),
        (["--profile", "im-4h", "--from", "вчера"], "Начало пишется так: 2026-12-30T16:40."),
        (["--profile", "im-4h", "--from", "1990-01-01T10:00"], "вне календаря: 2000-2060 годы"),
        (["--profile", "im-4h", "--from", "2060-12-31T23:00"], "вне календаря"),
        (["--profile", "im-4h", "--from", "0001-01-01T00:00+14:00"], "вне календаря"),
        (["--profile", "im-4h"], "--from"),
    ],
)
def test_bad_usage_is_2(arguments: list[str], words: str) -> None:
    told = run(*arguments)
    assert told.exit_code == 2
    assert words in told.stderr
    assert not told.stdout
