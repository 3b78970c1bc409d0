"""What decides, in one place: each value with the measurement behind it.

Verdicts of people may move them (`app.duplicates`); everything here takes them as an argument.
"""

from msgspec import Struct


class Thresholds(Struct, frozen=True, kw_only=True):
    edited: float = 0.47
    """Jaccard of pieces of four letters from which a text is an edited copy where the place says
    nothing. 6,768 real texts with edits: P 0.99, recall 1.00 / 0.966 / 0.948 for reposts, typos,
    reworded ones; 0.51 gives P 0.999 and 1.00 / 0.957 / 0.913."""
    edited_here: float = 0.38
    """As `edited` where both are of one house or street: no pair of the tuning half of the demo
    texts with another story behind it stands above this at one place."""
    edited_possible: float = 0.32
    """From here on a pair is worth a person's look: 6.4 % of unedited texts have a neighbour above
    0.40, 3.8 % one above 0.50."""
    short_pieces: int = 40
    """A text of fewer («Нет горячей воды второй день») is written by many about many places: with
    no place named nothing follows from it."""
    quote: float = 0.8
    """Share of the smaller text's pieces found in the larger: P 0.96, recall of quotes 0.87."""
    quote_pieces: int = 60
    """Pieces the quoted text must have: a short sentence is in many messages."""
    quote_pieces_here: int = 30
    """As `quote_pieces` at one house or street."""
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
