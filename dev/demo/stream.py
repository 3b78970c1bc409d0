"""The stream of messages: day by day, one at a time, the same for the same seed."""

from collections import deque
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from random import Random

import msgspec

from dev.demo import answers, compose, lifecycle
from dev.demo.channels import (
    CANONICAL,
    HEATMAP,
    IM,
    Way,
    external_id,
    mention,
    number,
    pick_way,
    post_url,
)
from dev.demo.events import Campaign, Event, Plan, built_for, fresh_plan, make_plan, themes_of
from dev.demo.models import Answer, DemoCase, Person, Place
from dev.demo.people import email_of, new_person, phone_of
from dev.demo.picking import Weighted, chance, pick
from dev.demo.scene import DemoScene, Incident, day_words, pick_landmark
from dev.demo.themes import Theme
from dev.demo.town import department, house_number, pick_house, pick_street, place_at

DEFAULT_UNTIL = date(2026, 11, 15)
"""The last day of the demo data: fixed, so that a seed always means the same files."""
REPEAT_SHARE = 0.045
COPY_SHARE = 0.016
_MEMORY_DAYS = 75
_PER_DAY = 16
"""How many messages of a day may be written about again: bounds what is kept in memory."""
_HOURS = Weighted(
    tuple(range(24)),
    (
        1,
        1.5,
        1.8,
        2,
        2.2,
        2.6,
        4,
        8,
        14,
        21,
        28,
        34,
        39,
        44,
        49,
        54,
        59,
        64,
        70,
        77,
        84,
        90,
        94,
        96,
    ),
)
_WITH_HOUSE = frozenset({"mkd", "house", "private"})
_WITH_STREET = _WITH_HOUSE | {"street"}
_RESULTS = {
    "rejected": "Отклонено модератором",
    "forwarded": "Перенаправлено по компетенции",
}


class Earlier(msgspec.Struct, frozen=True):
    """What is remembered of a message, for those who write again."""

    serial: int
    number: str
    received_at: datetime
    person: Person
    place: Place
    theme: Theme
    text: str


class Draft(msgspec.Struct, frozen=True):
    """Who writes, about what and why: all but the words and their fate."""

    way: Way
    theme: Theme
    person: Person
    place: Place
    origin: str
    event: int
    incident: Incident | None = None
    campaign: Campaign | None = None
    earlier: Earlier | None = None


def generate(total: int, seed: int, until: date = DEFAULT_UNTIL) -> Iterator[DemoCase]:
    """`total` cases in the order they came. Lazy: memory does not grow with `total`."""
    rng = Random(seed)
    return _Town(rng, make_plan(rng, total, until), until).days()


def fresh(seed: int, until: date, serial: int) -> Iterator[DemoCase]:
    """An incident that grows and a campaign of the days before `until`, counted from `serial`:
    a town of few messages would hardly have them on the very day it is shown.
    """
    rng = Random(seed)
    return _Town(rng, fresh_plan(rng, until), until, serial).days()


