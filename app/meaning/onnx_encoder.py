"""Runs the encoder in this very process: only the encoder's own process does that."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Encoding, Tokenizer

from app.meaning.folder import MODEL, TOKENIZER, Pooling, read_manifest, verify
from app.meaning.models import Vectors

BATCH = 8
"""Texts a run: of like length, so that little is padded. A message of 200 signs took 14.9 ms of a
core in runs of 8 or fewer, 16.0 in 16, 17.9 in 32.
"""
_MOST_PIECES = 1_024
"""Of a run, padding included: eight texts of the longest kind took 960 MB."""
_ERRORS_ONLY = 3


class OnnxEncoder:
    """Raises `EncoderError` where the folder is not what it says."""

    def __init__(self, folder: Path, threads: int) -> None:
        self.manifest = read_manifest(folder)
        verify(folder, self.manifest)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1  # a run by two threads took 30 ms of cores: they spin
        self._pool = ThreadPoolExecutor(threads)
        options.log_severity_level = _ERRORS_ONLY
        self._session = onnxruntime.InferenceSession(
            folder / MODEL, options, providers=["CPUExecutionProvider"]
        )
        self._inputs = {one.name for one in self._session.get_inputs()}
        self._output = self._session.get_outputs()[0].name
        self._tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
        self._tokenizer.enable_truncation(self.manifest.longest)
        self._pad = (self._tokenizer.padding or {}).get("pad_id", 0)
        self._tokenizer.no_padding()

    def encode(self, texts: Sequence[str], *, questions: bool = False) -> Vectors:
        """Raw vectors, a row a text, not centred and of any length."""
        asked = self.manifest.question_prefix if questions else None
        prefix = self.manifest.prefix if asked is None else asked
        found = np.empty((len(texts), self.manifest.dims), np.float32)
        pieces = self._tokenizer.encode_batch([prefix + text for text in texts])
        order = sorted(range(len(texts)), key=lambda place: len(pieces[place].ids))
        parts = _runs(order, [len(one.ids) for one in pieces])
        parts.reverse()  # the longest first: at the end no core waits for another
        runs = self._pool.map(self._run, ([pieces[place] for place in part] for part in parts))
        for part, vectors in zip(parts, runs, strict=True):
            found[part] = vectors
        return found

    def _run(self, pieces: list[Encoding]) -> Vectors:
        length = max(len(one.ids) for one in pieces)
        ids = np.full((len(pieces), length), self._pad, np.int64)
        mask = np.zeros((len(pieces), length), np.int64)
        for row, one in enumerate(pieces):
            ids[row, : len(one.ids)] = one.ids
            mask[row, : len(one.ids)] = 1
        given = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        fed: dict[str, Any] = {name: it for name, it in given.items() if name in self._inputs}
        output: Vectors = self._session.run([self._output], fed)[0]
        return self._pooled(output, mask)

    def _pooled(self, output: Vectors, mask: NDArray[np.int64]) -> Vectors:
        if self.manifest.pooling is Pooling.NONE:
            return output
        if self.manifest.pooling is Pooling.CLS:
            return output[:, 0]
        weights = mask[..., None].astype(np.float32)
        return np.asarray((output * weights).sum(1) / weights.sum(1), np.float32)


def _runs(order: Sequence[int], lengths: Sequence[int]) -> list[list[int]]:
    """`order`, the shortest first, in runs that are not too many and not too large."""
    runs: list[list[int]] = []
    for place in order:
        if (
            not runs
            or len(runs[-1]) == BATCH
            or (len(runs[-1]) + 1) * lengths[place] > _MOST_PIECES
        ):
            runs.append([])
        runs[-1].append(place)
    return runs
