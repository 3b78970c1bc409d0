"""Any uploaded file → typed rows on disk, read in a process of its own.

`convert` reads, `rows` and `preview` take what was read, `inspect_upload` is the quick look.
"""

from app.intake.tables.columns import named_cells, places_of
from app.intake.tables.convert import convert
from app.intake.tables.header import Expected, normalise_header, number_headers
from app.intake.tables.kinds import inspect_upload
from app.intake.tables.model import BadTableError, Cell, Limits, Reason, Row, Sheet, Table
from app.intake.tables.store import load_table, preview, rows, table_path

__all__ = [
    "BadTableError",
    "Cell",
    "Expected",
    "Limits",
    "Reason",
    "Row",
    "Sheet",
    "Table",
    "convert",
    "inspect_upload",
    "load_table",
    "named_cells",
    "normalise_header",
    "number_headers",
    "places_of",
    "preview",
    "rows",
    "table_path",
]
