"""Rows become prepared cases: the part of an import that only computes."""

from collections import Counter
from datetime import datetime, timedelta

import msgspec
import xxhash
from msgspec import Struct

from app.cases.derived import Derived, case_id, derive
from app.intake.assemble import Assembler, RowError
from app.intake.binding import Binding
from app.intake.fields import FIELD_TITLES
from app.intake.models import CaseInput, Rejection
from app.intake.profiles.base import Profile
from app.intake.tables import Cell, Row

_FIRST = 1


class Prepared(Struct, frozen=True):
    """A row understood; `id` is the case's, the same whenever this row comes again."""

    row: int
    id: str
    input: CaseInput
    fingerprint: str
    original: dict[str, str | int | float | bool]
    derived: Derived


class Preparer:
    """Keeps what must be remembered between the chunks of one file."""

    def __init__(
        self, profile: Profile, binding: Binding, assembler: Assembler, *, delimited: bool = False
    ) -> None:
        """`delimited`: a row with more cells than headers has a delimiter inside a value."""
        self._profile = profile
        self._binding = binding
        self._delimited = delimited
        self._assembler = assembler
        self._occurrences: Counter[str] = Counter()
        self._encoder = msgspec.json.Encoder()

    def prepare(self, row: Row) -> Prepared | Rejection:
        """Called with every row of the file in order."""
        cells = row.cells
        record = {
            name: cells[index] if index < len(cells) else None
            for name, index in self._binding.columns.items()
        }
        try:
            self._check_width(cells)
            case = self._assembler.assemble(record)
        except RowError as error:
            return self._rejection(row, error)
        fingerprint = xxhash.xxh3_128_hexdigest(self._encoder.encode(case))
        original = {
            header: stored_cell(cell)
            for header, cell in zip(self._binding.headers, cells, strict=False)
            if cell is not None and cell != ""
        }
        derived = derive(case.title, case.text)
        return Prepared(row.number, self._identity(case), case, fingerprint, original, derived)

    def _check_width(self, cells: list[Cell]) -> None:
        if self._delimited and any(cells[len(self._binding.headers) :]):
            raise RowError("", "значений больше, чем столбцов: разделитель стоит внутри текста")

    def _rejection(self, row: Row, error: RowError) -> Rejection:
        index = self._binding.columns.get(error.field)
        column = (
            FIELD_TITLES.get(error.field, error.field)
            if index is None
            else self._binding.headers[index]
        )
        cells = [None if cell is None else str(stored_cell(cell)) for cell in row.cells]
        return Rejection(row.number, column, error.reason, cells)

    def _identity(self, case: CaseInput) -> str:
        """System and external id; without one, what does not change while the case is worked on.

        Equal rows without an id are told apart by their order, so a cumulative register that is
        loaded again gives the same ids.
        """
        if case.external_id:
            return case_id(case.system, case.external_id)
        lasting = (
            case.system,
            case.received_at,
            case.text,
            case.title,
            case.place.given,
            case.channel,
            case.author.key,
        )
        key = xxhash.xxh3_128_hexdigest(self._encoder.encode(lasting))
        self._occurrences[key] += 1
        count = self._occurrences[key]
        return key if count == _FIRST else xxhash.xxh3_128_hexdigest(f"{key}:{count}".encode())


def stored_cell(cell: Cell) -> str | int | float | bool:
    """A cell as the case keeps it: moments as ISO without a zone, as the file had them."""
    if isinstance(cell, datetime):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        return str(cell)
    return "" if cell is None else cell
