"""Tokens from birth to death: what a program may, and when it may nothing any more."""

import re
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import msgspec
import pytest
from anyio.to_thread import run_sync
from httpx import Response
from litestar import Litestar
from litestar.testing import AsyncTestClient
from redis.asyncio import from_url
from structlog.testing import capture_logs

from app.accounts import repository as users
from app.accounts.roles import Role
from app.accounts.tokens import repository, service
from app.accounts.tokens.models import Token, token_id
from app.accounts.tokens.owners import owner_of
from app.accounts.tokens.service import Wish
from app.engine.client import Engine
from app.engine.names import Index
from app.errors import BadInputError, ForbiddenError
from app.permissions import Permission
from app.settings import ROOT, Settings
from app.viewer import LOCAL_VIEWER, Viewer
from tests.factories import make_user, open_session, site

BASE = "http://127.0.0.1:8000"
MESSAGE = {
    "channel": "phone",
    "kind": "message",
    "received_at": "2026-03-01T10:15:00+03:00",
    "text": "Прорвало трубу",
}
Client = AsyncTestClient[Litestar]


@pytest.fixture
async def client(settings: Settings, engine: Engine) -> AsyncIterator[Client]:
    await make_user(engine, settings, "edds", Role.OPERATOR)
    async with AsyncTestClient(site(settings, None), base_url=BASE) as opened:
        yield opened
    async with from_url(settings.redis_url.get_secret_value()) as redis:
        async for key in redis.scan_iter(f"{settings.index_prefix}*"):
            await redis.delete(key)


async def give(engine: Engine, login: str = "edds", **wish: Any) -> tuple[str, Token]:
    owner = await owner_of(engine, login)
    return await service.create(
        engine, LOCAL_VIEWER, owner, Wish(login=login, **{"name": "ЕДДС", **wish})
    )


async def send(client: Client, secret: str, **fields: Any) -> Response:
    headers = {"Authorization": f"Bearer {secret}"}
    return await client.post("/api/v1/messages", json={**MESSAGE, **fields}, headers=headers)


def refused(answer: Response, code: str) -> bool:
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")
    told = answer.json()["error"]
    assert told["message"].endswith(".")
    return bool(told["code"] == code)


async def change(engine: Engine, token: Token, **fields: Any) -> None:
    found = await repository.find(engine, token.id)
    assert found
    await repository.replace(engine, found[1], msgspec.structs.replace(found[0], **fields))


async def test_a_program_writes_and_reads_with_it(client: Client, engine: Engine) -> None:
    secret, token = await give(engine)
    answer = await send(client, secret)
    assert answer.status_code == 201
    await engine.refresh(Index.CASES)
    headers = {"Authorization": f"bearer {secret}"}
    read = await client.get(f"/api/v1/cases/{answer.json()['number']}", headers=headers)
    assert read.status_code == 200
    assert read.json()["source"]["system"] == "ЕДДС"
    stored = await engine.get(Index.CASES, answer.json()["id"])
    assert stored
    assert stored.source["created_by"] == "ЕДДС"
    (event,) = stored.source["history"]
    assert (event["by"], event["origin"]["token"]) == ("edds", "ЕДДС")
    found = await repository.find(engine, token.id)
    assert found
    assert found[0].used_at
    assert found[0].used_at.minute == 0
    assert "set-cookie" not in {name.lower() for name in answer.headers}


async def test_only_the_hash_is_kept(engine: Engine, client: Client) -> None:
    secret, token = await give(engine)
    stored = await engine.get(Index.TOKENS, token.id)
    assert stored
    assert secret not in str(stored.source)
    assert token.id == token_id(secret)


async def test_forged_cut_and_empty_ones_are_refused_and_logged(
    client: Client, engine: Engine
) -> None:
    secret, _ = await give(engine)
    flipped = secret[:-1] + ("A" if secret[-1] != "A" else "B")
    with capture_logs() as lines:
        for bad in (flipped, secret[:-1], "", "x", secret + " " + secret, "otk_" + "я" * 43):
            headers = {"Authorization": f"Bearer {bad}".encode()}
            answer = await client.post("/api/v1/messages", json=MESSAGE, headers=headers)
            assert refused(answer, "token_unknown"), bad
    assert [line["event"] for line in lines].count("token_refused") == 6
    assert secret not in str(lines)
    basic = {"Authorization": f"Basic {secret}"}
    assert refused(
        await client.post("/api/v1/messages", json=MESSAGE, headers=basic), "token_unknown"
    )
    nobody = await client.post("/api/v1/messages", json=MESSAGE)
    assert nobody.status_code == 401
    assert nobody.json()["error"]["code"] == "not_signed_in"


