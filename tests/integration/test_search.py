"""The search on a real engine: what is found, in which order, counted how, paged how."""

import uuid
from collections.abc import AsyncIterator
from typing import Any

import pytest
from elasticsearch import AsyncElasticsearch
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pydantic import SecretStr

from app.cases.models import Answer
from app.engine.client import Engine, client_options
from app.errors import BadInputError
from app.search.params import FACETS, SearchParams, parse_params
from app.search.results import Results
from app.search.service import search
from app.search.steps import FEW
from app.settings import Settings
from app.viewer import LOCAL_VIEWER, Viewer
from tests.integration.search_corpus import PLAIN, case, corpus, filled


@pytest.fixture(scope="module")
async def town(service_urls: dict[str, str]) -> AsyncIterator[tuple[Engine, Settings]]:
    settings = Settings(
        es_url=service_urls["OTKLIK_ES_URL"],
        redis_url=SecretStr(service_urls["OTKLIK_REDIS_URL"]),
        index_prefix=f"t{uuid.uuid4().hex[:10]}-",
    )
    async with filled(settings, corpus()) as engine:
        yield engine, settings
    async with AsyncElasticsearch(**client_options(settings)) as client:
        for name in await client.indices.get(index=f"{settings.index_prefix}*"):
            await client.indices.delete(index=name)


Town = tuple[Engine, Settings]


async def ask(
    town: Town, text: str = "", viewer: Viewer | None = LOCAL_VIEWER, **given: Any
) -> Results:
    pairs = [("q", text)]
    for name, value in given.items():
        values = value if isinstance(value, list) else [value]
        pairs += [(name.rstrip("_"), str(item)) for item in values]
    engine, settings = town
    return await search(engine, parse_params(pairs), viewer, settings.zone)


async def texts(town: Town, text: str, **given: Any) -> list[str]:
    results = await ask(town, text, size=100, **given)
    return [found.hit.snippet for found in results.hits]


@pytest.mark.parametrize(
    ("asked", "wanted"),
    [
        ("ГВС", "Нет горячей воды третий день"),
        ("горячая вода", "ГВС отсутствует, ленина 35"),
        ("нет горячей воды на Ленина", "ГВС отсутствует, ленина 35"),
        ("твёрдые коммунальные отходы", "ТКО не вывозят с площадки"),
        ("ТКО", "Мусорный бак переполнен, твёрдые коммунальные отходы лежат неделю"),
        ("управляющей компании", "УК бездействует"),
        ("ук", "Управляющая компания не убирает подъезд"),
        ("елка", "Ёлка упала на дорогу у детского сада"),
        ("ЁЛКИ", "Ёлка упала на дорогу у детского сада"),
        ("садик", "Ёлка упала на дорогу у детского сада"),
        ("яма дороги", "Дорога в ямах, прошу отремонтировать"),
        ("отремонтируйте дорогу", "Дорога в ямах, прошу отремонтировать"),
        ("🔥", "🔥 горит свалка"),
        ("отопление", "Холодно в квартире"),
        ("обследовано", "Просьба спилить дерево"),
    ],
)
async def test_any_wording_finds_it(town: Town, asked: str, wanted: str) -> None:
    assert wanted in await texts(town, asked)


@pytest.mark.parametrize(
    ("asked", "wanted"),
    [
        ("управлющая компания", "Управляющая компания не убирает подъезд"),
        ("отремонтироват дорогу", "Дорога в ямах, прошу отремонтировать"),
        ("провалилсся", "Тротуар разбит, асфальт провалился"),
    ],
)
async def test_a_typo_is_found_through_pieces_of_the_word(
    town: Town, asked: str, wanted: str
) -> None:
    assert wanted in await texts(town, asked)


async def test_pieces_of_a_short_word_find_nothing_else(town: Town) -> None:
    assert "Заводах и цехах шумно ночью" not in await texts(town, "вода")


async def test_no_and_without_are_words(town: Town) -> None:
    assert (await texts(town, "нет воды"))[0] == "Нет горячей воды третий день"
    assert "Вода есть, спасибо" not in await texts(town, "нет воды", asis="loosened")
    assert "Без света весь посёлок" in await texts(town, "без света")


async def test_a_phrase_is_literal(town: Town) -> None:
    assert await texts(town, '"горячей воды"') == ["Нет горячей воды третий день"]


async def test_a_phrase_nobody_wrote_is_taken_for_its_words_and_that_is_said(town: Town) -> None:
    results = await ask(town, '"воды горячей"')
    assert "Нет горячей воды третий день" in [found.hit.snippet for found in results.hits]
    codes = [change.code for change in results.asked.changes]
    assert "phrase_loosened" in codes
    assert "quotes" not in codes


@pytest.mark.parametrize(
    "asked", ["26-000003", "№ 26-000003", "26–000003", "ИМ-700003", "им-700003", "T-3"]
)
async def test_a_number_comes_first_and_then_who_cites_it(town: Town, asked: str) -> None:
    results = await ask(town, asked)
    assert results.hits[0].hit.number == "26-000003"
    if asked.endswith("000003"):
        assert results.hits[1].hit.snippet.startswith("Прошу ответить по обращению")


