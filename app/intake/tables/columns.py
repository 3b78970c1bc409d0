"""A table of known columns: where each of them stands, and the cells of a row by their names."""

from collections.abc import Collection, Mapping, Sequence

from app.errors import BadInputError
from app.intake.tables.header import normalise_header
from app.intake.tables.model import Cell


def places_of(
    header: Sequence[str], columns: Mapping[str, frozenset[str]], required: Collection[str]
) -> dict[str, int]:
    """Column → its place; `columns` holds the spellings of each, normalised. One that is not there
    is left out; raises `BadInputError` where that is a required one.
    """
    names = [normalise_header(one) for one in header]
    places = {
        column: next(place for place, name in enumerate(names) if name in spelled)
        for column, spelled in columns.items()
        if any(name in spelled for name in names)
    }
    missing = [name for name in required if name not in places]
    if missing:
        raise BadInputError(
            f"Нет столбцов: {', '.join(missing)}. Нужны: {', '.join(columns)}.", field="file"
        )
    return places


def named_cells(cells: Sequence[Cell], places: Mapping[str, int]) -> dict[str, Cell]:
    """A row that ends early has empty cells at its end."""
    return {name: cells[place] if place < len(cells) else None for name, place in places.items()}
