"""One question: its candidates are gathered in round trips that share its time, then judged."""

import asyncio
import time
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from app.engine.client import Engine
from app.engine.names import Index
from app.errors import EncoderError
from app.meaning.service import message_vector
from app.similarity.answers import past_answers, worth
from app.similarity.evidence import Evidence, asked_of, weigh
from app.similarity.judge import judged, main_of_cited
from app.similarity.models import (
    DUPLICATE_KINDS,
    Match,
    MatchKind,
    PastAnswer,
    Similar,
    Subject,
)
from app.similarity.query import (
    ANSWER_FIELDS,
    FINAL_STATES,
    SENT,
    Body,
    Question,
    answered_body,
    answered_nearest_body,
    by_ids_body,
    cited_body,
    copies_body,
    nearest_body,
    place_body,
    place_clause,
    words_body,
)
from app.similarity.results import Candidate
from app.similarity.signature import signature
from app.similarity.thresholds import Thresholds
from app.text.streets import Streets
from app.viewer import Viewer

_SECONDS = 1.0
"""Of the whole panel: 150 ms are usual at 300,000 messages, and nobody waits for a help."""
_LEAST_SECONDS = 0.05
_READ_FOR_ONE = 2
"""Answers read for each that is shown: equal ones become one."""

Hits = list[dict[str, Any]]
Vector = tuple[str, list[float]]
"""`emb_ver` and the vector."""


class Search:
    def __init__(
        self,
        engine: Engine,
        viewer: Viewer | None,
        subject: Subject,
        thresholds: Thresholds,
        streets: Streets,
        before: datetime | None,
    ) -> None:
        self._started = time.monotonic()
        self._engine, self._thresholds, self._streets = engine, thresholds, streets
        self._asked = asked_of(subject, streets)
        self._question = Question(self._asked.subject, self._asked.spot, viewer, before)
        self._found: dict[str, Candidate] = {}
        self._weighed: dict[str, Evidence] = {}
        self._matches: dict[str, Match | None] = {}
        """Both of candidates nothing new was learned of since."""
        self._partial = False

    async def run(self, size: int) -> Similar:
        vector, _ = await asyncio.gather(self._vector(), self._copies())
        sure = any(match.kind in _WHOLE_COPIES for match in self._judged())
        await self._wider(vector, by_words=not sure)
        matches = await self._at_roots(self._judged())
        answers = await self._answers(vector, size)
        return Similar(
            [match for match in matches if match.kind in DUPLICATE_KINDS][:size],
            [match for match in matches if match.kind not in DUPLICATE_KINDS][:size],
            answers,
            by_words_only=vector is None,
            partial=self._partial,
            took_ms=round((time.monotonic() - self._started) * 1000),
        )

    async def _vector(self) -> Vector | None:
        """The stored one first: reading it takes 2 ms and needs no model."""
        if kept := await self._stored_vector():
            return kept
        try:
            return await message_vector(self._engine, self._asked.said.whole)
        except EncoderError:
            return None

    async def _stored_vector(self) -> Vector | None:
        case_id = self._asked.subject.id
        if case_id is None:
            return None
        stored = await self._engine.get(Index.CASES, case_id, fields=["emb", "emb_ver"])
        if stored is None or not stored.source.get("emb"):
            return None
        return stored.source["emb_ver"], stored.source["emb"]

    async def _copies(self) -> None:
        """By the text itself and by the numbers it names."""
        said, bodies = self._asked.said, []
        if lsh := signature(said.text):
            bodies.append(copies_body(self._question, said.norm, lsh))
        if cited := cited_body(self._question, sorted(self._asked.cited)):
            bodies.append(cited)
        for hits in await self._ask(bodies):
            self._take(hits)

    async def _wider(self, vector: Vector | None, *, by_words: bool) -> None:
        """By place, by meaning, and by words where no copy was found."""
        bodies = _wider_bodies(self._question, vector)
        if not by_words:
            bodies.pop("words")
        await self._ask_each(bodies)

    async def _ask_each(self, bodies: dict[str, Body]) -> None:
        for name, hits in zip(bodies, await self._ask(list(bodies.values())), strict=True):
            self._take(hits, name)

    async def _answers(self, vector: Vector | None, size: int) -> list[PastAnswer]:
        """Of the found ones that were answered; where those are few, more are looked for."""
        over = [one for one in self._found.values() if one.part("state") in FINAL_STATES]
        best = sorted(over, key=lambda one: -worth(self._seen(one)))[: size * _READ_FOR_ONE]
        ids = [one.id for one in best]
        if len(ids) < size:
            await self._ask_each(_answered_bodies(self._question, vector, ids))
        else:
            await self._read_answers(ids)
        read = [one for one in self._found.values() if "answers" in one.source]
        return past_answers(((one, self._seen(one)) for one in read), size)

    async def _read_answers(self, ids: list[str]) -> None:
        for hits in await self._ask([by_ids_body(self._question, ids, SENT)]):
            for hit in hits:
                self._found[hit["_id"]].source.update(hit["_source"])

    async def _ask(self, bodies: Sequence[Body]) -> list[Hits]:
        if not bodies:
            return []
        allowed = min(_SECONDS, self._engine.search_seconds)
        left = max(allowed - (time.monotonic() - self._started), _LEAST_SECONDS)
        answers = await self._engine.msearch_in_time(Index.CASES, bodies, left)
        self._partial |= any(answer["timed_out"] for answer in answers)
        return [answer["hits"]["hits"] for answer in answers]

    def _take(self, hits: Hits, how: str = "") -> None:
        best = max((hit["_score"] for hit in hits), default=1.0)
        for hit in hits:
            source = hit["_source"]
            one = self._found.get(source["id"]) or Candidate(source, self._streets)
            one.source.update(source)
            self._found[one.id] = one
            self._weighed.pop(one.id, None)
            self._matches.pop(one.id, None)
            if how in _BY_MEANING:
                one.cosine = 2 * hit["_score"] - 1
            elif how in _BY_WORDS:
                one.words = hit["_score"] / best

    def _judged(self) -> list[Match]:
        """The surest first, of equal ones the newest."""
        for one in self._found.values():
            if one.id not in self._matches:
                seen = self._seen(one)
                self._matches[one.id] = judged(self._asked, one, seen, self._thresholds)
        return sorted((match for match in self._matches.values() if match), key=_order)

    def _seen(self, one: Candidate) -> Evidence:
        if one.id not in self._weighed:
            self._weighed[one.id] = weigh(self._asked, one, self._thresholds)
        return self._weighed[one.id]

    async def _at_roots(self, matches: list[Match]) -> list[Match]:
        """A number that names a duplicate leads on to its main case, where the viewer sees it."""
        led = {match.root: match for match in matches if match.root and _names_it(match)}
        if missing := [root for root in led if root not in self._found]:
            for hits in await self._ask([by_ids_body(self._question, missing)]):
                self._take(hits)
        mains = [
            main_of_cited(self._asked, self._found[root], cited, self._thresholds)
            for root, cited in led.items()
            if root in self._found
        ]
        gone = {match.case_id for match in mains} | {led[match.case_id].case_id for match in mains}
        return sorted([*mains, *(one for one in matches if one.case_id not in gone)], key=_order)


