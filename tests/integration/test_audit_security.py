"""Sign-in and rights in the journal, behind the door that accounts know."""

import pytest
from redis.asyncio import Redis

from app.accounts.events import SecurityEvent, announce, note
from app.audit.refusals import EACH, Refusals
from app.audit.security import security_told
from app.audit.waiting import Journal, drain, waiting_key
from app.engine.client import Engine
from app.errors import EngineUnavailableError
from app.settings import Settings
from tests.auditing import lines

TYPED = "тайна-7431"


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
