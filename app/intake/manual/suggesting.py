"""What the form «Ручной ввод» is offered while one types: each with one press, never by itself."""

from collections.abc import Mapping, Sequence

from msgspec import Struct, field
from msgspec.structs import replace

from app.engine.client import Engine
from app.intake.manual.forms import EntryForm
from app.reference.themes import Theme
from app.suggestions.models import Asked, PlaceGuess, Suggestion
from app.suggestions.service import LONGEST_TEXT, suggest, this_month
from app.suggestions.words import SOURCES, confidence, theme_note
from app.text.addresses import parse_address
from app.viewer import Viewer

FIELDS = {
    "theme": "Тема",
    "department": "Ведомство",
    "address": "Место",
    "title": "Коротко о чём",
}
"""Of the form, in the order they are offered."""
_LONGEST = 500
_SHORTER = 0.8


class Offer(Struct, frozen=True):
    text: str
    note: str
    use: str
    """What its button sends: `field:value`."""


class Offers(Struct, frozen=True):
    parts: list[tuple[str, list[Offer]]] = field(default_factory=list)
    dangers: list[str] = field(default_factory=list)
    source: str = ""


async def offers_for(
    engine: Engine, viewer: Viewer, form: EntryForm, themes: Mapping[str, Theme]
) -> Offers:
    """Nothing for an empty text; a field that is filled in is not offered again."""
    if not form.text.strip():
        return Offers()
    given = parse_address(form.address) if form.address.strip() else None
    asked = Asked(
        text=form.text[:LONGEST_TEXT],
        title=form.title[:_LONGEST],
        street=given.street if given else "",
        house=(given.house or "") if given else "",
        municipality=form.municipality.strip()[:_LONGEST],
        month=this_month(),
    )
    found = await suggest(engine, viewer, asked)
    parts = [(FIELDS[name], listed) for name, listed in _listed(form, found, themes) if listed]
    source = SOURCES[found.by] if any(name == FIELDS["theme"] for name, _ in parts) else ""
    return Offers(parts, found.importance.why, source)


def _listed(
    form: EntryForm, found: Suggestion, themes: Mapping[str, Theme]
) -> Sequence[tuple[str, list[Offer]]]:
    codes = {theme.label: code for code, theme in themes.items()}
    return (
        (
            "theme",
            [
                Offer(one.value, theme_note(one, found.by), f"theme:{codes[one.value]}")
                for one in found.themes
                if not form.theme and one.value in codes
            ],
        ),
        (
            "department",
            [
                Offer(one.name, confidence(one.score), f"department:{one.name}")
                for one in found.departments
                if not form.department
            ],
        ),
        ("address", [] if form.address.strip() else _address(found.place)),
        ("title", _title(form, found)),
    )


def _title(form: EntryForm, found: Suggestion) -> list[Offer]:
    """A message of one sentence has no need of a gist."""
    short = 0 < len(found.gist) < len(form.text.strip()) * _SHORTER
    return (
        [Offer(found.gist, "", f"title:{found.gist}")] if short and not form.title.strip() else []
    )


def _address(place: PlaceGuess | None) -> list[Offer]:
    if place is None or place.street is None:
        return []
    street = f"{place.street_type} {place.street}" if place.street_type else place.street
    text = f"{street}, {place.house}" if place.house else street
    return [Offer(text, place.told, f"address:{text}")]


def used_in(form: EntryForm, use: str) -> EntryForm:
    """The form with an offer taken; what is no offer changes nothing."""
    name, sign, value = use.partition(":")
    if not sign or name not in FIELDS or len(value) > _LONGEST:
        return form
    return replace(form, **{name: value})