_WHOLE_COPIES = frozenset({MatchKind.EXACT, MatchKind.EDITED})
"""Found by the signature; what quotes one message may quote another, which words find."""
_BY_MEANING = frozenset({"near", "near here", "answered near"})
_BY_WORDS = frozenset({"words", "answered"})


def _wider_bodies(question: Question, vector: Vector | None) -> dict[str, Body]:
    bodies = {"words": words_body(question)}
    if place := place_body(question):
        bodies["place"] = place
    if vector:
        version, values = vector
        bodies["near"] = nearest_body(question, version, values)
        if where := place_clause(question):
            bodies["near here"] = nearest_body(question, version, values, within=where)
    return bodies


def _answered_bodies(
    question: Question, vector: Vector | None, found: list[str]
) -> dict[str, Body]:
    bodies = {"answered": answered_body(question)}
    if found:
        bodies["found"] = by_ids_body(question, found, ANSWER_FIELDS)
    if vector:
        bodies["answered near"] = answered_nearest_body(question, *vector)
    return bodies


def _names_it(match: Match) -> bool:
    return match.kind is MatchKind.CITES and match.root != match.case_id


_RANK = {
    MatchKind.CITES: 0,
    MatchKind.EXACT: 1,
    MatchKind.EDITED: 2,
    MatchKind.QUOTE: 3,
    MatchKind.SAME_PLACE: 4,
}
_UNSURE = 9


def _order(match: Match) -> tuple[int, float, float]:
    rank = _RANK.get(match.kind, _UNSURE) if match.kind else _UNSURE
    return rank, -match.score, -match.received_at.timestamp()
