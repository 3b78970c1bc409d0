# ruff: noqa: PLR2004 - odds are this module's data, each read where it is used
"""What one message is about, and the words its fragments may ask for."""

from collections.abc import Callable
from datetime import date, timedelta
from functools import cache
from random import Random

from dev.demo.models import Person, Place
from dev.demo.picking import pick
from dev.demo.themes import Theme
from dev.demo.town import rows, streets

MONTHS = (
    *("января", "февраля", "марта", "апреля", "мая", "июня"),
    *("июля", "августа", "сентября", "октября", "ноября", "декабря"),
)
_DAYS = {
    "h": (
        *("второй день", "третий день", "вторые сутки", "третьи сутки", "уже сутки", "с утра"),
        *("четвёртый день", "больше суток", "всё утро", "целый день", "пятый час"),
        *("четвёртые сутки", "почти двое суток", "весь вечер", "вторую ночь"),
    ),
    "d": (
        *("больше недели", "уже неделю", "вторую неделю", "третий день", "почти месяц"),
        *("десять дней", "две недели", "пятый день", "третью неделю", "несколько дней"),
        *("всю неделю", "целый месяц", "уже месяц", "четвёртый день", "полмесяца"),
    ),
    "l": (
        *("второй год", "третий год", "уже год", "несколько месяцев", "полгода", "много лет"),
        *("больше года", "не первый год", "пять лет", "четвёртый год", "уже три месяца"),
        *("годами", "который год", "больше полугода", "лет десять"),
    ),
}
_SINCE = {
    "h": (
        *("с утра", "со вчерашнего дня", "со вчерашнего вечера", "с ночи", "с пяти утра"),
        *("с обеда", "с позавчерашнего дня", "с шести вечера", "с понедельника", "с выходных"),
    ),
    "d": (
        *("с прошлой недели", "с понедельника", "с выходных", "с начала месяца", "с пятницы"),
        *("с прошлого месяца", "со среды", "с праздников", "с прошлых выходных"),
    ),
    "l": ("с прошлого года", "с весны", "с зимы", "с осени", "с лета", "с позапрошлого года"),
}
# Those who write about one incident agree on how long it lasts: by days since it began.
_INCIDENT_DAYS = (
    ("с утра", "несколько часов", "полдня", "с ночи", "третий час", "весь день"),
    ("второй день", "вторые сутки", "больше суток", "уже сутки"),
    ("третий день", "третьи сутки", "двое суток", "третий день подряд"),
    ("четвёртый день", "четвёртые сутки", "трое суток", "четвёртый день подряд"),
)
_INCIDENT_SINCE = (
    ("с утра", "с ночи", "с пяти утра", "с раннего утра", "с шести утра"),
    ("со вчерашнего дня", "со вчерашнего утра", "второй день", "со вчера"),
    ("с позавчерашнего дня", "третий день", "уже третьи сутки", "с позавчера"),
    ("четвёртый день", "вот уже четвёртые сутки", "который день"),
)
_ENTRANCES = (
    *("в первом подъезде", "во втором подъезде", "в третьем подъезде", "в 1 подъезде"),
    *("во 2 подъезде", "в 3 подъезде", "в четвёртом подъезде", "в 4-м подъезде"),
)
_KIDS = (
    *("двое маленьких детей", "трое детей", "грудной ребёнок", "двое дошколят"),
    *("четверо детей", "ребёнок-инвалид", "двойняшки", "трое, младшему год"),
)
# where a matter is passed on: genitive, nominative
_ELSEWHERE = (
    ("государственной жилищной инспекции", "государственная жилищная инспекция"),
    ("областного дорожного агентства", "областное дорожное агентство"),
    ("профильного министерства области", "профильное министерство области"),
    ("отдела полиции", "отдел полиции по городу"),
    ("прокуратуры города", "прокуратура города"),
)
_PASSED_ON = {"zhkh": 0, "water": 0, "roads": 1, "transport": 1, "safety": 3, "office": 4}
_BUSES = ("2", "3", "5", "7", "8", "11", "12", "14", "17", "21", "23", "102", "105")


@cache
def companies() -> tuple[str, ...]:
    return tuple(f"«{name}»" for name in rows("companies"))


def day_words(day: date) -> str:
    return f"{day.day} {MONTHS[day.month - 1]}"


class Incident:
    """One trouble many people tell of: where it is and when it began."""

    __slots__ = ("began", "landmark", "number", "place", "theme")

    def __init__(self, number: int, theme: Theme, place: Place, began: date, landmark: str) -> None:
        self.number = number
        self.theme = theme
        self.place = place
        self.began = began
        self.landmark = landmark


