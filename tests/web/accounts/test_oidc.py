"""Sign-in by OpenID Connect at a real provider of its own process on this machine."""

import base64
import hmac
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit, urlunsplit

import httpx
import pytest
import structlog
from joserfc import jwt
from joserfc.jwk import RSAKey
from litestar import Litestar
from structlog.testing import capture_logs

from app.accounts import oidc, service
from app.accounts.roles import Role
from app.engine.client import Engine
from app.main import create_app
from app.secret_key import StartRefusedError
from app.settings import Settings
from app.viewer import LOCAL_VIEWER
from tests.factories import leave_alone, make_user, sessions_of
from tests.oidc_provider import known_to_provider
from tests.sites import site
from tests.web.people import Visitor, visiting

MAIL = "ivanova@zarechensk.example"


@pytest.fixture
def joined(settings: Settings, provider: str) -> Settings:
    return settings.model_copy(
        update={
            "oidc_issuer": provider,
            "oidc_client_id": "otklik",
            "oidc_client_secret": type(settings.secret_key)("s" * 20),
        }
    )


@pytest.fixture
async def visitor(engine: Engine, joined: Settings) -> AsyncIterator[Visitor]:
    async with visiting(site(joined, None)) as one:
        yield one


class Counted:
    """What is really asked, and how often."""

    def __init__(self, ask: Callable[..., Awaitable[dict[str, Any]]]) -> None:
        self._ask = ask
        self.calls = 0

    async def __call__(self, *given: Any, **options: Any) -> dict[str, Any]:
        self.calls += 1
        return await self._ask(*given, **options)


def coming_from(address: str, app: Litestar) -> Litestar:
    """`app` as somebody at this address of the network meets it."""
    whole = app.asgi_handler

    async def moved(scope: Any, receive: Any, send: Any) -> None:
        await whole({**scope, "client": (address, 50_000)}, receive, send)

    app.asgi_handler = moved
    return app


async def to_provider(visitor: Visitor, next_page: str = "/me") -> str:
    """The provider's address that the site sends the browser to."""
    answer = await visitor.get(f"/sign-in/oidc?next={quote(next_page)}")
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def agreed(there: str, subject: str) -> str:
    """The person signs in at the provider; the way back to the site."""
    return answered(there, sub=subject)


def answered(there: str, **form: str) -> str:
    """What the person sends to the provider's form; the way back to the site."""
    answer = httpx.post(there, data=form, trust_env=False)
    assert answer.status_code == 302, answer.text
    back = urlsplit(answer.headers["location"])
    return f"{back.path}?{back.query}"


def with_query(address: str, **changes: str) -> str:
    parts = urlsplit(address)
    query = {name: values[0] for name, values in parse_qs(parts.query).items()}
    return urlunsplit(parts._replace(query=urlencode({**query, **changes})))


async def test_a_verified_mail_of_one_user_signs_in_and_is_bound(
    visitor: Visitor, engine: Engine, joined: Settings, provider: str
) -> None:
    await make_user(engine, joined, "ivanova", Role.OPERATOR, email=MAIL)
    known_to_provider(provider, "s-1", email=MAIL.upper(), email_verified=True)
    assert "Войти через" in (await visitor.get("/sign-in")).text
    done = await visitor.get(agreed(await to_provider(visitor), "s-1"))
    assert (done.status_code, done.headers["location"]) == (303, "/me")
    assert "ivanova" in (await visitor.get("/me")).text
    known_to_provider(provider, "s-1", email="other@zarechensk.example", email_verified=True)
    async with visiting(site(joined, None)) as later:
        done = await later.get(agreed(await to_provider(later), "s-1"))
        assert done.status_code == 303
    user = await service.get_user(engine, LOCAL_VIEWER, "ivanova")
    assert user.external_id == f"{provider} s-1"
    assert user.roles == [Role.OPERATOR]


