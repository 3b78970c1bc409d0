"""Frozen types of the made-up town and of what its people write."""

from datetime import datetime

import msgspec


class Street(msgspec.Struct, frozen=True, eq=False):
    """A street with the ways people name it; `{h}` in a pattern stands for the house."""

    kind: str
    name: str
    official: str
    """As registries write it: «ул. Ленина»."""
    nominative: str
    accusative: str
    genitive: str
    along: tuple[str, ...]
    on: tuple[str, ...]
    """«На улице Ленина», «на Ленина»: where, without a house."""
    in_house: tuple[str, ...]
    by_house: tuple[str, ...]
    address: tuple[str, ...]
    district: str
    settlement: str
    is_town: bool
    built: str
    """`mkd` for blocks of flats, `private` for houses with gardens."""
    houses: int
    weight: int
    lat: float
    lon: float
    step_lat: float
    step_lon: float
    """Degrees from one house number to the next."""


class Place(msgspec.Struct, frozen=True):
    street: Street
    house: str
    lat: float
    lon: float


class Department(msgspec.Struct, frozen=True):
    code: str
    name: str
    body: str
    """The subordinate body that does the work."""
    signer: str


class Person(msgspec.Struct, frozen=True):
    first: str
    father: str
    """Empty when the person did not give it."""
    last: str
    female: bool
    nick: str
    login: str
    number: int
    """The number of the invented profile."""

    @property
    def full(self) -> str:
        return " ".join(part for part in (self.last, self.first, self.father) if part)

    @property
    def address_as(self) -> str:
        return f"{self.first} {self.father}".strip()


class Answer(msgspec.Struct, frozen=True):
    text: str
    at: datetime
    interim: bool


class DemoCase(msgspec.Struct, frozen=True):
    """One message. Moments are naive and local; text may hold HTML where ИМ has it."""

    serial: int
    registry: str
    """`im`, `heatmap` or `canonical`: the kind of file it goes to."""
    external_id: str
    number: str
    source: str
    channel: str
    kind: str
    received_at: datetime
    registered_at: datetime | None
    assigned_at: datetime | None
    title: str
    text: str
    author: Person | None
    phone: str
    email: str
    author_address: str
    place: Place | None
    street_given: bool
    house_given: bool
    located: bool
    group: str
    theme: str
    theme_code: str
    appeal_code: str
    department: Department
    state: str
    due_at: datetime | None
    answers: tuple[Answer, ...]
    closed_at: datetime | None
    result: str
    rating: int | None
    tags: str
    url: str
    is_proposal: bool
    is_spam: bool
    solvable: str
    audience: int
    engagement: int
    approval_seconds: int
    origin: str
    """`ordinary`, `incident`, `campaign`, `repeat` or `copy`."""
    event: int
    """Number of the incident or campaign, the serial of the earlier case, or -1."""
