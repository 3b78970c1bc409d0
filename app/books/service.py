"""«Справочники»: the book of departments together with what people and cases say of it."""

from msgspec import Struct

from app.books.query import department_counts
from app.engine.client import Engine
from app.engine.names import Index
from app.reference.departments import Department, DepartmentBook
from app.reference.service import StoredBook, edit_book, open_book
from app.reference.table import BookLoad, apply_rows, read_table
from app.viewer import Viewer


class NameCount(Struct, frozen=True):
    """A name that cases bear."""

    name: str
    total: int
    open: int


class Books(Struct, frozen=True):
    stored: StoredBook
    names: list[NameCount]
    """The most frequent first."""

    @property
    def book(self) -> DepartmentBook:
        return self.stored.book

    @property
    def unknown(self) -> list[NameCount]:
        """Names no department bears: their cases are seen only by who sees all departments."""
        return [one for one in self.names if not self.book.bears(one.name)]

    def open_of(self, department: Department) -> int:
        """Open cases under any of its names."""
        return sum(one.open for one in self.names if one.name in department.names)


async def open_books(engine: Engine, viewer: Viewer) -> Books:
    """Raises `ForbiddenError`."""
    stored = await open_book(engine, viewer)
    answer = await engine.search(Index.CASES, department_counts(viewer))
    buckets = answer["aggregations"]["names"]["buckets"]
    names = [NameCount(one["key"], one["doc_count"], one["open"]["doc_count"]) for one in buckets]
    return Books(stored, names)


async def load_table(engine: Engine, viewer: Viewer | None, data: bytes) -> BookLoad:
    """All of a table or nothing. Raises `BadInputError`, also `BadBookError` with its rows."""
    rows = read_table(data)
    done = BookLoad()

    def change(book: DepartmentBook) -> DepartmentBook:
        nonlocal done
        changed, done = apply_rows(book, rows)
        return changed

    await edit_book(engine, viewer, change)
    return done
