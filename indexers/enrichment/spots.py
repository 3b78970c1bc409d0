"""The step that says where a message speaks of, where its fields do not."""

from collections.abc import Sequence

from app.engine.client import Stored
from app.search.vocabulary import current_vocabulary
from app.similarity.results import point_of
from app.similarity.spot import spot_document, spot_of
from indexers.enrichment.steps import Findings, Step, Tools


async def add_spots(tools: Tools, cases: Sequence[Stored]) -> Findings:
    """Street and house from the fields, else from the words; the objects the text names."""
    streets = (await current_vocabulary(tools.engine)).streets
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
        document = spot_document(spot) or None
        if document != case.source.get("spot"):
            findings.changed[case.id] = {"spot": document}
    return findings


SPOTS = Step("spots", "место из текста", add_spots)
