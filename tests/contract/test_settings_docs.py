"""`docs/settings.md` says what `app/settings.py` does."""

import re

import pytest

from app.settings import Settings
from dev.docs import TARGET, settings_page


def test_the_page_is_current() -> None:
    written = TARGET.read_text(encoding="utf-8")
    assert written == settings_page(), "run: python -m dev.docs"


@pytest.mark.parametrize("name", Settings.model_fields)
def test_a_setting_is_described_in_russian(name: str) -> None:
    description = Settings.model_fields[name].description or ""
    assert re.search("[а-яё]", description), name
    assert description.endswith("."), name
    assert "|" not in description, name
