"""«Так уже отвечали»: final answers that were sent to people who asked alike.

What was written to somebody else is shown without who that was: contacts, flats, names of the
addressee are masked before the text leaves this module.
"""

import re
from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from app.similarity.evidence import Evidence, fresh
from app.similarity.models import PastAnswer
from app.similarity.results import Candidate, moment
from app.similarity.spot import Nearness
from app.similarity.wording import about_meaning, about_theme
from app.text.lemmas import analyzer
from app.text.mask import mask_contacts
from app.text.normalise import norm_hash
from app.text.words import fold

_LEAST_SCORE = 0.3
_FLAT = re.compile(r"(?i)(?<!\w)(кв(?:артир[аыеу]|\.)?)\s*(?:№\s*)?\d+[а-я]?(?!\w)")
_WORD = re.compile(r"(?i)(?<![а-яё])[а-яё]{2,}(?:-[а-яё]{2,})?")
_HIDDEN = "•••"
_RUN = re.compile(r"•••(?:[ ,]+•••)+")
_COMPARED = 4
"""Letters of an addressee's name: «Мария», «Марии», «Марию»; of a shorter one also its ending."""
_LEAST = 3
"""Letters of a name whose last one may be dropped, and of a small word beside large ones."""
_LAST = "аеийоуыьэюя"
_ENDING = "(?:[аеийоуыьюя]|[еиоя][йюм])?"
_HALF_LIFE_DAYS = 180
"""An answer grows old with the contract and the people it speaks of."""


class _Said(Struct, frozen=True):
    text: str
    at: datetime | None


def past_answers(candidates: Iterable[tuple[Candidate, Evidence]], size: int) -> list[PastAnswer]:
    """The best first; of equal texts the newest, with how many cases got it."""
    found: dict[str, PastAnswer] = {}
    times: dict[str, int] = {}
    for candidate, seen in candidates:
        said = _last_final(candidate)
        if said is None:
            continue
        key = norm_hash(said.text)
        answer = _answer(candidate, said, seen)
        times[key] = times.get(key, 0) + 1
        if answer.score >= _LEAST_SCORE and (key not in found or _newer(answer, found[key])):
            found[key] = answer
    shown = [replace(answer, times=times[key]) for key, answer in found.items()]
    return sorted(shown, key=lambda one: -one.score)[:size]


def _last_final(candidate: Candidate) -> _Said | None:
    """Absent kind and state are those of a final answer that was sent; empty ones are passed by."""
    sent = [
        one
        for one in candidate.source.get("answers") or []
        if one.get("kind", "final") == "final" and one.get("state", "sent") == "sent"
    ]
    if not sent or not sent[-1].get("text", "").strip():
        return None
    at = sent[-1].get("at")
    text = without_people(sent[-1]["text"], candidate.part("author.name"))
    return _Said(text, moment(at) if at else None)


def _newer(one: PastAnswer, other: PastAnswer) -> bool:
    if one.answered_at and other.answered_at:
        return one.answered_at > other.answered_at
    return other.answered_at is None


def worth(seen: Evidence) -> float:
    """Of an answer given there: meaning or words 0.50, theme 0.25, place 0.15, freshness 0.10."""
    here = {Nearness.SAME: 0.15, Nearness.STREET: 0.1, Nearness.NEIGHBOUR: 0.08}
    score = 0.5 * min(1.0, max(0.0, seen.meaning)) + here.get(seen.lie.nearness, 0.0)
    score += 0.25 if seen.same_theme else 0.12 if seen.same_group else 0.0
    return score + 0.1 * fresh(seen.gap, _HALF_LIFE_DAYS)


def _answer(candidate: Candidate, said: _Said, seen: Evidence) -> PastAnswer:
    theme, group = candidate.part("classifier.im_theme"), candidate.part("classifier.im_group")
    near = {Nearness.SAME: ["Тот же дом"], Nearness.STREET: ["Та же улица"]}
    why = [*about_meaning(seen), *about_theme(seen, theme, group)]
    return PastAnswer(
        case_id=candidate.id,
        number=candidate.part("number"),
        text=said.text,
        score=round(worth(seen), 3),
        why=[*why, *near.get(seen.lie.nearness, [])],
        answered_at=said.at,
        theme=theme,
        department=candidate.part("workflow.department"),
    )


def without_people(text: str, addressee: str | None) -> str:
    """Without phones, e-mails, flats, the addressee and whoever has a patronymic."""
    own = _names(addressee or "")
    masked = _FLAT.sub(lambda found: f"{found[1]} {_HIDDEN}", mask_contacts(text))
    words = [
        (found[0], *found.span()) for found in _WORD.finditer(masked) if not found[0][0].islower()
    ]
    hidden = {place for place, (word, _, _) in enumerate(words) if own and own.match(fold(word))}
    for place, (word, _, _) in enumerate(words):
        if _is(word, "Pat"):
            hidden |= {place, *([place - 1] if place and _is(words[place - 1][0], "Giv") else [])}
    for place in sorted(hidden, reverse=True):
        _, start, end = words[place]
        masked = f"{masked[:start]}{_HIDDEN}{masked[end:]}"
    return _RUN.sub(_HIDDEN, masked)


def _names(addressee: str) -> re.Pattern[str] | None:
    """Any form of any word of a name, however large its letters are; None where it has no words.

    A short small word beside large ones is no name: «Управление по делам молодёжи».
    """
    small = addressee.islower()
    words = [
        fold(it) for it in _WORD.findall(addressee) if small or len(it) > _LEAST or not it.islower()
    ]
    ways = [_forms(word) for word in words]
    return re.compile("|".join(ways)) if ways else None


def _forms(word: str) -> str:
    if len(word) > _COMPARED:
        return word[:_COMPARED]
    stem = word[:-1] if len(word) >= _LEAST and word[-1] in _LAST else word
    return f"{stem}{_ENDING}$"


def _is(word: str, name_type: str) -> bool:
    return any(one.feats.get("NameType") == name_type for one in analyzer().analyze(word.lower()))
