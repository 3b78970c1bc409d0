"""The step that offers pairs to the review: it looks around, so it runs when all are visible."""

from collections.abc import Sequence

from app.duplicates.pairs import offer
from app.duplicates.tuning import current_thresholds
from app.engine.client import Stored
from app.search.vocabulary import current_vocabulary
from app.similarity.offering import pairs_of
from indexers.enrichment.steps import Findings, Step, Tools


async def offer_pairs(tools: Tools, cases: Sequence[Stored]) -> Findings:
    """Changes nothing in the cases; a pair that is known already stays as it is."""
    found = await pairs_of(
        tools.engine,
        [case.source for case in cases],
        tools.now,
        thresholds=await current_thresholds(tools.engine),
        streets=(await current_vocabulary(tools.engine)).streets,
    )
    await offer(tools.engine, found)
    return Findings()


PAIRS = Step("pairs", "пары на проверку", offer_pairs, looks_around=True)
