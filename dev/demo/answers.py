"""What offices answer: an interim step with a promised day, then the end of the matter."""

from datetime import datetime, timedelta
from functools import cache

from dev.demo.fragments import Phrase, data, read_lines, say
from dev.demo.lifecycle import Course
from dev.demo.models import Answer, Department
from dev.demo.picking import chance, pick
from dev.demo.scene import DemoScene, day_words
from dev.demo.themes import Theme


@cache
def _lines(key: str) -> tuple[Phrase, ...]:
    return tuple(fragment.phrase for fragment in read_lines(data("answers.toml")[key]))


@cache
def _of_department(code: str) -> tuple[Phrase, ...]:
    block = data("answers.toml")["department"][code]
    return tuple(fragment.phrase for fragment in read_lines(block))


def write(
    scene: DemoScene, theme: Theme, department: Department, course: Course, gap: str
) -> tuple[Answer, ...]:
    """All answers given so far, the oldest first."""
    scene.letter = True
    scene.department_name, scene.department_body = department.name, department.body
    scene.department_code = department.code
    answers = [
        Answer(_interim(scene, theme, moment, index, gap), moment, interim=True)
        for index, moment in enumerate(course.interims)
    ]
    if course.answered_at is not None:
        text = _final(scene, theme, department, course, course.answered_at, gap)
        answers.append(Answer(text, course.answered_at, interim=False))
    return tuple(answers)


def _greeting(scene: DemoScene) -> str:
    known = chance(scene.rng, 0.85)
    return say(pick(scene.rng, _lines("greeting" if known else "greeting_unknown")), scene)


def _interim(scene: DemoScene, theme: Theme, moment: datetime, index: int, gap: str) -> str:
    rng = scene.rng
    scene.promise = day_words((moment + timedelta(days=3 + int(rng.random() * 12))).date())
    own = theme.interim[moment.month - 1]
    if index:
        body = say(pick(rng, _lines("second_interim")), scene)
    elif own and chance(rng, 0.6):
        body = say(pick(rng, own), scene)
    else:
        body = say(pick(rng, _lines("interim")), scene)
    return gap.join((_greeting(scene), _capital(body)))


def _final(
    scene: DemoScene,
    theme: Theme,
    department: Department,
    course: Course,
    moment: datetime,
    gap: str,
) -> str:
    rng = scene.rng
    scene.done = day_words(moment.date())
    scene.promise = day_words((moment + timedelta(days=5 + int(rng.random() * 25))).date())
    own = theme.answer[moment.month - 1]
    if course.state == "forwarded":
        body = say(pick(rng, _lines("forward")), scene)
    elif course.refused:
        body = say(pick(rng, _lines("refusal")), scene)
    elif own and chance(rng, 0.75):
        body = say(pick(rng, own), scene)
    else:
        body = say(pick(rng, _of_department(department.code)), scene)
    parts = [_greeting(scene)]
    if chance(rng, 0.2):
        parts.append(say(pick(rng, _lines("official_opening")), scene))
    parts.append(_capital(body))
    if chance(rng, 0.5):
        parts.append(say(pick(rng, _lines("closing")), scene))
    return gap.join(parts)


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]
