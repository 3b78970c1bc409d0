"""Confidence and sources of suggestions in plain Russian."""

from app.suggestions.models import By, PlaceGuess, ThemeGuess

_SURE, _LIKELY, _MAYBE = 0.8, 0.5, 0.25
_HIGHEST = 99
"""Percent: nothing that was learned is certain."""

SOURCES: dict[By, str] = {
    By.BOTH: "по словам и смыслу прежних обращений",
    By.WORDS: "только по словам прежних обращений: модель смысла не отвечает или не участвовала",
    By.NAMES: "по названиям тем: обученной модели пока нет",
    By.NOTHING: "подсказать тему пока не по чему",
}


def confidence(score: float) -> str:
    """«скорее всего, 64 %»: words first, since a bare percentage is believed too much."""
    if score >= _SURE:
        word = "почти наверняка"
    elif score >= _LIKELY:
        word = "скорее всего"
    elif score >= _MAYBE:
        word = "возможно"
    else:
        word = "маловероятно"
    return f"{word}, {min(round(score * 100), _HIGHEST)}\u00a0%"


def theme_note(one: ThemeGuess, by: By) -> str:
    """«скорее всего, 64 %: яма, дорога»."""
    sure = confidence(one.score) if by is not By.NAMES else "по названию темы"
    return f"{sure}: {', '.join(one.words)}" if one.words else sure


def place_text(place: PlaceGuess) -> str:
    """«ул. Ленина, 35, Центральный район»."""
    street = f"{place.street_type} {place.street}" if place.street_type else place.street
    return ", ".join(part for part in (street, place.house, place.district) if part)
