"""Growth in plain Russian, for pages, notices and letters alike."""

from app.growth.models import Alarm
from app.growth.rules import WINDOW
from app.problems.models import Problem
from app.web.filters import number

_LEAST_USUAL = 0.05


def growth_text(seen: int, expected: float) -> str:
    """«11 за 3 дня, обычно 2,1»."""
    usual = number(round(expected, 1)) if expected >= _LEAST_USUAL else "ни одного"
    return f"{number(seen)} за {WINDOW} дня, обычно {usual}"


def theme_of(alarm: Alarm) -> str:
    return (alarm.about or alarm.series).theme or "Без темы"


def called(alarm: Alarm, problem: Problem | None) -> str:
    """What grows: the title of the problem, as everywhere else; without one the theme."""
    return (problem and (problem.name or problem.title)) or theme_of(alarm)


def place_of(alarm: Alarm) -> str:
    """«Зареченск, Слобода»; empty where the messages name none."""
    about = alarm.about or alarm.series
    return ", ".join(part for part in (about.municipality, about.settlement) if part)
