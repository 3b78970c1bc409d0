"""Texts of exports made readable: what goes, what stays, and that a second pass changes nothing."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.text.cleaning import clean_cell, clean_text

PIECES = st.sampled_from(
    [
        "<", ">", "</", "<br>", "<b>", "<p>", "<!--", "-->", "<style", "</style>", "&", "&amp;",
        "&lt;", "&gt;", "&#60;", "&#x26;", "amp;", "lt;", "[id1|", "[club1|", "]", "|", "@id1 (",
        "@name (", ")", "(", "'", " ", "\n", "\r", "\t", "\u200d", "\ufe0f", "\u200b", "\u00a0",
        "👨", "👩", "й", "и\u0306", "a", "Яма", "\u037e", "\ud800", "\x00", "\x85", "\u2028",
    ]
)  # fmt: skip
NASTY = st.lists(PIECES, max_size=30).map("".join)


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("'Нет воды", "Нет воды"),
        ("'", ""),
        ("  '' ", ""),
        ("Первая<br>вторая<br/>третья", "Первая\nвторая\nтретья"),
        ("<p>Один</p><p>Два</p>", "Один\n\nДва"),
        ("<div>Один</div><div>Два</div>", "Один\n\nДва"),
        ('<a href="https://vk.com/a?b=1&amp;c=2">ссылка</a>', "ссылка"),
        ("температура <18 градусов", "температура <18 градусов"),
        ("a < b и b > c", "a < b и b > c"),
        ("если x<y и z>w", "если x<y и z>w"),
        ("<Иванов> писал", "<Иванов> писал"),
        ("Дом &amp; двор", "Дом & двор"),
        ("Дом &amp;amp;quot;Заря&amp;amp;quot;", 'Дом "Заря"'),
        ("&lt;br&gt;строка", "строка"),
        ("[club123|Наш город], помогите", "Наш город, помогите"),
        ("[id1|Имя Фамилия], да", "Имя Фамилия, да"),
        ("[id1:bp-2_3|Имя], да", "Имя, да"),
        ("@id1 (Имя) и @our.town (Город)", "Имя и Город"),
        ("почта a@mail.ru (рабочая)", "почта a@mail.ru (рабочая)"),
        ("[важно] двор [1|2]", "[важно] двор [1|2]"),
        ("https://e.ru/?a=1&copy=2&lt=3", "https://e.ru/?a=1&copy=2&lt=3"),
        ("нуль\x00 и\u200b зво\u00adнок\ufeff", "нуль и звонок"),
        ("семья 👨\u200d👩\u200d👧 и ❤️\u200d🔥", "семья 👨\u200d👩\u200d👧 и ❤️\u200d🔥"),
        ("а\u200dб", "аб"),
        ("много   \u00a0 пробелов\t тут", "много пробелов тут"),
        ("1\r\n\r\n\r\n\n2 \n 3", "1\n\n2\n3"),
        ("и\u0306од", "йод"),
        ("<!--[if mso]><b>x</b><![endif]-->Яма", "Яма"),
        ("<style>p {color: red}</style>Яма", "Яма"),
        ("<script", "<script"),
        ("<table><tr><td>а</td><td>б</td></tr></table>", "а б"),
        ("", ""),
    ],
)
def test_known_texts(raw: str, clean: str) -> None:
    assert clean_text(raw) == clean


def test_cell_is_one_line() -> None:
    assert clean_cell(" 'ул. Ленина<br>дом&nbsp;5 ") == "ул. Ленина дом 5"


@given(st.one_of(st.text(), NASTY))
@example("<<b>b>" * 20)
@example("&" + "amp;" * 50 + "lt;b>")
@example("[id1|" * 12 + "x" + "]" * 12)
@example("@id1\n(Имя)")
def test_cleaning_twice_changes_nothing(raw: str) -> None:
    for clean in (clean_text, clean_cell):
        once = clean(raw)
        assert clean(once) == once
        assert unicodedata.is_normalized("NFC", once)
        assert not [c for c in once if c != "\n" and unicodedata.category(c) in ("Cc", "Cs")]
        assert "\n\n\n" not in once
        assert "  " not in once
    assert "\n" not in clean_cell(raw)


@given(st.text(alphabet="абвгд еёжз,.!?№", max_size=80))
def test_plain_words_are_kept(raw: str) -> None:
    assert clean_text(raw).split() == raw.split()


@pytest.mark.parametrize(
    "unit", ["<<b>b>", "&amp;", "<!--", "<script>", "[id1|", "@id1 (", "<a b="]
)
def test_long_attacks_end(unit: str) -> None:
    once = clean_text(unit * 40_000)
    assert clean_text(once) == once
