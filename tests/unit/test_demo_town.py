"""The made-up town: sizes that the demo promises, and Russian cases of street names."""

from datetime import date
from random import Random

import pytest

from app.reference.departments import NO_DEPARTMENTS
from app.reference.table import apply_rows, read_table
from dev.demo.departments import demo_departments
from dev.demo.fragments import FragmentError, parse, say, slots_of
from dev.demo.people import new_person
from dev.demo.scene import SLOTS, DemoScene
from dev.demo.themes import theme, themes
from dev.demo.town import decline, departments, districts, place_at, streets


def test_town_has_promised_size() -> None:
    assert len(streets()) == 60
    assert len({(s.official, s.settlement) for s in streets()}) == 60
    assert len(districts()) == 5
    assert len(departments()) == len({d.code for d in departments()}) == 12
    assert len({item.group for item in themes()}) == 26
    assert 70 <= len(themes()) <= 115
    assert len({item.code for item in themes()}) == len(themes())


def test_every_theme_has_a_department_and_words_when_it_is_in_season() -> None:
    codes = {d.code for d in departments()}
    for item in themes():
        assert item.department in codes
        for month, share in enumerate(item.season):
            assert item.problem[month] or share == 0, item.code


def test_fragments_are_many_and_ask_only_for_known_slots() -> None:
    phrases = {
        phrase
        for item in themes()
        for block in (item.problem, item.detail, item.ask, item.answer, item.interim)
        for month in block
        for phrase in month
    }
    assert len(phrases) >= 400
    for phrase in phrases:
        assert slots_of(phrase) <= SLOTS.keys()


@pytest.mark.parametrize(
    ("name", "gender", "prepositional"),
    [
        ("Садовая", "f", "Садовой"),
        ("Ленина", "f", "Ленина"),
        ("Тихий", "m", "Тихом"),
        ("Московское", "n", "Московском"),
        ("50 лет Октября", "f", "50 лет Октября"),
        ("Толстого", "f", "Толстого"),
    ],
)
def test_street_names_are_declined(name: str, gender: str, prepositional: str) -> None:
    assert decline(name, gender).prepositional == prepositional


def test_each_street_is_spelled_in_ten_ways() -> None:
    for street in streets():
        assert len(set(street.address)) >= 10, street.official
        assert len(set(street.in_house)) >= 10, street.official


def test_neighbouring_houses_stand_near() -> None:
    lenin = streets()[0]
    one, two, far = place_at(lenin, "15"), place_at(lenin, "17"), place_at(lenin, "90")
    near = abs(one.lat - two.lat) + abs(one.lon - two.lon)
    assert 0 < near < 0.001
    assert abs(one.lat - far.lat) + abs(one.lon - far.lon) > near


def test_fragment_takes_gender_and_variants(lenin_scene: DemoScene) -> None:
    lenin_scene.female = True
    assert say(parse("обраща<лся|лась> [туда|туда] {street_acc}"), lenin_scene) == (
        "обращалась туда улицу Ленина"
    )


@pytest.mark.parametrize("line", ["[один|два", "два]", "<а|б]", "{нет скобки"])
def test_broken_fragment_is_named(line: str) -> None:
    with pytest.raises(FragmentError):
        parse(line)


@pytest.fixture
def lenin_scene() -> DemoScene:
    rng = Random(1)  # noqa: S311 - repeatable on purpose
    place = place_at(streets()[0], "15")
    scene = DemoScene(rng, new_person(rng), place, date(2026, 7, 1), theme("hot_water").span)
    assert all(isinstance(SLOTS[name](scene), str) for name in SLOTS)
    return scene


def test_the_book_of_departments_keeps_its_rules_and_names_every_department() -> None:
    loaded, _ = apply_rows(NO_DEPARTMENTS, read_table(demo_departments()))
    assert all(loaded.bears(one.name) and loaded.bears(one.body) for one in departments())
    assert loaded.names_in_sector("zhkh") >= {"МКУ «Городское хозяйство»"}
