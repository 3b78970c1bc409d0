"""What is said of the meaning of texts: by which encoder, round which mean, and how it is."""

from datetime import datetime
from enum import StrEnum

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
"""A row a text, or one row alone."""


class EncoderState(StrEnum):
    """Of the encoder as one process of ours sees it."""

    OFF = "off"
    """The settings name no folder."""
    MISSING = "missing"
    """There is no encoder in the folder, or its description cannot be read."""
    IDLE = "idle"
    """Not started yet."""
    LOADING = "loading"
    READY = "ready"
    FAILED = "failed"


class Encoder(Struct, frozen=True):
    """`note` is a Russian sentence."""

    state: EncoderState
    note: str


class Mean(Struct, frozen=True):
    """What is taken out of every vector of one encoder."""

    name: str
    code: str
    """Of the encoder (`Manifest.code`)."""
    vector: Vectors
    made_at: datetime | None = None
    """None for the shipped one."""
    cases: int = 0
    """Of how many it was computed."""

    @property
    def version(self) -> str:
        return version_of(self.code, self.name)


class Meaning(Struct, frozen=True):
    """What vectors of this installation are made with now."""

    code: str
    mean: Mean

    @property
    def version(self) -> str:
        """`emb_ver`: vectors of another one are never compared with these."""
        return version_of(self.code, self.mean.name)


def version_of(code: str, mean: str) -> str:
    return f"{code}-{mean}"