class _Town:
    """The generator's state between messages: a bounded memory of the last weeks."""

    def __init__(self, rng: Random, plan: Plan, until: date, serial: int = 0) -> None:
        self.rng = rng
        self.plan = plan
        self.now = datetime.combine(until, time(23, 59, 59))
        self.serial = serial
        self.past: deque[list[Earlier]] = deque(maxlen=_MEMORY_DAYS)
        self.today: list[Earlier] = []

    def days(self) -> Iterator[DemoCase]:
        for index, quota in enumerate(self.plan.quota):
            day = self.plan.first + timedelta(days=index)
            events: list[Event | None] = [None] * quota
            for event, count in self.plan.events.get(index, ()):
                events += [event] * count
            slots = sorted((self._moment(day), n) for n in range(len(events)))
            for moment, n in slots:
                yield self._case(moment, events[n])
            self.past.append(self.today)
            self.today = []

    def _moment(self, day: date) -> datetime:
        rng = self.rng
        second = int(rng.random() * 3600)
        return datetime.combine(day, time(_HOURS.pick(rng), second // 60, second % 60))

    def _case(self, moment: datetime, event: Event | None) -> DemoCase:
        draft = self._draft(moment, event)
        case = _finish(self.rng, draft, self.serial, moment, self.now)
        self._remember(draft, case)
        self.serial += 1
        return case

    def _remember(self, draft: Draft, case: DemoCase) -> None:
        seen = len(self.today)
        if draft.origin != "ordinary" or draft.way.registry == HEATMAP:
            return
        one = Earlier(
            case.serial,
            case.number,
            case.received_at,
            draft.person,
            draft.place,
            draft.theme,
            case.text,
        )
        if seen < _PER_DAY:
            self.today.append(one)
        elif chance(self.rng, 0.05):
            self.today[int(self.rng.random() * seen)] = one

    def _draft(self, moment: datetime, event: Event | None) -> Draft:
        rng = self.rng
        if isinstance(event, Incident):
            return _of_incident(rng, event)
        if event is not None:
            return _of_campaign(rng, event)
        roll = rng.random()
        if roll < REPEAT_SHARE:
            earlier = self._recall(10, _MEMORY_DAYS)
            if earlier is not None:
                return _again(rng, earlier, "repeat")
        elif roll < REPEAT_SHARE + COPY_SHARE:
            earlier = self._recall(0, 2)
            if earlier is not None:
                return _again(rng, earlier, "copy")
        theme = themes_of(moment.month).pick(rng)
        street = pick_street(rng, built_for(theme.place))
        place = place_at(street, pick_house(rng, street))
        return Draft(pick_way(rng), theme, new_person(rng), place, "ordinary", -1)

    def _recall(self, least: int, most: int) -> Earlier | None:
        """A message of `least` to `most` days ago, if any is remembered."""
        back = 1 + least + int(self.rng.random() * (most - least))
        if back > len(self.past):
            return None
        day = self.past[-back]
        return pick(self.rng, day) if day else None


def _of_incident(rng: Random, incident: Incident) -> Draft:
    street = incident.place.street
    house = pick_house(rng, street, near=house_number(incident.place.house))
    place = place_at(street, house)
    theme = incident.theme
    return Draft(
        pick_way(rng), theme, new_person(rng), place, "incident", incident.number, incident
    )


def _of_campaign(rng: Random, campaign: Campaign) -> Draft:
    street = pick_street(rng, built_for(campaign.theme.place))
    place = place_at(street, pick_house(rng, street))
    way = pick_way(rng)
    return Draft(
        way, campaign.theme, new_person(rng), place, "campaign", campaign.number, None, campaign
    )


def _again(rng: Random, earlier: Earlier, origin: str) -> Draft:
    person = earlier.person
    if origin == "repeat" and chance(rng, 0.12):
        person = new_person(rng)
    way = pick_way(rng)
    if way.registry == HEATMAP:
        way = Way(IM, "incident", "message", "ИМ")
    return Draft(way, earlier.theme, person, earlier.place, origin, earlier.serial, earlier=earlier)


def _scene(rng: Random, draft: Draft, moment: datetime) -> DemoScene:
    scene = DemoScene(rng, draft.person, draft.place, moment.date(), draft.theme.span)
    scene.incident = draft.incident
    scene.inside = draft.theme.inside
    if draft.incident is None:
        scene.landmark = pick_landmark(rng)
    if draft.earlier is not None:
        day = draft.earlier.received_at.date()
        scene.cite_date = day_words(day) if chance(rng, 0.7) else f"{day:%d.%m.%Y}"
        scene.cite_number = draft.earlier.number
    return scene


def _text(scene: DemoScene, draft: Draft, gap: str) -> str:
    """The heat map has no texts, so none is composed for it."""
    way, theme, social = draft.way, draft.theme, draft.way.social
    if way.registry == HEATMAP:
        return ""
    if draft.campaign is not None:
        return compose.campaign(scene, draft.campaign.text)
    if draft.origin == "repeat":
        return compose.again(scene, theme, gap, social=social)
    if draft.origin == "copy" and draft.earlier is not None:
        return compose.edited(scene.rng, draft.earlier.text)
    if way.kind == "appeal":
        return compose.letter(scene, theme)
    text = compose.message(scene, theme, gap, social=social)
    if way.registry == IM and chance(scene.rng, 0.16):
        text = mention(scene.rng) + text
    return text


def _finish(rng: Random, draft: Draft, serial: int, moment: datetime, now: datetime) -> DemoCase:
    way, theme, person = draft.way, draft.theme, draft.person
    scene = _scene(rng, draft, moment)
    gap = "<br>" if way.registry == IM and chance(rng, 0.3) else " "
    text = _text(scene, draft, gap)
    course = lifecycle.run(rng, way.channel, way.kind, moment, now)
    office = department(theme.department)
    given: tuple[Answer, ...] = ()
    if way.registry != HEATMAP:
        given = answers.write(scene, theme, office, course, gap)
    social = way.social
    has_street = theme.place in _WITH_STREET
    return DemoCase(
        serial=serial,
        registry=way.registry,
        external_id=external_id(way.registry, serial),
        number=number(way, serial, moment.year),
        source=way.source,
        channel=way.channel,
        kind=way.kind,
        received_at=moment,
        registered_at=course.registered_at,
        assigned_at=course.assigned_at,
        title=_title(rng, way, theme),
        text=text,
        author=None if chance(rng, 0.03) and not social else person,
        phone=phone_of(person) if way.channel in _BY_PHONE and chance(rng, 0.8) else "",
        email=email_of(person) if way.channel in _BY_EMAIL else "",
        author_address=_author_address(rng, draft),
        place=draft.place if has_street else None,
        street_given=has_street and chance(rng, 0.62 if social else 0.85),
        house_given=theme.place in _WITH_HOUSE and chance(rng, 0.75),
        located=has_street and chance(rng, 0.63),
        group=theme.group,
        theme=theme.name,
        theme_code=theme.code,
        appeal_code=theme.appeal if way.kind == "appeal" else "",
        department=office,
        state=course.state,
        due_at=course.due_at,
        answers=given,
        closed_at=course.closed_at,
        result=_result(way, course),
        rating=_rating(rng, way, course),
        tags=_tags(rng, way, draft),
        url=post_url(rng, way.channel, serial) if social else "",
        is_proposal=theme.code == "proposal_misc" or chance(rng, 0.03),
        is_spam=course.state == "rejected" and chance(rng, 0.5),
        solvable=_solvable(rng, course),
        audience=int(rng.random() ** 3 * 40_000) if social else 0,
        engagement=int(rng.random() ** 4 * 300) if social else 0,
        approval_seconds=course.approval_seconds,
        origin=draft.origin,
        event=draft.event,
    )


_BY_PHONE = frozenset({"pos", "phone", "site", "oral", "municipal", "max", "telegram"})
_BY_EMAIL = frozenset({"pos", "email", "site", "open311"})


def _title(rng: Random, way: Way, theme: Theme) -> str:
    if way.registry != CANONICAL or way.social or chance(rng, 0.35):
        return ""
    return theme.name.partition(" (")[0]


def _author_address(rng: Random, draft: Draft) -> str:
    if draft.way.kind != "appeal":
        return ""
    street = draft.place.street
    flat = 1 + int(rng.random() * 120)
    suffix = f", кв. {flat}" if street.built == "mkd" else ""
    return f"{street.settlement}, {street.official}, д. {draft.place.house}{suffix}"


def _result(way: Way, course: lifecycle.Course) -> str:
    if course.closed_at is None:
        return ""
    if course.state in _RESULTS:
        return _RESULTS[course.state]
    if way.kind == "appeal":
        if course.refused:
            return "Не поддержано"
        return "Поддержано" if course.solved else "Разъяснено"
    if course.refused:
        return "Отказано"
    return "Решено" if course.solved else "Разъяснено"


def _rating(rng: Random, way: Way, course: lifecycle.Course) -> int | None:
    if course.closed_at is None or way.registry != CANONICAL or not chance(rng, 0.26):
        return None
    good = course.solved and not course.refused
    return pick(rng, (5, 5, 5, 4, 4, 3) if good else (1, 1, 2, 2, 3, 4))


def _tags(rng: Random, way: Way, draft: Draft) -> str:
    if way.channel == "pos":
        return draft.theme.pos
    if draft.origin == "repeat" and chance(rng, 0.3):
        return "повторное"
    if way.registry == IM and chance(rng, 0.12):
        return pick(rng, ("на контроле главы", "резонанс", "выезд", "дети", "СМИ"))
    return ""


def _solvable(rng: Random, course: lifecycle.Course) -> str:
    if course.refused and chance(rng, 0.4):
        return "Не решаемый"
    return "Информационный" if chance(rng, 0.12) else "Решаемый"
