"""Users on the real engine and Redis: who wins, what ends, what is refused."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
import structlog
from anyio.to_thread import run_sync
from click.testing import CliRunner
from structlog.testing import capture_logs

from app.accounts import service, signing_in
from app.accounts.attempts import Attempts, Kind
from app.accounts.people import People
from app.accounts.roles import Role
from app.accounts.service import NewUser, Person
from app.accounts.sessions import Sessions
from app.accounts.signing_in import Visitor
from app.engine.client import Engine
from app.errors import (
    BadInputError,
    ConflictError,
    ForbiddenError,
    NotFoundError,
    SessionsUnavailableError,
    TooManyAttemptsError,
)
from app.reference import service as books
from app.reference.service import DepartmentDraft, SectorDraft
from app.settings import Settings
from app.viewer import LOCAL_VIEWER, Viewer
from cli.main import group
from dev.demo.staff import STAFF, make_staff
from tests.factories import PASSWORD, make_user, sessions_of

HERE = Visitor("10.0.0.7", "Firefox")


@pytest.fixture
async def sessions(settings: Settings) -> AsyncIterator[Sessions]:
    async with sessions_of(settings) as opened:
        yield opened


def operator(login: str, **more: Any) -> NewUser:
    return NewUser(login=login, name="Иванова Мария", roles=[Role.OPERATOR], **more)


async def test_of_twenty_who_create_one_login_one_wins(engine: Engine, sessions: Sessions) -> None:
    tries = [
        service.create_user(engine, sessions, LOCAL_VIEWER, operator("ivanova"), PASSWORD)
        for _ in range(20)
    ]
    done = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(isinstance(one, tuple) for one in done) == 1
    lost = [one for one in done if isinstance(one, ConflictError)]
    assert len(lost) == 19
    assert {one.message for one in lost} == {"Логин «ivanova» уже занят."}


@pytest.mark.parametrize(
    ("new", "field"),
    [
        (operator("Иванова"), "login"),
        (operator("a"), "login"),
        (operator("-ab"), "login"),
        (operator("a b"), "login"),
        (operator("x" * 41), "login"),
        (NewUser(login="petrov", name=" ", roles=[Role.OPERATOR]), "name"),
        (NewUser(login="petrov", name="П", roles=[]), "roles"),
        (NewUser(login="petrov", name="П", roles=[Role.BLOCK_HEAD]), "sector"),
        (NewUser(login="petrov", name="П", roles=[Role.EXECUTOR]), "department"),
        (operator("petrov", email="не почта"), "email"),
    ],
)
async def test_what_cannot_be_is_refused_at_its_field(
    engine: Engine, sessions: Sessions, new: NewUser, field: str
) -> None:
    with pytest.raises(BadInputError) as refused:
        await service.create_user(engine, sessions, LOCAL_VIEWER, new, PASSWORD)
    assert refused.value.field == field
    assert await service.list_users(engine, LOCAL_VIEWER) == []


async def test_only_who_may_manages_people(engine: Engine, sessions: Sessions) -> None:
    for viewer in (None, Viewer("nobody")):
        with pytest.raises(ForbiddenError):
            await service.create_user(engine, sessions, viewer, operator("ivanova"))
        with pytest.raises(ForbiddenError):
            await service.list_users(engine, viewer)
        with pytest.raises(ForbiddenError):
            await service.reset_password(engine, sessions, viewer, "ivanova")
        with pytest.raises(ForbiddenError):
            await service.deactivate(engine, sessions, viewer, "ivanova")


async def test_a_change_of_what_was_shown_before_loses(
    engine: Engine, sessions: Sessions, settings: Settings
) -> None:
    user = await make_user(engine, settings, "ivanova")
    person = Person(name="Петрова Мария", roles=[Role.OPERATOR])
    done = await asyncio.gather(
        *(
            service.change_user(engine, sessions, LOCAL_VIEWER, "ivanova", user.version, person)
            for _ in range(10)
        ),
        return_exceptions=True,
    )
    assert sum(not isinstance(one, Exception) for one in done) == 1
    assert all(isinstance(one, ConflictError) for one in done if isinstance(one, Exception))
    with pytest.raises(NotFoundError):
        await service.change_user(engine, sessions, LOCAL_VIEWER, "nobody", 1, person)


async def test_a_name_ends_no_session_and_a_right_ends_all(
    engine: Engine, sessions: Sessions, settings: Settings
) -> None:
    user = await make_user(engine, settings, "ivanova", name="Иванова Мария")
    session_id = await signing_in.begin(sessions, user, HERE)
    named = Person(name="Петрова Мария", roles=[Role.OPERATOR])
    user = await service.change_user(engine, sessions, LOCAL_VIEWER, "ivanova", 1, named)
    assert user.epoch == 1
    assert (await sessions.read(session_id)).session is not None
    right = Person(name="Петрова Мария", roles=[Role.OPERATOR, Role.CUR])
    user = await service.change_user(engine, sessions, LOCAL_VIEWER, "ivanova", 2, right)
    assert (user.epoch, user.version) == (2, 3)
    assert (await sessions.read(session_id)).session is None


async def test_the_last_administrator_stays(
    engine: Engine, sessions: Sessions, settings: Settings
) -> None:
    boss = await make_user(engine, settings, "boss", Role.ADMINISTRATOR)
    with pytest.raises(ConflictError, match="последний администратор"):
        await service.deactivate(engine, sessions, LOCAL_VIEWER, "boss")
    lesser = Person(name="boss", roles=[Role.OPERATOR])
    with pytest.raises(ConflictError, match="последний администратор"):
        await service.change_user(engine, sessions, LOCAL_VIEWER, "boss", boss.version, lesser)
    await make_user(engine, settings, "second", Role.ADMINISTRATOR)
    await service.deactivate(engine, sessions, LOCAL_VIEWER, "boss")


async def test_parallel_guesses_are_counted_before_they_are_checked(
    engine: Engine, sessions: Sessions, settings: Settings
) -> None:
    await make_user(engine, settings, "ivanova")
    tries = [
        signing_in.check_by_password(engine, sessions, "ivanova", f"догадка {number}", HERE)
        for number in range(30)
    ]
    done = await asyncio.gather(*tries, return_exceptions=True)
    checked = [one for one in done if isinstance(one, BadInputError)]
    assert len(checked) <= 2
    assert all(isinstance(one, BadInputError | TooManyAttemptsError) for one in done)


async def test_the_wait_doubles(sessions: Sessions, settings: Settings) -> None:
    attempts, waits = Attempts(sessions), []
    for _ in range(settings.sign_in_attempts):
        await attempts.take(Kind.PASSWORD, "ivanova", "10.0.0.7")
        keys = [key async for key in sessions.redis.scan_iter(sessions.key("wait", "*"))]
        waits += [await sessions.redis.pttl(key) for key in keys] or [0]
        if waits[-1] < 60_000:
            for key in keys:
                await sessions.redis.delete(key)
    rounded = [round(wait / 1000) for wait in waits]
    assert rounded == [0, 1, 2, 4, 900]


async def test_a_person_has_twenty_sessions_at_most(
    engine: Engine, sessions: Sessions, settings: Settings
) -> None:
    user = await make_user(engine, settings, "ivanova")
    ids = [await signing_in.begin(sessions, user, HERE) for _ in range(22)]
    assert len(await sessions.of_person("ivanova")) == 20
    assert (await sessions.read(ids[0])).session is None
    assert (await sessions.read(ids[-1])).session is not None


async def test_a_touch_never_brings_an_ended_session_back(
    engine: Engine, sessions: Sessions, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    from datetime import timedelta

    monkeypatch.setattr("app.accounts.sessions.TOUCH_AFTER", timedelta(0))
    user = await make_user(engine, settings, "ivanova")
    session_id = await signing_in.begin(sessions, user, HERE)
    session = (await sessions.read(session_id)).session
    assert session is not None
    await sessions.end_all("ivanova")
    await sessions.touch(session_id, session)
    assert (await sessions.read(session_id)).session is None


async def test_rights_are_read_once_and_anew_after_a_change(
    engine: Engine, sessions: Sessions, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    await make_user(engine, settings, "ivanova")
    people, asked = People(engine, settings), []
    get = engine.get

    async def counting(*args: Any, **options: Any) -> Any:
        asked.append(args[1])
        return await get(*args, **options)

    monkeypatch.setattr(engine, "get", counting)
    for _ in range(5):
        assert await people.person("ivanova", await sessions.stamp())
    assert asked == ["ivanova"]
    await service.deactivate(engine, sessions, LOCAL_VIEWER, "ivanova")
    asked.clear()
    person = await people.person("ivanova", await sessions.stamp())
    assert person is not None
    assert not person.user.active
    assert asked == ["ivanova"]
    assert await people.person("nobody", await sessions.stamp()) is None


async def test_redis_away_is_one_clear_error(engine: Engine, settings: Settings) -> None:
    user = await make_user(engine, settings, "ivanova")
    away = settings.model_copy(
        update={"redis_url": type(settings.redis_url)("redis://127.0.0.1:9/0")}
    )
    async with sessions_of(away) as sessions:
        for asking in (
            sessions.read("x"),
            sessions.begin(user, address="", browser=""),
            signing_in.check_by_password(engine, sessions, "ivanova", PASSWORD, HERE),
        ):
            with pytest.raises(SessionsUnavailableError, match="Redis не отвечает"):
                await asking
        stopped = await service.deactivate(engine, sessions, LOCAL_VIEWER, "ivanova")
    assert stopped.epoch == 2


async def test_the_journal_holds_no_secret(
    engine: Engine, sessions: Sessions, settings: Settings
) -> None:
    structlog.reset_defaults()
    with capture_logs() as lines:
        _, once = await service.create_user(engine, sessions, LOCAL_VIEWER, operator("ivanova"))
        assert once
        user = await signing_in.check_by_password(engine, sessions, "ivanova", once, HERE)
        session_id = await signing_in.begin(sessions, user, HERE)
    told = json.dumps([str(line) for line in lines], ensure_ascii=False)
    noted = [line["what"] for line in lines if line["event"] == "security"]
    assert noted == ["user.created", "sign_in.done"]
    assert once not in told
    assert session_id not in told
    assert "argon2" not in told


async def test_the_first_start_makes_one_administrator(engine: Engine, settings: Settings) -> None:
    made = [
        one
        for one in await asyncio.gather(*(service.create_first(engine) for _ in range(5)))
        if one
    ]
    assert len(made) == 1
    [first] = await service.list_users(engine, LOCAL_VIEWER)
    assert set(first.roles) == {Role.ADMINISTRATOR, Role.COORDINATOR}
    assert first.must_change_password
    assert await service.create_first(engine) is None


async def test_the_staff_of_the_demo_has_every_role(
    engine: Engine, sessions: Sessions, settings: Settings
) -> None:
    await service.create_first(engine)
    for _ in range(2):
        logins = await make_staff(engine, sessions, PASSWORD)
    users = await service.list_users(engine, LOCAL_VIEWER)
    assert {one.login for one in users} == set(logins)
    assert {role for one in users for role in one.roles} == set(Role)
    for login in logins:
        await signing_in.check_by_password(engine, sessions, login, PASSWORD, HERE)
    assert not any(one.must_change_password for one in users if one.login != "admin")
    assert {person.department for person in STAFF} - {None} <= town_departments()


def town_departments() -> set[str]:
    from dev.demo.town import departments

    return {one.code for one in departments()}


def run(*words: str, given: str = "") -> Any:
    return CliRunner().invoke(group, words, input=given)


def test_users_from_the_terminal(settings: Settings) -> None:
    first = run("setup")
    assert "одноразовый пароль" in first.stderr
    assert "одноразовый пароль" not in run("setup").stderr
    made = run("user", "create", "Petrov", "--role", "operator", "--role", "cur", "--name", "Пётр")
    assert made.exit_code == 0, made.output
    once = made.output.splitlines()[-1]
    assert len(once) == 19
    again = run("user", "create", "petrov", "--role", "operator")
    assert isinstance(again.exception, ConflictError)
    assert run("user", "create", "x1", "--role", "king").exit_code == 2
    weak = run("user", "create", "sidorov", "--role", "cur", "--password-stdin", given="123\n")
    assert isinstance(weak.exception, BadInputError)
    changed = run("user", "password", "petrov", "--password-stdin", given=f"{PASSWORD}\n")
    assert changed.exit_code == 0
    assert PASSWORD not in changed.output
    listed = json.loads(run("user", "list", "--json").output)
    assert [one["login"] for one in listed] == ["admin", "petrov"]
    assert "argon2" not in str(listed)
    assert listed[1]["roles"] == ["operator", "cur"]


async def test_the_terminal_knows_the_codes_of_the_book(engine: Engine) -> None:
    executor = ("user", "create", "ivanov", "--role", "executor", "--department")
    early = await run_sync(
        run, "user", "create", "early", "--role", "executor", "--department", "x"
    )
    assert early.exit_code == 0, early.output
    assert "справочник пуст" in early.stderr
    await books.create_sector(engine, LOCAL_VIEWER, SectorDraft("Хозяйство"), "city")
    await books.create_department(engine, LOCAL_VIEWER, DepartmentDraft("Дороги"), "roads")
    await books.create_department(engine, LOCAL_VIEWER, DepartmentDraft("Вода"), "water")
    wrong = await run_sync(run, *executor, "raods")
    assert wrong.exit_code == 2
    assert "«raods» нет в справочнике. Есть: roads, water." in wrong.stderr
    head = ("user", "create", "head1", "--role", "block_head", "--sector")
    assert (await run_sync(run, *head, "town")).exit_code == 2
    assert (await run_sync(run, *head, "city")).exit_code == 0
    assert (await run_sync(run, *executor, "roads")).exit_code == 0
    users = await service.list_users(engine, LOCAL_VIEWER)
    assert {one.login: one.department for one in users if one.department} == {
        "early": "x",
        "ivanov": "roads",
    }
