"""From the engine's answer to what pages, programs and the command line show."""

from datetime import date, datetime
from typing import Any

from msgspec import Struct, field

from app.cases.codes import (
    CHANNEL_NAMES,
    KIND_NAMES,
    STATE_NAMES,
    SYSTEM_NAMES,
    Channel,
    Kind,
    State,
)
from app.cases.lines import place_line
from app.search.cursor import Place, make_cursor
from app.search.params import FACETS, SearchParams, Sort
from app.search.query import FACET_SIZE, MARK_END, MARK_START, SNIPPET_LENGTH
from app.search.steps import STEPS
from app.search.timeline import month_label, months
from app.search.understanding import Change, Understood
from app.web.filters import counted, number

FACET_TITLES = {
    "state": "Состояние",
    "kind": "Вид",
    "channel": "Канал",
    "group": "Группа тем",
    "theme": "Тема",
    "department": "Ведомство",
    "municipality": "Муниципалитет",
    "street": "Улица",
    "source": "Источник",
    "problem": "Проблема",
    "month": "Месяц",
}
FILTER_TITLES = {
    **FACET_TITLES,
    "settlement": "Населённый пункт",
    "district": "Район",
    "import": "Загрузка",
}


class Asked(Struct, frozen=True):
    """The question as it was given, the words that were used, and how they differ."""

    given: str
    used: str
    changes: list[Change]


class Hit(Struct, frozen=True, kw_only=True):
    id: str
    number: str
    source: str
    external_id: str | None
    score: float | None
    """None where the order is not by relevance."""
    received_at: datetime
    theme: str | None
    state: State
    problem: str | None
    snippet: str
    """Up to about 260 characters of the text around the first words found, without marks."""
    by_meaning: bool = False
    """Found by meaning alone: `total` and the facets do not count it."""


class Found(Struct, frozen=True, kw_only=True):
    """A hit with what only people look at."""

    hit: Hit
    marked: str
    """The snippet with `MARK_START` and `MARK_END` around the words found."""
    kind: Kind
    channel: Channel
    title: str | None
    group: str | None
    department: str | None
    deadline_at: datetime | None
    address: str | None
    street: str | None
    problem_title: str | None = None


class FacetValue(Struct, frozen=True):
    value: str
    label: str
    """In Russian; the value itself where it is a name already."""
    count: int


class Results(Struct, frozen=True):
    asked: Asked
    total: int
    """All cases found by words, exactly, unless `partial`."""
    took_ms: int
    hits: list[Found]
    facets: dict[str, list[FacetValue]]
    next: str | None
    """Cursor of the next page; None on the last one."""
    partial: bool = False
    """The time was up: `total` and the facets count what was found by then."""
    step: int = 0
    """Number of one of `app.search.steps.STEPS`: how far the question was widened."""
    days: list[tuple[date, int]] = field(default_factory=list)
    """Days that have cases, in their order, with counts that ignore the filters of time."""
    near: int = 0
    """Cases besides, found by meaning alone: of the nearest hundred."""


class Page(Struct, frozen=True):
    """One page as the engine gave it, in its order."""

    answer: dict[str, Any]
    """As of one search: the hits with their score in `sort`, the total, the aggregations."""
    step: int
    after: Place | None = None
    """Where the next page begins; None on the last one."""
    near: int = 0
    by_meaning: frozenset[str] = frozenset()
    """Ids of the hits found by meaning alone."""
    trouble: str | None = None
    """Why meaning had no say, where it should have had one."""


_NOT_ALL_WORDS = "Всех слов запроса вместе нет почти нигде: показано и то, где есть часть из них."
_NEARLY = "Именно таких слов мало: показано и похоже написанное, и найденное в ответах."
_ANSWERS = "В самих сообщениях нашлось мало: показано и найденное в ответах."
_NOT_LITERALLY = "Дословно не найдено ничего: показано, где эти слова стоят в любом порядке и виде."


_WORDS_ONLY = "Показано найденное по словам."


def read_results(params: SearchParams, asked: Understood, page: Page, seconds: float) -> Results:
    """`seconds` is the limit of a search, for the sentence that tells it was reached."""
    answer = page.answer
    days = _days(answer)
    facets = {name: _facet(params, name, answer["aggregations"][name]) for name in FACETS}
    return Results(
        asked=Asked(asked.given, asked.text, _changes(asked, page, seconds)),
        total=int(answer["hits"]["total"]["value"]),
        took_ms=int(answer["took"]),
        hits=[_found(hit, _score(params, hit), page) for hit in answer["hits"]["hits"]],
        facets={**facets, "month": _months(params, days)},
        next=make_cursor(params, page.after) if page.after else None,
        partial=answer["timed_out"],
        step=page.step,
        days=days,
        near=page.near,
    )


