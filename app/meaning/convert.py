"""Makes the encoder's folder from the shipped weights; `app.meaning.ensure` does it once.

Of the 250,002 pieces those with Cyrillic, ASCII and common signs stay (114,770): a text in Russian
is cut into the very same pieces, and the process needs half of the memory. Dense layers become
8-bit; cosines to the encoder as shipped are 0.996 on average.
"""

import re
import shutil
import tempfile
from pathlib import Path

import msgspec
import numpy as np
import onnx
import structlog
from onnxruntime.quantization import QuantType, quantize_dynamic
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers
from tokenizers.processors import TemplateProcessing

from app.meaning.ensure import put
from app.meaning.folder import LONGEST, MANIFEST, MODEL, TOKENIZER, digest, shipped_manifest
from app.meaning.graph import encoder_graph
from app.meaning.weights import Weights, read_weights, shipped_file

log = structlog.get_logger()

_READABLE = 0o755
"""By every account that the processes run as."""
_KEPT = re.compile(r"[\u2581\x20-\x7e\u0400-\u04ff«»–—…№°²³₽•“”‘’„\xa0]*")


def convert(folder: Path) -> None:
    """Puts a whole folder in place of an earlier one, or nothing at all."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    weights = read_weights(shipped_file())
    draft = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        _write(draft, weights)
        draft.chmod(_READABLE)
        put(draft, folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    log.info("encoder_converted", folder=folder.name)


def _write(folder: Path, weights: Weights) -> None:
    kept = kept_pieces(weights)
    full = folder / "full.onnx"
    onnx.save(encoder_graph(weights, kept), full)
    quantize_dynamic(
        full,
        folder / MODEL,
        weight_type=QuantType.QInt8,
        per_channel=True,
        op_types_to_quantize=["MatMul"],
    )
    full.unlink()
    tokenizer_of(weights, kept).save(str(folder / TOKENIZER), pretty=False)
    manifest = shipped_manifest({name: digest(folder / name) for name in (MODEL, TOKENIZER)})
    (folder / MANIFEST).write_bytes(msgspec.json.format(msgspec.json.encode(manifest)))


def kept_pieces(weights: Weights) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Numbers of the pieces that stay, rising: the special ones are the first and keep theirs."""
    kept = [place for place, piece in enumerate(weights.pieces) if _KEPT.fullmatch(piece)]
    return np.array(kept, np.int64)


def tokenizer_of(weights: Weights, kept: np.ndarray[tuple[int], np.dtype[np.int64]]) -> Tokenizer:
    """Puts the special pieces around a text by itself and cuts it to `LONGEST` pieces."""
    pairs = [(weights.pieces[place], float(weights.scores[place])) for place in kept.tolist()]
    special = weights.special
    tokenizer = Tokenizer(models.Unigram(pairs, special.unknown, byte_fallback=False))
    space = normalizers.Replace(Regex(r"\s+"), " ")
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), space, normalizers.Strip()])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    begin, end = weights.pieces[special.begin], weights.pieces[special.end]
    tokenizer.post_processor = _around(begin, special.begin, end, special.end)
    tokenizer.enable_truncation(LONGEST)
    tokenizer.enable_padding(pad_id=special.pad, pad_token=weights.pieces[special.pad])
    return tokenizer


def _around(begin: str, begin_id: int, end: str, end_id: int) -> TemplateProcessing:
    return TemplateProcessing(
        single=f"{begin} $A {end}", special_tokens=[(begin, begin_id), (end, end_id)]
    )
