"""Words of danger, the gist, the gazetteer and the learned file: rules without an engine."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.errors import BadInputError, ConflictError
from app.suggestions.book import shipped_book, with_thresholds, with_word
from app.suggestions.danger import DangerWord, find_danger, shipped_words
from app.suggestions.features import features
from app.suggestions.gazetteer import Seen, Sureness, gathered
from app.suggestions.gist import LONGEST, gist
from app.suggestions.linear import softmax
from app.suggestions.store import (
    DamagedFileError,
    Model,
    pack,
    pack_places,
    read_file,
    unpack,
    unpack_places,
    write_file,
)
from app.suggestions.words import confidence
from indexers.learning.fit import Check, Learned, calibration_gap, learn, vocabulary_of
from indexers.learning.gather import Example, Gathered
from indexers.learning.train import Trained, why_not

WINTER, SUMMER = 12, 7


def codes(text: str, month: int = WINTER) -> list[str]:
    return [one.word.code for one in find_danger(text, shipped_words(), month)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("В подъезде сильно пахнет газом", "gas"),
        ("Газом очень пахнет, дышать нечем", "gas"),
        ("На дороге лежит оборванный провод", "wire"),
        ("Крышки нет, колодец открыт", "hatch"),
        ("На углу люк без крышки", "hatch"),
        ("Ребёнок чуть не упал в открытый люк", "child"),
        ("Там не только травма, но и испуг", "injury"),
        ("Вторую неделю нет отопления", "heat"),
        ("Отопления нет вторую неделю", "heat"),
    ],
)
def test_a_danger_is_found_in_any_form_and_order(text: str, expected: str) -> None:
    assert expected in codes(text)


@pytest.mark.parametrize(
    "text",
    [
        "Газом не пахнет",
        "Запаха газа нет",
        "Никто не пострадал",
        "Обошлось без травм",
        "Обошлось без серьёзных травм",
        "Пострадавших нет",
        "Пожара не было",
        "Когда будет открытый урок?",
        "Газ подключили. Запах роз чудесный",
    ],
)
def test_what_is_denied_or_apart_is_no_danger(text: str) -> None:
    assert codes(text) == []


def test_cold_is_a_danger_in_the_season_only() -> None:
    assert codes("Нет отопления", WINTER) == ["heat"]
    assert codes("Нет отопления", SUMMER) == []


@given(
    before=st.text("абвгд ежз,.!?", max_size=40),
    denial=st.sampled_from(["не", "без", "ни", "никто не"]),
    filler=st.sampled_from(["", "особых ", "очень ", "сильно "]),
)
def test_a_denial_before_the_word_always_denies(before: str, denial: str, filler: str) -> None:
    word = DangerWord("hurt", "Травма", ["травма"], "больно")
    said = "" if filler in {"очень ", "сильно "} else filler
    assert find_danger(f"{before}. {denial} {said}травма", [word], 1) == []
    assert find_danger(f"{before}. травма", [word], 1)


@given(st.text(max_size=400))
def test_rules_of_a_text_take_any_text(text: str) -> None:
    found = find_danger(text, shipped_words(), WINTER)
    assert all(one.written in " ".join(text.split()) or one.written for one in found)
    line = gist(text)
    assert len(line) <= LONGEST
    assert "\n" not in line


def test_a_short_form_does_not_end_the_gist() -> None:
    text = "Здравствуйте! Нет воды третий день, ул. Ленина, д. 35, кв. Ивановых. Спасибо."
    assert gist(text) == "Нет воды третий день, ул. Ленина, д. 35, кв. Ивановых."


def test_the_gist_is_the_trouble_and_hides_contacts() -> None:
    text = (
        "Здравствуйте, уважаемый Иван Петрович! Меня зовут Иванова Мария Петровна. "
        "На улице Ленина 35 третью неделю не горят фонари, звоните +7 900 123-45-67. Спасибо!"
    )
    line = gist(text)
    assert line.startswith("На улице Ленина 35 третью неделю не горят фонари")
    assert "123-45" not in line
    assert "Мария" not in line
    assert gist("") == ""


def seen(house: str | None, lat: float, lon: float = 30.0, district: str = "Центр") -> Seen:
    return Seen("Город", "Ленина", house, lat, lon, district)


def test_a_house_lies_where_most_cases_put_it() -> None:
    places = gathered([seen("10", 50.0), seen("10", 50.0002), seen("10", 59.9), seen("20", 51.0)])
    exact = places.locate("ленина", "10")
    assert exact
    assert (exact.lat, exact.district, exact.sureness) == (50.0002, "Центр", Sureness.HOUSE)
    between = places.locate("Ленина", "15")
    assert between
    assert between.sureness is Sureness.BETWEEN
    assert 50.4 < between.lat < 50.6
    near = places.locate("Ленина", "24")
    assert near
    assert (near.sureness, near.lat) == (Sureness.NEAR, 51.0)
    far = places.locate("Ленина", "200")
    assert far
    assert far.sureness is Sureness.STREET
    assert places.locate("Мира", "1") is None
    assert places.locate("Ленина", "10", "Другой город") is None


HOUSES = st.builds("{}{}".format, st.integers(1, 99), st.sampled_from(["", "", "а", "/2"]))


@given(st.lists(st.tuples(HOUSES, st.floats(50, 51)), min_size=1, max_size=12))
@example([("35а", 50.1), ("35б", 50.2), ("36", 50.3)])
def test_a_place_never_leaves_the_street(known: list[tuple[str, float]]) -> None:
    places = gathered([seen(house, lat) for house, lat in known])
    low, high = min(lat for _, lat in known), max(lat for _, lat in known)
    for house in ("1", "35", "50", "99", "35а", "без номера"):
        spot = places.locate("Ленина", house)
        assert spot
        assert low - 1e-9 <= spot.lat <= high + 1e-9


WATER = [f"Нет горячей воды в доме {n}, трубы холодные" for n in range(12)]
ROADS = [f"На дороге яма {n}, асфальт разбит, машины ломаются" for n in range(12)]
TREES = [f"Упало дерево номер {n}, ветки лежат на тротуаре" for n in range(12)]


def small_model() -> Model:
    texts = [features(text) for text in WATER + ROADS + TREES]
    labels = ["Вода"] * 12 + ["Дороги"] * 12 + ["Деревья"] * 12
    vectors = np.random.default_rng(3).normal(size=(36, 384)).astype(np.float32)
    vocabulary = vocabulary_of(texts, 3)
    learned = learn(vocabulary, texts, labels, vectors)
    assert learned.by_words.first == 1.0
    usual = {"Вода": {"ЖКХ": 1.0}}
    return Model(vocabulary, {"theme": learned.voters}, {"Вода": "ЖКХ"}, usual)


def test_a_model_keeps_its_answers_in_a_file_of_plain_arrays(tmp_path: Path) -> None:
    model = small_model()
    data = pack(model)
    assert b"pickle" not in data
    name, digest = write_file(tmp_path, "suggest", data)
    again = unpack(read_file(tmp_path, name, digest))
    row = model.vocabulary.row(features("Вода холодная, горячей нет"))
    for vector in (None, np.ones(384, np.float32)):
        before = model.voters["theme"].chances(*row, vector)
        assert np.allclose(before, again.voters["theme"].chances(*row, vector))
        assert ((before >= 0) & (before <= 1)).all()
    best = model.voters["theme"].chances(*row, None).argmax()
    assert model.voters["theme"].classes[int(best)] == "Вода"
    assert again.usual == model.usual


def test_a_file_that_is_not_whole_is_not_used(tmp_path: Path) -> None:
    name, digest = write_file(tmp_path, "suggest", pack(small_model()))
    path = tmp_path / "models" / name
    path.write_bytes(path.read_bytes()[:-7])
    with pytest.raises(DamagedFileError):
        read_file(tmp_path, name, digest)
    with pytest.raises(DamagedFileError):
        read_file(tmp_path, "../../etc/passwd", digest)
    with pytest.raises(DamagedFileError):
        unpack(b"PK\x03\x04 not an archive")
    with pytest.raises(DamagedFileError):
        unpack_places(b"\xc1")


def test_old_files_go_and_the_last_ones_stay(tmp_path: Path) -> None:
    names = [
        write_file(tmp_path, "places", pack_places(gathered([seen("1", 50 + n)])))[0]
        for n in range(5)
    ]
    left = {path.name for path in (tmp_path / "models").iterdir()}
    assert len(left) == 3
    assert names[-1] in left


@given(st.text(max_size=300))
def test_features_are_the_same_for_the_same_text(text: str) -> None:
    one, two = features(text), features(text)
    for first, second in zip(one.blocks, two.blocks, strict=True):
        assert np.array_equal(first.ids, second.ids)
        assert (np.diff(first.ids.astype(np.int64)) > 0).all()


@given(st.lists(st.floats(-50, 50), min_size=1, max_size=20))
def test_chances_add_up(marks: list[float]) -> None:
    chances = softmax(np.array(marks))
    assert chances.sum() == pytest.approx(1)
    assert (chances >= 0).all()


def test_confidence_is_said_in_words_first() -> None:
    assert confidence(0.93) == "почти наверняка, 93\u00a0%"
    assert confidence(0.1) == "маловероятно, 10\u00a0%"
    honest = calibration_gap(np.array([0.5] * 10), np.array([True, False] * 5))
    assert honest == pytest.approx(0)


def test_the_book_checks_what_people_write() -> None:
    book = shipped_book()
    word = DangerWord("", "Мост", ["мост рушится|трещит"], "можно упасть")
    made = with_word(book, word, 0)
    assert made.words["most"].phrases == ["мост рушится|трещит"]
    with pytest.raises(BadInputError):
        with_word(book, DangerWord("", "Мост", ["…"], "можно упасть"), 0)
    with pytest.raises(BadInputError):
        with_word(book, DangerWord("", "Мост", [], "можно упасть"), 0)
    with pytest.raises(ConflictError):
        with_word(book, book.words["gas"], 7)
    with pytest.raises(BadInputError):
        with_thresholds(book, {"theme": 0.3})
    assert with_thresholds(book, {"theme": 0.95}).thresholds == {"theme": 0.95}


def test_a_worse_model_is_refused_with_figures() -> None:
    present = small_model()
    them = [Example(text, "Вода", None, "2026-11-20", []) for text in WATER * 3]
    found = Gathered(len(them), them, {"Вода": "ЖКХ"}, {})

    def fresh(right: bool) -> Trained:
        check = Check(36, 0.5, 0.5, 0.0)
        first_right = dict.fromkeys(range(len(them)), right)
        learned = Learned(present.voters["theme"], check, check, first_right)
        return Trained(present, {}, learned)

    assert why_not(found, fresh(right=True), present, "2026-11-01") == ""
    refused = why_not(found, fresh(right=False), present, "2026-11-01")
    assert refused.startswith("Новая модель хуже прежней на 36 свежих обращениях")
    assert "0% против 100%" in refused
    assert why_not(found, fresh(right=False), present, "2026-11-25") == ""  # nothing is fresh
    assert why_not(found, fresh(right=False), None, "") == ""
