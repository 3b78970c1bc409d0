"""Learned arrays as files of `data_dir`: plain numbers and JSON, nothing that could run.

A file bears the sum of what is in it; what does not match is not used. A newer one has another
name, so that a process goes on with the old one while it reads.
"""

import hashlib
import io
import os
import tempfile
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import msgspec
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from app.disk import settle
from app.suggestions.gazetteer import Gazetteer
from app.suggestions.linear import Factors, Vocabulary, Voters

FOLDER = "models"
KEPT_FILES = 3
"""Of each kind: the one in use, and older ones for processes that still read them."""
THEME, DEPARTMENT = "theme", "department"
_LARGEST = 400_000_000


class DamagedFileError(Exception):
    """The file is missing, is another one, or is cut off."""


class Model(Struct, frozen=True):
    vocabulary: Vocabulary
    voters: dict[str, Voters]
    """By `theme` and `department`."""
    groups: dict[str, str]
    """Theme → its group in the cases."""
    usual: dict[str, dict[str, float]]
    """Theme → department → share of the theme's cases."""


class _Head(Struct, frozen=True):
    """What is not arrays, as JSON in an array of octets."""

    classes: dict[str, list[str]]
    factors: dict[str, Factors]
    groups: dict[str, str]
    usual: dict[str, dict[str, float]]


def pack(model: Model) -> bytes:
    head = _Head(
        {name: one.classes for name, one in model.voters.items()},
        {name: one.factors for name, one in model.voters.items()},
        model.groups,
        model.usual,
    )
    arrays: dict[str, NDArray[Any]] = {"head": np.frombuffer(msgspec.json.encode(head), np.uint8)}
    for block in (0, 1):
        arrays[f"ids{block}"] = model.vocabulary.ids[block]
        arrays[f"rarity{block}"] = model.vocabulary.rarity[block]
    for name, voters in model.voters.items():
        arrays |= {f"{name}.words": voters.words, f"{name}.words_bias": voters.words_bias}
        if voters.meaning is not None and voters.meaning_bias is not None:
            arrays[f"{name}.meaning"] = voters.meaning
            arrays[f"{name}.meaning_bias"] = voters.meaning_bias
    out = io.BytesIO()
    np.savez(out, allow_pickle=False, **arrays)
    return out.getvalue()


def unpack(data: bytes) -> Model:
    """Raises `DamagedFileError`."""
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
            head = msgspec.json.decode(arrays["head"].tobytes(), type=_Head)
            vocabulary = Vocabulary(
                (arrays["ids0"], arrays["ids1"]), (arrays["rarity0"], arrays["rarity1"])
            )
            voters = {name: _voters(arrays, head, name) for name in head.classes}
    except (ValueError, KeyError, OSError, EOFError, BadZipFile, msgspec.MsgspecError) as error:
        raise DamagedFileError(type(error).__name__) from error
    return Model(vocabulary, voters, head.groups, head.usual)


def _voters(arrays: Any, head: _Head, name: str) -> Voters:
    has_meaning = f"{name}.meaning" in arrays.files
    return Voters(
        head.classes[name],
        arrays[f"{name}.words"],
        arrays[f"{name}.words_bias"],
        head.factors[name],
        arrays[f"{name}.meaning"] if has_meaning else None,
        arrays[f"{name}.meaning_bias"] if has_meaning else None,
    )


def pack_places(places: Gazetteer) -> bytes:
    return msgspec.msgpack.encode(places)


def unpack_places(data: bytes) -> Gazetteer:
    """Raises `DamagedFileError`."""
    try:
        return msgspec.msgpack.decode(data, type=Gazetteer)
    except msgspec.MsgspecError as error:
        raise DamagedFileError(type(error).__name__) from error


def write_file(data_dir: Path, kind: str, data: bytes) -> tuple[str, str]:
    """Its name and sum. Whole or not at all; older files of the kind beyond the last few go."""
    digest = hashlib.sha256(data).hexdigest()
    folder = data_dir / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{kind}-{digest[:16]}.bin"
    handle, draft = tempfile.mkstemp(prefix=f".{kind}-", dir=folder)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        settle(Path(draft), folder / name)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
    _drop_old(folder, kind)
    return name, digest


def _drop_old(folder: Path, kind: str) -> None:
    """Drafts of those who died as well."""
    files = sorted(folder.glob(f"{kind}-*.bin"), key=lambda path: -path.stat().st_mtime)
    newest = files[0].stat().st_mtime
    drafts = [
        path for path in folder.glob(f".{kind}-*") if path.stat().st_mtime < newest - _DRAFT_SECONDS
    ]
    for path in [*files[KEPT_FILES:], *drafts]:
        path.unlink(missing_ok=True)


_DRAFT_SECONDS = 3600


def read_file(data_dir: Path, name: str, sha256: str) -> bytes:
    """Raises `DamagedFileError`. `name` comes from the engine and must not lead elsewhere."""
    path = data_dir / FOLDER / Path(name).name
    try:
        if path.stat().st_size > _LARGEST:
            raise DamagedFileError("too large")
        data = path.read_bytes()
    except OSError as error:
        raise DamagedFileError(type(error).__name__) from error
    if hashlib.sha256(data).hexdigest() != sha256:
        raise DamagedFileError("another sum")
    return data
