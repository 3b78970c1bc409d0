"""What the page of a search and the API show of its results."""

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from msgspec import Struct

from app.cases.codes import CHANNEL_NAMES, STATE_NAMES
from app.search.params import FACETS, FILTERS, Mode, SearchParams, Sort
from app.search.results import (
    FACET_TITLES,
    FILTER_TITLES,
    Asked,
    FacetValue,
    Found,
    Hit,
    Results,
    label,
)

SORT_NAMES = {
    Sort.RELEVANCE: "по совпадению",
    Sort.NEWEST: "сначала новые",
    Sort.DEADLINE: "по сроку",
}
MODE_NAMES = {
    Mode.AUTO: "по словам и по смыслу",
    Mode.WORDS: "только по словам",
    Mode.HYBRID: "смысл в полную силу",
}
OPEN_FACETS = frozenset({"state", "channel", "theme", "street"})
"""Facets that stand open at first; a facet with a chosen value always does."""


class SearchAnswer(Struct, frozen=True):
    """The answer of `GET /api/v1/search`."""

    query: Asked
    total: int
    took_ms: int
    hits: list[Hit]
    facets: dict[str, list[FacetValue]]
    next: str | None
    near: int
    """Cases besides `total`, found by meaning alone: among `hits` they have `by_meaning`."""


def api_answer(results: Results) -> SearchAnswer:
    return SearchAnswer(
        query=results.asked,
        total=results.total,
        took_ms=results.took_ms,
        hits=[found.hit for found in results.hits],
        facets=results.facets,
        next=results.next,
        near=results.near,
    )


@dataclass(frozen=True)
class Link:
    """A value of a facet, a chip or a sort: the address it leads to is its meaning."""

    label: str
    url: str
    count: int = 0
    selected: bool = False


@dataclass(frozen=True)
class Facet:
    name: str
    title: str
    items: list[Link]
    open: bool


@dataclass(frozen=True)
class Note:
    """What was done with the question; `url` switches it off, or on again where it is off."""

    message: str
    switch: str | None = None
    url: str | None = None


@dataclass(frozen=True)
class Card:
    found: Found
    url: str
    state_name: str
    channel_name: str


def page_context(params: SearchParams, results: Results | None) -> dict[str, Any]:
    """Without results (the engine is down) the question and the filters are still there."""
    return {
        "params": params,
        "chips": _chips(params, _problems(results)),
        "notes": _notes(params, results) if results else [],
        "clear_url": address(SearchParams(q=params.q, sort_given=params.sort_given)),
        "hidden": [pair for pair in params.pairs() if pair[0] not in _IN_THE_FORM],
        "sorts": _sorts(params),
        "modes": _modes(params),
        "results": results,
        "cards": [_card(found) for found in results.hits] if results else [],
        "facets": _facets(params, results) if results else [],
        "next_url": _next_url(params, results),
        "first_url": address(replace(params, after=None)) if params.after else None,
    }


_SWITCH_OFF = {
    "number": "искать как слова",
    "address": "искать как слова",
    "lookalikes": "искать как написано",
    "layout": "искать как написано",
    "spelling": "искать как написано",
    "synonyms": "без синонимов",
    "formal": "требовать и их",
    "quotes": "в любом порядке и виде",
    "without": "искать и эти слова",
    "either": "искать всё вместе",
    "nearly": "только как написано",
    "loosened": "только со всеми словами",
}
_SWITCHED_OFF = {
    "number": "Номер не выделен из слов",
    "address": "Адрес не выделен из слов",
    "lookalikes": "Латинские буквы в русских словах оставлены",
    "layout": "Раскладка не исправлена",
    "spelling": "Опечатки не исправлены",
    "synonyms": "Без синонимов",
    "formal": "Обязательны все слова",
    "quotes": "Кавычки не учтены",
    "without": "Минус перед словом не учтён",
    "either": "«Или» не учтено",
    "nearly": "Похоже написанное не показано",
    "loosened": "Только со всеми словами",
}


