"""Messages of the made-up town as documents of the index, and questions taken from them."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import islice
from random import Random

import msgspec

from app.cases.codes import Channel, Kind, State
from app.cases.derived import with_derived_fields
from app.cases.models import Answer, Author, Case, Classifier, Place, Point, Source, Workflow
from app.engine.client import Engine
from app.engine.names import Index
from app.text.words import words
from dev.demo.models import DemoCase
from dev.demo.stream import generate
from indexers.bulk import BulkAction, write

SEED = 11
_CHUNK = 1_400
_SHARE_WITH_TEXT = 0.65
"""The heat map gives rows without a text; enough is asked for and the rest cut."""
_TAG = re.compile(r"<[^>]*>")
_ABBREVIATIONS = ("ГВС", "ХВС", "ТКО", "УК", "ЖКХ", "МКД", "ДТП", "нет ГВС", "УК бездействует")
_LETTERS = "абвгдежзиклмнопрстуфхцчшщыьэюя"
_LONG_WORD = 6
_LEAST_WORDS, _MOST_WORDS = 2, 9


async def load(
    engine: Engine, total: int, seed: int = SEED, made: Callable[[DemoCase], Case] | None = None
) -> int:
    """Writes `total` messages with texts and waits until searches see them; returns how many.

    `made` makes a case of a message; without it, as an import would.
    """
    written = 0
    for part in _chunks(messages(total, seed)):
        outcome = await write(
            engine, Index.CASES, [_action((made or as_case)(demo)) for demo in part]
        )
        if outcome.failures:
            raise RuntimeError(f"the engine refused a document: {outcome.failures.popitem()}")
        written += len(outcome.written)
    await engine.refresh(Index.CASES)
    return written


def messages(total: int, seed: int = SEED) -> Iterator[DemoCase]:
    stream = generate(int(total / _SHARE_WITH_TEXT), seed)
    return islice((case for case in stream if case.text), total)


def _chunks(cases: Iterator[DemoCase]) -> Iterator[list[DemoCase]]:
    while part := list(islice(cases, _CHUNK)):
        yield part


def _action(made: Case) -> BulkAction:
    case = with_derived_fields(made)
    return BulkAction("index", case.id, msgspec.json.encode(case))


def as_case(demo: DemoCase) -> Case:
    """As an import of the message would leave it, without the cells of the source row."""
    return Case(
        id=f"demo-{demo.serial:08d}",
        number=f"26-{demo.serial:06d}",
        kind=Kind(demo.kind),
        channel=Channel(demo.channel),
        state=State(demo.state),
        received_at=_moment(demo.received_at),
        deadline_at=_moment(demo.due_at) if demo.due_at else None,
        title=demo.title or None,
        text=_TAG.sub(" ", demo.text),
        source=Source(demo.source, demo.external_id, demo.number),
        created_at=_moment(demo.received_at),
        updated_at=_moment(demo.received_at),
        rev=1,
        version=1,
        enriched_version=0,
        audit_seq=0,
        author=Author(name=demo.author.full if demo.author else None),
        place=_place(demo),
        classifier=Classifier(im_group=demo.group, im_theme=demo.theme),
        workflow=Workflow(department=demo.department.name),
        answers=[
            Answer(str(place), _TAG.sub(" ", answer.text), at=_moment(answer.at))
            for place, answer in enumerate(demo.answers)
        ],
    )


def _moment(local: datetime) -> datetime:
    return local.replace(tzinfo=UTC)


def _place(demo: DemoCase) -> Place:
    if demo.place is None:
        return Place(municipality="Верхнереченск")
    street = demo.place.street
    house = demo.place.house if demo.house_given else None
    return Place(
        municipality="Верхнереченск",
        settlement=street.settlement,
        street=street.name if demo.street_given else None,
        house=house if demo.street_given else None,
        given=f"{street.official}, {house or ''}".strip(", ") if demo.street_given else None,
        point=Point(demo.place.lat, demo.place.lon) if demo.located else None,
    )


def questions(total: int, seed: int = SEED) -> list[str]:
    """`total` different questions of 2 to 9 words as people put them, from such messages.

    Of ten: five are words of a text in their order, one such words with a typo, two an address,
    alone or with words, one a theme in words, one an abbreviation or the number of a case.
    """
    chance = Random(seed)  # noqa: S311 - a benchmark, not secrets
    stock = list(messages(total * 5, seed + 1))
    asked: dict[str, None] = {}
    place = 0
    while len(asked) < total:
        asked[_question(chance, chance.choice(stock), place % 10)] = None
        place += 1
    return list(asked)


def _question(chance: Random, demo: DemoCase, kind: int) -> str:
    if kind in {5, 6} and demo.place:
        address = f"{demo.place.street.name} {demo.place.house}"
        return f"{_words(chance, demo, 3)} {address}" if kind == _WITH_WORDS else address
    if kind == _THEME:
        return demo.theme
    if kind == _SHORT:
        return chance.choice([*_ABBREVIATIONS, f"26-{demo.serial:06d}"])
    asked = _words(chance, demo, chance.randint(_LEAST_WORDS, _MOST_WORDS))
    return _mistyped(chance, asked) if kind == _TYPO else asked


_WITH_WORDS, _TYPO, _THEME, _SHORT = 6, 7, 8, 9


def _words(chance: Random, demo: DemoCase, many: int) -> str:
    said = words(_TAG.sub(" ", demo.text))
    start = chance.randint(0, max(0, len(said) - many))
    return " ".join(said[start : start + many])


def _mistyped(chance: Random, asked: str) -> str:
    """One letter of each long word replaced by another."""
    said = []
    for word in asked.split():
        at = chance.randrange(len(word))
        wrong = f"{word[:at]}{chance.choice(_LETTERS)}{word[at + 1 :]}"
        said.append(wrong if len(word) >= _LONG_WORD else word)
    return " ".join(said)
