"""How much is enough to learn from, apart from learning itself: its library is slow to load."""

FEWEST = 5
"""Examples of a class that is learned: of fewer nothing can be held back to check it."""
FEWEST_EXAMPLES = 20
