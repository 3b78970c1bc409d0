"""Pairs worth a person's look, for cases that just came: cheaper than a panel, many at once."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from app.engine.client import Engine
from app.engine.names import Index
from app.similarity.evidence import Asked, asked_of
from app.similarity.judge import judge
from app.similarity.models import CLOSED_STATES, DUPLICATE_KINDS, Match, MatchKind, OfferedPair
from app.similarity.query import Body, Question, cited_body, copies_body, place_body
from app.similarity.results import Candidate, subject_of
from app.similarity.signature import signature
from app.similarity.thresholds import DEFAULTS, Thresholds
from app.text.streets import NO_STREETS, Streets
from app.viewer import Viewer

MOST_PAIRS = 3
"""Of one case: who has judged the surest need not judge the rest of its group."""
_CANDIDATES = 15
"""Of each search: judging one takes 0.2 ms, and thousands of cases come at a time."""
_LEAST_DOUBT = 0.2
"""Of what the rules do not dare to call a duplicate."""
_EVERYTHING = Viewer(name="system", everything=True)
"""Whoever may judge a pair is asked when it is shown."""

Document = dict[str, Any]


async def pairs_of(
    engine: Engine,
    cases: Sequence[Document],
    now: datetime,
    *,
    thresholds: Thresholds = DEFAULTS,
    streets: Streets = NO_STREETS,
) -> list[OfferedPair]:
    """Of stored cases, as their documents are, with whatever searches see by now.

    Two closed cases are nobody's work any more, and what is one group already is no question.
    """
    asked = [asked_of(subject_of(case), streets) for case in cases]
    found = await _candidates(engine, asked, streets)
    offered = []
    for case, question, candidates in zip(cases, asked, found, strict=True):
        judged = (judge(question, one, thresholds) for one in candidates)
        worth = [match for match in judged if match and _is_worth(case, match)]
        worth.sort(key=lambda match: (match.kind is None, -match.score))
        offered += [_pair(case, match, now) for match in worth[:MOST_PAIRS]]
    return offered


async def _candidates(
    engine: Engine, asked: Iterable[Asked], streets: Streets
) -> list[list[Candidate]]:
    """For each question, from one round trip for all of them. Raises where one of the searches was
    turned away or refused: its case would never be asked about again.
    """
    bodies: list[Body] = []
    spans = []
    for question in asked:
        own = _bodies(question)
        spans.append((len(bodies), len(bodies) + len(own)))
        bodies += own
    answers = await engine.msearch(Index.CASES, bodies) if bodies else []
    return [
        list(
            {
                hit["_source"]["id"]: Candidate(hit["_source"], streets)
                for answer in answers[start:stop]
                for hit in answer["hits"]["hits"]
            }.values()
        )
        for start, stop in spans
    ]


def _bodies(asked: Asked) -> list[Body]:
    question = Question(asked.subject, asked.spot, _EVERYTHING)
    lsh = signature(asked.said.text)
    wanted = [
        copies_body(question, asked.said.norm, lsh) if lsh else None,
        cited_body(question, sorted(asked.cited)),
        place_body(question),
    ]
    return [{**body, "size": _CANDIDATES} for body in wanted if body]


def _is_worth(case: Document, match: Match) -> bool:
    if case["state"] in CLOSED_STATES and match.state in CLOSED_STATES:
        return False
    own = (case.get("duplicate") or {}).get("root") or case["id"]
    if own == (match.root or match.case_id):
        return False
    if match.kind:
        return match.kind in DUPLICATE_KINDS
    return match.suspected in DUPLICATE_KINDS and match.doubt >= _LEAST_DOUBT


def _pair(case: Document, match: Match, now: datetime) -> OfferedPair:
    """The later of the two is `a`."""
    kind = match.kind or match.suspected or MatchKind.EDITED
    own = datetime.fromisoformat(case["received_at"])
    later, earlier = case["id"], match.case_id
    if own < match.received_at:
        later, earlier = earlier, later
    return OfferedPair(
        a_id=later,
        b_id=earlier,
        kind=kind,
        score=match.score,
        doubt=match.doubt,
        why=match.why,
        theme=(case.get("classifier") or {}).get("im_theme") or match.theme,
        at=now,
    )