def _changes(asked: Understood, page: Page, seconds: float) -> list[Change]:
    changes = [*asked.changes]
    taken = STEPS[page.step]
    if not taken.literal:
        changes = [change for change in changes if change.code != "quotes"]
        changes.append(Change("phrase_loosened", _NOT_LITERALLY))
    if taken.loosened:
        changes.append(Change("loosened", _NOT_ALL_WORDS))
    if taken.nearly:
        changes.append(Change("nearly", _NEARLY))
    elif taken.answers and taken.literal and not taken.loosened:
        changes.append(Change("answers", _ANSWERS))
    if page.near:
        changes.append(Change("meaning", f"Показано и близкое по смыслу: {_apart(page.near)}."))
    if page.trouble:
        changes.append(Change("words_only", f"{page.trouble} {_WORDS_ONLY}"))
    if page.answer["timed_out"]:
        message = f"Показано не всё: поиск остановлен через {_limit(seconds)}."
        changes.append(Change("partial", message))
    return changes


def _apart(near: int) -> str:
    return f"{counted(near, 'обращение', 'обращения', 'обращений')}, в списке они отмечены"


def _limit(seconds: float) -> str:
    if seconds == int(seconds):
        return counted(int(seconds), "секунду", "секунды", "секунд")
    return f"{number(seconds)} секунды"


def _score(params: SearchParams, hit: dict[str, Any]) -> float | None:
    """The first sort value: asking for `track_scores` besides would score every case found."""
    return float(hit["sort"][0]) if params.sort is Sort.RELEVANCE else None


def _found(hit: dict[str, Any], score: float | None, page: Page) -> Found:
    source = hit["_source"]
    place, classifier = source.get("place", {}), source.get("classifier", {})
    marked = _snippet(hit)
    return Found(
        hit=Hit(
            id=source["id"],
            number=source["number"],
            source=source["source"]["system"],
            external_id=source["source"].get("external_id"),
            score=score,
            received_at=datetime.fromisoformat(source["received_at"]),
            theme=classifier.get("im_theme"),
            state=State(source["state"]),
            problem=source.get("problem", {}).get("id"),
            snippet=without_marks(marked),
            by_meaning=source["id"] in page.by_meaning,
        ),
        marked=marked,
        kind=Kind(source["kind"]),
        channel=Channel(source["channel"]),
        title=source.get("title"),
        group=classifier.get("im_group"),
        department=source.get("workflow", {}).get("department"),
        deadline_at=_moment(source.get("deadline_at")),
        address=place_line(place),
        street=place.get("street"),
    )


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def without_marks(text: str) -> str:
    return text.replace(MARK_START, "").replace(MARK_END, "")


def _snippet(hit: dict[str, Any]) -> str:
    """The fragment with «…» where the text goes on."""
    text = str(hit["_source"].get("text", ""))
    fragments = hit.get("highlight", {}).get("text.stem")
    fragment = " ".join((fragments[0] if fragments else text[:SNIPPET_LENGTH]).split())
    plain, whole = without_marks(fragment), " ".join(without_marks(text).split())
    before = "" if whole.startswith(plain) else "…"
    after = "" if whole.endswith(plain) or plain.endswith((".", "!", "?", "…")) else "…"
    return f"{before}{fragment}{after}"


def _facet(params: SearchParams, name: str, answer: dict[str, Any]) -> list[FacetValue]:
    """Chosen values first, also those that no case has now, then the others by count."""
    counts = {bucket["key"]: bucket["doc_count"] for bucket in answer["values"]["buckets"]}
    chosen = dict.fromkeys(params.values(name), 0)
    for bucket in answer.get("chosen", {"buckets": []})["buckets"]:
        chosen[bucket["key"]] = bucket["doc_count"]
    everything = {**chosen, **{key: count for key, count in counts.items() if key not in chosen}}
    return [FacetValue(key, label(name, key), count) for key, count in everything.items()]


def _days(answer: dict[str, Any]) -> list[tuple[date, int]]:
    buckets = answer["aggregations"]["days"]["values"]["buckets"]
    return [(date.fromisoformat(each["key_as_string"]), each["doc_count"]) for each in buckets]


def _months(params: SearchParams, days: list[tuple[date, int]]) -> list[FacetValue]:
    """Chosen months first, then the newest."""
    counts = months(days, params.since, params.until)
    chosen = list(params.values("month"))
    newest = sorted(counts.keys() - set(chosen), reverse=True)[:FACET_SIZE]
    return [FacetValue(key, label("month", key), counts[key]) for key in (*chosen, *newest)]


_LABELS: dict[str, dict[str, str]] = {
    "state": {code.value: name for code, name in STATE_NAMES.items()},
    "kind": {code.value: name for code, name in KIND_NAMES.items()},
    "channel": {code.value: name for code, name in CHANNEL_NAMES.items()},
    "source": SYSTEM_NAMES,
}


_IMPORT_LABELS = {"created": "созданное ею", "updated": "изменённое ею"}


def label(facet: str, value: str) -> str:
    """The Russian name of a value; of a load, what it did to the cases; of a month, «март 2026»."""
    if facet == "import":
        return _IMPORT_LABELS.get(value.partition(":")[2], value)
    if facet == "month":
        return month_label(value)
    return _LABELS.get(facet, {}).get(value, value)
