"""Words, lemmas, synonyms and the normal form of a text."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.text.lemmas import lemmas, lemmatise, own_words
from app.text.mask import mask_contacts, mask_email, mask_name, mask_phone
from app.text.normalise import cited_numbers, norm_hash, numbers, plain
from app.text.synonyms import synonym_groups, synonym_rules
from app.text.words import fold, stop_words, words


def test_fold_keeps_the_number_sign_and_drops_what_is_not_seen() -> None:
    assert fold("Ёлка № 5 \u200bЛе\u00adнина") == "елка № 5 ленина"
    assert fold("и\u0306") == "й"


def test_stop_words_keep_negations() -> None:
    assert not stop_words() & {"не", "нет", "без", "нельзя"}
    assert {"на", "и", "это"} <= stop_words()


def test_words_are_runs_of_letters_and_digits() -> None:
    assert words("ул.Ленина, д. 35а!") == ["ул", "ленина", "д", "35а"]


@given(st.text())
def test_any_text_is_folded_once_and_for_all(text: str) -> None:
    assert words(text) == words(fold(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ямы на дорогах", "яма дорога"),
        ("нет горячей воды", "нет горячий вода"),
        ("ТКО, ЖКХ и ГВС не вывозят", "тко жкх гвс не вывозить"),
        ("и на от", ""),
    ],
)
def test_lemmas(text: str, expected: str) -> None:
    assert lemmatise(text) == expected


def test_lemmas_of_parts_join_without_holes() -> None:
    assert lemmas(["Яма", "и на", "дороги"]) == "яма дорога"


def test_own_words_are_their_own_lemmas() -> None:
    assert [word for word in own_words() if lemmatise(word) != word] == []


@given(st.text(alphabet="абвгдеёжзийклмнопрстуфхцчшщъыьэюя 123", max_size=60))
def test_lemmas_are_folded_words_without_stop_words(text: str) -> None:
    found = lemmatise(text)
    assert words(found) == found.split()
    assert not stop_words() & set(found.split())


def test_threads_share_the_cache() -> None:
    texts = [f"ямы на дорогах города {number} уезда" for number in range(200)]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lemmatise, texts)) == [lemmatise(text) for text in texts]


def test_each_synonym_stands_in_one_rule_and_holds_no_stop_word() -> None:
    finding = Counter(term for left, _ in synonym_groups() for term in left)
    assert [term for term, count in finding.items() if count > 1] == []
    used = {
        word for left, right in synonym_groups() for term in left + right for word in words(term)
    }
    assert not used & stop_words()


def test_the_list_covers_what_officials_abbreviate() -> None:
    finding = {term for left, _ in synonym_groups() for term in left}
    assert {"гвс", "хвс", "мкд", "тко", "ук", "жкх", "тсж", "дтп", "пдд"} <= finding
    assert len(synonym_rules()) > 70


def test_an_ambiguous_abbreviation_finds_one_way_only() -> None:
    groups = {tuple(left): right for left, right in synonym_groups()}
    assert "пешеходный переход" in groups[("зебра",)]
    assert groups[("остановка",)] != groups[("остановочный павильон",)]


def test_copies_have_one_hash() -> None:
    first = norm_hash("RT Привет, ёлка упала!!! https://vk.com/wall1_2")
    assert first == norm_hash("привет елка упала") != norm_hash("привет елка стоит")
    assert len(first) == 16


def test_mentions_are_not_part_of_the_text() -> None:
    assert plain("[id123|Иван], у нас @club1 (Группа) яма") == "у нас яма"


def test_numbers_as_written() -> None:
    assert numbers("дом 35а, 4/2 и 12,5 м, снова 35а") == ["35а", "4/2", "12,5"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("писал № ИМ-123456", ["ИМ-123456"]),
        ("обращение 12345678 не решено", ["12345678"]),
        ("ответ на 26-000123 не устроил", ["26-000123"]),
        ("школа № 12, дом 135", []),
        ("мой номер 89001234567", []),
        ("автобус ГАЗ-322133", []),
    ],
)
def test_cited_numbers(text: str, expected: list[str]) -> None:
    assert cited_numbers(text) == expected


def test_masks_show_little() -> None:
    assert mask_phone("+7 900 123-45-67") == "•••67"
    assert mask_email("ivanov@mail.ru") == "i•••@mail.ru"
    assert mask_name("Иванова Мария Петровна") == "И. М. П."
    assert mask_contacts("звоните 8 (900) 123-45-67 или a@b.ru") == "звоните •••67 или a•••@b.ru"
