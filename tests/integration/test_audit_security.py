"""Sign-in and rights in the journal, behind the door that accounts know."""

import asyncio
from datetime import UTC, datetime

import pytest
from redis.asyncio import Redis

from app.accounts.events import SecurityEvent, announce, note
from app.accounts.roles import GRANTS, Role
from app.accounts.service import NewUser, create_user, get_user, reset_password
from app.accounts.sessions import Sessions
from app.accounts.tokens.service import Wish, create, recognise, revoke
from app.audit.refusals import EACH, Refusals
from app.audit.security import security_told
from app.audit.waiting import Journal, drain, waiting_key
from app.engine.client import Engine
from app.engine.names import Index
from app.errors import EngineUnavailableError, RevokedTokenError
from app.permissions import Permission
from app.reference import service as books
from app.reference.service import DepartmentDraft, SectorDraft
from app.settings import Settings
from app.viewer import Part, Viewer
from indexers.audit.book import project_book
from tests.auditing import lines
from tests.casework import OPERATOR

TYPED = "тайна-7431"
ADMIN = Viewer("admin", permissions=GRANTS[Role.ADMINISTRATOR].permissions)


async def test_what_accounts_tell_is_in_the_journal(engine: Engine) -> None:
    journal = Journal(engine, None)
    async with security_told(engine, journal, Refusals(journal)):
        note(SecurityEvent.SIGNED_IN, login="petrov", reason="password")
        note(SecurityEvent.SIGN_IN_REFUSED, login=TYPED, reason="unknown_login")
        await announce(SecurityEvent.RIGHTS_CHANGED, login="admin", subject="petrov")
        told = await lines(engine, what="user.rights_changed")
        assert [(line["who"], line["object_id"]) for line in told] == [("admin", "petrov")]
        for _ in range(EACH * 2):
            note(SecurityEvent.SESSION_REFUSED, login="", reason="unknown_session")
    note(SecurityEvent.SIGNED_OUT, login="petrov")  # nobody listens any more
    every = await lines(engine)
    assert TYPED not in str(every)
    codes = [line["what"] for line in every]
    assert codes.count("user.rights_changed") == codes.count("sign_in.done") == 1
    assert codes.count("session.refused") == EACH - 1
    [refused] = [line for line in every if line["what"] == "sign_in.refused"]
    assert (refused["outcome"], refused["code"]) == ("refused", "unknown_login")
    assert "sign_out" not in codes


async def test_sign_in_with_the_engine_away(settings: Settings, engine: Engine) -> None:
    away = Engine(settings.model_copy(update={"es_url": "http://127.0.0.1:9"}))
    async with Redis.from_url(settings.redis_url.get_secret_value()) as redis:
        async with security_told(away, Journal(away, redis)):
            note(SecurityEvent.SIGNED_IN, login="petrov")
            with pytest.raises(EngineUnavailableError):
                await announce(SecurityEvent.RIGHTS_CHANGED, login="admin", subject="petrov")
        await away.close()
        assert await redis.llen(waiting_key(settings.index_prefix)) == 1
        assert await drain(engine, redis) == 1
    [line] = await lines(engine)
    assert (line["what"], line["who"]) == ("sign_in.done", "petrov")


async def test_the_life_of_a_token_is_told(engine: Engine) -> None:
    journal = Journal(engine, None)
    async with security_told(engine, journal, Refusals(journal)):
        secret, token = await create(engine, ADMIN, OPERATOR, Wish(login="oper", name="Портал"))
        await revoke(engine, ADMIN, token.id)
        with pytest.raises(RevokedTokenError):
            await recognise(engine, secret, datetime.now(UTC))
    named = f"oper:{token.short_id}"
    found = {line["what"]: line for line in await lines(engine, kind="token")}
    assert {(line["what"], line["who"], line["object_id"]) for line in found.values()} == {
        ("token.created", "admin", named),
        ("token.revoked", "admin", named),
        ("token.refused", "oper", named),
    }
    assert found["token.refused"]["code"] == "token_revoked"
    assert secret not in str(found)


async def test_a_token_that_cannot_be_told_of_is_not_made(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object) -> None:
        raise EngineUnavailableError("Журнал сейчас недоступен.")

    monkeypatch.setattr("app.audit.security.write", away)
    async with security_told(engine, Journal(engine, None)):
        with pytest.raises(EngineUnavailableError):
            await create(engine, ADMIN, OPERATOR, Wish(login="oper", name="Портал"))
    assert await engine.count(Index.TOKENS, {"match_all": {}}) == 0


async def test_a_reset_names_the_administrator(engine: Engine, settings: Settings) -> None:
    new = NewUser(login="petrov", name="Петров Пётр", roles=[Role.OPERATOR])
    async with Redis.from_url(settings.redis_url.get_secret_value()) as redis:
        sessions = Sessions(redis, settings)
        async with security_told(engine, Journal(engine, None)):
            await create_user(engine, sessions, ADMIN, new)
            await reset_password(engine, sessions, ADMIN, "petrov")
    assert (await get_user(engine, ADMIN, "petrov")).updated_by == "admin"
    [line] = await lines(engine, what="password.reset")
    assert (line["who"], line["object_id"]) == ("admin", "petrov")


async def test_changes_of_the_book_are_lines(engine: Engine) -> None:
    await books.create_sector(engine, ADMIN, SectorDraft("Городское хозяйство"), "city")
    await books.create_department(engine, ADMIN, DepartmentDraft("Отдел"), "one")
    await asyncio.gather(*(project_book(engine) for _ in range(3)))
    await books.change_department(engine, ADMIN, "one", 1, DepartmentDraft("Управление"))
    assert await project_book(engine) == 1
    assert await project_book(engine) == 0
    found = sorted(await lines(engine, kind="book"), key=lambda line: line["id"])
    assert [(line["what"], line["who"], line["object_id"]) for line in found] == [
        ("book.sector_created", "admin", "city"),
        ("book.department_created", "admin", "one"),
        ("book.department_changed", "admin", "one"),
    ]
    assert found[2]["changed"] == ["name", "aliases"]
    await books.change_department(engine, ADMIN, "one", 2, DepartmentDraft("Служба"))
    assert await project_book(engine) == 1, "a change after the audit's own write is not lost"


def test_a_lent_right_names_whose_it_is() -> None:
    lent = Part("boss", GRANTS[Role.CURATOR].permissions, None)
    own = Part("oper", GRANTS[Role.OPERATOR].permissions, None)
    viewer = Viewer("oper", parts=(own, lent))
    assert viewer.lent_by(Permission.AUDIT_VIEW) == "boss"
    assert viewer.lent_by(Permission.CASE_VIEW) is None
    assert Viewer("oper").lent_by(Permission.CASE_VIEW) is None
