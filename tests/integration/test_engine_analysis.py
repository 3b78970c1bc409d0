"""The analysis names of the local plugin give what the stock documentation promises.

Runs against whatever engine the tests use, so with Docker the stock server takes the same test.
"""

import os
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

INDEX = f"engine-analysis-{os.getpid()}"
_FILTERS: dict[str, dict[str, Any]] = {
    "russian": {"type": "stemmer", "language": "russian"},
    "light": {"type": "stemmer", "language": "light_russian"},
    "english": {"type": "stemmer", "language": "english"},
    "possessive": {"type": "stemmer", "language": "possessive_english"},
    "gram4": {"type": "ngram", "min_gram": 4, "max_gram": 4},
    "gram4_kept": {"type": "ngram", "min_gram": 4, "max_gram": 4, "preserve_original": True},
    "edge": {"type": "edge_ngram", "min_gram": 1, "max_gram": 3},
    "edge_back": {"type": "edge_ngram", "min_gram": 2, "max_gram": 2, "side": "back"},
    "short": {"type": "truncate", "length": 3},
    "three": {"type": "length", "min": 3},
    "no_digits": {"type": "pattern_replace", "pattern": "\\d+", "replacement": "#"},
    "untouched": {"type": "keyword_marker", "keywords": ["дорогами"]},
    "parts": {"type": "word_delimiter_graph", "preserve_original": True},
    "fold_both": {"type": "asciifolding", "preserve_original": True},
    "jkh": {
        "type": "synonym_graph",
        "synonyms": ["ЖКХ, жилищно-коммунальное хозяйство", "ёлка => ель"],
    },
    "flat": {"type": "synonym", "synonyms": ["дом, здание"]},
    "stop": {"type": "stop", "stopwords": ["и"]},
    "forgiving": {"type": "synonym_graph", "lenient": True, "synonyms": ["и, да", "дом, здание"]},
}
_CHARS: dict[str, dict[str, Any]] = {
    "yo": {"type": "mapping", "mappings": ["ё=>е", "Ё=>Е"]},
    "escaped": {"type": "mapping", "mappings": ["\\u0451=>\\u0435", "- => \\u0020"]},
    "dashes": {"type": "pattern_replace", "pattern": "(\\d)-(\\d)", "replacement": "$1_$2"},
}
_TOKENIZERS: dict[str, dict[str, Any]] = {
    "pairs": {"type": "ngram", "min_gram": 2, "max_gram": 2, "token_chars": ["letter"]},
    "starts": {"type": "edge_ngram", "min_gram": 1, "max_gram": 3, "token_chars": ["digit"]},
    "commas": {"type": "pattern", "pattern": ","},
    "groups": {"type": "char_group", "tokenize_on_chars": ["whitespace", "-", "\\n"]},
}
_NORMALIZERS: dict[str, dict[str, Any]] = {
    "folded": {"char_filter": ["yo"], "filter": ["lowercase", "trim", "asciifolding"]},
    "plain": {"char_filter": ["dashes"], "filter": ["uppercase", "no_digits"]},
}
_ANALYZERS: dict[str, dict[str, Any]] = {
    "stem": {"tokenizer": "standard", "char_filter": ["yo"], "filter": ["lowercase", "russian"]},
    "search": {
        "tokenizer": "standard",
        "char_filter": ["yo"],
        "filter": ["lowercase", "jkh", "russian"],
    },
}


