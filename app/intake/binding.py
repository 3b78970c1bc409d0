"""Which column of a table fills which field: by header text, never by position."""

from collections.abc import Mapping, Sequence

from msgspec import Struct, field
from rapidfuzz import fuzz

from app.errors import BadFileError
from app.intake.fields import FIELD_TITLES, FIELDS
from app.intake.tables import normalise_header, number_headers

_SIMILAR = 84
"""Least similarity (0-100) of a header to a known one that is offered as a guess: «Дата обращений»
to «Дата обращения» gives 93, «Домен» to «Дом» 75. A person sees the guess before it is used."""


class Binding(Struct, frozen=True):
    """`columns`: field → column index, counted from 0; `headers`: numbered header texts."""

    columns: dict[str, int]
    headers: list[str]
    unknown: list[str] = field(default_factory=list)

    @property
    def found(self) -> list[str]:
        return [self.headers[index] for index in sorted(self.columns.values())]


class Guess(Struct, frozen=True):
    """A suggestion of the wizard; `why` is shown beside it."""

    field: str
    header: str
    why: str


def bind(
    header: Sequence[str], accepted: Mapping[str, tuple[str, ...]], required: Sequence[str]
) -> Binding:
    """Finds each field's column among `accepted` header texts, the first accepted text first.

    Raises `BadFileError` naming every required column that is missing.
    """
    headers = number_headers(list(header))
    by_text = {normalise_header(text): index for index, text in reversed(list(enumerate(headers)))}
    columns: dict[str, int] = {}
    for name, texts in accepted.items():
        for text in texts:
            if (index := by_text.get(normalise_header(text))) is not None:
                columns[name] = index
                break
    _demand(columns, accepted, required)
    used = set(columns.values())
    unknown = [text for index, text in enumerate(headers) if index not in used and text]
    return Binding(columns, headers, unknown)


def _demand(
    columns: Mapping[str, int], accepted: Mapping[str, tuple[str, ...]], required: Sequence[str]
) -> None:
    missing = [
        f"«{accepted[name][0] if accepted.get(name) else FIELD_TITLES[name]}»"
        for name in required
        if name not in columns
    ]
    if missing:
        word = "столбца" if len(missing) == 1 else "столбцов"
        raise BadFileError(
            f"В таблице нет {word} {', '.join(missing)}. Проверьте, тот ли файл и вид загрузки "
            "выбраны."
        )


def guess(header: Sequence[str]) -> list[Guess]:
    """Offers a field for each column it can name; a field is offered once, the best match wins."""
    offers: list[tuple[float, Guess]] = []
    for text in number_headers(list(header)):
        offers.extend(_offers(text))
    taken: set[str] = set()
    result: list[Guess] = []
    for _, offer in sorted(offers, key=lambda pair: -pair[0]):
        if offer.field not in taken and offer.header not in taken:
            taken |= {offer.field, offer.header}
            result.append(offer)
    return result


def _offers(text: str) -> list[tuple[float, Guess]]:
    wanted = normalise_header(text)
    if not wanted:
        return []
    offers: list[tuple[float, Guess]] = []
    for target in FIELDS:
        for position, known in enumerate((target.name, target.title, *target.headers)):
            score = fuzz.ratio(wanted, normalise_header(known))
            if score == 100:  # noqa: PLR2004 - the scale of rapidfuzz
                why = "заголовок совпадает" if position < 2 else f"так называют поле: «{known}»"  # noqa: PLR2004
            elif score >= _SIMILAR:
                why = f"похоже на «{known}»"
            else:
                continue
            offers.append((score - position / 100, Guess(target.name, text, why)))
    return offers
