"""Nothing a citizen writes becomes markup; only the engine's own signs do."""

import re
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.web.markup import HIGHLIGHT_END as END
from app.web.markup import HIGHLIGHT_START as START
from app.web.markup import highlighted, icon

TEXT = st.text(
    alphabet=st.one_of(st.characters(codec="utf-8"), st.sampled_from(f"<>&\"'{START}{END}"))
)


def test_pairs_become_marks() -> None:
    assert highlighted(f"нет {START}воды{END} & <b>") == "нет <mark>воды</mark> &amp; &lt;b&gt;"


@pytest.mark.parametrize("text", [f"а{START}б", f"а{END}б", f"{END}а{START}", f"{START}{START}а"])
def test_stray_signs_vanish(text: str) -> None:
    assert highlighted(text) == re.sub(f"[{START}{END}]", "", text)


@given(TEXT)
def test_only_marks_are_markup_and_no_letter_is_lost(text: str) -> None:
    shown = str(highlighted(text))
    assert set(re.findall(r"<[^>]*>", shown)) <= {"<mark>", "</mark>"}
    assert shown.count("<mark>") == shown.count("</mark>")
    assert not re.search("<mark>(?:(?!</mark>).)*<mark>", shown, re.DOTALL)
    plain = unescape(shown.replace("<mark>", "").replace("</mark>", ""))
    assert plain == re.sub(f"[{START}{END}]", "", text)


def test_unknown_icon_is_an_error() -> None:
    with pytest.raises(ValueError, match="not in the sprite"):
        icon("unicorn")


def test_icon_with_a_meaning_has_a_name_and_without_is_hidden() -> None:
    assert 'aria-label="убрать &lt;"' in icon("x", label="убрать <")
    assert 'aria-hidden="true"' in icon("x")
