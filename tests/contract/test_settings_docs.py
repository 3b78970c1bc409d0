"""The pages made from code say what the code does."""

import re

import pytest

from app.cases.actions.table import RULES
from app.settings import Settings
from dev.docs import ACTIONS, PERMISSIONS, TARGET, actions_page, permissions_page, settings_page


def test_the_page_is_current() -> None:
    written = TARGET.read_text(encoding="utf-8")
    assert written == settings_page(), "run: python -m dev.docs"


def test_the_table_of_rights_is_current() -> None:
    written = PERMISSIONS.read_text(encoding="utf-8")
    assert written == permissions_page(), "run: python -m dev.docs"


def test_the_page_of_actions_is_the_table() -> None:
    written = ACTIONS.read_text(encoding="utf-8")
    assert written == actions_page(), "run: python -m dev.docs"
    rows = [line for line in written.splitlines() if line.startswith("| ")][1:]
    assert len(rows) == len(RULES)
    assert all(row.count(" | ") == 7 for row in rows), "no cell may break the table"


@pytest.mark.parametrize("name", Settings.model_fields)
def test_a_setting_is_described_in_russian(name: str) -> None:
    description = Settings.model_fields[name].description or ""
    assert re.search("[а-яё]", description), name
    assert description.endswith("."), name
    assert "|" not in description, name
