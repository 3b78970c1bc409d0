"""What the panel «Подсказки» shows: each suggestion as one action of the case, one press away."""

from dataclasses import dataclass, field, replace
from urllib.parse import quote

from ulid import ULID

from app.cases.actions.apply import refusal_of
from app.cases.actions.points import point_text
from app.cases.actions.table import RULES
from app.cases.codes import IMPORTANCE_NAMES, Importance
from app.cases.models import Case
from app.suggestions.gazetteer import Sureness
from app.suggestions.models import By, DepartmentGuess, PlaceGuess, Suggestion, ThemeGuess
from app.suggestions.words import SOURCES, confidence, place_text, theme_note
from app.viewer import Viewer

KEYS = ("1", "2", "3")
SHORTER = 0.8
"""Of its text a gist has to be to be worth reading beside it."""


@dataclass(frozen=True)
class Offer:
    """One line; `fields` are what the action is sent, empty where it may not be done now."""

    text: str
    note: str
    """How sure, and why."""
    url: str = ""
    fields: tuple[tuple[str, str], ...] = ()
    hotkey: str = ""
    here: bool = False
    """The case has this value already."""
    key: str = field(default_factory=lambda: str(ULID()))


@dataclass(frozen=True)
class Panel:
    themes: list[Offer]
    departments: list[Offer]
    importance: list[Offer]
    dangers: list[str]
    place: list[Offer]
    gist: str
    source: str
    learned: bool

    @property
    def empty(self) -> bool:
        return not (self.themes or self.departments or self.dangers or self.place)


def panel_of(case: Case, viewer: Viewer, found: Suggestion) -> Panel:
    return Panel(
        themes=[
            _theme(case, viewer, one, key, found.by)
            for one, key in zip(found.themes, KEYS, strict=False)
        ],
        departments=[_department(case, viewer, one) for one in found.departments],
        importance=_importance(case, viewer, found),
        dangers=found.importance.why,
        place=_place(case, viewer, found.place),
        gist=found.gist if len(found.gist) < len(case.text.strip()) * SHORTER else "",
        source=SOURCES[found.by],
        learned=found.by in {By.BOTH, By.WORDS},
    )


def _theme(case: Case, viewer: Viewer, one: ThemeGuess, key: str, by: By) -> Offer:
    """The rest of the classifier stays: the action sets all of it at once."""
    now = case.classifier
    kept = ("appeal_code", "pos_category", "pos_subcategory")
    fields = [("im_group", one.group), ("im_theme", one.value)]
    fields += [(name, getattr(now, name) or "") for name in kept]
    here = now.im_theme == one.value
    note = theme_note(one, by)
    offer = Offer(one.value, note, fields=tuple(fields), hotkey=key, here=here)
    return _offer(case, viewer, "classify", offer)


def _department(case: Case, viewer: Viewer, one: DepartmentGuess) -> Offer:
    fields = (("department", one.name), ("assignee", ""))
    here = case.workflow.department == one.name
    offer = Offer(one.name, confidence(one.score), fields=fields, here=here)
    return _offer(case, viewer, "assign", offer)


def _importance(case: Case, viewer: Viewer, found: Suggestion) -> list[Offer]:
    value = found.importance.value
    if not found.importance.why or value == Importance.NORMAL:
        return []
    name = f"{IMPORTANCE_NAMES[Importance(value)]} важность"
    offer = Offer(name, "", fields=(("importance", value),), here=case.importance == value)
    return [_offer(case, viewer, "set_importance", offer)]


def _place(case: Case, viewer: Viewer, place: PlaceGuess | None) -> list[Offer]:
    if place is None or place.street is None:
        return []
    now = case.place
    kept = {"municipality": now.municipality, "settlement": now.settlement}
    given = {
        **kept,
        "district": place.district or now.district,
        "street": place.street,
        "street_type": place.street_type or now.street_type,
        "house": place.house or (now.house if now.street == place.street else None),
    }
    point = _point(place)
    here = all(getattr(now, name) == value for name, value in given.items())
    if here and (not point or now.point):
        return []
    fields = tuple((name, value or "") for name, value in given.items())
    note = f"{place.told}; запишется и точка" if point else place.told
    offer = Offer(place_text(place), note, fields=(*fields, ("point", point)))
    return [_offer(case, viewer, "set_place", offer)]


def _point(place: PlaceGuess) -> str:
    """Of this very house only: a point between houses, once written, would pass for a known one."""
    if place.sureness is not Sureness.HOUSE or place.lat is None or place.lon is None:
        return ""
    return point_text(place.lat, place.lon)


def _offer(case: Case, viewer: Viewer, action: str, offer: Offer) -> Offer:
    """With its address where the action may be done now."""
    if offer.here or refusal_of(case, RULES[action], viewer) is not None:
        return offer
    return replace(offer, url=f"/cases/{quote(case.id, safe='')}/actions/{action}")
