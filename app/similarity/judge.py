"""Whether a candidate is a duplicate, of which kind, and why: rules that explain themselves.

Text finds, place decides. A text at another place is a campaign; other words at the same place and
of the same theme are one trouble while the earlier message is open, and a recurrence afterwards;
whatever object or number differs on both sides keeps two messages apart.
"""

from datetime import timedelta

from msgspec.structs import replace

from app.similarity.evidence import Asked, Evidence, fresh, weigh
from app.similarity.models import Match, MatchKind
from app.similarity.results import Candidate
from app.similarity.spot import Nearness
from app.similarity.thresholds import Thresholds
from app.similarity.wording import (
    about_author,
    about_difference,
    about_gap,
    about_meaning,
    about_place,
    about_state,
    about_text,
    about_theme,
    beginning,
)

_HALF_LIFE_DAYS = 10
"""What a message's age is worth is halved in so many days."""
_LEAST_ALIKE = 0.4
"""Score below which a case that is neither is not shown at all."""


def judge(asked: Asked, candidate: Candidate, thresholds: Thresholds) -> Match | None:
    """None where nothing worth showing relates the two."""
    return judged(asked, candidate, weigh(asked, candidate, thresholds), thresholds)


def judged(
    asked: Asked, candidate: Candidate, seen: Evidence, thresholds: Thresholds
) -> Match | None:
    """As `judge`, of what was weighed already."""
    if reason := cites(asked, candidate):
        why = [reason, *about_author(seen)]
        return _match(candidate, seen, MatchKind.CITES, 1.0, why)
    copy = _copy(candidate, seen, thresholds)
    return copy or _same_place(candidate, seen, thresholds) or _alike(candidate, seen)


def main_of_cited(
    asked: Asked, candidate: Candidate, cited: Match, thresholds: Thresholds
) -> Match:
    """The main case of a group, reached by the number of a duplicate in it."""
    seen = weigh(asked, candidate, thresholds)
    why = [*cited.why, f"Обращение {cited.number} — его дубль"]
    match = _match(candidate, seen, MatchKind.CITES, 1.0, why)
    return replace(match, through=cited.number)


def cites(asked: Asked, candidate: Candidate) -> str | None:
    """The reason, where one of the two names the other's number."""
    for path in ("number", "source.external_number", "source.external_id"):
        number = candidate.part(path)
        if number and str(number).upper() in asked.cited:
            return f"Автор называет номер {number}"
    named = {str(number).upper() for number in candidate.part("cited") or []}
    for own in (asked.subject.number, asked.subject.external_number):
        if own and own.upper() in named:
            return f"Там назван номер {own}"
    return None


def _copy(candidate: Candidate, seen: Evidence, limits: Thresholds) -> Match | None:
    """One text in two messages: a duplicate, a campaign, a batch or a recurrence."""
    kind, score = _level(seen, limits)
    if kind is None:
        return None
    why, threshold = [about_text(kind, seen)], _edited_from(seen, limits)
    doubt = 0.0 if seen.exact else _doubt(score, threshold, limits.edited_possible)
    differs = None if seen.exact else seen.marks_differ
    if differs or seen.apart:
        why += [about_difference(differs)] if differs else _place(candidate, seen)
        return _match(candidate, seen, MatchKind.TEMPLATE_COPY, score, why)
    why += [*_place(candidate, seen), *about_author(seen), *about_gap(seen.gap)]
    if seen.gap > timedelta(days=limits.copy_days) and not seen.was_open:
        why += about_state(seen)
        return _match(candidate, seen, MatchKind.RECURRENCE, score, why, doubt=doubt)
    if seen.pieces < limits.short_pieces and not (_is_here(seen) or seen.same_author):
        why.append("Текст короткий, место не названо")
        return _match(candidate, seen, None, score, why, doubt=0.8, suspected=kind)
    if kind is MatchKind.EDITED and score < threshold:
        return _match(candidate, seen, None, score, why, doubt=doubt, suspected=kind)
    return _match(candidate, seen, kind, score, why, doubt=doubt)


def _level(seen: Evidence, limits: Thresholds) -> tuple[MatchKind | None, float]:
    """The surest reading of how alike the texts are; EDITED also where it is only possible."""
    least = limits.quote_pieces_here if _is_here(seen) else limits.quote_pieces
    if seen.exact:
        return MatchKind.EXACT, 1.0
    if seen.jaccard >= limits.edited:
        return MatchKind.EDITED, seen.jaccard
    if seen.contained >= limits.quote and seen.pieces >= least:
        return MatchKind.QUOTE, seen.contained
    possible = seen.jaccard >= limits.edited_possible
    return (MatchKind.EDITED, seen.jaccard) if possible else (None, 0.0)


def _edited_from(seen: Evidence, limits: Thresholds) -> float:
    return limits.edited_here if _is_here(seen) else limits.edited


