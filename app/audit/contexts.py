"""What the template of the journal sees: lines in words and links that narrow the list."""

from dataclasses import dataclass
from typing import Any

from app.audit import words
from app.audit.params import AuditParams
from app.audit.results import AuditPage
from app.web.urls import url_with

PATH = "/audit"
FACET_TITLES = {"what": "Что сделано", "who": "Кто", "outcome": "Исход"}


@dataclass(frozen=True)
class Row:
    id: str
    at: str
    who: str
    login: str | None
    """Where `who` is a name."""
    who_url: str | None
    for_whom: str | None
    what: str
    what_url: str
    refused: bool
    object: str
    open_url: str | None
    """The page of the object, where it has one that this journal knows."""
    object_url: str | None
    """Other lines about it."""
    details: list[str]
    place: str
    request_id: str | None


@dataclass(frozen=True)
class Option:
    label: str
    count: int
    selected: bool
    url: str


@dataclass(frozen=True)
class Facet:
    name: str
    title: str
    items: list[Option]


@dataclass(frozen=True)
class Chip:
    label: str
    url: str


@dataclass(frozen=True)
class JournalView:
    rows: list[Row]
    total: int
    facets: list[Facet]
    chips: list[Chip]
    params: AuditParams
    hidden: list[tuple[str, str]]
    """What the form of the number and the days keeps of the other conditions."""
    pairs: list[tuple[str, str]]
    next_url: str | None
    later: bool
    """Not the first page."""


def journal_view(found: AuditPage, params: AuditParams, names: dict[str, str]) -> JournalView:
    """`names` of people by their logins; a login without one stands for itself."""
    return JournalView(
        rows=[_row(line, params, names) for line in found.lines],
        total=found.total,
        facets=[_facet(name, found.counts.get(name, []), params, names) for name in FACET_TITLES],
        chips=_chips(params, names),
        params=params,
        hidden=[(name, value) for name, value in params.pairs() if name in FACET_TITLES],
        pairs=params.pairs(),
        next_url=url_with(PATH, params.pairs(), after=found.after) if found.after else None,
        later=params.after is not None,
    )


def _row(line: dict[str, Any], params: AuditParams, names: dict[str, str]) -> Row:
    login, number, kind = line.get("who"), line.get("number"), line.get("kind")
    case = kind == "case" and line.get("object_id")
    lent_by = line.get("for_whom")
    return Row(
        id=line["id"],
        at=line["at"],
        who=value_words("who", login, names) if login else words.who_words(login),
        login=login if login in names and login not in words.MACHINES else None,
        who_url=_url(params, "who", login) if login else None,
        for_whom=names.get(lent_by, lent_by) if lent_by else None,
        what=words.what_words(line["what"]),
        what_url=_url(params, "what", line["what"]),
        refused=line["outcome"] == "refused",
        object=words.object_words(line),
        open_url=f"/cases/{line['object_id']}" if case else None,
        object_url=_url(params, "number", number) if number else None,
        details=words.details(line),
        place=words.place_words(line),
        request_id=line.get("request_id"),
    )


def _url(params: AuditParams, name: str, value: str) -> str:
    """The list with this condition; where it is already there, as it is."""
    if params.filters.get(name) == value:
        return url_with(PATH, params.pairs())
    return url_with(PATH, params.toggled(name, value).pairs())


def _facet(
    name: str, counts: list[tuple[str, int]], params: AuditParams, names: dict[str, str]
) -> Facet:
    items = [
        Option(
            label=value_words(name, value, names),
            count=count,
            selected=params.filters.get(name) == value,
            url=url_with(PATH, params.toggled(name, value).pairs()),
        )
        for value, count in counts
    ]
    return Facet(name, FACET_TITLES[name], items)


def _chips(params: AuditParams, names: dict[str, str]) -> list[Chip]:
    titles = {"number": "Номер", "from": "С", "to": "По", **FACET_TITLES}
    return [
        Chip(
            f"{titles[name]}: {value_words(name, value, names)}",
            url_with(PATH, params.without(name).pairs()),
        )
        for name, value in params.pairs()
    ]


def value_words(name: str, value: str, names: dict[str, str]) -> str:
    if name == "what":
        return words.what_words(value)
    if name == "who":
        return names.get(value) or words.who_words(value)
    if name in {"from", "to"}:
        year, month, day = value.split("-")
        return f"{day}.{month}.{year}"
    return words.OUTCOMES.get(value, value)
