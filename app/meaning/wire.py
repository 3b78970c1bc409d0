"""What the encoder's process and its owner say to each other: pieces of msgpack, each after its
length in four octets.
"""

import struct
from typing import IO, Any

import msgspec
from msgspec import Struct

MOST_OCTETS = 64_000_000
_HEAD = struct.Struct("<I")


class Hello(Struct, frozen=True):
    """The first word of the process: it is ready, or why it cannot be."""

    code: str = ""
    error: str = ""


class Ask(Struct, frozen=True):
    texts: list[str]
    questions: bool = False
    """Asked by people, and not messages."""


class Reply(Struct, frozen=True):
    vectors: bytes = b""
    """float32, a row a text, as lengthy as the manifest says."""
    error: str = ""


def send(stream: IO[bytes], message: Struct) -> None:
    body = msgspec.msgpack.encode(message)
    stream.write(_HEAD.pack(len(body)) + body)
    stream.flush()


def receive(stream: IO[bytes], kind: type[Any]) -> Any:
    """Raises `EOFError` where the other side is gone."""
    head = stream.read(_HEAD.size)
    if len(head) < _HEAD.size:
        raise EOFError
    (size,) = _HEAD.unpack(head)
    if size > MOST_OCTETS:
        raise EOFError
    body = stream.read(size)
    if len(body) < size:
        raise EOFError
    return msgspec.msgpack.decode(body, type=kind)
