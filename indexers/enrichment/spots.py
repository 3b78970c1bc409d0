"""The step that says where a message speaks of, where its fields do not, and which point it has."""

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from app.engine.client import Stored
from app.search.vocabulary import current_vocabulary
from app.similarity.models import LatLon, Spot
from app.similarity.results import point_of
from app.similarity.spot import spot_document, spot_of
from app.suggestions.current import places_in_use
from app.suggestions.gazetteer import Gazetteer, Sureness
from indexers.enrichment.steps import Findings, Step, Tools


async def add_spots(tools: Tools, cases: Sequence[Stored]) -> Findings:
    """Street and house from the fields, else from the words; the objects the text names; the point
    as given, else that of this very house where it is known.
    """
    streets = (await current_vocabulary(tools.engine)).streets
    places = await places_in_use(tools.engine)
    findings = Findings()
    for case in cases:
        place = case.source.get("place") or {}
        spot = spot_of(
            case.source["text"],
            case.source.get("title"),
            street=place.get("street"),
            house=place.get("house"),
            point=point_of(place.get("point")),
            streets=streets,
        )
        spot = replace(spot, point=spot.point or _point(places, spot, place))
        document = spot_document(spot) or None
        if document != case.source.get("spot"):
            findings.changed[case.id] = {"spot": document}
    return findings


def _point(places: Gazetteer, spot: Spot, place: Mapping[str, Any]) -> LatLon | None:
    """Between two known houses is no place to send anybody to, nor to measure from."""
    if not spot.street or not spot.house:
        return None
    kind = None if spot.told else place.get("street_type")
    found = places.locate(
        spot.street, spot.house, place.get("municipality"), place.get("settlement"), kind
    )
    exact = found is not None and found.sureness is Sureness.HOUSE
    return LatLon(found.lat, found.lon) if found and exact else None


SPOTS = Step("spots", "место из текста", add_spots)
