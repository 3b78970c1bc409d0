"""Beside a case: its group, what it may be a duplicate of, how such cases were answered."""

from collections.abc import Mapping
from datetime import datetime

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from app.cases.codes import DONE_STATES
from app.cases.models import Case
from app.cases.permissions import may_do, may_see
from app.cases.service import read_cases
from app.duplicates import repository
from app.duplicates.models import Pair, Verdict, pair_id
from app.duplicates.pairs import is_settled_for, note_shown, offer, said_of
from app.duplicates.service import Group, group_of
from app.duplicates.tuning import current_thresholds
from app.engine.client import Engine
from app.errors import EngineSetupError, EngineUnavailableError
from app.permissions import Permission
from app.search.vocabulary import current_vocabulary
from app.similarity.models import Match, MatchKind, OfferedPair, PastAnswer
from app.similarity.service import similar, subject_of
from app.similarity.wording import beginning
from app.viewer import Viewer

SHOWN = 5
"""Suggestions and answers: what is read before one answers."""


class Suggestion(Struct, frozen=True):
    """A case that this one may be a duplicate of, a group's main case for all of its group."""

    match: Match
    kind: MatchKind
    pair: Pair | None
    """None where the viewer may not judge it."""


class Panel(Struct, frozen=True):
    case: Case
    group: Group | None
    suggestions: list[Suggestion]
    related: list[Match]
    """Alike, and nothing to be judged: copies about other places, near meanings."""
    answers: list[PastAnswer]
    by_words_only: bool = False
    away: bool = False
    """The search for similar cases failed; the group is there all the same."""
    partial: bool = False


async def panel_of(engine: Engine, viewer: Viewer, case: Case) -> Panel:
    """What nobody has decided yet is offered; «нет» holds for ever, «не знаю» for who said it."""
    group = await group_of(engine, viewer, case)
    try:
        found = await similar(
            engine,
            viewer,
            subject_of(msgspec.to_builtins(case)),
            size=SHOWN * 2,
            thresholds=await current_thresholds(engine),
            streets=(await current_vocabulary(engine)).streets,
        )
    except (EngineUnavailableError, EngineSetupError):
        return Panel(case, group, [], [], [], away=True)
    own = {case.id} | ({one.id for one in group.seen} if group else set())
    said = await said_of(engine, case.id)
    near = [one for one in (*found.duplicates, *found.similar) if one.case_id not in own]
    to_judge = await _through_groups(engine, viewer, near, own)
    offered = [
        one
        for one in to_judge
        if not (pair := said.get(one.match.case_id)) or not is_settled_for(pair, viewer.name)
    ][:SHOWN]
    judged = {one.match.case_id for one in to_judge}
    refused = {other for other, pair in said.items() if pair.verdict is Verdict.NO}
    related = [one for one in near if one.case_id not in judged | refused and not one.root]
    return Panel(
        case,
        group,
        await _with_pairs(engine, viewer, case, offered),
        related[:SHOWN],
        found.answers[:SHOWN],
        by_words_only=found.by_words_only,
        partial=found.partial,
    )


async def _through_groups(
    engine: Engine, viewer: Viewer, matches: list[Match], own: set[str]
) -> list[Suggestion]:
    """The surest of each group, as its main case; what no rule suspects is left out."""
    mains = await read_cases(engine, {one.root for one in matches if one.root})
    found = dict[str, Suggestion]()
    for match in matches:
        kind = match.kind or match.suspected
        if kind is None or kind is MatchKind.TEMPLATE_COPY:
            continue
        shown = _as_main(match, mains, viewer)
        if shown and shown.case_id not in own and shown.case_id not in found:
            found[shown.case_id] = Suggestion(shown, _kind(kind, shown), None)
    return list(found.values())


def _as_main(match: Match, mains: Mapping[str, Case], viewer: Viewer) -> Match | None:
    """None where the main case is not for this viewer's eyes."""
    if not match.root:
        return match
    main = mains.get(match.root)
    if main is None or not may_see(viewer, main):
        return None
    return replace(
        match,
        case_id=main.id,
        number=main.number,
        state=main.state.value,
        received_at=main.received_at,
        closed_at=main.closed_at,
        beginning=beginning(main.title, main.text),
        through=match.number,
        root=None,
        why=[*match.why, f"№ {match.number} — дубль № {main.number}"],
    )


def _kind(kind: MatchKind, match: Match) -> MatchKind:
    """By the state of the main case, where a duplicate of it led there."""
    if not match.through or kind is MatchKind.CITES:
        return kind
    if match.state in DONE_STATES:
        return MatchKind.RECURRENCE
    return MatchKind.SAME_PLACE if kind is MatchKind.RECURRENCE else kind


async def _with_pairs(
    engine: Engine, viewer: Viewer, case: Case, offered: list[Suggestion]
) -> list[Suggestion]:
    """Pairs are written down for those who may judge: the answer has to belong to something."""
    others = await read_cases(engine, [one.match.case_id for one in offered])
    able = [
        one
        for one in offered
        if may_do(viewer, Permission.CASE_LINK, case)
        or may_do(viewer, Permission.CASE_LINK, others[one.match.case_id])
    ]
    if not able:
        return offered
    await offer(engine, [_offered(case, one) for one in able])
    ids = {one.match.case_id: pair_id(case.id, one.match.case_id) for one in able}
    pairs = await repository.get_many(engine, ids.values())
    await note_shown(engine, pairs.values())
    return [replace(one, pair=pairs.get(ids.get(one.match.case_id, ""))) for one in offered]


def _offered(case: Case, one: Suggestion) -> OfferedPair:
    return OfferedPair(
        a_id=case.id,
        b_id=one.match.case_id,
        kind=one.kind,
        score=one.match.score,
        doubt=one.match.doubt,
        why=one.match.why,
        theme=case.classifier.im_theme or one.match.theme,
        at=datetime.now(case.received_at.tzinfo),
    )
