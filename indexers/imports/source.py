"""Prepared chunks of a rows file, one after another, from any offset."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo

from msgspec import Struct, field

from app.intake.assemble import Assembler
from app.intake.binding import Binding
from app.intake.models import Rejection, SavedMapping
from app.intake.profiles import BUILT_IN
from app.intake.profiles.base import Profile
from app.intake.profiles.mapped import mapped_profile
from app.intake.tables import rows
from indexers.imports.prepare import Prepared, Preparer


class Order(Struct, frozen=True):
    """All that preparing needs, so that it can be sent to another process."""

    rows_file: str
    offset: int
    """Bytes of the rows file that are already dealt with."""
    profile: str
    mapping: SavedMapping | None
    binding: Binding
    zone: str
    delimited: bool
    chunk_rows: int


class PreparedChunk(Struct, frozen=True):
    """`unknown` is all that was met so far, not in this chunk alone."""

    prepared: list[Prepared]
    rejections: list[Rejection]
    next_offset: int
    unknown: dict[str, dict[str, int]] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        return len(self.prepared) + len(self.rejections)


def profile_of(code: str, mapping: SavedMapping | None) -> Profile | None:
    """None for a table whose columns nobody has matched yet."""
    return BUILT_IN.get(code) if mapping is None else mapped_profile(code, mapping)


def chunks(order: Order) -> Iterator[PreparedChunk]:
    """Computes only. Rows before the offset are looked at again, but given to nobody.

    Rows without an id are told apart by their order and unknown values are counted from the first
    row on, so both are taken up again.
    """
    profile = profile_of(order.profile, order.mapping)
    if profile is None:
        raise ValueError("an order needs a profile")
    path = Path(order.rows_file)
    assembler = Assembler(profile, ZoneInfo(order.zone))
    preparer = Preparer(profile, order.binding, assembler, delimited=order.delimited)
    if order.offset:
        for row in rows(path):
            if row.next_offset > order.offset:
                break
            preparer.prepare(row)
    source = rows(path, offset=order.offset)
    while taken := list(islice(source, order.chunk_rows)):
        results = [preparer.prepare(row) for row in taken]
        yield PreparedChunk(
            [result for result in results if isinstance(result, Prepared)],
            [result for result in results if isinstance(result, Rejection)],
            taken[-1].next_offset,
            assembler.unknown.seen,
        )
