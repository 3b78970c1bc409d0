"""`otklik check` and `otklik audit drop-old`: words, JSON and exit codes."""

import json
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from click.testing import CliRunner

from app.audit.models import happened
from app.audit.service import record
from app.engine.client import Engine
from cli.audit import audit
from cli.check import check
from indexers.audit.project import project_due
from tests.auditing import new_case, put


@pytest.fixture
async def told(engine: Engine) -> Engine:
    """One case in the journal, one that was forgotten, and a line of long ago."""
    await put(engine, new_case(1), msgspec.structs.replace(new_case(2), audit_due=False))
    await project_due(engine)
    long_ago = datetime.now(UTC) - timedelta(days=2000)
    await record(engine, happened("audit.read", who="petrov", at=long_ago))
    return engine


def test_check_names_what_is_wrong_and_repairs_the_marks(told: Engine) -> None:
    found = CliRunner().invoke(check, [])
    assert found.exit_code == 1
    assert "forgotten id-0002" in found.output
    assert "Журнал не сходится" in found.output
    repaired = json.loads(CliRunner().invoke(check, ["--repair", "--json"]).output)
    assert (repaired["ok"], repaired["repaired"], repaired["lines"]) == (True, 1, 2)
    again = CliRunner().invoke(check, [])
    assert again.exit_code == 0
    assert "Всё сходится" in again.output
    assert "Ещё не дописано обращений: 1" in again.output


def test_old_months_are_shown_first_and_dropped_when_told(told: Engine) -> None:
    shown = CliRunner().invoke(audit, ["drop-old"])
    assert shown.exit_code == 0
    assert shown.output.startswith("Будет удалён месяц")
    dropped = json.loads(CliRunner().invoke(audit, ["drop-old", "--yes", "--json"]).output)
    assert len(dropped["months"]) == 1
    assert dropped["dropped"] is True
    assert "Таких месяцев нет" in CliRunner().invoke(audit, ["drop-old"]).output