async def test_expired_and_revoked_ones_are_refused_by_name(client: Client, engine: Engine) -> None:
    secret, token = await give(engine)
    assert (await send(client, secret)).status_code == 201
    await change(engine, token, expires_at=datetime.now(UTC) - timedelta(seconds=1))
    with capture_logs() as lines:
        assert refused(await send(client, secret), "token_expired")
    assert {"token_refused", "token_expired"} <= {
        value for line in lines for value in map(str, line.values())
    }
    await change(engine, token, expires_at=datetime.now(UTC) + timedelta(days=1))
    assert (await send(client, secret)).status_code == 201
    await service.revoke(engine, LOCAL_VIEWER, token.short_id)
    assert refused(await send(client, secret), "token_revoked")


async def test_rights_shrink_with_the_person(
    client: Client, engine: Engine, settings: Settings
) -> None:
    secret, _ = await give(engine, permissions=["case.register", "case.view"])
    assert (await send(client, secret)).status_code == 201
    stored = await users.get(engine, "edds")
    assert stored
    only_reads = msgspec.structs.replace(stored.user, roles=[Role.HEAD])
    stored = await users.replace(engine, stored, only_reads)
    answer = await send(client, secret)
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "forbidden")
    headers = {"Authorization": f"Bearer {secret}"}
    assert (await client.get("/api/v1/search", headers=headers)).status_code == 200
    gone = msgspec.structs.replace(only_reads, active=False)
    await users.replace(engine, stored, gone)
    assert refused(await send(client, secret), "token_owner_inactive")


async def test_a_token_has_only_its_part(client: Client, engine: Engine) -> None:
    secret, _ = await give(engine, permissions=["case.register"], municipalities=["Город"])
    own = await send(client, secret)
    assert own.status_code == 201
    foreign = await send(client, secret, municipality="Село")
    assert foreign.json()["error"]["code"] == "outside_scope"
    headers = {"Authorization": f"Bearer {secret}"}
    read = await client.get("/api/v1/search", headers=headers)
    assert read.status_code == 403


async def test_a_narrow_token_finds_only_its_own(client: Client, engine: Engine) -> None:
    wide, _ = await give(engine)
    for place in ("Город", "Село"):
        assert (await send(client, wide, municipality=place)).status_code == 201
    await engine.refresh(Index.CASES)
    narrow, _ = await give(engine, municipalities=["Село"])
    headers = {"Authorization": f"Bearer {narrow}"}
    found = (await client.get("/api/v1/search", headers=headers)).json()
    assert found["total"] == 1
    town = "26-000001"
    assert (await client.get(f"/api/v1/cases/{town}", headers=headers)).status_code == 404


async def test_a_bad_token_is_not_saved_by_a_session(
    client: Client, engine: Engine, settings: Settings
) -> None:
    boss = await make_user(engine, settings, "boss", Role.COORDINATOR)
    client.cookies.update(await open_session(settings, boss))
    assert (await client.get("/search")).status_code == 200
    answer = await client.get("/api/v1/search", headers={"Authorization": "Bearer otk_no"})
    assert refused(answer, "token_unknown")


async def test_a_token_opens_no_pages(client: Client, engine: Engine) -> None:
    secret, _ = await give(engine)
    for address in ("/search", "/cases/new", "/people/tokens", "/imports"):
        headers = {"Authorization": f"Bearer {secret}"}
        answer = await client.get(address, headers=headers, follow_redirects=False)
        assert answer.status_code in {303, 401}, address


async def test_too_many_calls_are_asked_to_wait(settings: Settings, engine: Engine) -> None:
    slow = settings.model_copy(update={"api_rate_per_minute": 3})
    await make_user(engine, settings, "edds", Role.OPERATOR)
    secret, _ = await give(engine)
    other, _ = await give(engine)
    async with AsyncTestClient(site(slow, None), base_url=BASE) as client:
        statuses = [(await send(client, secret)).status_code for _ in range(8)]
        assert statuses[:3] == [201, 201, 201]
        assert 429 in statuses[3:]  # the window may have turned once
        while (answer := await send(client, secret)).status_code != 429:
            pass
        assert 0 < int(answer.headers["retry-after"]) <= 60
        assert answer.json()["error"]["code"] == "too_many_requests"
        assert (await send(client, other)).status_code == 201


async def test_a_list_counts_each_of_its_messages(settings: Settings, engine: Engine) -> None:
    slow = settings.model_copy(update={"api_rate_per_minute": 5})
    await make_user(engine, settings, "edds", Role.OPERATOR)
    secret, _ = await give(engine)
    headers = {"Authorization": f"Bearer {secret}"}
    async with AsyncTestClient(site(slow, None), base_url=BASE) as client:
        statuses = [
            (
                await client.post("/api/v1/messages", json=[MESSAGE] * 20, headers=headers)
            ).status_code
            for _ in range(3)
        ]
    assert statuses[0] == 201
    assert 429 in statuses


