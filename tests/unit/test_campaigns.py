"""Campaigns without an engine: what is nearly one text, and what a group of them is called."""

import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np
import pytest

from app.growth.campaigns import LEAST_LETTERS, LEAST_MESSAGES, Sent, campaigns, owners_of
from app.growth.contexts import growth_view
from app.growth.learned import State
from app.growth.models import Campaign
from app.growth.near import LEAST_SHARED, NEAR_DAYS, Text, near_groups
from app.growth.repository import numbers_of
from app.growth.service import SeenCampaign
from app.permissions import Permission
from app.similarity.signature import BANDS, signature
from app.text.normalise import norm_hash
from app.viewer import Viewer
from dev.demo.models import DemoCase
from dev.demo.stream import generate

FIRST = date(2026, 1, 5)
_TAG = re.compile(r"<[^>]*>")


def as_sent(one: DemoCase) -> Sent:
    street = one.place.street if one.place else None
    place = (street.settlement, street.name) if street else (None, None)
    author = one.author.login if one.author else None
    return Sent(norm_hash(one.text), ("Город", *place), author, one.received_at.date(), 1)


def as_text(one: DemoCase) -> Text:
    return Text(norm_hash(one.text), numbers_of(signature(one.text)))


def windows(seed: int) -> Iterator[list[DemoCase]]:
    """Long messages of months, each month begun in the middle of the one before."""
    found = [one for one in generate(3_000, seed) if len(one.text) >= LEAST_LETTERS]
    day, last = found[0].received_at.date(), found[-1].received_at.date()
    while day <= last:
        until = day + timedelta(days=NEAR_DAYS)
        yield [one for one in found if day <= one.received_at.date() < until]
        day += timedelta(days=NEAR_DAYS // 2)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_letter_with_one_s_own_street_is_a_campaign_and_an_incident_is_none(seed: int) -> None:
    wanted = found = 0
    for month in windows(seed):
        owners = owners_of([], near_groups([as_text(one) for one in month], LEAST_MESSAGES))
        listed = campaigns([as_sent(one) for one in month], owners)
        taken = {text for one in listed for text in one.hashes}
        by_event = defaultdict[int, list[DemoCase]](list)
        for one in month:
            assert one.origin != "incident" or norm_hash(one.text) not in taken, one.text
            if one.origin == "campaign":
                by_event[one.event].append(one)
        for event, letters in by_event.items():
            rows = [as_sent(one) for one in letters]
            if campaigns(rows, {row.norm_hash: str(event) for row in rows}):
                wanted += len(letters)
                found += sum(norm_hash(one.text) in taken for one in letters)
    assert wanted > 100
    assert found >= 0.95 * wanted


def text(name: str, *tokens: int) -> Text:
    return Text(name, np.array(tokens, dtype=np.uint64))


def test_a_chain_of_letters_joins_nothing_and_a_crowd_is_one_group() -> None:
    step = BANDS - LEAST_SHARED
    chain = [text(f"t{one}", *range(one * step, one * step + BANDS)) for one in range(6)]
    assert near_groups(chain, LEAST_MESSAGES) == []
    crowd = [text(f"c{one}", *range(900, 930), 2_000 + one) for one in range(3)]
    beside = text("beside", *range(900, 900 + LEAST_SHARED), *range(3_000, 3_022))
    assert near_groups(crowd, LEAST_MESSAGES) == []
    assert near_groups([*crowd, crowd[0]], LEAST_MESSAGES) == [["c0", "c1", "c2"]]
    assert near_groups([beside, *chain, *crowd], LEAST_MESSAGES) == [["beside", "c0", "c1", "c2"]]
    assert near_groups([], LEAST_MESSAGES) == []


def sent(name: str, street: str | None, day: int = 0) -> Sent:
    return Sent(name, ("Зареченск", "Слобода", street), None, FIRST + timedelta(days=day), 1)


def test_a_campaign_keeps_its_name_as_others_join() -> None:
    rows = [sent(f"t{one}", f"улица {one}", one) for one in range(5)]
    (before,) = campaigns(rows[:4], owners_of([], [["t0", "t1", "t2", "t3"]]))
    assert (before.norm_hash, before.texts, before.count) == ("t0", ["t1", "t2", "t3"], 4)
    (after,) = campaigns(rows, owners_of([before], [["t2", "t3", "t4"]]))
    assert (after.norm_hash, after.texts, after.count) == ("t0", ["t1", "t2", "t3", "t4"], 5)
    other = Campaign(norm_hash="t9", count=4, places=4, authors=4, first=FIRST, last=FIRST)
    both = owners_of([before, other], [["t9", "t2", "t3", "t4"]])
    assert (both["t4"], both["t9"]) == ("t0", "t9"), "two that are kept stay two"


def test_a_letter_that_is_shown_hides_its_writer_s_phone() -> None:
    one = Campaign(norm_hash="t", count=4, places=4, authors=4, first=FIRST, last=FIRST)
    letter = SeenCampaign(one, "Прошу вернуть маршрут №14. Мой телефон 8 912 345-67-89", "c1")
    viewer = Viewer("a", permissions=frozenset({Permission.PROBLEM_VIEW}))
    (shown,) = growth_view([], [], [letter], {}, State(), viewer).campaigns
    assert shown.text == "Прошу вернуть маршрут №14. Мой телефон •••89"


def test_neighbours_are_one_place_and_so_is_what_names_less_of_it() -> None:
    near = [[f"t{one}" for one in range(6)]]
    same = [sent(f"t{one}", "мира") for one in range(4)]
    vague = [sent("t4", None), Sent("t5", ("Зареченск", None, None), None, FIRST, 1)]
    assert campaigns([*same, *vague], owners_of([], near)) == []
    more = [*same, *vague, sent("t4", "ленина"), sent("t5", "садовая")]
    (found,) = campaigns(more, owners_of([], near))
    assert (found.count, found.places) == (8, 3)
