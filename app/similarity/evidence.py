"""All that is known of a pair, before anything is concluded from it."""

from datetime import UTC, datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from app.similarity.models import CLOSED_STATES, Spot, Subject
from app.similarity.objects import differing, differing_objects
from app.similarity.results import Candidate, Said
from app.similarity.spot import Lie, Nearness, apart, lie, spot_of
from app.similarity.thresholds import Thresholds
from app.text.normalise import cited_numbers
from app.text.streets import NO_STREETS, Streets
from app.text.words import fold


class Asked(Struct, frozen=True):
    """The subject as it is compared."""

    subject: Subject
    said: Said
    spot: Spot
    cited: frozenset[str] = frozenset()
    """Numbers the text names, in upper case."""


_MOST_READ = 20_000
"""Characters of a text that are asked with."""


def asked_of(subject: Subject, streets: Streets = NO_STREETS) -> Asked:
    """`streets` are those the cases name: they tell a street in the text from another word."""
    moment = subject.received_at or datetime.now(UTC)  # what is being typed comes now
    whole = replace(subject, text=subject.text[:_MOST_READ], received_at=moment)
    spot = spot_of(
        whole.text,
        subject.title,
        street=subject.street,
        house=subject.house,
        point=subject.point,
        streets=streets,
    )
    said = Said(whole.text, subject.title)
    return Asked(whole, said, spot, frozenset(cited_numbers(said.whole)))


class Evidence(Struct, frozen=True, kw_only=True):
    exact: bool
    jaccard: float
    contained: float
    """Share of the smaller text's pieces that are in the other."""
    pieces: int
    """Of the smaller text."""
    cosine: float | None
    words: float
    """Its score by words against the best candidate's, 0 to 1."""
    lie: Lie
    apart: bool
    """Fields or points, not words, say that the two are at different places."""
    same_theme: bool
    same_group: bool
    other_theme: bool
    """Both name a theme, and not the same."""
    same_author: bool
    gap: timedelta
    was_open: bool
    """The earlier of the two was open when the later one came."""
    objects_differ: tuple[str, str] | None
    """Of one kind, where the two have none of it in common."""
    marks_differ: tuple[str, str] | None
    """An object, number, date or name that only this and only that text has. Looked for only where
    the texts are near: texts of other words always differ in something."""

    @property
    def meaning(self) -> float:
        """How alike the two are in what they say, 0 to 1: by vector, else by words."""
        by_text = min(1.0, 2 * self.jaccard)
        return max(by_text, self.words * _OF_WORDS if self.cosine is None else self.cosine)


_OF_WORDS = 0.6
"""The best of the found by words alone may still be far: it says less than a vector does."""


def weigh(asked: Asked, candidate: Candidate, thresholds: Thresholds) -> Evidence:
    subject, own, other = asked.subject, asked.said.pieces, candidate.said.pieces
    shared, smaller = len(own & other), min(len(own), len(other))
    theme, group = candidate.part("classifier.im_theme"), candidate.part("classifier.im_group")
    author = candidate.part("author.key")
    elsewhere = _is_elsewhere(subject, candidate)
    lies = lie(asked.spot, candidate.spot, thresholds)
    jaccard = shared / max(len(own) + len(other) - shared, 1)
    contained = shared / max(smaller, 1)
    near = jaccard >= thresholds.edited_possible or contained >= thresholds.quote
    return Evidence(
        exact=asked.said.norm == candidate.said.norm,
        jaccard=jaccard,
        contained=contained,
        pieces=smaller,
        cosine=candidate.cosine,
        words=candidate.words or 0.0,
        lie=Lie(Nearness.OTHER) if elsewhere else lies,
        apart=elsewhere or apart(asked.spot, candidate.spot, lies, thresholds),
        same_theme=bool(theme) and theme == subject.theme,
        same_group=bool(group) and group == subject.group,
        other_theme=bool(theme and subject.theme) and theme != subject.theme,
        same_author=bool(author) and author == subject.author_key,
        gap=_gap(subject, candidate),
        was_open=_was_open(subject, candidate),
        objects_differ=differing_objects(asked.spot.objects, candidate.spot.objects),
        marks_differ=_marks_differ(asked, candidate) if near else None,
    )


def _marks_differ(asked: Asked, candidate: Candidate) -> tuple[str, str] | None:
    own, other = asked.said, candidate.said
    return (
        differing(asked.spot.objects, candidate.spot.objects)
        or differing(own.marks, other.marks)
        or differing(own.names, other.names)
    )


def _is_elsewhere(subject: Subject, candidate: Candidate) -> bool:
    """In another town or village: many have a street of one name."""
    given = {"municipality": subject.municipality, "settlement": subject.settlement}
    for name, here in given.items():
        there = candidate.part(f"place.{name}")
        if here and there and fold(here) != fold(there):
            return True
    return False


def _gap(subject: Subject, candidate: Candidate) -> timedelta:
    moment = subject.received_at
    return abs(moment - candidate.received_at) if moment else timedelta(0)


def _was_open(subject: Subject, candidate: Candidate) -> bool:
    if subject.received_at and subject.received_at < candidate.received_at:
        return _open_when(subject.state, subject.closed_at, candidate.received_at)
    return _open_when(candidate.part("state"), candidate.closed_at, subject.received_at)


def _open_when(state: str | None, closed_at: datetime | None, moment: datetime | None) -> bool:
    """Whether a case was open at `moment`; None for now."""
    if closed_at and moment:
        return closed_at > moment
    return state not in CLOSED_STATES


def fresh(gap: timedelta, half_life_days: float) -> float:
    """1 for messages of one moment, halved with each half-life."""
    return float(0.5 ** (gap.total_seconds() / (86_400 * half_life_days)))
