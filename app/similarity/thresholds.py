"""What decides, in one place: each value with the measurement behind it.

Verdicts of people may move them (`app.duplicates`); everything here takes them as an argument.
"""

from msgspec import Struct


class Thresholds(Struct, frozen=True, kw_only=True):
    edited: float = 0.51
    """Jaccard of pieces of four letters from which a text is an edited copy. 6,768 real texts with
    edits: 0.47 gives P 0.99, 0.51 gives P 0.999; recall 1.00 / 0.957 / 0.913 for reposts, typos,
    reworded ones."""
    edited_possible: float = 0.35
    """From here on a pair is worth a person's look: 6.4 % of unedited texts have a neighbour above
    0.40, 3.8 % one above 0.50."""
    quote: float = 0.8
    """Share of the smaller text's pieces found in the larger: P 0.96, recall of quotes 0.87."""
    quote_pieces: int = 60
    """Pieces the quoted text must have: a short sentence is in many messages."""
    same_place: float = 0.6
    """Score of place, theme, words and time from which other words are the same trouble."""
    same_place_possible: float = 0.45
    near_metres: float = 60.0
    """Within 60 m a quarter are duplicates, a quarter recurrences, a third other objects: near is
    necessary and not enough."""
    nearest_metres: float = 30.0
    """Belarus pairs, within 30 m, same theme, no numbers in conflict, 3 h apart: P 0.87, R 0.77."""
    batch_hours: float = 3.0
    """One author's messages within this time are mostly a batch about different objects."""
    copy_days: float = 30.0
    """A copy of a closed case that comes later than this is a recurrence."""


DEFAULTS = Thresholds()
