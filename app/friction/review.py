"""The list of findings: those whose case the person sees, counted as they are listed."""

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

import structlog
from msgspec import Struct
from msgspec.structs import replace

from app.cases.models import Case
from app.cases.service import read_cases
from app.engine.access import access_clause
from app.engine.client import Engine
from app.engine.names import Index
from app.errors import OtklikError
from app.friction import repository
from app.friction.models import Finding, Kind, Verdict
from app.friction.params import PAGE, FrictionParams, Show
from app.friction.query import MAY_JUDGE, WALK, findings_body, of_case_body, seen_cases
from app.permissions import Permission
from app.viewer import Viewer, require

log = structlog.get_logger()

MOST = 20_000
"""Findings of a period that are looked through for one list: ten requests."""


class Figures(Struct, frozen=True):
    """Of one kind, department or theme."""

    found: int
    waiting: int
    shown: int
    yes: int
    no: int


class Row(Struct, frozen=True):
    finding: Finding
    case: Case
    others: list[tuple[str, str]]
    """Ids and numbers of further cases, as far as the person sees them."""
    may_judge: bool


class Review(Struct, frozen=True):
    rows: list[Row]
    total: int
    """As many as the pages of the list hold together."""
    more: bool
    """There are further ones that were not looked at."""
    kinds: dict[Kind, Figures]
    departments: dict[str, Figures]
    """The most found first; without one under an empty name. The same for `themes`."""
    themes: dict[str, Figures]


async def open_review(
    engine: Engine, params: FrictionParams, viewer: Viewer, now: datetime
) -> Review:
    """Raises `ForbiddenError`. What is shown for the first time is noted for the figures."""
    require(viewer, Permission.PROBLEM_VIEW)
    await engine.refresh(Index.FRICTION)
    every, more = await _walk(engine, params.since(now), viewer)
    listed = [one for one in every if _fits(one, params)]
    start = (params.page - 1) * PAGE
    rows = await _rows(engine, listed[start : start + PAGE], viewer)
    if params.show is Show.OPEN:
        await _note_shown(engine, rows, now)
    return Review(
        rows,
        len(listed),
        more,
        _figures(every, params, "kind", Kind),
        _figures(every, params, "department", str),
        _figures(every, params, "theme", str),
    )


async def _walk(
    engine: Engine, since: datetime | None, viewer: Viewer
) -> tuple[list[Finding], bool]:
    found = list[Finding]()
    after: list[Any] | None = None
    for _ in range(MOST // WALK):
        page, after = await repository.search(engine, findings_body(since, after))
        seen = await _seen(engine, {one.case_id for one in page}, viewer)
        found += [one for one in page if one.case_id in seen]
        if len(page) < WALK:
            return found, False
    return found, True


async def _seen(engine: Engine, ids: Collection[str], viewer: Viewer) -> Collection[str]:
    """Those of `ids` that the person sees."""
    if access_clause(viewer) == {"match_all": {}}:
        return ids
    return {one for one, _, _ in await _read_seen(engine, ids, viewer)}


async def _read_seen(
    engine: Engine, ids: Collection[str], viewer: Viewer
) -> list[tuple[str, str, bool]]:
    """Id, number, and whether the person may judge what was found in it."""
    if not ids:
        return []
    hits = (await engine.search(Index.CASES, seen_cases(ids, viewer)))["hits"]["hits"]
    return [
        (hit["_id"], hit["_source"]["number"], MAY_JUDGE in hit.get("matched_queries", []))
        for hit in hits
    ]


async def found_in(engine: Engine, case_id: str, viewer: Viewer) -> list[Finding]:
    """What still holds of a case, the newest first; what people said is no friction is left out.
    The caller has opened the case.
    """
    require(viewer, Permission.PROBLEM_VIEW)
    every, _ = await repository.search(engine, of_case_body(case_id))
    return [
        one
        for one in every
        if one.verdict is Verdict.YES or (one.verdict is not Verdict.NO and not one.gone)
    ]


_SHOWS: dict[Show, Callable[[Finding], bool]] = {
    Show.OPEN: lambda one: one.verdict is None and not one.gone,
    Show.LATER: lambda one: one.verdict is Verdict.LATER and not one.gone,
    Show.YES: lambda one: one.verdict is Verdict.YES,
    Show.NO: lambda one: one.verdict is Verdict.NO,
    Show.ALL: lambda one: one.decided or not one.gone,
}


def _fits(one: Finding, params: FrictionParams) -> bool:
    return _SHOWS[params.show](one) and _narrowed(one, params, "")


def _narrowed(one: Finding, params: FrictionParams, but: str) -> bool:
    """Within all conditions but that on the field `but`."""
    wanted = {
        "kind": params.kind,
        "department": params.department,
        "theme": params.theme,
        "case_id": params.case,
    }
    return all(
        value is None or name == but or (getattr(one, name) or "") == value
        for name, value in wanted.items()
    )


def _figures(
    every: Iterable[Finding], params: FrictionParams, name: str, key: Callable[[Any], Any]
) -> dict[Any, Figures]:
    groups = dict[Any, list[Finding]]()
    for one in every:
        if _SHOWS[Show.ALL](one) and _narrowed(one, params, name):
            groups.setdefault(key(getattr(one, name) or ""), []).append(one)
    order = sorted(groups.items(), key=lambda one: (-len(one[1]), one[0]))
    return {value: _counted(group) for value, group in order}


def _counted(group: Sequence[Finding]) -> Figures:
    return Figures(
        found=len(group),
        waiting=sum(not one.decided for one in group),
        shown=sum(one.shown_at is not None for one in group),
        yes=sum(one.verdict is Verdict.YES for one in group),
        no=sum(one.verdict is Verdict.NO for one in group),
    )


async def _rows(engine: Engine, shown: Sequence[Finding], viewer: Viewer) -> list[Row]:
    ids = {one.case_id for one in shown} | {other for one in shown for other in one.others}
    seen = {one: (number, may) for one, number, may in await _read_seen(engine, ids, viewer)}
    cases = await read_cases(engine, {one.case_id for one in shown if one.case_id in seen})
    return [
        Row(
            one,
            cases[one.case_id],
            [(other, seen[other][0]) for other in one.others if other in seen],
            may_judge=seen[one.case_id][1],
        )
        for one in shown
        if one.case_id in cases
    ]


async def _note_shown(engine: Engine, rows: Iterable[Row], now: datetime) -> None:
    """A count that cannot be written does not keep a page from being shown."""
    moment = now.astimezone(UTC)
    try:
        for row in rows:
            if row.finding.shown_at is None:
                await repository.change(
                    engine, row.finding.id, lambda one: replace(one, shown_at=moment)
                )
    except OtklikError as error:
        log.warning("friction_shown_not_noted", error=error.code)