@pytest.mark.parametrize(
    ("subject", "claims"),
    [
        ("u-1", {"email": MAIL, "email_verified": False}),
        ("u-2", {"email": MAIL}),
        ("u-3", {"email": "nobody@zarechensk.example", "email_verified": True}),
        ("u-4", {}),
    ],
)
async def test_nobody_is_made_and_an_unverified_mail_is_nobody(
    visitor: Visitor,
    engine: Engine,
    joined: Settings,
    provider: str,
    subject: str,
    claims: dict[str, Any],
) -> None:
    await make_user(engine, joined, "ivanova", email=MAIL)
    known_to_provider(provider, subject, **claims)
    answer = await visitor.get(agreed(await to_provider(visitor), subject))
    assert answer.status_code == 400
    assert "Вас нет среди пользователей" in answer.text
    assert visitor.session == ""
    assert len(await service.list_users(engine, LOCAL_VIEWER)) == 1


async def test_a_mail_of_two_or_of_somebody_stopped_or_bound_signs_in_nobody(
    visitor: Visitor, engine: Engine, joined: Settings, provider: str
) -> None:
    known_to_provider(provider, "t-1", email=MAIL, email_verified=True)
    await make_user(engine, joined, "first", email=MAIL, external_id=f"{provider} another")
    assert (await visitor.get(agreed(await to_provider(visitor), "t-1"))).status_code == 400
    await make_user(engine, joined, "second", email=MAIL)
    assert (await visitor.get(agreed(await to_provider(visitor), "t-1"))).status_code == 400
    known_to_provider(provider, "another", email="x@y.example", email_verified=True)
    async with sessions_of(joined) as sessions:
        await make_user(engine, joined, "boss", Role.ADMINISTRATOR)
        await service.deactivate(engine, sessions, LOCAL_VIEWER, "first")
    assert (await visitor.get(agreed(await to_provider(visitor), "another"))).status_code == 400


async def test_state_is_taken_once_and_only_in_its_own_browser(
    visitor: Visitor, engine: Engine, joined: Settings, provider: str
) -> None:
    await make_user(engine, joined, "ivanova", email=MAIL)
    known_to_provider(provider, "st-1", email=MAIL, email_verified=True)
    back = agreed(await to_provider(visitor), "st-1")
    assert (await visitor.get(with_query(back, state="forged"))).status_code == 400
    back = agreed(await to_provider(visitor), "st-1")
    async with visiting(site(joined, None)) as another:
        assert (await another.get(back)).status_code == 400
    back = agreed(await to_provider(visitor), "st-1")
    assert (await visitor.get(back)).status_code == 303
    assert (await visitor.get(back)).status_code == 400


async def test_a_token_with_another_nonce_is_refused(
    visitor: Visitor, engine: Engine, joined: Settings, provider: str
) -> None:
    await make_user(engine, joined, "ivanova", email=MAIL)
    known_to_provider(provider, "n-1", email=MAIL, email_verified=True)
    there = with_query(await to_provider(visitor), nonce="another-nonce")
    answer = await visitor.get(agreed(there, "n-1"))
    assert answer.status_code == 400
    assert "не подтвердил, кто вы" in answer.text
    assert visitor.session == ""


async def test_a_locked_page_is_opened_from_another_tab(
    engine: Engine, joined: Settings, provider: str
) -> None:
    """By somebody who has no password: the page stays where it is and finds itself open again."""
    structlog.reset_defaults()
    await make_user(engine, joined, "ivanova", email=MAIL)
    known_to_provider(provider, "lock-1", email=MAIL, email_verified=True)
    async with visiting(site(joined, None)) as one:
        await one.get(agreed(await to_provider(one), "lock-1"))
        page = (await one.get("/me")).text
        assert 'href="/sign-in/oidc?next=/session/return" target="_blank"' in page
        left = one.session
        await leave_alone(joined, "ivanova")
        assert (await one.get("/session")).json() == {"state": "locked"}
        assert (await one.get("/session/return")).status_code == 303, "nobody is in yet"
        with capture_logs() as lines:
            done = await one.get(agreed(await to_provider(one, "/session/return"), "lock-1"))
        assert done.headers["location"] == "/session/return"
        assert "всё введённое осталось там" in (await one.get("/session/return")).text
        state = (await one.get("/session")).json()
        assert (state["state"], state["login"]) == ("open", "ivanova")
        assert "session.unlocked" in [line.get("what") for line in lines]
        one.set_session(left)
        assert (await one.get("/session")).json() == {"state": "none"}


