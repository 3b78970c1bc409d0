"""One text about many places within days: a campaign, which is shown as such and is no growth."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import combinations

from msgspec import Struct

from app.growth.models import Campaign

LEAST_MESSAGES = 4
LEAST_PLACES = 3
"""Streets, or settlements where no street is named: the neighbours of one outage write alike."""
WITHIN_DAYS = 14
LEAST_LETTERS = 60
"""A shorter text («Нет горячей воды второй день») is written by many who never heard of each other:
that would be growth."""
MOST_TEXTS = 2_000
"""Different texts that a campaign is known by, the newest."""
MOST_HASHES = 50_000
"""Texts of campaigns that a request names: the engine takes 65,536 terms."""

Place = tuple[str | None, ...]


class Sent(Struct, frozen=True):
    """Messages of one text, one place, one author and one day."""

    norm_hash: str
    place: Place
    """Municipality, settlement, street."""
    author: str | None
    day: date
    many: int


def campaigns(sent: Iterable[Sent], owners: Mapping[str, str] | None = None) -> list[Campaign]:
    """The newest first. `owners`: by the hash of a text, the campaign it would belong to; a text
    that is not there stands for itself.
    """
    known = owners or {}
    texts = dict[str, list[Sent]]()
    for one in sent:
        texts.setdefault(known.get(one.norm_hash, one.norm_hash), []).append(one)
    found = [_campaign(name, rows) for name, rows in texts.items() if _is_one(rows)]
    return sorted(found, key=lambda one: (one.last, one.count, one.norm_hash), reverse=True)


def owners_of(kept: Sequence[Campaign], near: Iterable[Sequence[str]]) -> dict[str, str]:
    """By the hash of a text, the campaign it belongs to: one that was kept, else the first text of
    those `near` it, the oldest first. What was kept stays as it is called, whoever joins it.
    """
    found = {text: one.norm_hash for one in kept for text in one.hashes}
    for group in near:
        known = Counter(found[text] for text in group if text in found)
        owner = max(known, key=lambda one: (known[one], one)) if known else group[0]
        for text in group:
            found.setdefault(text, owner)
    return found


def left_out(campaigns: Iterable[Campaign]) -> list[str]:
    """Hashes that are not counted, of the newest campaigns, as many as a request may name."""
    newest = sorted(campaigns, key=lambda one: (one.last, one.norm_hash), reverse=True)
    return [text for one in newest for text in one.hashes][:MOST_HASHES]


def _is_one(rows: list[Sent]) -> bool:
    """Enough messages about enough places within some two weeks."""
    for start in {one.day for one in rows}:
        near = [one for one in rows if 0 <= (one.day - start).days < WITHIN_DAYS]
        if sum(one.many for one in near) >= LEAST_MESSAGES and _places(near) >= LEAST_PLACES:
            return True
    return False


def _places(rows: Iterable[Sent]) -> int:
    """Different ones: what names less of the same place («Зареченск») is no other place."""
    named = {one.place for one in rows if any(one.place)}
    wider = {part for place in named for part in _wider(place)}
    return len(named - wider)


def _wider(place: Place) -> set[Place]:
    said = [at for at, part in enumerate(place) if part]
    return {
        tuple(part if at in kept else None for at, part in enumerate(place))
        for many in range(1, len(said))
        for kept in combinations(said, many)
    }


def _campaign(name: str, rows: list[Sent]) -> Campaign:
    unknown = sum(one.many for one in rows if one.author is None)
    last = dict[str, date]()
    for one in sorted(rows, key=lambda one: one.day):
        last[one.norm_hash] = one.day
    newest = sorted(last, key=lambda text: (last[text], text))[-MOST_TEXTS:]
    return Campaign(
        norm_hash=name,
        texts=sorted(text for text in newest if text != name),
        count=sum(one.many for one in rows),
        places=_places(rows),
        authors=len({one.author for one in rows if one.author}) + unknown,
        first=min(one.day for one in rows),
        last=max(one.day for one in rows),
    )
