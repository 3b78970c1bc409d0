"""What the process that asks and the process that reads tell each other."""

import msgspec

from app.intake.tables.model import Limits, Reason, Table


class Request(msgspec.Struct, frozen=True):
    """`part` is the file to write rows into; `expected` holds the spellings of each column."""

    source: str
    part: str
    expected: list[list[str]]
    sheet: str | None
    limits: Limits


class Outcome(msgspec.Struct, frozen=True, omit_defaults=True):
    """One of: the table; a refusal with its reason; a fault of the disk; a fault of the reader."""

    table: Table | None = None
    reason: Reason | None = None
    message: str = ""
    errno: int = 0
    fault: str = ""
