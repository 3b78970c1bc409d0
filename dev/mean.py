"""Makes the mean that new installations begin with: `python -m dev.mean`.

Of messages of the demo generator, encoded as messages are. Another encoder or another prefix needs
another mean; changing the file renames nothing, so it goes with a new name in `app.meaning.mean`.
"""

from pathlib import Path

import numpy as np

from app.meaning.convert import convert
from app.meaning.mean import SHIPPED_FILE, mean_of
from app.meaning.onnx_encoder import OnnxEncoder
from app.settings import get_settings
from dev.bench.messages import messages

_MESSAGES = 6_000
_SEED = 3


def main() -> None:
    settings = get_settings()
    folder = Path(settings.encoder_dir)
    if not folder.exists():
        convert(folder)
    made = messages(_MESSAGES, _SEED)
    texts = [f"{one.title}\n{one.text}" if one.title else one.text for one in made]
    raw = OnnxEncoder(folder, settings.encoder_threads).encode(texts)
    np.save(SHIPPED_FILE, mean_of(raw), allow_pickle=False)


if __name__ == "__main__":
    main()