@pytest.fixture(scope="module")
async def engine() -> AsyncIterator[httpx.AsyncClient]:
    url = os.environ.get("OTKLIK_ES_URL")
    if not url:
        if os.environ.get("CI"):
            pytest.fail("в CI нужен OTKLIK_ES_URL")
        pytest.skip("нет OTKLIK_ES_URL: python -m dev.stack run -- pytest")
    body = {
        "settings": {
            "number_of_replicas": 0,
            "analysis": {
                "filter": _FILTERS,
                "char_filter": _CHARS,
                "tokenizer": _TOKENIZERS,
                "normalizer": {k: {"type": "custom"} | v for k, v in _NORMALIZERS.items()},
                "analyzer": {k: {"type": "custom"} | v for k, v in _ANALYZERS.items()},
            },
        },
        "mappings": {
            "properties": {
                "text": {"type": "text", "analyzer": "stem", "search_analyzer": "search"},
                "street": {"type": "keyword", "normalizer": "folded"},
            }
        },
    }
    async with httpx.AsyncClient(base_url=url, timeout=30, trust_env=False) as client:
        made = await client.put(f"/{INDEX}", json=body)
        assert made.status_code == 200, made.text
        yield client
        await client.delete(f"/{INDEX}")


async def _tokens(engine: httpx.AsyncClient, text: str, **how: Any) -> list[str]:
    answer = await engine.post(f"/{INDEX}/_analyze", json={"text": text} | how)
    assert answer.status_code == 200, answer.text
    return [token["token"] for token in answer.json()["tokens"]]


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("russian", "дорогами ямами плохая", ["дорог", "ям", "плох"]),
        ("light", "дорогами", ["дорог"]),
        ("english", "foxes jumping", ["fox", "jump"]),
        ("possessive", "fox's", ["fox"]),
        ("gram4", "вода мост", ["вода", "мост"]),
        ("gram4", "ямы", []),
        ("gram4_kept", "ямы водой", ["ямы", "водо", "одой", "водой"]),
        ("edge", "вода", ["в", "во", "вод"]),
        ("edge_back", "вода", ["да"]),
        ("short", "вода", ["вод"]),
        ("three", "на воде", ["воде"]),
        ("no_digits", "дом12а", ["дом#а"]),
        ("parts", "Wi-Fi", ["Wi-Fi", "Wi", "Fi"]),
        ("fold_both", "café", ["cafe", "café"]),
        ("reverse", "вода", ["адов"]),
        ("unique", "вода и вода", ["вода", "и"]),
        ("uppercase", "вода", ["ВОДА"]),
        ("flat", "дом", ["дом", "здание"]),
        ("forgiving", "дом", ["здание", "дом"]),
    ],
)
async def test_token_filter(
    engine: httpx.AsyncClient, name: str, text: str, expected: list[str]
) -> None:
    assert await _tokens(engine, text, tokenizer="whitespace", filter=[name]) == expected


async def test_marked_keyword_is_not_stemmed(engine: httpx.AsyncClient) -> None:
    found = await _tokens(
        engine, "дорогами ямами", tokenizer="whitespace", filter=["untouched", "russian"]
    )
    assert found == ["дорогами", "ям"]


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("yo", "Ёлка ёж", "Елка еж"),
        ("escaped", "жёлто-синий", "желто синий"),
        ("dashes", "дом 1-2", "дом 1_2"),
        ("html_strip", "<b>яма</b>&nbsp;тут", "яма тут"),
    ],
)
async def test_char_filter(engine: httpx.AsyncClient, name: str, text: str, expected: str) -> None:
    assert await _tokens(engine, text, tokenizer="keyword", char_filter=[name]) == [expected]


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("pairs", "да-нет", ["да", "не", "ет"]),
        ("starts", "дом 1234", ["1", "12", "123"]),
        ("commas", "яма,двор", ["яма", "двор"]),
        ("groups", "ул ленина-12\nкурск", ["ул", "ленина", "12", "курск"]),
        ("letter", "дом12а", ["дом", "а"]),
        ("whitespace", "дом, 12", ["дом,", "12"]),
        ("keyword", "дом, 12", ["дом, 12"]),
    ],
)
async def test_tokenizer(
    engine: httpx.AsyncClient, name: str, text: str, expected: list[str]
) -> None:
    assert await _tokens(engine, text, tokenizer=name) == expected


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("russian", "ямы и дороги", ["ям", "дорог"]),
        ("english", "the foxes", ["fox"]),
        ("simple", "Дом 12А", ["дом", "а"]),
        ("whitespace", "Дом 12А", ["Дом", "12А"]),
    ],
)
async def test_analyzer(
    engine: httpx.AsyncClient, name: str, text: str, expected: list[str]
) -> None:
    assert await _tokens(engine, text, analyzer=name) == expected


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [("folded", "  Артёмовская Ул ", "артемовская ул"), ("plain", "дом 1-2", "ДОМ #_#")],
)
async def test_normalizer(engine: httpx.AsyncClient, name: str, text: str, expected: str) -> None:
    assert await _tokens(engine, text, normalizer=name) == [expected]