class DemoScene:
    """The scene of one message: who writes, where and when. Lives as long as the message."""

    __slots__ = (
        *(
            "cite_date",
            "cite_number",
            "company",
            "day",
            "department_body",
            "department_code",
            "department_name",
        ),
        *("done", "female", "incident", "landmark", "letter", "person", "place", "promise"),
        *("inside", "rng", "span"),
    )

    def __init__(self, rng: Random, person: Person, place: Place, day: date, span: str) -> None:
        self.rng = rng
        self.person = person
        self.female = person.female
        self.place = place
        self.day = day
        self.span = span
        self.incident: Incident | None = None
        self.inside = False
        self.letter = False
        self.landmark = ""
        self.company = companies()[place.street.houses % len(companies())]
        self.cite_date = self.cite_number = ""
        self.done = self.promise = ""
        self.department_body = self.department_code = self.department_name = ""

    def fill(self, slot: str) -> str:
        return SLOTS[slot](self)

    def near(self) -> str:
        if not self.landmark:
            incident = self.incident
            self.landmark = incident.landmark if incident else pick_landmark(self.rng)
        return self.landmark

    def at(self) -> str:
        place = self.place
        street = place.street
        pattern = pick(self.rng, street.in_house if self.inside else street.by_house)
        return pattern.replace("{h}", place.house)

    def address(self) -> str:
        street = self.place.street
        if self.letter:
            locality = "" if street.is_town else f"{street.settlement}, "
            return f"{locality}{street.official}, д. {self.place.house}"
        return pick(self.rng, street.address).replace("{h}", self.place.house)

    def days(self) -> str:
        if self.incident and self.span != "l":
            return pick(self.rng, _INCIDENT_DAYS[self._incident_day()])
        return pick(self.rng, _DAYS[self.span])

    def since(self) -> str:
        if self.incident and self.span != "l":
            return pick(self.rng, _INCIDENT_SINCE[self._incident_day()])
        return pick(self.rng, _SINCE[self.span])

    def _incident_day(self) -> int:
        began = self.incident.began if self.incident else self.day
        noticed = 2 if self.span == "d" else 0
        return min(3, max(0, (self.day - began).days) + noticed)

    def ago(self) -> str:
        return day_words(self.day - timedelta(days=2 + int(self.rng.random() * 40)))


def pick_landmark(rng: Random) -> str:
    text = pick(rng, _landmarks())
    if "{" in text:
        text = text.replace("{school}", _number(rng, 3, 24)).replace("{sad}", _number(rng, 2, 40))
        text = text.replace("{stop}", pick(rng, _stops()))
        text = text.replace("{cross}", pick(rng, _crossings()))
    return text


@cache
def _landmarks() -> tuple[str, ...]:
    return tuple(rows("landmarks"))


@cache
def _stops() -> tuple[str, ...]:
    return tuple(rows("stops"))


@cache
def _crossings() -> tuple[str, ...]:
    """Only «улица»: there the genitive and the instrumental look the same."""
    return tuple(s.genitive.removeprefix("улицы ") for s in streets() if s.kind == "ул.")


def _number(rng: Random, low: int, high: int) -> str:
    return str(low + int(rng.random() * (high - low + 1)))


def _money(rng: Random) -> str:
    """A sum that goes with «рублей», not with «рубля»."""
    value = (48 + int(rng.random() * 900)) * 10 + pick(rng, (0, 0, 5, 6, 7, 8, 9))
    thousands, rest = divmod(value, 1000)
    return f"{thousands} {rest:03d}" if thousands and rng.random() < 0.4 else str(value)


SLOTS: dict[str, Callable[[DemoScene], str]] = {
    "at": DemoScene.at,
    "adr": DemoScene.address,
    "at_street": lambda s: pick(s.rng, s.place.street.on),
    "po": lambda s: pick(s.rng, s.place.street.along),
    "street_acc": lambda s: s.place.street.accusative,
    "street_nom": lambda s: s.place.street.nominative,
    "of_street": lambda s: s.place.street.genitive,
    "near": DemoScene.near,
    "days": DemoScene.days,
    "since": DemoScene.since,
    "when": DemoScene.ago,
    "days_ago": lambda s: pick(s.rng, ("на днях", "вчера", "позавчера", "на прошлой неделе")),
    "uk": lambda s: s.company,
    "me": lambda s: s.person.full if s.letter else f"{s.person.first} {s.person.last}",
    "entr": lambda s: pick(s.rng, _ENTRANCES),
    "floor": lambda s: _number(s.rng, 4, 9),
    "cold": lambda s: _number(s.rng, 12, 17),
    "warm": lambda s: _number(s.rng, 29, 44),
    "volts": lambda s: _number(s.rng, 148, 188),
    "mins": lambda s: pick(s.rng, ("40", "50", "сорок", "35", "45", "25", "двадцать пять")),
    "fare": lambda s: pick(s.rng, ("36", "38", "40")),
    "money": lambda s: _money(s.rng),
    "kids": lambda s: pick(s.rng, _KIDS),
    "bus": lambda s: pick(s.rng, _BUSES),
    "stop": lambda s: pick(s.rng, _stops()),
    "school": lambda s: _number(s.rng, 1, 24),
    "sad": lambda s: _number(s.rng, 1, 40),
    "poly": lambda s: _number(s.rng, 1, 4),
    "cite_date": lambda s: s.cite_date,
    "cite_number": lambda s: s.cite_number,
    "name": lambda s: s.person.address_as,
    "done": lambda s: s.done,
    "promise": lambda s: s.promise,
    "forward": lambda s: _ELSEWHERE[_PASSED_ON.get(s.department_code, 2)][0],
    "forward_nom": lambda s: _ELSEWHERE[_PASSED_ON.get(s.department_code, 2)][1],
    "body": lambda s: s.department_body,
    "department": lambda s: s.department_name,
}
