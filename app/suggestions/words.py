"""Confidence and sources of suggestions in plain Russian."""

from app.suggestions.models import By, ThemeGuess

_SURE, _LIKELY, _MAYBE = 0.8, 0.5, 0.25

SOURCES: dict[By, str] = {
    By.BOTH: "по словам и смыслу прежних обращений",
    By.WORDS: "только по словам прежних обращений: модель смысла не отвечает или не участвовала",
    By.NAMES: "по названиям тем: прежних обращений с темой пока мало, учиться не на чем",
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
    return f"{word}, {round(score * 100)}\u00a0%"


def theme_note(one: ThemeGuess, by: By) -> str:
    """«скорее всего, 64 %: яма, дорога»."""
    sure = confidence(one.score) if by is not By.NAMES else "по названию темы"
    return f"{sure}: {', '.join(one.words)}" if one.words else sure
