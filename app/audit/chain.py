"""The chain that shows an edited or deleted line: each holds a keyed hash over the one before it.

The key lies outside the engine, in the data folder, so whoever can write to the engine cannot
write a chain that holds. See docs/decisions/0012-audit-chains.md.
"""

import hashlib
import hmac
import os
import secrets
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from app.errors import EngineSetupError

KEY_FILE = "audit_key"
_OCTETS = 32
_OUTSIDE = frozenset({"previous", "hash"})


class ChainKey(Struct, frozen=True):
    secret: bytes
    name: str
    """Stands in each document: after a lost key old lines are told from forged ones."""


@cache
def chain_key(folder: Path) -> ChainKey:
    """The installation's key, made at the first use. Raises `EngineSetupError` where it is broken.

    Of two processes starting at once both get the same one.
    """
    path = folder / KEY_FILE
    if not path.exists():
        _make(path)
    try:
        secret = bytes.fromhex(path.read_text().strip())
    except ValueError:
        secret = b""
    if len(secret) != _OCTETS:
        raise EngineSetupError(
            f"Ключ журнала в файле {path} повреждён. Верните файл из резервной копии."
        )
    return ChainKey(secret, hashlib.sha256(b"name:" + secret).hexdigest()[:12])


def _make(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_hex(_OCTETS))
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass  # another process was first: its key counts
    finally:
        draft.unlink()


def linked(
    key: ChainKey, content: Mapping[str, Any], *, chain: str, link: int, previous: str
) -> dict[str, Any]:
    """`content` as it is written: with its place in the chain and the hash over both."""
    placed = {**content, "chain": chain, "link": link, "key": key.name}
    return {**placed, "previous": previous, "hash": _hash(key, placed, previous)}


def holds(key: ChainKey, document: Mapping[str, Any]) -> bool:
    """Whether nothing in `document`, its place and its predecessor's hash included, was changed."""
    placed = {name: value for name, value in document.items() if name not in _OUTSIDE}
    wanted = _hash(key, placed, str(document.get("previous", "")))
    return hmac.compare_digest(wanted, str(document.get("hash", "")))


def _hash(key: ChainKey, placed: Mapping[str, Any], previous: str) -> str:
    told = previous.encode() + b"\n" + msgspec.json.encode(placed, order="sorted")
    return hmac.new(key.secret, told, hashlib.sha256).hexdigest()


def name_hash(key: ChainKey, name: str) -> str:
    """Of a citizen's name: keyed, since names are few enough to try them all."""
    plain = " ".join(name.casefold().replace("ё", "е").split())
    return hmac.new(key.secret, b"name\n" + plain.encode(), hashlib.sha256).hexdigest()[:32]