_SAID_ELSEWHERE = frozenset({"meaning"})
"""The total says how many, and the choice of the way of searching stands beside it."""


def _notes(params: SearchParams, results: Results) -> list[Note]:
    done = [
        Note(change.message, _SWITCH_OFF[change.code], address(params.switched(change.code)))
        if change.code in _SWITCH_OFF
        else Note(change.message)
        for change in results.asked.changes
        if change.code not in _SAID_ELSEWHERE
    ]
    left = [
        Note(f"{_SWITCHED_OFF[step]}.", "включить снова", address(params.switched(step)))
        for step in params.asis
    ]
    return done + left


_IN_THE_FORM = frozenset({"q", "from", "to", "after"})
"""Fields of the form itself; a new question starts at its first page."""


def _next_url(params: SearchParams, results: Results | None) -> str | None:
    if results is None or results.next is None:
        return None
    return address(replace(params, after=results.next))


def address(params: SearchParams) -> str:
    pairs = params.pairs()
    return f"/search?{urlencode(pairs)}" if pairs else "/search"


def _card(found: Found) -> Card:
    return Card(
        found=found,
        url=f"/cases/{found.hit.id}",
        state_name=STATE_NAMES[found.hit.state],
        channel_name=CHANNEL_NAMES[found.channel],
    )


def _facets(params: SearchParams, results: Results) -> list[Facet]:
    """A facet of one value that is not chosen tells nothing and is left out."""
    shown = []
    for name in (*FACETS, "month"):
        chosen = params.values(name)
        items = [
            Link(
                item.label,
                address(params.toggled(name, item.value)),
                item.count,
                item.value in chosen,
            )
            for item in results.facets[name]
        ]
        if chosen or len(items) > 1:
            title = FACET_TITLES[name]
            shown.append(Facet(name, title, items, open=bool(chosen) or name in OPEN_FACETS))
    return shown


def _problems(results: Results | None) -> dict[str, str]:
    """Names of problems by their ids; without results the ids stand for themselves."""
    return {one.value: one.label for one in results.facets["problem"]} if results else {}


def _chips(params: SearchParams, problems: dict[str, str]) -> list[Link]:
    chips = []
    for name in FILTERS:
        for value in params.values(name):
            told = problems.get(value, value) if name == "problem" else label(name, value)
            url = address(params.toggled(name, value))
            chips.append(Link(f"{FILTER_TITLES[name]}: {told}", url))
    first = replace(params, after=None)
    if params.mode is not Mode.AUTO:
        name = f"Поиск: {MODE_NAMES[params.mode]}"
        chips.append(Link(name, address(replace(first, mode=Mode.AUTO))))
    if params.since:
        chips.append(Link(f"с {params.since:%d.%m.%Y}", address(replace(first, since=None))))
    if params.until:
        chips.append(Link(f"по {params.until:%d.%m.%Y}", address(replace(first, until=None))))
    return chips


def _sorts(params: SearchParams) -> list[Link]:
    """Relevance is offered only where there are words to be relevant to."""
    offered = [sort for sort in Sort if params.q.strip() or sort is not Sort.RELEVANCE]
    return [
        Link(
            SORT_NAMES[sort],
            address(replace(params, sort_given=sort, after=None)),
            selected=sort is params.sort,
        )
        for sort in offered
    ]


def _modes(params: SearchParams) -> list[Link]:
    """Where meaning could order: the third is for programs, and shown where it was asked for."""
    if params.sort is not Sort.RELEVANCE:
        return []
    offered = [mode for mode in Mode if mode is not Mode.HYBRID or mode is params.mode]
    return [
        Link(
            MODE_NAMES[mode],
            address(replace(params, mode=mode, after=None)),
            selected=mode is params.mode,
        )
        for mode in offered
    ]
