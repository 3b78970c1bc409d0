"""The encoder's own process: `python -m app.meaning.child FOLDER THREADS`, told by stdin.

A process of its own, so that the site and the workers need not hold the model, and so that nothing
of it (memory, a crash of the runtime, a text that takes for ever) is theirs. It ends when its owner
does: the pipe is closed then.
"""

import os
import sys
from pathlib import Path
from typing import BinaryIO

from app.errors import EncoderError
from app.meaning.onnx_encoder import OnnxEncoder
from app.meaning.wire import Ask, Hello, Reply, receive, send

_NICE = 5
"""Whoever answers people goes first."""


def main() -> None:
    folder, threads = Path(sys.argv[1]), int(sys.argv[2])
    out = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # whatever a library prints is no answer
    if len(sys.argv) > 3:  # noqa: PLR2004 - asked to be polite
        os.nice(_NICE)
    try:
        encoder = OnnxEncoder(folder, threads)
    except EncoderError as error:
        send(out, Hello(error=error.message))
        return
    except Exception as error:  # noqa: BLE001 - the runtime's own kinds; the owner tells people
        send(out, Hello(error=f"Модель смысла не запускается ({type(error).__name__})."))
        return
    send(out, Hello(code=encoder.manifest.code))
    _serve(encoder, sys.stdin.buffer, out)


def _serve(encoder: OnnxEncoder, asked: BinaryIO, out: BinaryIO) -> None:
    while True:
        try:
            ask: Ask = receive(asked, Ask)
        except EOFError:
            return
        try:
            reply = Reply(encoder.encode(ask.texts, questions=ask.questions).tobytes())
        except Exception as error:  # noqa: BLE001 - one text must not end the process
            reply = Reply(error=type(error).__name__)
        send(out, reply)


if __name__ == "__main__":
    main()
