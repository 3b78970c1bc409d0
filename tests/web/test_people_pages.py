"""«Люди»: finding, creating, rights, the last administrator, substitution and leaving."""

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from httpx import Response
from litestar import Litestar
from litestar.testing import AsyncTestClient

from app.accounts import repository
from app.accounts.models import User
from app.accounts.roles import Role
from app.accounts.scopes import viewer_for
from app.cases.codes import State
from app.cases.models import Case, Workflow
from app.engine.client import Engine
from app.people.substitutions import today
from app.reference.departments import NO_DEPARTMENTS
from app.settings import Settings
from tests.factories import site, stored_cases
from tests.integration.search_corpus import case, filled

BASE = "http://127.0.0.1:8000"
NOW = datetime(2026, 3, 1, tzinfo=UTC)
_TOKEN = re.compile(r'name="_csrf_token" value="([0-9a-f]+)"')
_PASSWORD = re.compile(r'class="one-time-secret"><code>([^<]+)</code>')


def person(login: str, name: str, *roles: Role, **fields: Any) -> User:
    moments = {"created_at": NOW, "updated_at": NOW, "created_by": "test"}
    return User(login=login, name=name, roles=list(roles), **moments, **fields)


ADMIN = person("admin", "Главный Пётр Ильич", Role.ADMINISTRATOR)
SECOND = person("second", "Вторая Ольга", Role.ADMINISTRATOR, Role.COORDINATOR)
IVANOV = person("ivanov", "Иванов Семён", Role.OPERATOR, email="ivanov@example.org")
PETROVA = person("petrova", "Петрова Анна", Role.EXECUTOR, department="house")


def held(number: int, assignee: str | None, state: State = State.IN_PROGRESS) -> Case:
    work = Workflow(department="Управление ЖКХ", assignee=assignee)
    return case(number, f"Тайна письма {number}", state=state, workflow=work)


CASES = [held(1, "ivanov"), held(2, "ivanov"), held(3, "ivanov", State.CLOSED), held(4, "petrova")]


@dataclass
class Desk:
    client: AsyncTestClient[Litestar]
    engine: Engine
    settings: Settings

    async def get(self, address: str) -> str:
        answer = await self.client.get(address)
        assert answer.status_code == 200, address
        return answer.text

    async def post(self, address: str, **data: Any) -> Response:
        answer = await self.client.get("/me/substitutions")
        found = _TOKEN.search(answer.text)
        assert found, answer.text
        sent = {**data, "_csrf_token": found[1]}
        return await self.client.post(address, data=sent, follow_redirects=True)

    async def user(self, login: str) -> User:
        stored = await repository.get(self.engine, login)
        assert stored
        return stored.user

    def as_form(self, user: User, **changes: Any) -> dict[str, Any]:
        form = {
            "name": user.name,
            "roles": [role.value for role in user.roles],
            "department": user.department or "",
            "sector": user.sector or "",
            "email": user.email or "",
            "version": str(user.version),
        }
        return {**form, **changes}


async def opened(settings: Settings, who: User) -> AsyncIterator[Desk]:
    async with (
        filled(settings, CASES) as engine,
        AsyncTestClient(site(settings, viewer_for(who, NO_DEPARTMENTS)), base_url=BASE) as client,
    ):
        for user in (ADMIN, SECOND, IVANOV, PETROVA):
            await repository.create(engine, user)
        yield Desk(client, engine, settings)


@pytest.fixture
async def desk(settings: Settings) -> AsyncIterator[Desk]:
    async for one in opened(settings, ADMIN):
        yield one


async def test_people_are_found(desk: Desk) -> None:
    page = await desk.get("/people")
    assert all(name in page for name in ("Иванов Семён", "Петрова Анна", "Главный Пётр Ильич"))
    found = await desk.client.get(
        "/people", params={"q": "иван сем"}, headers={"HX-Request": "true"}
    )
    assert "Иванов Семён" in found.text
    assert "Петрова" not in found.text
    assert "<html" not in found.text
    by_role = await desk.get("/people?role=executor&department=house")
    assert "Петрова Анна" in by_role
    assert "Иванов Семён" not in by_role
    assert "Никого не нашлось" in await desk.get("/people?active=no")


