"""The book of places as a table: what is written reads back the same."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from app.errors import BadInputError
from app.intake.tables import Cell, Row, named_cells, places_of
from app.intake.values import BadValueError, parse_number, plain_text
from app.places.models import KnownPlace
from app.reference.table import BadBookError, RowError, guarded
from app.text.addresses import STREET_TYPES, canonical_house, canonical_street
from app.text.words import fold

COLUMNS: dict[str, frozenset[str]] = {
    "municipality": frozenset({"municipality", "муниципалитет", "территория"}),
    "settlement": frozenset({"settlement", "населенный пункт"}),
    "district": frozenset({"district", "район"}),
    "street_type": frozenset({"street_type", "тип улицы"}),
    "street": frozenset({"street", "улица"}),
    "house": frozenset({"house", "дом"}),
    "lat": frozenset({"lat", "latitude", "широта"}),
    "lon": frozenset({"lon", "lng", "longitude", "долгота"}),
}
REQUIRED = ("street", "lat", "lon")
_NAMES = ("municipality", "settlement", "district")
_LONGEST = 200
_LIMITS = {"lat": ("Широта", 90), "lon": ("Долгота", 180)}
_MOST_ERRORS = 1_000
"""Of a table that is wrong throughout nobody reads more."""


def read_places(header: Sequence[str], rows: Iterable[Row]) -> list[KnownPlace]:
    """Raises `BadInputError` where a column is missing or there are no rows, and `BadBookError`
    with every wrong row.
    """
    places, reading = places_of(header, COLUMNS, REQUIRED), _Reading()
    for row in rows:
        reading.take(row, named_cells(row.cells, places))
    return reading.finish()


def write_places(places: Iterable[KnownPlace]) -> bytes:
    """CSV for Excel: UTF-8 with its mark, semicolons, by street and house."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";")
    writer.writerow(COLUMNS)
    for one in sorted(places, key=_order):
        names = (one.municipality, one.settlement, one.district, one.street_type, one.street)
        cells = [guarded(name or "") for name in (*names, one.house)]
        writer.writerow([*cells, repr(one.lat), repr(one.lon)])
    return text.getvalue().encode("utf-8-sig")


def _order(one: KnownPlace) -> tuple[str, ...]:
    return tuple(part or "" for part in one.key)


class _Reading:
    """One table on its way into places."""

    def __init__(self) -> None:
        self._found: dict[tuple[object, ...], tuple[int, KnownPlace]] = {}
        self._errors: list[RowError] = []

    def take(self, row: Row, cells: Mapping[str, Cell]) -> None:
        if not any(plain_text(cell) for cell in cells.values()):
            return
        try:
            self._put(row.number, _place(cells))
        except BadInputError as error:
            self._errors.append(RowError(row.number, error.message))
        if len(self._errors) >= _MOST_ERRORS:
            raise BadBookError(self._errors)

    def _put(self, row: int, place: KnownPlace) -> None:
        number, known = self._found.setdefault(place.key, (row, place))
        if known != place:
            raise BadInputError(f"Этот адрес уже был в строке {number}, там он другой.")

    def finish(self) -> list[KnownPlace]:
        if self._errors:
            raise BadBookError(self._errors)
        if not self._found:
            raise BadInputError("В таблице нет ни одной строки с местом.", field="file")
        return [place for _, place in self._found.values()]


def _place(cells: Mapping[str, Cell]) -> KnownPlace:
    names = {name: _name(cells.get(name)) for name in _NAMES}
    street_type, street = _street(cells)
    lat, lon = (_degrees(name, cells[name]) for name in _LIMITS)
    if not lat and not lon:
        raise BadInputError("Точка 0, 0: координаты не заполнены.")
    return KnownPlace(
        names["municipality"],
        names["settlement"],
        names["district"],
        street_type,
        street,
        _house(cells.get("house")),
        lat,
        lon,
    )


def _name(cell: Cell) -> str | None:
    text = plain_text(cell)
    if len(text) > _LONGEST:
        raise BadInputError(f"Слишком длинно: «{text[:40]}…», помещается {_LONGEST} знаков.")
    return text or None


def _street(cells: Mapping[str, Cell]) -> tuple[str | None, str]:
    """Its type from the column of its own, else as it stands beside the name."""
    text = plain_text(cells["street"])
    if not text:
        raise BadInputError("Не названа улица.")
    given, name = canonical_street(text)
    if not name:
        raise BadInputError(f"Не похоже на улицу: «{text[:40]}».")
    return _type(plain_text(cells.get("street_type"))) or given, name


def _type(text: str) -> str | None:
    if not text:
        return None
    word = fold(text).strip(" .")
    for short, forms in STREET_TYPES.items():
        if word in forms or word == fold(short).strip("."):
            return short
    raise BadInputError(f"Непонятный тип улицы: «{text[:40]}».")


def _house(cell: Cell) -> str | None:
    if isinstance(cell, datetime | timedelta):
        raise BadInputError(
            "Номер дома превратился в дату: в Excel задайте столбцу текстовый формат."
        )
    text = plain_text(cell)
    if not text:
        return None
    house = canonical_house(text)
    if not house:
        raise BadInputError(f"Не похоже на номер дома: «{text[:40]}».")
    return house


def _degrees(name: str, cell: Cell) -> float:
    title, most = _LIMITS[name]
    try:
        value = parse_number(cell)
    except BadValueError:
        told = plain_text(cell)[:40]
        raise BadInputError(f"{title}: нужно число, а здесь «{told}».") from None
    if value is None:
        raise BadInputError(f"{title} не указана.")
    if abs(value) > most:
        raise BadInputError(f"{title}: нужно число от −{most} до {most}.")
    return value