async def test_synonym_of_several_words_is_a_path_beside_the_short_one(
    engine: httpx.AsyncClient,
) -> None:
    answer = await engine.post(
        f"/{INDEX}/_analyze", json={"analyzer": "search", "text": "вопрос жкх сегодня"}
    )
    found = {
        (one["token"], one["position"], one.get("positionLength", 1))
        for one in answer.json()["tokens"]
    }
    assert found == {
        ("вопрос", 0, 1),
        ("жкх", 1, 3),
        ("жилищн", 1, 1),
        ("коммунальн", 2, 1),
        ("хозяйств", 3, 1),
        ("сегодн", 4, 1),
    }


async def test_rules_pass_the_chain_before_the_filter(engine: httpx.AsyncClient) -> None:
    """The rule is written `ёлка`, the filter is given `елка`: only the same chain joins them."""
    assert await _tokens(engine, "Ёлка", analyzer="search") == ["ел"]


async def test_search_expands_and_index_does_not(engine: httpx.AsyncClient) -> None:
    texts = ["Жалоба на жилищно-коммунальное хозяйство", "Хозяйство коммунальное", "ЖКХ молчит"]
    for number, text in enumerate(texts):
        await engine.put(f"/{INDEX}/_doc/{number}?refresh=true", json={"text": text})
    query = {"query": {"match": {"text": {"query": "жкх", "operator": "and"}}}}
    answer = await engine.post(f"/{INDEX}/_search", json=query)
    assert {hit["_id"] for hit in answer.json()["hits"]["hits"]} == {"0", "2"}


async def test_keyword_is_found_by_its_normal_form(engine: httpx.AsyncClient) -> None:
    await engine.put(f"/{INDEX}/_doc/street?refresh=true", json={"street": "Артёмовская"})
    query = {"query": {"term": {"street": "АРТЕМОВСКАЯ"}}}
    answer = await engine.post(f"/{INDEX}/_search", json=query)
    assert [hit["_id"] for hit in answer.json()["hits"]["hits"]] == ["street"]


_STOP = {"type": "stop", "stopwords": ["и"]}
_RULE = {"type": "synonym_graph", "synonyms": ["и, да"]}


@pytest.mark.parametrize(
    "filters",
    [
        pytest.param({"bad": {"type": "ngram", "min_gram": 1, "max_gram": 5}}, id="spread"),
        pytest.param({"bad": {"type": "synonym_graph"}}, id="no rules"),
        pytest.param({"bad": {"type": "synonym_graph", "synonyms": ["a => "]}}, id="half a rule"),
        pytest.param({"bad": {"type": "stemmer", "language": "klingon"}}, id="unknown stemmer"),
        pytest.param({"cut": _STOP, "bad": _RULE}, id="stop word in a rule"),
        pytest.param({"cut": {"type": "ngram"}, "bad": _RULE}, id="n-grams before rules"),
    ],
)
async def test_wrong_definitions_are_refused(
    engine: httpx.AsyncClient, filters: dict[str, Any]
) -> None:
    analysis = {
        "filter": filters,
        "analyzer": {"a": {"type": "custom", "tokenizer": "standard", "filter": list(filters)}},
    }
    answer = await engine.put(f"/{INDEX}-bad", json={"settings": {"analysis": analysis}})
    assert answer.status_code == 400, answer.text
