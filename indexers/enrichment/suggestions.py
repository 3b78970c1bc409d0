"""The step that suggests: theme, department, importance, place, gist, and words of danger.

What it finds lies in the case for people to look at (`suggested`, `danger`). The machine sets a
field only where the administrator gave it a threshold.
"""

from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from app.accounts.staff import current_staff
from app.cases.repository import document_of, to_case
from app.deadlines.current import current_deadlines
from app.engine.client import Stored
from app.suggestions.current import current_suggestion_book
from app.suggestions.models import Asked, Suggestion
from app.suggestions.service import suggest_for, this_month
from app.suggestions.setting import Knowledge, set_by_itself
from indexers.enrichment.steps import Findings, Step, Tools


async def add_suggestions(tools: Tools, cases: Sequence[Stored]) -> Findings:
    zone = tools.settings.zone
    book = await current_suggestion_book(tools.engine)
    known = await _knowledge(tools, zone) if book.thresholds else None
    findings = Findings()
    for one in cases:
        source = one.source
        vector, version = source.get("emb"), source.get("emb_ver", "")
        asked = asked_of(one, zone)
        found = await suggest_for(tools.engine, asked, vector, version, explained=False)
        changes: dict[str, Any] = _kept(source, found, tools)
        if found.danger or "danger" in source:
            changes["danger"] = found.danger or None
        if known is not None:
            case = to_case(source)
            now = tools.now.astimezone(zone)
            after = set_by_itself(case, found, book.thresholds, now, known)
            if after is not case:
                changes |= _differences(source, document_of(one, case, after))
        findings.changed[one.id] = changes
    return findings


async def _knowledge(tools: Tools, zone: ZoneInfo) -> Knowledge:
    deadlines = await current_deadlines(tools.engine)
    return Knowledge(deadlines, await current_staff(tools.engine, zone))


def asked_of(case: Stored, zone: ZoneInfo) -> Asked:
    source = case.source
    place = source.get("place", {})
    return Asked(
        text=source["text"],
        title=source.get("title") or "",
        street=place.get("street") or "",
        house=place.get("house") or "",
        municipality=place.get("municipality") or "",
        settlement=place.get("settlement") or "",
        street_type=place.get("street_type") or "",
        month=this_month(to_case(source).received_at.astimezone(zone)),
    )


def _kept(source: dict[str, Any], found: Suggestion, tools: Tools) -> dict[str, Any]:
    """`before_people`: the case had no theme yet, so what people choose later judges it. Such a one
    stays as it was when the case is looked at again after they have chosen.
    """
    undecided = source.get("classifier", {}).get("im_theme") is None
    if not undecided and source.get("suggested", {}).get("before_people"):
        return {}
    kept: dict[str, Any] = msgspec.to_builtins(found)
    return {"suggested": {**kept, "at": tools.now.isoformat(), "before_people": undecided}}


def _differences(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """`rev` is raised by whoever writes."""
    names = sorted((before.keys() | after.keys()) - {"rev"})
    return {one: after.get(one) for one in names if before.get(one) != after.get(one)}


SUGGESTIONS = Step("suggestions", "подсказки и опасные слова", add_suggestions)
