"""How far each chain of the journal has come, told outside the engine, beside the key.

Whoever can write to the engine could take lines off the end of a chain, and no line after them
would tell. A file for each chain of a day that is not closed yet, and one for the chain of days,
say how long they were. See docs/decisions/0012-audit-chains.md.
"""

import secrets
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import msgspec
from msgspec import Struct

from app.engine.client import Engine

DAYS = "days"
"""The chain of closed days: it has no day of its own."""
_encoder = msgspec.json.Encoder()


class Head(Struct, frozen=True):
    """The last line of a chain. `day` is that of the chain, or the last closed one of `DAYS`."""

    chain: str
    link: int
    hash: str
    day: str


class Heads:
    """Of one installation. A file is not flushed to the disk: after a power cut it may be a few
    lines behind, which hides a cut and never invents one.
    """

    def __init__(self, engine: Engine) -> None:
        self.folder: Path = engine.data_dir / f"{engine.prefix}audit-heads"

    def keep(self, head: Head) -> None:
        """Only after the line is in the engine. Raises `OSError`."""
        self.folder.mkdir(parents=True, exist_ok=True)
        name = self._name(head)
        draft = self.folder / f".{name}.{secrets.token_hex(4)}"
        try:
            draft.write_bytes(_encoder.encode(head))
            draft.replace(self.folder / name)
        finally:
            draft.unlink(missing_ok=True)

    def all(self) -> list[Head]:
        """Read before the engine is: then each of these lines was there."""
        return list(self._read("[!.]*"))

    def of_day(self, day: date) -> list[Head]:
        return list(self._read(f"{day.isoformat()}.*"))

    def last_day(self) -> Head | None:
        return next(self._read(DAYS), None)

    def close(self, last: Head) -> None:
        """Days up to that of `last`, a line of `DAYS`, are told by that chain from now on.

        Raises `OSError`. Of two calls at once the older may win: the next call puts it right.
        """
        before = self.last_day()
        if before is None or before.link < last.link:
            self.keep(last)
        for path in self.folder.iterdir():
            day = path.name.lstrip(".").partition(".")[0]
            if day != DAYS and day <= last.day:
                path.unlink(missing_ok=True)

    def _read(self, pattern: str) -> Iterator[Head]:
        for path in self.folder.glob(pattern):
            try:
                yield msgspec.json.decode(path.read_bytes(), type=Head)
            except (FileNotFoundError, msgspec.MsgspecError):
                continue  # forgotten in this moment, or torn by a power cut

    @staticmethod
    def _name(head: Head) -> str:
        return DAYS if head.chain == DAYS else f"{head.day}.{head.chain.replace(':', '-')}"
