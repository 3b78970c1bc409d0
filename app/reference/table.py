"""The book of departments as a table: what is written reads back the same."""

import csv
import io
from collections.abc import Iterable, Mapping

from msgspec import Struct
from msgspec.structs import replace

from app.errors import BadInputError
from app.reference.departments import Department, DepartmentBook, Sector, name_key
from app.reference.rules import check_department, check_sector, clean_name, new_code
from app.reference.service import DepartmentDraft, drafted

COLUMNS = (
    *("kind", "code", "name", "aliases", "sector", "parent", "municipality", "active"),
    "capacity",
)
_SECTOR, _DEPARTMENT = "sector", "department"
_KINDS = {"": _DEPARTMENT, "ведомство": _DEPARTMENT, "блок": _SECTOR}
_BETWEEN = " | "
_FORMULA = ("=", "+", "-", "@")
_YES = frozenset({"", "1", "да", "yes", "true"})
_NO = frozenset({"0", "нет", "no", "false"})
MOST_ROWS = 2000
LARGEST_FILE = 2 << 20
"""Octets; 2000 departments with ten names each take half of it."""


class BookLoad(Struct, frozen=True):
    """What a table did to the book, in counts of its rows."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0


class RowError(Struct, frozen=True):
    row: int
    """As a spreadsheet counts: the header is row 1."""
    message: str


class BadBookError(BadInputError):
    """A table with mistakes; nothing of it was taken."""

    code = "bad_book"

    def __init__(self, errors: list[RowError]) -> None:
        super().__init__("В таблице есть ошибки, поэтому ничего не загружено.", field="file")
        self.errors = errors


def write_table(book: DepartmentBook) -> bytes:
    """CSV for Excel: UTF-8 with its mark, semicolons, sector blocks first."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";")
    writer.writerow(COLUMNS)
    for sector in book.sectors.values():
        name = guarded(sector.name)
        writer.writerow([_SECTOR, sector.code, name, "", "", "", "", _flag(sector.active), ""])
    for one in book.departments.values():
        names = [guarded(one.name), guarded(_joined(one.aliases))]
        place = guarded(one.municipality or "")
        cells = [one.sector or "", one.parent or "", place, _flag(one.active)]
        cells.append(str(one.capacity or ""))
        writer.writerow([_DEPARTMENT, one.code, *names, *cells])
    return text.getvalue().encode("utf-8-sig")


def guarded(cell: str) -> str:
    """A spreadsheet would take a cell that begins with one of these for a formula."""
    return f"'{cell}" if cell.lstrip("'").startswith(_FORMULA) else cell


def _bare(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and cell.lstrip("'").startswith(_FORMULA) else cell


def _flag(active: bool) -> str:
    return "да" if active else "нет"


def _joined(aliases: Iterable[str]) -> str:
    """A name that holds the sign between names is quoted by doubling it."""
    return _BETWEEN.join(alias.replace("|", "||") for alias in aliases)


def _split(cell: str) -> list[str]:
    parts = cell.replace("||", "\0").split("|")
    return [part.replace("\0", "|") for part in map(str.strip, parts) if part]


def read_table(data: bytes) -> list[dict[str, str]]:
    """Rows of a CSV by column; UTF-8 or the Windows code page, `;`, `,` or tabs.

    Raises `BadInputError`.
    """
    text = _text(data)
    head = text.partition("\n")[0]
    sign = max(";,\t", key=head.count)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=sign, strict=True))
    except csv.Error:
        raise BadInputError("Файл не читается как CSV: проверьте кавычки.", field="file") from None
    header = [cell.strip().casefold() for cell in rows[0]] if rows else []
    if "name" not in header:
        columns = ", ".join(COLUMNS)
        raise BadInputError(f"Нет столбца name. Нужны столбцы: {columns}.", field="file")
    if len(rows) > MOST_ROWS:
        raise BadInputError(f"В таблице больше {MOST_ROWS} строк.", field="file")
    empty = [""] * len(header)
    return [
        dict(zip(header, [_bare(cell.strip()) for cell in [*cells, *empty]], strict=False))
        for cells in rows[1:]
    ]


def _text(data: bytes) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1251", errors="replace")
    if "\0" in text:
        raise BadInputError("Это не текстовая таблица. Сохраните её как CSV.", field="file")
    return text


