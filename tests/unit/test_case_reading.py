"""What forms and programs send is read by the declared fields, with errors in words."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.cases.actions.model import Rule
from app.cases.actions.reading import read_given
from app.cases.actions.table import RULES
from app.cases.attachments.kinds import media_type_of
from app.cases.attachments.names import clean_name
from app.cases.refreshing import Allowance
from app.errors import BadInputError
from tests.attached_files import docx, pdf, png
from tests.casework import ZONE


@pytest.mark.parametrize("text", ["2026-05-01", "01.05.2026"])
def test_a_day_is_over_at_its_end_in_the_municipality(text: str) -> None:
    raw = {"text": "Ждём", "promised_at": text}
    read = read_given(RULES["interim"], raw, ZONE)
    assert read.moment("promised_at") == datetime(2026, 5, 1, 20, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-03-10", datetime(2026, 3, 9, 21, 0, tzinfo=UTC)),
        ("10.03.2026 14:05", datetime(2026, 3, 10, 11, 5, tzinfo=UTC)),
        ("2026-03-10T14:05", datetime(2026, 3, 10, 11, 5, tzinfo=UTC)),
        ("2026-03-10T14:05:00+05:00", datetime(2026, 3, 10, 9, 5, tzinfo=UTC)),
    ],
)
def test_a_moment_without_a_zone_is_the_municipalitys(text: str, moment: datetime) -> None:
    read = read_given(RULES["register"], {"registered_at": text}, ZONE)
    assert read.moment("registered_at") == moment


JUNK = st.one_of(
    st.none(),
    st.text(),
    st.integers(),
    st.floats(),
    st.lists(st.text(), max_size=30),
    st.dictionaries(st.text(), st.text(), max_size=3),
    st.sampled_from(["9999-99-99", "2026-02-30", "31.12.9999", "0001-01-01", "\x00", "\ud800"]),
)


def refusal(rule: Rule, raw: dict[str, Any]) -> BadInputError | None:
    try:
        read_given(rule, raw, ZONE)
    except BadInputError as error:
        return error
    return None


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(name=st.sampled_from(sorted(RULES)), data=st.data())
def test_junk_is_read_or_refused_in_russian(name: str, data: st.DataObject) -> None:
    rule = RULES[name]
    raw: dict[str, Any] = {one.name: data.draw(JUNK) for one in rule.fields}
    error = refusal(rule, raw)
    assert error is None or error.field in {one.name for one in rule.fields}
    assert error is None or any("а" <= letter <= "я" for letter in error.message)


@given(st.text())
def test_a_clean_name_is_no_path_and_no_trick(given_name: str) -> None:
    name = clean_name(given_name)
    assert name
    assert not set(name) & set('/\\<>:"|?*\x00\n\u202e')
    assert not name.startswith(".")
    assert len(name) <= 160
    assert clean_name(name) == name


@pytest.mark.parametrize(
    ("given_name", "name"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\docs\\Акт.PDF", "Акт.PDF"),
        ("фото\u202egnp.exe", "фотоgnp.exe"),
        ("..", "файл"),
        (".htaccess", "файл.htaccess"),
        ("  а   б .txt", "а б.txt"),
    ],
)
def test_names_are_cleaned(given_name: str, name: str) -> None:
    assert clean_name(given_name) == name


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.exe", b"MZ"),
        ("a.zip", docx()),
        ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        ("a.html", b"<html>"),
        ("a", b"text"),
        ("a.pdf", b"MZ\x90\x00"),
        ("a.png", b"<html><script>alert(1)</script>"),
        ("a.txt", b"  <HTML><script>"),
        ("a.txt", b"#!/bin/sh"),
        ("a.csv", b"a\x00b"),
        ("a.docx", b"PK\x03\x04broken"),
        ("a.docx", docx(macro=True)),
        ("a.xlsx", docx()),
        ("a.odt", docx()),
        ("a.doc", b"not ole"),
        ("a.jpg", png()),
    ],
)
def test_what_is_not_what_it_says_is_refused(name: str, content: bytes) -> None:
    with pytest.raises(BadInputError) as error:
        media_type_of(name, content)
    assert error.value.field == "file"


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("a.pdf", pdf(), "application/pdf"),
        ("a.PNG", png(), "image/png"),
        ("a.docx", docx(), None),
        ("a.txt", "Акт".encode("cp1251"), "text/plain"),
        ("a.csv", "а;б\r\n1;2".encode(), "text/csv"),
        ("a.jpg", b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01", "image/jpeg"),
    ],
)
def test_documents_and_pictures_are_taken(
    name: str, content: bytes, media_type: str | None
) -> None:
    assert media_type_of(name, content) == media_type or media_type is None


def test_refreshes_are_few_in_a_second() -> None:
    now = 0.0
    allowance = Allowance(5, lambda: now)
    assert [allowance.take() for _ in range(7)].count(True) == 5
    now = 0.4
    assert [allowance.take() for _ in range(3)].count(True) == 2
