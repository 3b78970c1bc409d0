"""What cannot be used as a question for similar cases is refused by its name."""

from typing import Any
from zoneinfo import ZoneInfo

import pytest

from app.duplicates.asking import read_asked
from app.errors import BadInputError

MOSCOW = ZoneInfo("Europe/Moscow")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "text"),
        ({"text": "  "}, "text"),
        ({"text": 5}, "text"),
        ({"text": "а" * 50_001}, "text"),
        ({"text": "а", "street": ["Мира"]}, "street"),
        ({"text": "а", "lat": 91, "lon": 0}, "lat"),
        ({"text": "а", "lat": 55.0}, "lon"),
        ({"text": "а", "lon": "x", "lat": 1}, "lon"),
        ({"text": "а", "received_at": "вчера"}, "received_at"),
        ({"text": "а", "size": 51}, "size"),
        ({"text": "а", "size": True}, "size"),
    ],
)
def test_what_cannot_be_used_is_named(body: dict[str, Any], field: str) -> None:
    with pytest.raises(BadInputError) as refused:
        read_asked(body, MOSCOW)
    assert refused.value.field == field


def test_a_moment_without_a_zone_is_the_municipality_s() -> None:
    asked = read_asked(
        {"text": " Яма ", "received_at": "2026-03-01T11:00", "lat": 55, "lon": 60}, MOSCOW
    )
    assert asked.subject.text == "Яма"
    assert str(asked.subject.received_at) == "2026-03-01 11:00:00+03:00"
    assert asked.subject.point is not None
    with pytest.raises(BadInputError):
        read_asked(["text"], MOSCOW)
