"""Cases the engine found, as the judge reads them."""

from collections.abc import Mapping
from datetime import datetime
from functools import cached_property
from typing import Any

from app.similarity.models import LatLon, Spot, Subject
from app.similarity.objects import marks, names
from app.similarity.signature import shingles
from app.similarity.spot import house_key, spot_of, street_key
from app.text.normalise import norm_hash, plain
from app.text.streets import NO_STREETS, Streets

MOST_COMPARED = 8_000
"""Characters of a text that are compared: 50 letters of this length take 60 ms."""

FIELDS = [
    *("id", "number", "state", "channel", "received_at", "closed_at", "title", "text", "cited"),
    *("source.system", "source.external_id", "source.external_number", "norm_hash"),
    *("place", "spot", "author.key", "duplicate.root"),
    *("classifier.im_group", "classifier.im_theme", "workflow.department"),
]
"""Named one by one: the author, the history, the vector and the cells have no way into a panel."""


class Said:
    """A text with what comparing needs of it, each part made when first asked for."""

    def __init__(self, text: str, title: str | None, norm: str | None = None) -> None:
        self.text = text[:MOST_COMPARED]
        self.whole = f"{title}\n{self.text}" if title else self.text
        self._norm = norm

    @cached_property
    def norm(self) -> str:
        return self._norm or norm_hash(self.text)

    @cached_property
    def plain(self) -> str:
        return plain(self.text)

    @cached_property
    def pieces(self) -> set[str]:
        return shingles(self.text)

    @cached_property
    def marks(self) -> list[str]:
        return marks(self.whole)

    @cached_property
    def names(self) -> frozenset[str]:
        return names(self.whole)


class Candidate:
    """A case as `FIELDS` bring it. `cosine` is of its vector to the subject's, where it came."""

    def __init__(self, source: dict[str, Any], streets: Streets = NO_STREETS) -> None:
        self.source = source
        self.id = str(source["id"])
        self.cosine: float | None = None
        self.words: float | None = None
        """Its score by words against the best one's, 0 to 1, where it was found by words."""
        self.said = Said(source["text"], source.get("title"), source.get("norm_hash"))
        self.received_at = moment(source["received_at"])
        closed = source.get("closed_at")
        self.closed_at = moment(closed) if closed else None
        self._streets = streets

    def part(self, path: str) -> Any:
        """The value at a dotted path, None where it is absent."""
        value: Any = self.source
        for name in path.split("."):
            value = value.get(name) if isinstance(value, dict) else None
        return value

    @cached_property
    def spot(self) -> Spot:
        place, kept = self.source.get("place") or {}, self.source.get("spot") or {}
        point = stated_point(place, kept)
        if kept and _still_there(kept, place):
            street, house = kept.get("street"), kept.get("house")
            objects = kept.get("objects") or []
            return Spot(street, house, point, objects, told=not place.get("street"))
        return spot_of(
            self.said.text,
            self.source.get("title"),
            street=place.get("street"),
            house=place.get("house"),
            point=point,
            streets=self._streets,
        )


def _still_there(kept: dict[str, Any], place: dict[str, Any]) -> bool:
    """Whether the derived place is that of the address the case has now: reading it anew out of a
    text takes half a millisecond, and a panel compares a hundred.
    """
    street, house = place.get("street"), place.get("house")
    if not street:
        return True
    same_house = not house or house_key(house) == kept.get("house")
    return same_house and street_key(street) == kept.get("street")


def subject_of(source: dict[str, Any]) -> Subject:
    """A stored case, as its document is, as the subject of a question."""
    place, classifier = source.get("place") or {}, source.get("classifier") or {}
    origin, author = source.get("source") or {}, source.get("author") or {}
    closed = source.get("closed_at")
    return Subject(
        id=source["id"],
        number=source["number"],
        external_number=origin.get("external_number"),
        text=source["text"],
        title=source.get("title"),
        municipality=place.get("municipality"),
        settlement=place.get("settlement"),
        street=place.get("street"),
        house=place.get("house"),
        point=stated_point(place, source.get("spot") or {}),
        group=classifier.get("im_group"),
        theme=classifier.get("im_theme"),
        source=origin.get("system"),
        author_key=author.get("key"),
        received_at=moment(source["received_at"]),
        state=source.get("state"),
        closed_at=moment(closed) if closed else None,
    )


def point_of(kept: Any) -> LatLon | None:
    return LatLon(float(kept["lat"]), float(kept["lon"])) if isinstance(kept, dict) else None


def stated_point(place: Mapping[str, Any], spot: Mapping[str, Any]) -> LatLon | None:
    """The point as it was given, else that of the house that fields name; that of a house the text
    tells is no more than the text says.
    """
    return point_of(place.get("point") or (spot.get("point") if place.get("street") else None))


def moment(given: str | datetime) -> datetime:
    return datetime.fromisoformat(given) if isinstance(given, str) else given
