"""A table of votes: rows join into questions, and each refused row says why."""

from datetime import date
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.cases.directory import Directory
from app.errors import BadInputError
from app.intake.tables import Row
from app.polls.audience import PlaceCount, Street, Target, draft_text, table_of
from app.polls.contexts import audience_view
from app.polls.forms import read_poll
from app.polls.models import Option, poll_id
from app.polls.table import read_polls
from tests.casework import ZONE

HEADER = ["Голосование", "Вопрос", "Вариант ответа", "Голосов", "Начало", "Ссылка"]


def rows(*cells: list[str]) -> list[Row]:
    return [Row(number, list(one), 0) for number, one in enumerate(cells, 2)]


def test_rows_of_one_question_are_one_poll() -> None:
    found = read_polls(
        HEADER,
        rows(
            ["Парк", "Где?", "На берегу", "1 200", "01.03.2026", ""],
            ["Парк", "Где?", "У школы", "300", "01.03.2026", "https://example.org/p"],
            ["Парк", "Где?", "у школы", "5", "01.03.2026", ""],
            ["Сквер", "", "За", "десять", "", ""],
            ["Сквер", "", "За", "-1", "", ""],
            ["", "", "За", "1", "", ""],
            ["Сквер", "", "За", "1", "", "javascript:alert(1)"],
        ),
        ZONE,
    )
    [park] = found.drafts
    assert park.options == [Option("На берегу", 1200), Option("У школы", 300)]
    assert (park.held_from, park.url) == (date(2026, 3, 1), "https://example.org/p")
    assert [one.row for one in found.refused] == [4, 5, 6, 7, 8]
    assert found.refused[0].why == "Вариант «у школы» в этом вопросе уже был."
    assert found.rows == 7
    with pytest.raises(BadInputError, match="votes"):
        read_polls(["title", "option"], [], ZONE)


def test_rows_that_differ_in_case_and_blanks_only_are_one_poll() -> None:
    told = rows(["Сквер на Мира", "", "За", "120"], ["сквер  на мира", "", "Против", "80"])
    [square] = read_polls(HEADER[:4], told, ZONE).drafts
    assert square.options == [Option("За", 120), Option("Против", 80)]


def test_a_vote_is_the_same_however_it_is_spaced() -> None:
    one = poll_id("Парк ", "Где?", None, date(2026, 3, 1))
    assert one == poll_id("парк", "где?", "", date(2026, 3, 1))
    assert one != poll_id("парк", "где?", "", None)


def test_a_form_reads_answers_line_by_line() -> None:
    form = read_poll({"title": "Парк", "options": "За: 120\r\nПротив — 7\nВсё равно 3"})
    assert form.draft().options == [Option("За", 120), Option("Против", 7), Option("Всё равно", 3)]
    names = {
        "За:\u00a01\u00a0200": ("За", 1200),
        "За - 1 200": ("За", 1200),
        "Парк — зона отдыха: 120": ("Парк — зона отдыха", 120),
        "Время 10:30 — 7": ("Время 10:30", 7),
        "Дом 5: 200": ("Дом 5", 200),
        "Дом 5 12": ("Дом 5", 12),
    }
    for line, told in names.items():
        [option] = read_poll({"title": "Парк", "options": line}).draft().options
        assert (option.name, option.votes) == told
    for bad in (
        {"options": "За"},
        {"options": "За 1 200"},
        {"options": "За: -1"},
        {"options": f"{'я' * 301}: 1"},
        {"options": ""},
        {"options": "За: 1\nза: 2"},
        {"url": "ftp://x"},
    ):
        with pytest.raises(BadInputError):
            read_poll({"title": "Парк", "options": "За: 1", **bad}).draft()


@settings(max_examples=50, deadline=None)
@given(st.lists(st.lists(st.text(max_size=12), min_size=6, max_size=6), max_size=6))
def test_every_row_is_taken_or_told(cells: list[list[str]]) -> None:
    found = read_polls(HEADER, rows(*cells), ZONE)
    assert sum(len(one.options) for one in found.drafts) + len(found.refused) == len(cells)


def test_a_street_leads_to_the_cases_of_its_settlement() -> None:
    street = Street(PlaceCount("Север", "Дубки", "ул.", "Мира", "", 4, 3), [])
    view = audience_view(Target(theme="Вода"), "", [street], "", [], Directory(), date(2026, 3, 1))
    given = parse_qs(urlsplit(view.rows[0].url).query)
    assert (given["municipality"], given["settlement"]) == (["Север"], ["Дубки"])
    assert (given["street"], given["theme"], given["from"]) == (["Мира"], ["Вода"], ["2026-03-01"])


def place(street: str, house: str = "") -> PlaceCount:
    return PlaceCount("Север", "", "ул.", street, house, 4, 3)


def test_a_draft_names_places_and_leaves_promises_to_people() -> None:
    streets = [Street(place("Мира"), [place("Мира", "5"), place("Мира", "7")])]
    streets += [Street(place(f"Улица {number}"), []) for number in range(9)]
    text = draft_text("Нет воды", streets, 90)
    assert "ул. Мира, дома 5, 7; ул. Улица 0" in text
    assert "и ещё 2\u00a0улицы" in text
    assert "Что делаем: …" in text
    assert draft_text("Нет воды", [], 90) == ""
    table = table_of([Street(place("=1+1"), [])]).decode("utf-8-sig")
    assert table.splitlines()[1] == "Север;;ул. =1+1;;4;3"
