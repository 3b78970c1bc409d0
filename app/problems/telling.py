"""Why a message belongs to a problem, in Russian words that fit any reader."""

from app.problems.scoring import Score

_PLACES = {
    "house": "тот же дом",
    "near": "соседние дома той же улицы",
    "street": "та же улица",
    "far": "та же улица, другой дом",
    "beside": "рядом на карте",
    "unknown": "место не названо",
}
_ALIKE, _SOMEWHAT = 0.6, 0.3
_SAME_THEME, _SOME_THEME = 0.9, 0.0


def why_of(score: Score) -> list[str]:
    """Place first: it decides most."""
    return [_PLACES[score.place], *_theme(score.theme), *_text(score.text)]


def _theme(share: float | None) -> list[str]:
    if share is None:
        return ["тема не названа"]
    if share >= _SAME_THEME:
        return ["та же тема"]
    return ["близкая тема"] if share > _SOME_THEME else ["другая тема"]


def _text(share: float | None) -> list[str]:
    if share is None:
        return ["смысл не сравнивали"]
    if share >= _ALIKE:
        return [f"об одном и том же ({share:.0%})".replace("%", " %")]
    return ["похоже по смыслу"] if share >= _SOMEWHAT else ["слова другие"]
