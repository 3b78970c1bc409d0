"""The themes people write about: names of «Инцидент менеджмент», weights and fragments."""

from functools import cache

import msgspec

from dev.demo.fragments import Fragment, Phrase, data, in_month, read_lines, theme_files

MONTHS = range(1, 13)
_INSIDE = frozenset({"ЖКХ", "Энергетика", "Связь и телевидение"})

# Share of an average month, January first: how the demo's year breathes.
SEASONS: dict[str, tuple[float, ...]] = {
    "flat": (1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1),
    "snow": (3.2, 2.9, 1.6, 0.15, 0, 0, 0, 0, 0, 0.1, 1.2, 2.8),
    "winter": (1.6, 1.5, 1.2, 0.9, 0.8, 0.7, 0.7, 0.7, 0.8, 1.0, 1.2, 1.6),
    "heating": (2.2, 1.9, 1.2, 0.7, 0.05, 0, 0, 0, 0.3, 2.2, 1.9, 2.2),
    "heating_start": (0, 0, 0, 1.5, 0.8, 0, 0, 0.1, 3.5, 5.0, 0.4, 0),
    "hot_water": (0.8, 0.7, 0.6, 0.7, 1.3, 1.8, 2.0, 1.6, 1.0, 0.8, 0.7, 0.8),
    "spring": (0.6, 0.7, 1.7, 2.6, 1.7, 1.0, 0.8, 0.7, 0.7, 0.7, 0.6, 0.5),
    "summer": (0.3, 0.3, 0.6, 1.2, 1.6, 1.8, 1.8, 1.6, 1.3, 0.8, 0.4, 0.3),
    "grass": (0, 0, 0, 0.2, 2.2, 3.4, 3.2, 2.2, 0.9, 0.1, 0, 0),
    "ticks": (0, 0, 0.2, 2.6, 4.2, 3.2, 1.2, 0.5, 0.1, 0, 0, 0),
    "leaves": (0.3, 0.3, 1.0, 2.2, 1.2, 0.6, 0.5, 0.6, 1.2, 2.3, 1.4, 0.4),
    "wet": (0.4, 0.5, 1.8, 2.2, 1.2, 1.2, 1.4, 1.1, 1.0, 1.2, 0.7, 0.4),
    "storm": (0.9, 0.8, 0.7, 0.8, 1.1, 1.7, 1.8, 1.3, 0.9, 0.8, 1.0, 1.0),
    "dark": (1.6, 1.3, 0.9, 0.6, 0.4, 0.3, 0.3, 0.6, 1.1, 1.6, 2.0, 1.8),
    "school": (0.8, 0.8, 0.8, 0.9, 1.0, 0.9, 1.0, 1.8, 2.2, 1.1, 0.8, 0.6),
    "autumn": (0.1, 0.1, 0.3, 0.2, 0.2, 0.3, 0.6, 2.2, 5.0, 0.6, 0.2, 0.1),
    "burn": (0, 0, 0.8, 4.4, 3.2, 0.8, 0.8, 0.7, 0.4, 0.2, 0, 0),
}


class Theme(msgspec.Struct, frozen=True, eq=False):
    code: str
    group: str
    name: str
    department: str
    weight: float
    season: tuple[float, ...]
    place: str
    inside: bool
    """The trouble is in the house, not beside it: «в доме 5», not «у дома 5»."""
    calm: bool
    """A question or a proposal: nobody is blamed."""
    span: str
    incident: float
    pos: str
    """ПОС category where one is known, else empty."""
    appeal: str
    """Code of the 59-ФЗ classifier where one is known, else empty."""
    problem: tuple[tuple[Phrase, ...], ...]
    """Fragments by month, January first; so are the four below."""
    detail: tuple[tuple[Phrase, ...], ...]
    ask: tuple[tuple[Phrase, ...], ...]
    answer: tuple[tuple[Phrase, ...], ...]
    interim: tuple[tuple[Phrase, ...], ...]


def _by_month(fragments: tuple[Fragment, ...]) -> tuple[tuple[Phrase, ...], ...]:
    return tuple(in_month(fragments, month) for month in MONTHS)


def _theme(row: dict[str, str | float]) -> Theme:
    blocks = {
        key: _by_month(read_lines(str(row.get(key, ""))))
        for key in ("problem", "detail", "ask", "answer", "interim")
    }
    return Theme(
        code=str(row["code"]),
        group=str(row["group"]),
        name=str(row["name"]),
        department=str(row["department"]),
        weight=float(row["weight"]),
        season=SEASONS[str(row["season"])],
        place=str(row["place"]),
        inside=bool(row.get("inside", row["group"] in _INSIDE)),
        calm=bool(row.get("calm", False)),
        span=str(row["span"]),
        incident=float(row.get("incident", 0)),
        pos=str(row.get("pos", "")),
        appeal=str(row.get("appeal", "")),
        **blocks,
    )


@cache
def themes() -> tuple[Theme, ...]:
    return tuple(_theme(row) for name in theme_files() for row in data(name)["theme"])


@cache
def theme(code: str) -> Theme:
    """Raises KeyError when no theme has this code."""
    return {item.code: item for item in themes()}[code]
