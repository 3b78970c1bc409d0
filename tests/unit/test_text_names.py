"""A citizen's full name in a question, told from streets and other words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.text.names import full_name


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Иванов Иван Сергеевич", "иванов иван сергеевич"),
        ("мария петровна кузнецова", "кузнецова мария петровна"),
        ("жалобы Абдурахманова Магомеда Магомедовича", "абдурахманова магомеда магомедовича"),
        ("Пупыркинсон Иван Иванович, отопление", "пупыркинсон иван иванович"),
        ("Семёнова Алёна Петровна", "семенова алена петровна"),
        ("яма на дороге у школы", None),
        ("улица Мира 5", None),
        ("улица Льва Толстого", None),
        ("Анна Ивановна", None),
        ("12 Иван Иванович", None),
        ("", None),
    ],
)
def test_full_names(text: str, found: str | None) -> None:
    assert full_name(text) == found


@given(st.text(max_size=200))
def test_any_text_is_read(text: str) -> None:
    found = full_name(text)
    assert found is None or len(found.split()) == 3
