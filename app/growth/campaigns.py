"""One text about many places within days: a campaign, which is shown as such and is no growth."""

from collections.abc import Iterable
from datetime import date

from msgspec import Struct

from app.growth.models import Campaign

LEAST_MESSAGES = 4
LEAST_PLACES = 3
WITHIN_DAYS = 14
LEAST_LETTERS = 60
"""A shorter text («Нет горячей воды второй день») is written by many who never heard of each other:
that would be growth."""


class Sent(Struct, frozen=True):
    """Messages of one text, one place, one author and one day."""

    norm_hash: str
    place: tuple[str | None, ...]
    author: str | None
    day: date
    many: int


def campaigns(sent: Iterable[Sent]) -> list[Campaign]:
    """The newest first."""
    texts = dict[str, list[Sent]]()
    for one in sent:
        texts.setdefault(one.norm_hash, []).append(one)
    found = [_campaign(text, rows) for text, rows in texts.items() if _is_one(rows)]
    return sorted(found, key=lambda one: (one.last, one.count, one.norm_hash), reverse=True)


def _is_one(rows: list[Sent]) -> bool:
    """Enough messages about enough places within some two weeks."""
    for start in {one.day for one in rows}:
        near = [one for one in rows if 0 <= (one.day - start).days < WITHIN_DAYS]
        places = {one.place for one in near if any(one.place)}
        if sum(one.many for one in near) >= LEAST_MESSAGES and len(places) >= LEAST_PLACES:
            return True
    return False


def _campaign(text: str, rows: list[Sent]) -> Campaign:
    unknown = sum(one.many for one in rows if one.author is None)
    return Campaign(
        norm_hash=text,
        count=sum(one.many for one in rows),
        places=len({one.place for one in rows if any(one.place)}),
        authors=len({one.author for one in rows if one.author}) + unknown,
        first=min(one.day for one in rows),
        last=max(one.day for one in rows),
    )
