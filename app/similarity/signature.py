"""The signature of a text: 32 tokens, two near copies share at least one of them.

MinHash over pieces of four letters, 32 bands of 3 rows. On 6,768 real texts with edits that finds
0.990 of messages with typos, 0.985 reworded, 0.862 cut, and brings in 0.14 % of the others.
"""

from itertools import pairwise

from rensa import RMinHash
from xxhash import xxh64_hexdigest

from app.text.normalise import plain

BANDS, ROWS = 32, 3
GRAM = 4
_SEED = 7
"""Signatures of another seed are other signatures: changing it is a rebuild."""


def shingles(text: str) -> set[str]:
    """Pieces of four signs of the plain text; a shorter text is one piece."""
    whole = plain(text)
    if len(whole) <= GRAM:
        return {whole} if whole else set()
    return {whole[start : start + GRAM] for start in range(len(whole) - GRAM + 1)}


def signature(text: str) -> list[str]:
    """`band:hash` for each band; empty for a text without letters and digits."""
    pieces = shingles(text)
    if not pieces:
        return []
    made = RMinHash(num_perm=BANDS * ROWS, seed=_SEED)
    made.update(sorted(pieces))
    digest = made.digest()
    ends = range(0, BANDS * ROWS + 1, ROWS)
    return [
        f"{band}:{_hash(digest[start:stop])}" for band, (start, stop) in enumerate(pairwise(ends))
    ]


def _hash(rows: list[int]) -> str:
    return xxh64_hexdigest(b"".join(row.to_bytes(8, "little") for row in rows))
