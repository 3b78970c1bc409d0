# ruff: noqa: PLR2004 - odds are this module's data, each read where it is used
"""Message texts: which fragments are said, in which order."""

from functools import cache
from random import Random

from dev.demo.fragments import Phrase, data, parse, read_lines, say
from dev.demo.picking import chance, pick
from dev.demo.scene import DemoScene
from dev.demo.themes import Theme
from dev.demo.voice import NEAT, pick_style, tidy, type_out

_LETTER_GAP = "\n"


@cache
def common(key: str) -> tuple[Phrase, ...]:
    return tuple(fragment.phrase for fragment in read_lines(data("common.toml")[key]))


@cache
def campaign_texts() -> tuple[tuple[str, Phrase], ...]:
    """Theme code and the text everyone sends."""
    return tuple((row["theme"], parse(row["text"])) for row in data("campaigns.toml")["campaign"])


_KEEPERS = frozenset({"zhkh", "water", "green"})


@cache
def complaints_about(theme: Theme) -> tuple[Phrase, ...]:
    """Blame of the managing company only where it keeps the house or the yard."""
    if theme.calm:
        return ()
    if theme.place == "mkd" and theme.department in _KEEPERS:
        return common("complaint") + common("complaint_house")
    return common("complaint")


def openings_for(theme: Theme) -> tuple[Phrase, ...]:
    """Who only asks or proposes does not begin with «Терпение лопнуло»."""
    return () if theme.calm else common("opening")


def _one(scene: DemoScene, phrases: tuple[Phrase, ...]) -> str:
    return say(pick(scene.rng, phrases), scene)


def _maybe(scene: DemoScene, out: list[str], odds: float, phrases: tuple[Phrase, ...]) -> None:
    if phrases and scene.rng.random() < odds:
        out.append(_one(scene, phrases))


def message(scene: DemoScene, theme: Theme, gap: str, *, social: bool) -> str:
    """A text in one's own words; short for social networks, longer for portals."""
    roll = scene.rng.random()
    brief = 0.42 if social else 0.2
    if roll < brief:
        sentences = _brief(scene, theme)
    elif roll < 0.82:
        sentences = _usual(scene, theme)
    else:
        sentences = _long(scene, theme)
    return type_out(scene.rng, sentences, pick_style(scene.rng, social=social), gap)


def _brief(scene: DemoScene, theme: Theme) -> list[str]:
    month = scene.day.month - 1
    out = [_one(scene, theme.problem[month])]
    _maybe(scene, out, 0.35, theme.detail[month])
    _maybe(scene, out, 0.3, theme.ask[month])
    if len(out) == 1 and not theme.calm:
        _maybe(scene, out, 0.5, common("plea"))
    return out


def _usual(scene: DemoScene, theme: Theme) -> list[str]:
    month = scene.day.month - 1
    out: list[str] = []
    _maybe(scene, out, 0.55, common("greeting"))
    if scene.incident:
        _maybe(scene, out, 0.12, common("join"))
    _maybe(scene, out, 0.18, openings_for(theme))
    out.append(_one(scene, theme.problem[month]))
    _maybe(scene, out, 0.6, theme.detail[month])
    _maybe(scene, out, 0.4, complaints_about(theme))
    _asks(scene, theme, month, out)
    _maybe(scene, out, 0.15, common("closing"))
    return out


def _long(scene: DemoScene, theme: Theme) -> list[str]:
    rng, month = scene.rng, scene.day.month - 1
    out: list[str] = []
    _maybe(scene, out, 0.75, common("greeting"))
    _maybe(scene, out, 0.45, openings_for(theme))
    _maybe(scene, out, 0.04, common("thanks"))
    out.append(_one(scene, theme.problem[month]))
    details = theme.detail[month]
    count = min(len(details), 2 + int(rng.random() * 2))
    out += [say(phrase, scene) for phrase in rng.sample(details, count)]
    complaints = complaints_about(theme)
    count = min(len(complaints), 1 + int(rng.random() * 2))
    out += [say(phrase, scene) for phrase in rng.sample(complaints, count)]
    _asks(scene, theme, month, out)
    _maybe(scene, out, 0.45, common("closing"))
    return out


def _asks(scene: DemoScene, theme: Theme, month: int, out: list[str]) -> None:
    roll = scene.rng.random()
    if roll < 0.5 or theme.calm:
        _maybe(scene, out, 1.0, theme.ask[month])
        return
    if roll < 0.85:
        out.append(_one(scene, common("plea")))


def letter(scene: DemoScene, theme: Theme) -> str:
    """An appeal as people write it on paper or in the form on the site."""
    rng, month = scene.rng, scene.day.month - 1
    scene.letter = True
    out = [_one(scene, common("letter_greeting")), _one(scene, common("letter_intro"))]
    out.append(_one(scene, theme.problem[month]))
    details = theme.detail[month]
    out += [say(p, scene) for p in rng.sample(details, min(len(details), 2))]
    _maybe(scene, out, 0.7, complaints_about(theme))
    _maybe(scene, out, 0.4, theme.ask[month])
    out.append(_one(scene, common("letter_close")))
    style = NEAT if chance(rng, 0.8) else pick_style(rng, social=False)
    gap = _LETTER_GAP if chance(rng, 0.5) else " "
    return f"{type_out(rng, out, style, gap)}{gap}{scene.person.full}"


def again(scene: DemoScene, theme: Theme, gap: str, *, social: bool) -> str:
    """A second message that cites the number and the day of the first."""
    month = scene.day.month - 1
    out: list[str] = []
    _maybe(scene, out, 0.5, common("greeting"))
    cite, problem = _one(scene, common("cite")), _one(scene, theme.problem[month])
    out += [cite, problem] if chance(scene.rng, 0.7) else [problem, cite]
    _maybe(scene, out, 0.4, theme.detail[month])
    _maybe(scene, out, 0.6, common("plea"))
    return type_out(scene.rng, out, pick_style(scene.rng, social=social), gap)


def campaign(scene: DemoScene, template: Phrase) -> str:
    """The common text with this author's place; few add a word of their own."""
    text = say(template, scene)
    roll = scene.rng.random()
    if roll < 0.62:
        return text
    if roll < 0.76:
        return tidy(f"{_one(scene, common('greeting'))} {text}")
    if roll < 0.88:
        return tidy(f"{text} {_one(scene, common('plea'))}")
    return type_out(scene.rng, [text], pick_style(scene.rng, social=True))


def edited(rng: Random, text: str) -> str:
    """The same text sent elsewhere: mostly as it was, sometimes a word more."""
    roll = rng.random()
    if roll < 0.6:
        return text
    if roll < 0.8:
        return f"{text} Дублирую сюда."
    return f"Дублирую обращение. {text}"
