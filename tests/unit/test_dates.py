"""Days out of addresses and forms: what the calendar cannot count with is refused in words."""

from collections.abc import Callable
from datetime import date

import pytest

from app.audit.params import parse_params as parse_audit
from app.board.map.params import parse_map
from app.board.params import parse_board
from app.books.deadlines.calendar_forms import SpecialDay
from app.dates import read_day
from app.errors import BadInputError
from app.polls.forms import read_poll, read_publication
from app.road_maps.forms import read_parts, read_shift
from app.search.params import parse_params as parse_search
from app.work.params import parse_work

READERS: dict[str, Callable[[str], object]] = {
    "board": lambda day: parse_board([("to", day)]),
    "map": lambda day: parse_map([("from", day)]),
    "search": lambda day: parse_search([("to", day)]),
    "audit": lambda day: parse_audit([("to", day)]),
    "work": lambda day: parse_work([("due", day)]),
    "poll": lambda day: read_poll({"title": "Т", "options": "За: 1", "held_from": day}).draft(),
    "publication": lambda day: read_publication({"where": "Сайт", "on": day}),
    "step": lambda day: read_parts({"owner_1": "petrov", "due_on_1": day}),
    "move": lambda day: read_shift({"reason": "Нет трубы", "due_on": day}),
    "calendar": lambda day: SpecialDay(day).read(),
}


@pytest.mark.parametrize("name", READERS)
def test_a_day_at_the_end_of_the_calendar_is_refused_in_words(name: str) -> None:
    READERS[name]("2026-03-10")
    for day in ("0001-01-01", "1899-12-31", "2200-01-01", "9999-12-31", "2026-02-30"):
        with pytest.raises(BadInputError) as refused:
            READERS[name](day)
        assert refused.value.field


def test_a_day_is_read_as_browsers_send_it() -> None:
    assert read_day("2026-11-22") == date(2026, 11, 22)