def apply_rows(
    book: DepartmentBook, rows: Iterable[Mapping[str, str]]
) -> tuple[DepartmentBook, BookLoad]:
    """The book with the rows in it; what they do not name stays as it is.

    A row without a code is that of the department with this name, else a new one. Rows may stand
    in any order. Raises `BadBookError` with every wrong row.
    """
    load = _Load(book)
    for number, cells in enumerate(rows, start=2):
        if any(cells.values()):
            load.take(number, cells)
    return load.finish()


class _Load:
    """One table on its way into the book."""

    def __init__(self, book: DepartmentBook) -> None:
        self._was = book
        self._sectors = dict(book.sectors)
        self._departments = dict(book.departments)
        self._rows: dict[tuple[str, str], int] = {}
        self._errors: list[RowError] = []

    def take(self, row: int, cells: Mapping[str, str]) -> None:
        try:
            kind = _kind(cells.get("kind", ""))
            code = self._code(kind, cells)
            self._claim(kind, code, row)
            if kind == _SECTOR:
                self._take_sector(code, cells)
            else:
                self._take_department(code, cells)
        except BadInputError as error:
            self._errors.append(RowError(row, error.message))

    def _claim(self, kind: str, code: str, row: int) -> None:
        if (kind, code) in self._rows:
            raise BadInputError(f"Код «{code}» уже был в строке {self._rows[kind, code]}.")
        self._rows[kind, code] = row

    def _code(self, kind: str, cells: Mapping[str, str]) -> str:
        if code := cells.get("code", ""):
            return code
        known = self._sectors if kind == _SECTOR else self._departments
        key = name_key(cells["name"])
        named = (one.code for one in known.values() if name_key(one.name) == key)
        return next(named, None) or new_code(cells["name"], known)

    def _take_sector(self, code: str, cells: Mapping[str, str]) -> None:
        old = self._sectors.get(code) or Sector(code, "")
        name, active = clean_name(cells["name"]), _active(cells, active=old.active)
        self._sectors[code] = replace(old, name=name, active=active)

    def _take_department(self, code: str, cells: Mapping[str, str]) -> None:
        """A column that the table lacks leaves what was, an empty cell empties; other names are
        only added, since each one taken away hides old cases from the department's people.
        """
        old = self._departments.get(code)
        base = old or Department(code=code, name="")
        draft = DepartmentDraft(
            name=cells["name"],
            aliases=[*base.aliases, *_split(cells.get("aliases", ""))],
            sector=cells.get("sector", base.sector),
            parent=cells.get("parent", base.parent),
            municipality=cells.get("municipality", base.municipality),
            capacity=cells.get("capacity", str(base.capacity or "")),
            active=_active(cells, active=base.active),
        )
        self._departments[code] = drafted(draft, code, old)

    def finish(self) -> tuple[DepartmentBook, BookLoad]:
        book = DepartmentBook(self._departments.values(), self._sectors.values())
        for (kind, code), row in self._rows.items():
            try:
                if kind == _SECTOR:
                    check_sector(book, book.sectors[code])
                else:
                    check_department(book, book.departments[code])
            except BadInputError as error:
                self._errors.append(RowError(row, error.message))
        if self._errors:
            raise BadBookError(sorted(self._errors, key=lambda one: one.row))
        return book, self._counted(book)

    def _counted(self, book: DepartmentBook) -> BookLoad:
        created = changed = 0
        for kind, code in self._rows:
            old, new = _line(self._was, kind, code), _line(book, kind, code)
            created += old is None
            changed += old is not None and not _same(old, new)
        return BookLoad(created, changed, len(self._rows) - created - changed)


def _line(book: DepartmentBook, kind: str, code: str) -> Sector | Department | None:
    return book.sectors.get(code) if kind == _SECTOR else book.departments.get(code)


def _same(old: Sector | Department, new: Sector | Department | None) -> bool:
    """Stamps apart: a draft has none."""
    stamps = {"version": 1, "changed_at": None, "changed_by": None}
    return new is not None and replace(old, **stamps) == replace(new, **stamps)


def _kind(cell: str) -> str:
    kind = _KINDS.get(cell.casefold(), cell.casefold())
    if kind not in {_SECTOR, _DEPARTMENT}:
        raise BadInputError(f"Непонятный вид «{cell}»: нужно department или sector.")
    return kind


def _active(cells: Mapping[str, str], *, active: bool) -> bool:
    cell = cells.get("active")
    if cell is None:
        return active
    if cell.casefold() in _YES | _NO:
        return cell.casefold() in _YES
    raise BadInputError(f"Непонятно, действует ли: «{cell}». Нужно «да» или «нет».")
