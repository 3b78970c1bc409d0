"""The folder of an encoder: an ONNX graph, its tokenizer, and a page that says how to use them.

`OTKLIK_ENCODER_DIR` may name another one: `encoder.onnx` (inputs `input_ids`, `attention_mask` and,
where it has one, `token_type_ids`), `tokenizer.json` of the library tokenizers, `encoder.json`.
"""

import hashlib
from enum import StrEnum
from pathlib import Path

import msgspec
from msgspec import Struct

from app.errors import EncoderError

MODEL, TOKENIZER, MANIFEST = "encoder.onnx", "tokenizer.json", "encoder.json"
NAME = "multilingual-e5-small-int8"
"""Of the encoder that is made from the shipped weights (`app.meaning.convert`)."""
DIMS = 384
"""Of `emb` in the mapping of cases."""
MISSING = "Модели смысла нет: её делает команда «otklik setup»."


class Pooling(StrEnum):
    """How one vector is made of the graph's first output."""

    NONE = "none"
    """It is one vector a text already."""
    MEAN = "mean"
    CLS = "cls"


class Manifest(Struct, frozen=True, forbid_unknown_fields=True):
    """`encoder.json`."""

    name: str
    dims: int
    prefix: str
    """Put before every message, as the encoder was taught."""
    longest: int
    """Pieces of a text that are read."""
    pooling: Pooling
    files: dict[str, str]
    """SHA-256 of the other files by their names."""
    question_prefix: str | None = None
    """Put before what a person asks; without one, `prefix`."""

    @property
    def code(self) -> str:
        """Names the encoder in `emb_ver`: other files or another use of them, another code."""
        used = [
            self.prefix,
            self.question_prefix or "",
            str(self.longest),
            self.pooling,
            *sorted(self.files.values()),
        ]
        return hashlib.sha256("\x1f".join(used).encode()).hexdigest()[:8]


PREFIX, QUESTION_PREFIX = "passage: ", "query: "
"""As e5 was taught. XQuAD by vectors alone, MRR@10: 0.774 with «query: » for both, 0.799 so."""
LONGEST = 512


def shipped_manifest(files: dict[str, str]) -> Manifest:
    """How the encoder made of the shipped weights is used; an older description is out of date."""
    return Manifest(NAME, DIMS, PREFIX, LONGEST, Pooling.NONE, files, QUESTION_PREFIX)


def read_manifest(folder: Path) -> Manifest:
    """Raises `EncoderError` with what is wrong; the files themselves are checked by `verify`."""
    try:
        manifest = msgspec.json.decode((folder / MANIFEST).read_bytes(), type=Manifest)
    except FileNotFoundError as error:
        raise EncoderError(MISSING) from error
    except (OSError, msgspec.MsgspecError) as error:
        raise EncoderError(f"Описание модели смысла {MANIFEST} не читается.") from error
    if manifest.dims != DIMS:
        raise EncoderError(f"Модель смысла даёт {manifest.dims} чисел, а нужно {DIMS}.")
    return manifest


def known_manifest(folder: Path) -> Manifest:
    """As `read_manifest`, read anew only where the file is another one: asked for with each search.

    Raises `EncoderError`.
    """
    try:
        found = (folder / MANIFEST).stat()
    except OSError as error:
        raise EncoderError(MISSING) from error
    stamp = (found.st_mtime_ns, found.st_ino)
    known = _KNOWN.get(folder)
    if known is None or known[0] != stamp:
        known = _KNOWN[folder] = (stamp, read_manifest(folder))
    return known[1]


_KNOWN: dict[Path, tuple[tuple[int, int], Manifest]] = {}


def verify(folder: Path, manifest: Manifest) -> None:
    """Raises `EncoderError` where a file is missing or is not the one that was described."""
    for name in (MODEL, TOKENIZER):
        path = folder / name
        if not path.is_file() or digest(path) != manifest.files.get(name):
            raise EncoderError(f"Файл модели смысла {name} повреждён или не тот.")


def digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
