"""The steps in the order they run; those that look around come after all that derive."""

from indexers.enrichment.pairs import PAIRS
from indexers.enrichment.spots import SPOTS
from indexers.enrichment.steps import Step

STEPS: tuple[Step, ...] = (SPOTS, PAIRS)