async def test_an_address_orders_and_does_not_exclude(town: Town) -> None:
    results = await ask(town, "прорвало трубу Гагарина 12")
    assert results.hits[0].hit.id == "id-0100"
    both = await ask(town, "прорвало трубу")
    assert both.total == 2
    assert (await ask(town, "Мира 12")).hits[0].hit.id == "id-0101"


async def test_too_few_words_in_one_text_loosen_the_question_and_say_so(town: Town) -> None:
    results = await ask(town, "асфальт елка собаки")
    assert [change.code for change in results.asked.changes] == ["synonyms", "loosened"]
    assert results.total >= 3
    again = await ask(town, "асфальт елка собаки", size=1)
    follow = await ask(town, "асфальт елка собаки", size=1, after=again.next)
    assert follow.total == results.total
    assert follow.asked.changes == results.asked.changes
    assert (await ask(town, "асфальт елка собаки", asis="loosened")).total == 0


async def test_a_filter_never_brings_cases_its_count_did_not_tell(town: Town) -> None:
    results = await ask(town, "яма на объездной")
    for item in results.facets["theme"]:
        assert (await ask(town, "яма на объездной", theme=item.value)).total == item.count


async def test_facets_sum_up_and_ignore_their_own_filter(town: Town) -> None:
    free = await ask(town, "яма")
    assert sum(item.count for item in free.facets["state"]) == free.total
    chosen = await ask(town, "яма", state="new")
    assert chosen.facets["state"] != []
    assert {i.value: i.count for i in chosen.facets["state"]} == {
        i.value: i.count for i in free.facets["state"]
    }
    assert sum(item.count for item in chosen.facets["channel"]) == chosen.total < free.total
    assert {item.label for item in free.facets["state"]} <= {
        "Новое",
        "На модерации",
        "Назначено",
        "В работе",
    }


async def test_every_facet_value_leads_to_as_many_cases(town: Town) -> None:
    params: dict[str, Any] = {"state": ["new", "assigned"], "department": "Отдел 2"}
    results = await ask(town, **params)
    for name in FACETS:
        for item in results.facets[name]:
            one = {**params, name: item.value}
            assert (await ask(town, **one)).total == item.count, (name, item)


async def test_a_chosen_value_without_cases_stays_in_sight(town: Town) -> None:
    results = await ask(town, "яма", street="Нигде")
    assert [(item.value, item.count) for item in results.facets["street"]] == [("Нигде", 0)]
    assert results.total == 0


async def test_days_are_inclusive_in_the_zone_of_the_town(town: Town) -> None:
    first = await ask(town, from_="2026-03-01", to="2026-03-01", size=100)
    moments = sorted(found.hit.received_at for found in first.hits)
    assert first.total == 14
    assert moments[-1].isoformat() == "2026-03-01T20:00:00+00:00"


@hypothesis_settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    size=st.integers(7, 100),
    asked=st.sampled_from(["", "яма", "нет воды или света и тепла"]),
    sort=st.sampled_from(["relevance", "-received_at", "deadline"]),
)
async def test_pages_show_every_case_once(town: Town, size: int, asked: str, sort: str) -> None:
    seen: list[str] = []
    after = ""
    while True:
        results = await ask(town, asked, size=size, sort=sort, after=after)
        seen += [found.hit.id for found in results.hits]
        if results.next is None:
            break
        after = results.next
    assert len(seen) == len(set(seen)) == results.total


@pytest.mark.parametrize("viewer", [None, Viewer("nobody")])
async def test_without_a_scope_nothing_is_found(town: Town, viewer: Viewer | None) -> None:
    for asked in ("", "вода", "26-000003", '"горячей воды"'):
        results = await ask(town, asked, viewer=viewer)
        assert (results.total, results.hits) == (0, [])
        assert all(item.count == 0 for items in results.facets.values() for item in items)


PIECES = [
    *("вода", "и", "на", "а", "ё", "35а", "ул.", "Ленина 35", "26-000003", "№", "AND", "OR", "NOT"),
    *(
        ":",
        "/",
        "//",
        '"',
        "«",
        "»",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        "\\",
        "*",
        "?",
        "~",
        "^",
        "+",
        "-",
    ),
    *("!", "'", "%", "_exists_:", "text.stem:", "<script>", "1e999", "-1", "\t", "\n"),
    *("🔥", "👨\u200d👩\u200d👧", "İ", "ß", "\u0000", "\ue000", "\u202e", "\ud7ff", "\udcff"),
    *("x" * 300, "вода" * 100),
]


@hypothesis_settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    asked=st.lists(
        st.sampled_from(PIECES) | st.text(st.characters(), max_size=15), max_size=14
    ).map(" ".join)
)
async def test_nothing_typed_is_an_error(town: Town, asked: str) -> None:
    results = await ask(town, asked, size=3)
    assert results.total >= 0