async def test_a_new_person_gets_a_password_that_is_shown_once(desk: Desk) -> None:
    form = {"login": "sidorov", "name": "Сидоров Олег", "roles": ["operator", "cur"]}
    made = await desk.post("/people", **form)
    assert made.status_code == 200
    assert _PASSWORD.search(made.text)
    assert made.headers["cache-control"].startswith("no-store")
    assert not _PASSWORD.search(await desk.get("/people/sidorov"))
    assert (await desk.user("sidorov")).must_change_password
    taken = await desk.post("/people", **form)
    assert taken.status_code == 409
    assert 'value="Сидоров Олег"' in taken.text
    reserved = await desk.post("/people", **{**form, "login": "new"})
    assert reserved.status_code == 400


async def test_rights_stand_in_words(desk: Desk) -> None:
    page = await desk.get("/people/petrova")
    assert "ничего: не указано ведомство" in page  # the book does not know «house»
    assert "брать в работу" in page
    assert "все ведомства" in await desk.get("/people/ivanov")


async def test_nobody_changes_their_own_rights(desk: Desk) -> None:
    raised = desk.as_form(ADMIN, roles=["administrator", "coordinator"])
    refused = await desk.post("/people/admin", **raised)
    assert refused.status_code == 403
    assert (await desk.user("admin")).roles == [Role.ADMINISTRATOR]
    renamed = await desk.post("/people/admin", **desk.as_form(ADMIN, name="Главный Пётр"))
    assert renamed.status_code == 200
    assert (await desk.user("admin")).name == "Главный Пётр"
    assert (await desk.post("/people/admin/close")).status_code == 403


async def test_the_loser_keeps_the_form_and_learns_who_won(desk: Desk) -> None:
    first = await desk.post("/people/ivanov", **desk.as_form(IVANOV, email="first@example.org"))
    assert first.status_code == 200
    lost = await desk.post("/people/ivanov", **desk.as_form(IVANOV, name="Иванов Семён Львович"))
    assert lost.status_code == 409
    assert 'value="Иванов Семён Львович"' in lost.text
    assert "admin" in lost.text
    assert (await desk.user("ivanov")).email == "first@example.org"


async def test_the_last_administrator_stays(desk: Desk, settings: Settings) -> None:
    closed = await desk.post("/people/second/close")
    assert closed.status_code == 200
    viewer = viewer_for(SECOND, NO_DEPARTMENTS)  # a session that is about to end
    async with AsyncTestClient(site(settings, viewer), base_url=BASE) as client:
        other = Desk(client, desk.engine, settings)
        refused = await other.post("/people/admin/close")
        assert refused.status_code == 409
        roles = await other.post("/people/admin", **desk.as_form(ADMIN, roles=["operator"]))
        assert roles.status_code == 409
    assert (await desk.user("admin")).active


async def test_two_administrators_do_not_close_each_other(desk: Desk, settings: Settings) -> None:
    viewer = viewer_for(SECOND, NO_DEPARTMENTS)
    async with AsyncTestClient(site(settings, viewer), base_url=BASE) as client:
        other = Desk(client, desk.engine, settings)
        await asyncio.gather(desk.post("/people/second/close"), other.post("/people/admin/close"))
    left = [await desk.user(login) for login in ("admin", "second")]
    assert any(one.active for one in left)


async def test_a_closed_sign_in_is_opened_again(desk: Desk) -> None:
    await desk.post("/people/ivanov/close")
    assert not (await desk.user("ivanov")).active
    assert "Открыть вход" in await desk.get("/people/ivanov")
    await desk.post("/people/ivanov/open")
    assert (await desk.user("ivanov")).active
    reset = await desk.post("/people/ivanov/password")
    assert _PASSWORD.search(reset.text)