def _is_here(seen: Evidence) -> bool:
    return seen.lie.nearness in {Nearness.SAME, Nearness.STREET}


def _same_place(candidate: Candidate, seen: Evidence, limits: Thresholds) -> Match | None:
    """Other words: near is necessary and not enough, the earlier being open tells the two apart."""
    if not _is_here(seen) or seen.objects_differ:
        return None
    score = _place_score(seen, limits)
    if score < limits.same_place_possible:
        return None
    kind = MatchKind.SAME_PLACE if seen.was_open else MatchKind.RECURRENCE
    why = [*_place(candidate, seen), *_theme(candidate, seen), *about_meaning(seen)]
    why += [*about_author(seen), *about_gap(seen.gap), *about_state(seen)]
    doubt = _doubt(score, limits.same_place, limits.same_place_possible)
    if score < limits.same_place:
        return _match(candidate, seen, None, score, why, doubt=doubt, suspected=kind)
    return _match(candidate, seen, kind, score, why, doubt=doubt)


def _place_score(seen: Evidence, limits: Thresholds) -> float:
    """Place 0.40, theme 0.25, meaning 0.25, time 0.10; a batch and another theme take off."""
    metres = seen.lie.metres
    exactly = seen.lie.nearness is Nearness.SAME and (
        metres is None or metres <= limits.nearest_metres
    )
    score = 0.4 if exactly else 0.32 if seen.lie.nearness is Nearness.SAME else 0.15
    score += 0.25 if seen.same_theme else 0.1 if seen.same_group else 0.0
    score += 0.25 * min(1.0, max(0.0, seen.meaning))
    score += 0.1 * fresh(seen.gap, _HALF_LIFE_DAYS)
    score -= 0.25 if seen.other_theme and not seen.same_group else 0.0
    batch = seen.same_author and seen.gap < timedelta(hours=limits.batch_hours)
    return max(0.0, min(1.0, score - (0.35 if batch else 0.0)))


def _alike(candidate: Candidate, seen: Evidence) -> Match | None:
    """What helps to see it and is no duplicate: by meaning 0.35, theme 0.20, place 0.45.

    Weights as measured for problems: together 0.888 (B-cubed F1), text alone 0.649.
    """
    near = {Nearness.SAME: 0.4, Nearness.STREET: 0.25, Nearness.NEIGHBOUR: 0.3}
    score = 0.35 * min(1.0, max(0.0, seen.meaning)) + near.get(seen.lie.nearness, 0.0)
    score += 0.2 if seen.same_theme else 0.1 if seen.same_group else 0.0
    score += 0.05 * fresh(seen.gap, _HALF_LIFE_DAYS)
    if score < _LEAST_ALIKE:
        return None
    why = [*about_meaning(seen), *_theme(candidate, seen), *_place(candidate, seen)]
    differs = seen.objects_differ
    why += [*([about_difference(differs)] if differs else []), *about_gap(seen.gap)]
    return _match(candidate, seen, None, min(score, 1.0), why)


def _doubt(score: float, threshold: float, possible: float) -> float:
    """1 on the threshold, 0 at the ends of what is worth a look."""
    if score >= threshold:
        return max(0.0, 1 - (score - threshold) / max(1 - threshold, 0.01))
    return max(0.0, (score - possible) / max(threshold - possible, 0.01))


def _place(candidate: Candidate, seen: Evidence) -> list[str]:
    spot, given = candidate.spot, candidate.part("place.street")
    return about_place(seen, given or (spot.street or "").title() or None, spot.house)


def _theme(candidate: Candidate, seen: Evidence) -> list[str]:
    theme, group = candidate.part("classifier.im_theme"), candidate.part("classifier.im_group")
    return about_theme(seen, theme, group)


def _match(
    candidate: Candidate,
    seen: Evidence,
    kind: MatchKind | None,
    score: float,
    why: list[str],
    *,
    doubt: float = 0.0,
    suspected: MatchKind | None = None,
) -> Match:
    part = candidate.part
    return Match(
        case_id=candidate.id,
        number=part("number"),
        kind=kind,
        score=round(score, 3),
        why=why,
        state=part("state"),
        received_at=candidate.received_at,
        beginning=beginning(part("title"), candidate.said.text),
        doubt=round(doubt, 3),
        suspected=suspected,
        external_number=part("source.external_number"),
        external_id=part("source.external_id"),
        source=part("source.system"),
        channel=part("channel"),
        closed_at=candidate.closed_at,
        municipality=part("place.municipality"),
        settlement=part("place.settlement"),
        street_type=part("place.street_type"),
        street=part("place.street"),
        house=part("place.house"),
        given=part("place.given"),
        theme=part("classifier.im_theme"),
        group=part("classifier.im_group"),
        department=part("workflow.department"),
        same_author=seen.same_author,
        root=part("duplicate.root"),
    )
