"""A problem as it is stored ↔ as the next message is compared with it; a case as it arrives."""

from base64 import b64decode, b64encode
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import numpy as np
from msgspec.structs import replace

from app.problems.models import Counts, Problem, Spot
from app.problems.scoring import Arrival, Gathered, Vector, leading

FIELDS = (
    *("id", "received_at", "place.municipality", "place.settlement", "place.point"),
    *("classifier.im_theme", "classifier.im_group", "spot.street", "spot.house", "spot.point"),
)
VECTOR_FIELDS = ("emb", "emb_ver")
"""Of a case, what `arrival_of` reads."""


def arrival_of(source: Mapping[str, Any]) -> Arrival:
    """Raises whatever a document that is not as cases are written makes it raise."""
    place, spot = source.get("place") or {}, source.get("spot") or {}
    classifier = source.get("classifier") or {}
    point = spot.get("point") or place.get("point")
    emb = source.get("emb")
    return Arrival(
        id=source["id"],
        at=moment(source["received_at"]),
        municipality=_word(place, "municipality"),
        settlement=_word(place, "settlement"),
        theme=_word(classifier, "im_theme"),
        group=_word(classifier, "im_group"),
        street=_word(spot, "street"),
        house=_word(spot, "house"),
        point=(float(point["lat"]), float(point["lon"])) if point else None,
        vector=None if emb is None else np.asarray(emb, np.float32),
        emb_ver=source.get("emb_ver"),
    )


def _word(part: Mapping[str, Any], name: str) -> str | None:
    """The engine takes several words where one is meant; a message is compared by one."""
    value = part.get(name)
    if value is None or isinstance(value, str):
        return value
    raise TypeError(name)


def moment(told: str) -> datetime:
    at = datetime.fromisoformat(told)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def gathered_of(problem: Problem) -> Gathered:
    counts = problem.counts
    first = problem.first_at or problem.created_at
    return Gathered(
        id=problem.id,
        founder=problem.founder,
        municipality=problem.municipality,
        settlement=problem.settlement,
        first_at=first,
        last_at=problem.last_at or first,
        members=problem.members,
        themes=dict(counts.themes),
        groups=dict(counts.groups),
        places=dict(counts.places),
        points=counts.points,
        sum=_unpacked(counts.sum),
        vectors=counts.vectors,
        emb_ver=problem.emb_ver,
    )


def with_gathered(problem: Problem, now: Gathered) -> Problem:
    """`problem` with what was gathered; phrases, people and departments come by its describing."""
    streets = [name for name in now.places if "|" not in name]
    houses = [name for name in now.places if "|" in name]
    length = float(np.linalg.norm(now.sum)) if now.sum is not None else 0.0
    return replace(
        problem,
        theme=leading(now.themes),
        group=leading(now.groups),
        themes=_by_count(list(now.themes), now.themes),
        municipality=now.municipality,
        settlement=now.settlement,
        streets=_by_count(streets, now.places),
        houses=_by_count(houses, now.places),
        point=Spot(*now.middle) if now.middle else None,
        centroid=(now.sum / length).tolist() if now.sum is not None and length else None,
        emb_ver=now.emb_ver,
        counts=Counts(
            now.themes, now.groups, now.places, now.points, _packed(now.sum), now.vectors
        ),
        members=now.members,
        first_at=now.first_at,
        last_at=now.last_at,
        settled=False,
    )


def _by_count(names: list[str], counts: Mapping[str, int]) -> list[str]:
    return sorted(names, key=lambda name: (-counts[name], name))


def _packed(vector: Vector | None) -> str | None:
    return None if vector is None else b64encode(vector.astype("<f4").tobytes()).decode()


def _unpacked(told: str | None) -> Vector | None:
    return None if told is None else np.frombuffer(b64decode(told), "<f4").astype(np.float32)