async def test_a_leaver_hands_over_everything_in_one_act(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    rung: list[tuple[str, ...]] = []

    async def heard(_: Settings, actor: str, *args: str) -> bool:
        rung.append((actor, *args))
        return True

    monkeypatch.setattr("app.people.controllers.ring", heard)
    page = await desk.get("/people/ivanov/leave")
    assert page.count("<tr data-row>") == 2
    assert "2\xa0обращения" in page
    assert "Тайна письма" not in page
    nobody = await desk.post("/people/ivanov/leave", to="")
    assert nobody.status_code == 400
    ghost = await desk.post("/people/ivanov/leave", to="ghost")
    assert ghost.status_code == 400
    moved = await desk.post("/people/ivanov/leave", to="petrova", close="on")
    assert "Передано: 2 из 2" in moved.text
    assert rung == [("sweep_audit",)], "the journal hears of it at once"
    assert not (await desk.user("ivanov")).active
    holders = {one["number"]: one["workflow"] for one in (await stored_cases(desk.engine)).values()}
    assert [holders[f"26-00000{n}"]["assignee"] for n in (1, 2, 3, 4)] == [
        *("petrova", "petrova", "ivanov", "petrova")
    ]
    again = await desk.post("/people/ivanov/leave", to="petrova")
    assert "Открытых обращений нет" in again.text


async def test_cases_go_back_to_their_department(desk: Desk) -> None:
    moved = await desk.post("/people/ivanov/leave", to="*")
    assert "Передано: 2 из 2" in moved.text
    assert (await desk.user("ivanov")).active
    first = (await stored_cases(desk.engine))["T-1"]
    assert "assignee" not in first["workflow"]
    assert (first["state"], first["workflow"]["department"]) == ("assigned", "Управление ЖКХ")
    assert first["history"][-1]["what"] == "release"


async def test_a_person_names_a_substitute(settings: Settings) -> None:
    async for desk in opened(settings, IVANOV):
        await names_a_substitute(desk)


async def names_a_substitute(desk: Desk) -> None:
    day = today(desk.settings)
    days = {"since": day.isoformat(), "until": (day + timedelta(days=3)).isoformat()}
    for wrong in (
        {"login": "ivanov", **days},
        {"login": "ghost", **days},
        {"login": "petrova", "since": days["until"], "until": days["since"]},
        {"login": "petrova", "since": "2020-01-01", "until": "2020-01-02"},
        {"login": "petrova", "since": "скоро", "until": days["until"]},
    ):
        assert (await desk.post("/me/substitutions", **wrong)).status_code == 400
    named = await desk.post("/me/substitutions", login="petrova", **days)
    assert "Замещение назначено" in named.text
    assert "Петрова Анна" in named.text
    twice = await desk.post("/me/substitutions", login="petrova", **days)
    assert twice.status_code == 400
    (one,) = (await desk.user("ivanov")).substitutions
    assert (one.login, one.by) == ("petrova", "ivanov")
    assert (await desk.client.get("/people/substitutions")).status_code == 403
    other = await desk.post("/people/petrova/substitutions", login="ivanov", **days)
    assert other.status_code == 403
    ended = await desk.post("/me/substitutions/end", at=one.at.isoformat())
    assert "Замещение закончено" in ended.text
    assert (await desk.user("ivanov")).substitutions == []


async def test_the_substitute_is_told_for_whom(desk: Desk, settings: Settings) -> None:
    day = today(settings).isoformat()
    await desk.post("/people/ivanov/substitutions", login="petrova", since=day, until=day)
    listed = await desk.get("/people/substitutions")
    assert "Петрова Анна" in listed
    assert "Иванов Семён" in listed
    absent = await desk.user("ivanov")
    viewer = viewer_for(PETROVA, NO_DEPARTMENTS, [absent], today(settings))
    async with AsyncTestClient(site(settings, viewer), base_url=BASE) as client:
        page = (await client.get("/me/substitutions")).text
    assert "Вы замещаете: Иванов С." in page


async def test_the_table_of_rights(desk: Desk) -> None:
    page = await desk.get("/people/rights")
    assert "открыть данные автора, назвав причину" in page
    assert "ведомства своего блока и подведомственные" in page


async def test_a_role_without_cases_does_not_deny_what_another_sees(desk: Desk) -> None:
    both, alone = await desk.get("/people/second"), await desk.get("/people/admin")
    assert "<div>все ведомства</div>" in both
    assert "<div>обращений не видит</div>" not in both
    assert "<div>обращений не видит</div>" in alone
