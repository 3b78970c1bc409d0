"""The steps in the order they run; those that look around come after all that derive."""

from indexers.enrichment.steps import Step

STEPS: tuple[Step, ...] = ()
