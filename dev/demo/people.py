# ruff: noqa: PLR2004 - odds are this module's data, each read where it is used
"""People who do not exist: names, invented profiles, numbers and addresses of no one."""

from functools import cache
from random import Random

from dev.demo.fragments import data
from dev.demo.models import Person
from dev.demo.picking import pick

_LATIN = dict(
    zip(
        "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
        (
            *("a", "b", "v", "g", "d", "e", "e", "zh", "z", "i", "y", "k", "l", "m", "n", "o"),
            *("p", "r", "s", "t", "u", "f", "kh", "ts", "ch", "sh", "sch", "", "y", "", "e"),
            *("yu", "ya"),
        ),
        strict=True,
    )
)


@cache
def _names(key: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in data("people.toml")[key].split(","))


def _feminine(surname: str) -> str:
    if surname.endswith(("ий", "ый", "ой")):
        return surname[:-2] + "ая"
    return surname + "а"


def latin(text: str) -> str:
    return "".join(_LATIN.get(letter, letter) for letter in text.lower())


def new_person(rng: Random) -> Person:
    female = rng.random() < 0.64
    first = pick(rng, _names("women" if female else "men"))
    last = pick(rng, _names("surnames"))
    father = pick(rng, _names("fathers"))
    number = 100_000_000 + int(rng.random() * 800_000_000)
    return Person(
        first=first,
        father=father.replace("вич", "вна") if female else father,
        last=_feminine(last) if female else last,
        female=female,
        nick=pick(rng, _names("nicknames")) if rng.random() < 0.08 else "",
        login=f"{latin(first)}.{latin(last)}{number % 97}",
        number=number,
    )


def phone_of(person: Person) -> str:
    """Code 000 belongs to no operator, so the number rings nowhere."""
    digits = f"{person.number % 10_000_000:07d}"
    return f"+7 000 {digits[:3]}-{digits[3:5]}-{digits[5:]}"


def email_of(person: Person) -> str:
    return f"{person.login}@example.{'ru' if person.number % 3 else 'org'}"
