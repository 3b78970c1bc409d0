"""Reasons as a panel shows them: short Russian sentences, each one fact."""

from datetime import timedelta

from app.similarity.evidence import Evidence
from app.similarity.models import MatchKind
from app.similarity.spot import Nearness

_CHARACTERS = 160


def about_text(kind: MatchKind, seen: Evidence) -> str:
    if seen.exact:
        return "Текст тот же"
    if kind is MatchKind.QUOTE:
        return f"Один текст внутри другого: {_percent(seen.contained)}"
    return f"Текст совпадает на {_percent(seen.jaccard)}"


def about_meaning(seen: Evidence) -> list[str]:
    if seen.cosine is not None and seen.cosine >= _CLOSE_MEANING:
        return ["Близко по смыслу"]
    return ["Похожие слова"] if seen.words >= _CLOSE_WORDS else []


_CLOSE_MEANING, _CLOSE_WORDS = 0.5, 0.7


def about_place(seen: Evidence, street: str | None, house: str | None) -> list[str]:
    """`street` and `house` are the other case's, in the form they are shown in."""
    where = ", ".join(filter(None, [street, house]))
    near = seen.lie.nearness
    if near is Nearness.UNKNOWN:
        return []
    if near is Nearness.SAME and where and house:
        return [f"Тот же дом: {where}"]
    if near is Nearness.SAME:
        return [f"В {round(seen.lie.metres or 0)} м отсюда"]
    if near is Nearness.STREET:
        return [f"Та же улица: {street}"]
    if near is Nearness.NEIGHBOUR:
        return [f"Соседний дом: {where}"]
    return [f"Другое место: {where}" if where else "Другое место"]


def about_difference(differs: tuple[str, str]) -> str:
    here, there = (one.replace(":", " ") for one in differs)
    return f"Здесь «{here}», там «{there}»"


def about_theme(seen: Evidence, theme: str | None, group: str | None) -> list[str]:
    if seen.same_theme:
        return [f"Та же тема: {theme}"]
    return [f"Та же группа тем: {group}"] if seen.same_group else []


def about_author(seen: Evidence) -> list[str]:
    return ["Тот же автор"] if seen.same_author else []


def about_state(seen: Evidence) -> list[str]:
    return ["Раннее ещё не закрыто" if seen.was_open else "Раннее уже было закрыто"]


def about_gap(gap: timedelta) -> list[str]:
    """«Через 2 ч», «Через 12 дн.»: between the two moments of receipt."""
    if gap <= timedelta(0):
        return []
    if gap < timedelta(hours=1):
        return [f"Между ними {max(1, gap.seconds // 60)} мин"]
    if gap < timedelta(days=2):
        return [f"Между ними {round(gap.total_seconds() / 3600)} ч"]
    return [f"Между ними {gap.days} дн."]


def beginning(title: str | None, text: str) -> str:
    """The title and the first words of the text, on one line."""
    said = " ".join(text[: _CHARACTERS * 4].split())
    line = f"{title.strip(' .')}. {said}" if title else said
    return line if len(line) <= _CHARACTERS else f"{line[:_CHARACTERS].rsplit(' ', 1)[0]}…"


def _percent(share: float) -> str:
    return f"{round(share * 100)} %"