async def test_without_redis_calls_are_still_let_in(settings: Settings, engine: Engine) -> None:
    away = Settings(**{**settings.model_dump(), "redis_url": "redis://127.0.0.1:9/0"})
    await make_user(engine, settings, "edds", Role.OPERATOR)
    secret, _ = await give(engine)
    async with AsyncTestClient(site(away, None), base_url=BASE) as client:
        with capture_logs() as lines:
            assert (await send(client, secret)).status_code == 201
    assert "rate_limit_alone" in [line["event"] for line in lines]


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "х" * 81}, "name"),
        ({"days": 0}, "days"),
        ({"days": 1096}, "days"),
        ({"permissions": []}, "permissions"),
        ({"permissions": ["case.fly"]}, "permissions"),
        ({"permissions": ["people.manage"]}, "permissions"),
        ({"login": "nobody"}, "login"),
    ],
)
async def test_wrong_wishes_are_refused(
    client: Client, engine: Engine, wish: dict[str, Any], field: str
) -> None:
    with pytest.raises(BadInputError) as caught:
        await give(engine, **wish)
    assert caught.value.field == field


async def test_only_who_manages_tokens_gives_and_takes_them(client: Client, engine: Engine) -> None:
    _, token = await give(engine)
    operator = Viewer("edds", permissions=frozenset(Permission) - {Permission.TOKENS_MANAGE})
    owner = await owner_of(engine, "edds")
    with pytest.raises(ForbiddenError):
        await service.create(engine, operator, owner, Wish(login="edds", name="x"))
    with pytest.raises(ForbiddenError):
        await service.listed(engine, operator)
    with pytest.raises(ForbiddenError):
        await service.revoke(engine, operator, token.short_id)


_FORM = re.compile(r'name="_csrf_token" value="([0-9a-f]+)"')


async def test_the_page_gives_shows_once_and_takes_back(settings: Settings, engine: Engine) -> None:
    await make_user(engine, settings, "edds", Role.OPERATOR)
    async with AsyncTestClient(site(settings), base_url=BASE) as client:
        page = await client.get("/people/tokens")
        assert "Токенов пока нет" in page.text
        found = _FORM.search(page.text)
        assert found
        form = {"_csrf_token": found[1], "some": "1", "login": "edds", "name": "Сайт <b>"}
        bad = await client.post("/people/tokens", data={**form, "days": "много"})
        assert bad.status_code == 400
        assert "от 1 до 1095 дней" in bad.text
        assert 'value="Сайт &lt;b&gt;"' in bad.text
        made = await client.post(
            "/people/tokens", data={**form, "days": "30", "permissions": "case.register"}
        )
        secret = re.search(r'value="(otk_[\w-]{43})"', made.text)
        assert secret
        assert made.headers["cache-control"] == "no-store"
        listed = await client.get("/people/tokens")
        assert secret[1] not in listed.text
        assert "Сайт &lt;b&gt;" in listed.text
        assert "вносить обращения" in unescape(listed.text)
        known = token_id(secret[1])
        assert known
        gone = await client.post(
            f"/people/tokens/{known[:12]}/revoke", data=form, follow_redirects=False
        )
        assert gone.status_code == 303
        assert "Отозван" in (await client.get("/people/tokens")).text
        unsigned = await client.post("/people/tokens", data={"login": "edds", "name": "x"})
        assert unsigned.status_code == 403


async def test_the_command_prints_the_token_alone_on_the_last_line(
    settings: Settings, engine: Engine
) -> None:
    await make_user(engine, settings, "edds", Role.OPERATOR)
    made = await _run("create", "--user", "edds", "--name", "ЕДДС", "--days", "5")
    secret = made.stdout.splitlines()[-1]
    assert re.fullmatch(r"otk_[\w-]{43}", secret)
    short = (token_id(secret) or "")[:12]
    assert short in (await _run("list")).stdout
    assert secret not in (await _run("list", "--json")).stdout
    assert "Отозван" in (await _run("revoke", short)).stdout
    assert "отозван" in (await _run("list")).stdout
    missing = await _run("create", "--user", "nobody", "--name", "x")
    assert missing.returncode == 1


async def _run(*arguments: str) -> "subprocess.CompletedProcess[str]":
    """In a process of its own: a command sets up the journal of the whole process."""
    command = [sys.executable, "-m", "cli.main", "token", *arguments]
    return await run_sync(
        lambda: subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    )