async def test_ten_thousand_characters_are_cut_and_answered(town: Town) -> None:
    results = await ask(town, "нет горячей воды " * 600)
    assert results.asked.changes[0].code == "cut"
    assert results.hits[0].hit.snippet in PLAIN


@pytest.mark.parametrize("wrap", ['"{}', "{}:", "{},", "({}", "{}?", "«{}»", "{} /", "- {}"])
async def test_punctuation_takes_nothing_away(town: Town, wrap: str) -> None:
    plain = await ask(town, "нет горячей воды")
    assert (await ask(town, wrap.format("нет горячей воды"))).total >= plain.total


async def test_a_snippet_marks_the_words_and_their_synonyms(town: Town) -> None:
    found = next(f for f in (await ask(town, "ГВС")).hits if f.hit.snippet.startswith("Нет"))
    assert found.marked == "Нет \ue000горячей\ue001 \ue000воды\ue001 третий день"
    assert found.hit.snippet == "Нет горячей воды третий день"


async def test_a_cursor_of_another_search_is_refused(town: Town) -> None:
    first = await ask(town, "яма", size=5)
    with pytest.raises(BadInputError):
        await ask(town, "вода", size=5, after=first.next)


async def test_the_wrong_layout_and_lookalikes_find_the_same(town: Town) -> None:
    plain = await texts(town, "нет горячей воды")
    for typed in ("ytn ujhzxtq djls", "нет гoрячeй вoды", "Ytn ujhzxtq djls."):
        assert await texts(town, typed) == plain
    as_written = await ask(town, "ytn ujhzxtq djls", asis="layout")
    assert as_written.total == 0
    assert as_written.asked.used == "ytn ujhzxtq djls"


async def test_synonyms_can_be_switched_off(town: Town) -> None:
    assert "Нет горячей воды третий день" in await texts(town, "ГВС")
    assert await texts(town, "ГВС", asis="synonyms") == ["ГВС отсутствует, ленина 35"]


async def test_a_minus_takes_cases_out(town: Town) -> None:
    both = await texts(town, "вода")
    left = await texts(town, "вода -горячей")
    assert set(both) - set(left) == {"Нет горячей воды третий день"}
    assert "ГВС отсутствует, ленина 35" in await texts(town, "отсутствует -горячей")
    assert await texts(town, 'вода -"воду в колонку"') == [
        text for text in both if "колонку" not in text
    ]


async def test_alternatives_find_all_that_either_finds(town: Town) -> None:
    one, other = await ask(town, "собаки у школы"), await ask(town, "прорвало трубу")
    both = await ask(town, "собаки у школы ИЛИ прорвало трубу")
    assert both.total == one.total + other.total
    quoted = await texts(town, '"управляющая компания" или "тротуар разбит"')
    assert set(quoted) == {
        "Управляющая компания не убирает подъезд",
        "Тротуар разбит, асфальт провалился",
    }


@pytest.mark.parametrize(
    "asked",
    [
        "нет горячей воды", "вода", "ГВС", "управляющая компания", "прорвало трубу Гагарина 12",
        "26-000003", "ytn djls", "асфальт елка собаки",
    ],
)  # fmt: skip
async def test_a_pasted_question_never_finds_less(town: Town, asked: str) -> None:
    plain = (await ask(town, asked)).total
    for pasted in (
        "{}:",
        "{},",
        "{}.",
        ": {}",
        '"{}',
        '{}"',
        "«{}»",
        "({})",
        "{} —",
        "[{}]",
        "'{}'",
    ):
        assert (await ask(town, pasted.format(asked))).total >= plain, pasted
    exact = await ask(town, f'"{asked}"')
    assert exact.total > 0
    codes = {change.code for change in exact.asked.changes}
    assert codes & {"quotes", "phrase_loosened"}


@pytest.mark.parametrize("asked", ["и", "на", "а", "я", "и в на", "?", "-", "или", "не"])
async def test_stop_words_and_single_letters_have_an_honest_answer(town: Town, asked: str) -> None:
    results = await ask(town, asked)
    assert results.total == len(await texts(town, asked)) or results.total > 100


async def test_answers_are_looked_into_where_messages_say_little(settings: Settings) -> None:
    """Twenty messages about holes need no case whose answer alone speaks of one."""
    holes = [case(number, f"Яма у дома {number}") for number in range(FEW)]
    told = case(90, "Плохая дорога", answers=[Answer("1", "Яма засыпана асфальтом")])
    async with filled(settings, [*holes, told]) as engine:
        many = await search(engine, SearchParams(q="яма"), LOCAL_VIEWER, settings.zone)
        assert many.total == FEW
        assert [change.code for change in many.asked.changes] == []
        few = await search(engine, SearchParams(q="засыпана"), LOCAL_VIEWER, settings.zone)
        assert [found.hit.id for found in few.hits] == [told.id]
        assert few.asked.changes[0].code in {"answers", "nearly"}
