"""Every route, every role, an own and a foreign case: whoever may not, learns nothing.

The routes are taken from the application itself, so one that is added later is walked too.
"""

import re
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from httpx import Response
from litestar import Litestar
from litestar.routes import HTTPRoute
from litestar.testing import AsyncTestClient

from app.accounts.models import User
from app.accounts.roles import GRANTS, Role
from app.accounts.scopes import viewer_for
from app.cases.actions.table import RULES
from app.cases.codes import Channel, State
from app.cases.models import Case, Place, Workflow
from app.engine.client import Engine
from app.exports.files import ExportFiles
from app.exports.repository import EXPORTS
from app.permissions import Permission
from app.reference.departments import Department, DepartmentBook, Sector
from app.settings import Settings
from app.viewer import Viewer
from app.web.access import KEY, PUBLIC, SIGNED_IN
from indexers.exports.run import run_export
from tests.factories import site
from tests.integration.search_corpus import case, filled

BASE = "http://127.0.0.1:8000"
NOW = datetime(2026, 3, 1, tzinfo=UTC)
JSON, HTML = "application/json", "text/html"
HAND_MADE = "01JZZZZZZZZZZZZZZZZZZZZZZZ"
_TOKEN = re.compile(r'name="_csrf_token" value="([0-9a-f]+)"')

OWN, FOREIGN = "Управление ЖКХ", "Чужероссийская служба"
TOWN, OTHER_TOWN = "Зареченск", "Инокраевск"
SECRET = "Тайнопись"
BOOK = DepartmentBook(
    [Department(code="house", name=OWN, sector="city")], [Sector("city", "Городское хозяйство")]
)
FOREIGN_MARKS = (FOREIGN, OTHER_TOWN, SECRET, "26-000900", "id-0900")
NAMES_ALL_DEPARTMENTS = "/books"
"""Whoever keeps the book of departments sees names that cases bear; never a case."""
SENDS_A_STREAM = frozenset({"/cases/{case_name:str}/presence/stream"})


def own_case(channel: Channel) -> Case:
    number = 100 + list(Channel).index(channel)
    return case(
        number,
        f"Нет воды {number}",
        channel=channel,
        state=State.IN_PROGRESS,
        place=Place(municipality=TOWN),
        workflow=Workflow(department=OWN),
    )


FOREIGN_CASE = case(
    900,
    f"{SECRET} о яме",
    channel=Channel.POS,
    state=State.IN_PROGRESS,
    place=Place(municipality=OTHER_TOWN, street=SECRET),
    workflow=Workflow(department=FOREIGN, assignee="stranger"),
)
CASES = [*map(own_case, Channel), FOREIGN_CASE]


def user(*roles: Role) -> User:
    return User(
        login="petrova",
        name="Петрова Анна",
        roles=list(roles),
        created_at=NOW,
        updated_at=NOW,
        created_by="test",
        department="house",
        sector="city",
        municipalities=[TOWN],
    )


def viewer_with(*roles: Role) -> Viewer:
    return viewer_for(user(*roles), BOOK)


@dataclass(frozen=True)
class Way:
    """One address and one method of the application."""

    method: str
    path: str
    declared: str
    parameters: tuple[str, ...]

    def address(self, **given: str) -> str:
        values = {name: given.get(name, HAND_MADE) for name in self.parameters}
        return re.sub(r"\{(\w+):\w+\}", lambda found: values[found[1]], self.path)

    @property
    def of_a_case(self) -> str | None:
        """The parameter that names a case."""
        return next((name for name in self.parameters if name.startswith("case")), None)


def ways(app: Litestar) -> list[Way]:
    return [
        Way(method, route.path, str(handler.opt.get(KEY)), tuple(route.path_parameters))
        for route in app.routes
        if isinstance(route, HTTPRoute) and not route.path.startswith(("/static", "/schema"))
        for handler in route.route_handlers
        for method in sorted(handler.http_methods - {"OPTIONS", "HEAD"})
    ]