async def test_a_lost_form_waits_while_one_signs_in_at_the_provider(
    engine: Engine, joined: Settings, provider: str
) -> None:
    """Without scripts: what was typed stays in the answer and is sent from there."""
    await make_user(engine, joined, "ivanova", email=MAIL)
    known_to_provider(provider, "lost-1", email=MAIL, email_verified=True)
    async with visiting(site(joined, None)) as one:
        await one.get(agreed(await to_provider(one), "lost-1"))
        await leave_alone(joined, "ivanova")
        form = {"text": "Течёт <кран>", "key": "01JZZZZZZZZZZZZZZZZZZZZZZZ"}
        lost = await one.post("/cases/new", form)
        assert lost.status_code == 401
        assert 'href="/sign-in/oidc?next=%2Fsession%2Freturn" target="_blank"' in lost.text
        again = lost.text.partition('class="sign-in-other" method="post" action="/cases/new"')[2]
        assert "Течёт &lt;кран&gt;" in again.partition("</form>")[0]
        await one.get(agreed(await to_provider(one, "/session/return"), "lost-1"))
        sent = await one.post("/cases/new", {**form, "channel": "phone", "kind": "message"})
        assert sent.status_code != 401, "the same form is taken now"


async def test_the_code_is_bound_by_a_challenge(visitor: Visitor, joined: Settings) -> None:
    there = parse_qs(urlsplit(await to_provider(visitor)).query)
    assert there["code_challenge_method"] == ["S256"]
    async with sessions_of(joined) as sessions:
        key = sessions.key("oidc", oidc.digest(there["state"][0]))
        begun = json.loads(await sessions.redis.get(key))
    assert oidc.challenge(begun["verifier"]) == there["code_challenge"][0]
    assert begun["verifier"] not in str(there)


async def test_a_refusal_of_the_person_is_told(
    visitor: Visitor, provider: str, joined: Settings
) -> None:
    refused = await visitor.get(answered(await to_provider(visitor), action="deny"))
    assert refused.status_code == 400
    assert 'id="password"' in refused.text


