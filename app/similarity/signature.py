"""The signature of a text: 32 tokens, two near copies share at least one of them.

MinHash over pieces of four letters, 32 bands of 3 rows. On 6,768 real texts with edits that finds
0.990 of messages with typos, 0.985 reworded, 0.862 cut, and brings in 0.14 % of the others.
"""

from struct import Struct

from rensa import RMinHash
from xxhash import xxh64_hexdigest

from app.text.normalise import plain

BANDS, ROWS = 32, 3
GRAM = 4
_SEED = 7
"""Signatures of another seed are other signatures: changing it is a rebuild."""


def shingles(text: str) -> set[str]:
    """Pieces of four signs of the plain text; a shorter text is one piece."""
    return set(_pieces(text))


def signature(text: str) -> list[str]:
    """`band:hash` for each band; empty for a text without letters and digits."""
    pieces = _pieces(text)
    if not pieces:
        return []
    made = RMinHash(num_perm=BANDS * ROWS, seed=_SEED)
    made.update(pieces)  # the least of each hash: order and repetitions change nothing
    rows = _PACKED.pack(*made.digest())
    return [name + xxh64_hexdigest(rows[start:stop]) for name, start, stop in _BANDS]


def _pieces(text: str) -> list[str]:
    whole = plain(text)
    if len(whole) <= GRAM:
        return [whole] if whole else []
    return [whole[start : start + GRAM] for start in range(len(whole) - GRAM + 1)]


_PACKED = Struct(f"<{BANDS * ROWS}Q")
_OCTETS = 8 * ROWS
_BANDS = [(f"{band}:", band * _OCTETS, (band + 1) * _OCTETS) for band in range(BANDS)]
"""What a token begins with, and where its rows lie in the packed digest."""
