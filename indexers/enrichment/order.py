"""The steps in the order they run; those that look around come after all that derive."""

from indexers.enrichment.pairs import PAIRS
from indexers.enrichment.spots import SPOTS
from indexers.enrichment.steps import Step
from indexers.enrichment.suggestions import SUGGESTIONS
from indexers.enrichment.vectors import VECTORS

STEPS: tuple[Step, ...] = (VECTORS, SPOTS, SUGGESTIONS, PAIRS)