async def test_who_only_begins_fills_neither_redis_nor_the_provider(
    engine: Engine, joined: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The count is of an address, whichever process answers; another address goes on."""
    few = joined.model_copy(update={"oidc_starts_per_minute": 5})
    monkeypatch.setattr("app.web.rate.WINDOW", 10**10)  # the minute does not end in the test
    asked = Counted(oidc._ask)
    monkeypatch.setattr(oidc, "_ask", asked)
    started = []
    async with visiting(site(few, None)) as one, visiting(site(few, None)) as two:
        for _ in range(6):
            started += [await who.get("/sign-in/oidc?next=/me") for who in (one, two)]
    assert [answer.status_code for answer in started] == [303] * 5 + [429] * 7
    assert asked.calls == 5
    refused = started[-1]
    assert int(refused.headers["Retry-After"]) > 0
    assert "слишком часто начинают" in refused.text
    assert 'id="password"' in refused.text
    assert 'value="/me"' in refused.text
    async with sessions_of(few) as sessions:
        kept = [key async for key in sessions.redis.scan_iter(sessions.key("oidc", "*"))]
        assert len(kept) == 5
        for key in kept:
            assert 0 < await sessions.redis.pttl(key) <= 600_000
    async with visiting(coming_from("10.0.0.8", site(few, None))) as other:
        assert (await other.get("/sign-in/oidc")).status_code == 303


async def test_a_silent_provider_leaves_the_password(engine: Engine, joined: Settings) -> None:
    away = joined.model_copy(update={"oidc_issuer": "http://127.0.0.1:9"})
    async with visiting(site(away, None)) as one:
        answer = await one.get("/sign-in/oidc")
    assert answer.status_code == 503
    assert "Войдите по паролю" in answer.text
    assert 'id="password"' in answer.text


async def test_a_provider_that_names_itself_otherwise_is_not_trusted(
    engine: Engine, joined: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask = oidc._ask

    async def lying(*args: Any, **options: Any) -> dict[str, Any]:
        return {**await ask(*args, **options), "issuer": "https://evil.example"}

    monkeypatch.setattr(oidc, "_ask", lying)
    async with visiting(site(joined, None)) as one:
        answer = await one.get("/sign-in/oidc")
    assert answer.status_code == 503
    assert "другим адресом" in answer.text


CLAIMS = {"iss": "http://localhost:1", "sub": "s", "aud": "otklik", "nonce": "n"}
SOUND = oidc.Provider("http://localhost:1", "", "", "")


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "http://localhost:2"},
        {"aud": "another"},
        {"aud": ["otklik", "another"]},
        {"azp": "another"},
        {"nonce": "m"},
        {"exp": 1},
        {"sub": ""},
    ],
)
async def test_claims_are_checked_one_by_one(
    joined: Settings, monkeypatch: pytest.MonkeyPatch, changes: dict[str, Any]
) -> None:
    key = RSAKey.generate_key(2048)
    now = int(time.time())
    begun = oidc.Begun("n", "v", "/", "b")

    async def keys(*_: Any, **__: Any) -> dict[str, Any]:
        return {"keys": [key.as_dict(private=False)]}

    def signed(by: RSAKey, more: dict[str, Any]) -> str:
        return jwt.encode({"alg": "RS256"}, {**CLAIMS, "iat": now, "exp": now + 60, **more}, by)

    monkeypatch.setattr(oidc, "_ask", keys)
    read = await oidc._claims(joined, SOUND, begun, signed(key, {}))
    assert read["sub"] == "s"
    for token in (signed(key, changes), signed(RSAKey.generate_key(2048), {}), "", "a.b.c"):
        with pytest.raises(oidc.OidcRefusedError):
            await oidc._claims(joined, SOUND, begun, token)


@pytest.mark.parametrize("algorithm", ["none", "HS256"])
async def test_a_token_anybody_could_sign_is_refused(
    joined: Settings, monkeypatch: pytest.MonkeyPatch, algorithm: str
) -> None:
    """Without a signature, or with one made from what the client knows as well."""
    key = RSAKey.generate_key(2048)

    async def keys(*_: Any, **__: Any) -> dict[str, Any]:
        return {"keys": [key.as_dict(private=False)]}

    def part(value: dict[str, Any]) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    monkeypatch.setattr(oidc, "_ask", keys)
    head, claims = {"alg": algorithm}, {**CLAIMS, "iat": 1, "exp": 9_999_999_999}
    signed = hmac.digest(b"s" * 20, f"{part(head)}.{part(claims)}".encode(), "sha256")
    mark = base64.urlsafe_b64encode(signed).rstrip(b"=").decode() if algorithm != "none" else ""
    token = f"{part(head)}.{part(claims)}.{mark}"
    with pytest.raises(oidc.OidcRefusedError):
        await oidc._claims(joined, SOUND, oidc.Begun("n", "v", "/", "b"), token)


def test_a_provider_without_https_stops_the_start(settings: Settings) -> None:
    for update in (
        {"oidc_issuer": "http://login.example.ru", "oidc_client_id": "otklik"},
        {"oidc_issuer": "https://login.example.ru"},
    ):
        with pytest.raises(StartRefusedError, match="OIDC"):
            create_app(settings.model_copy(update=update))