@dataclass
class Person:
    """A browser, or a program, of somebody."""

    client: AsyncTestClient[Litestar]
    viewer: Viewer | None
    token: str = field(default="")

    async def ask(self, way: Way, accept: str = HTML, **given: str) -> Response:
        address = way.address(**given)
        if way.method == "GET":
            return await self.client.get(address, headers={"Accept": accept}, **NO_REDIRECTS)
        headers = {"Accept": accept, "x-csrftoken": await self._form_token()}
        if way.path.startswith("/api/"):
            body = {"version": 1}
            return await self.client.request(
                way.method, address, headers=headers, json=body, **NO_REDIRECTS
            )
        return await self.client.request(way.method, address, headers=headers, **NO_REDIRECTS)

    async def order_export(self) -> Response:
        """CSV: what is in it can be looked for."""
        form = {"format": "csv", "_csrf_token": await self._form_token()}
        return await self.client.post("/exports", data=form, **NO_REDIRECTS)

    async def _form_token(self) -> str:
        """Any page has one, also the page of an error."""
        if not self.token:
            await self.client.get("/health/live")
            found = _TOKEN.search((await self.client.get("/")).text)
            self.token = found[1] if found else ""
        return self.token


NO_REDIRECTS: dict[str, Any] = {"follow_redirects": False}


@pytest.fixture
async def town(settings: Settings) -> AsyncIterator[Engine]:
    async with filled(settings, CASES) as engine:
        yield engine


async def walk(
    settings: Settings, viewers: Iterable[tuple[str, Viewer | None]]
) -> AsyncIterator[tuple[str, Person, list[Way]]]:
    """Each viewer signed in to a site of their own, with the ways of it."""
    for name, viewer in viewers:
        app = site(settings, viewer)
        async with AsyncTestClient(app, base_url=BASE) as client:
            yield name, Person(client, viewer), ways(app)


EVERYBODY = [(role.value, viewer_with(role)) for role in Role]


def code_of(answer: Response) -> str:
    """Of a JSON error."""
    return str(answer.json()["error"]["code"]) if answer.headers["content-type"] == JSON else ""


async def test_the_declared_permission_decides(settings: Settings, town: Engine) -> None:
    wrong: list[str] = []
    async for name, person, every in walk(settings, EVERYBODY):
        for way in every:
            allowed = may_open(person.viewer, way)
            for accept in (HTML, JSON):
                answer = await person.ask(way, accept)
                if not agrees(way, answer, allowed=allowed):
                    wrong.append(f"{name} {way.method} {way.path}: {answer.status_code}")
    assert wrong == []


def may_open(viewer: Viewer | None, way: Way) -> bool:
    if way.declared in {PUBLIC[KEY], SIGNED_IN[KEY]}:
        return True
    return viewer is not None and viewer.may(Permission(way.declared))


def agrees(way: Way, answer: Response, *, allowed: bool) -> bool:
    """A change, and what is open to whoever has signed in, may have a finer rule of its own.

    503: a service that is away refuses nobody.
    """
    status = answer.status_code
    if not allowed:
        return status == 403
    if status >= 500:
        return status == 503
    if way.declared == PUBLIC[KEY]:
        return True  # a sign-in with nothing in it is refused by itself
    finer = way.method != "GET" or way.declared == SIGNED_IN[KEY]
    return status != 401 and (status != 403 or finer)


async def test_a_stranger_and_a_person_without_roles(settings: Settings, town: Engine) -> None:
    wrong: list[str] = []
    nobody = [("stranger", None), ("no roles", viewer_with()), ("unknown", Viewer("ghost"))]
    async for name, person, every in walk(settings, nobody):
        for way in every:
            if way.declared == PUBLIC[KEY]:
                continue
            signed_in = person.viewer is not None
            status = (await person.ask(way, JSON, case_name="id-0100")).status_code
            refused = {403} if signed_in else {401}
            if signed_in and way.declared == SIGNED_IN[KEY]:
                continue
            if status not in refused:
                wrong.append(f"{name} {way.method} {way.path}: {status}")
    assert wrong == []


def test_a_role_nobody_knows_is_no_role() -> None:
    stored = {**msgspec.to_builtins(user(Role.OPERATOR)), "roles": ["boss"]}
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(stored, User)


