"""Which cases a person has seen already, short enough for a link: marks of their ids.

The order by meaning is made anew with each page, and in between cases are written. What was shown
is therefore kept, and never comes again; whatever was not comes later.
"""

import base64
import binascii
from collections.abc import Iterable

import xxhash

_OCTETS = 5
"""Of a mark: that one of 100,000 cases passes for one of 300 shown happens once in 37,000 lists."""
_MOST = 400
"""Three lists of a hundred, and some more after a write between two pages."""


def mark(name: str) -> bytes:
    return xxhash.xxh3_64_digest(name.encode())[:_OCTETS]


def pack(marks: Iterable[bytes]) -> str:
    return base64.b85encode(b"".join(marks)).decode()


def unpack(text: str) -> frozenset[bytes]:
    """Raises ValueError for what `pack` did not make."""
    if len(text) > _MOST * _OCTETS * 5 // 4:
        raise ValueError("more than ever were shown")
    try:
        octets = base64.b85decode(text)
    except binascii.Error as error:
        raise ValueError("no marks") from error
    if len(octets) % _OCTETS:
        raise ValueError("no marks")
    return frozenset(octets[at : at + _OCTETS] for at in range(0, len(octets), _OCTETS))