async def test_an_own_case_is_reached_and_a_foreign_one_is_not(
    settings: Settings, town: Engine
) -> None:
    wrong: list[str] = []
    async for name, person, every in walk(settings, EVERYBODY):
        own = own_of(Role(name))
        for way in every:
            if not way.of_a_case or way.path in SENDS_A_STREAM or not may_open(person.viewer, way):
                continue
            wrong += [
                f"foreign: {name} {way.method} {way.path} {accept}"
                for accept in (HTML, JSON)
                if not await foreign_is_hidden(person, way, accept)
            ]
            if way.method == "GET" and way.parameters == (way.of_a_case,):
                refused = await unreached(person, way, own)
                wrong += [f"own: {name} {way.path}: {status}" for status in refused]
    assert wrong == []


def own_of(role: Role) -> Case | None:
    """A case this role sees; None for one that sees none."""
    if Permission.CASE_VIEW not in GRANTS[role].permissions:
        return None
    channels = GRANTS[role].channels or {Channel.SITE.value}
    return own_case(Channel(min(channels)))


async def unreached(person: Person, way: Way, own: Case | None) -> list[int]:
    """Statuses of refusals where the own case should be shown, by id and by number."""
    names = (own.id, own.number) if own else ()
    answers = [await person.ask(way, **{str(way.of_a_case): name}) for name in names]
    return [answer.status_code for answer in answers if answer.status_code >= 400]


async def foreign_is_hidden(person: Person, way: Way, accept: str) -> bool:
    """A foreign case answers as one that does not exist, for every action there is."""
    for action in RULES if "action" in way.parameters else [HAND_MADE]:
        absent = await person.ask(way, accept, action=action)
        for name in (FOREIGN_CASE.id, FOREIGN_CASE.number):
            answer = await person.ask(way, accept, action=action, **{str(way.of_a_case): name})
            told = [mark for mark in FOREIGN_MARKS[:3] if mark in answer.text]
            if told or answer.status_code != absent.status_code or answer.status_code < 400:
                return False
            if way.method == "GET" and answer.status_code != 404:
                return False
    return True


async def test_no_list_names_what_is_foreign(settings: Settings, town: Engine) -> None:
    wrong: list[str] = []
    async for name, person, every in walk(settings, EVERYBODY):
        for way in every:
            if way.method != "GET" or way.parameters or way.path.startswith(NAMES_ALL_DEPARTMENTS):
                continue
            for accept in (HTML, JSON):
                text = (await person.ask(way, accept)).text
                wrong += [f"{name} {way.path}: {mark}" for mark in FOREIGN_MARKS if mark in text]
    assert wrong == []


async def test_filters_find_and_count_nothing_foreign(settings: Settings, town: Engine) -> None:
    asked = [
        {"q": SECRET},
        {"department": FOREIGN},
        {"municipality": OTHER_TOWN},
        {"street": SECRET},
        {"q": "26-000900"},
    ]
    async for _, person, _ in walk(settings, EVERYBODY):
        for params in asked:
            answer = await person.client.get("/api/v1/search", params=params)
            if answer.status_code == 403:
                continue
            found = answer.json()
            assert found["total"] == 0
            counts = [each["count"] for facet in found["facets"].values() for each in facet]
            values = {
                each["value"]: each["count"] for facet in found["facets"].values() for each in facet
            }
            assert all(values.get(mark, 0) == 0 for mark in FOREIGN_MARKS), counts


async def test_an_export_holds_nothing_foreign(settings: Settings, town: Engine) -> None:
    exporters = [
        (name, viewer) for name, viewer in EVERYBODY if viewer.may(Permission.SEARCH_EXPORT)
    ]
    async for name, person, _ in walk(settings, exporters):
        answer = await person.order_export()
        export_id = answer.headers["location"].rpartition("/")[2].partition("?")[0]
        await run_export(town, settings, export_id)
        job = (await EXPORTS.get(town, export_id)).job
        assert job.done == len(seen_by(Role(name)))
        content = ExportFiles(settings, job).result.read_bytes()
        assert not any(mark.encode() in content for mark in FOREIGN_MARKS)
        strangers = [("other", msgspec.structs.replace(viewer_with(Role.OPERATOR), name="other"))]
        async for _, other, _ in walk(settings, strangers):
            for address in (f"/exports/{export_id}", f"/exports/{export_id}/file"):
                assert (await other.client.get(address)).status_code == 404


def seen_by(role: Role) -> list[Case]:
    channels = GRANTS[role].channels
    return [own_case(one) for one in Channel if channels is None or one.value in channels]
