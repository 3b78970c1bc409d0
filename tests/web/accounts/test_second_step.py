"""The second step over HTTP: switched on, asked for, never taken twice."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pyotp
import pytest

from app.accounts import repository, service
from app.accounts.totp import STEP, grouped, matching_step, seal, unseal
from app.engine.client import Engine
from app.errors import BadInputError
from app.settings import Settings
from app.viewer import LOCAL_VIEWER
from tests.factories import PASSWORD, make_user, sessions_of
from tests.sites import site
from tests.web.people import HX, Visitor, visiting


@pytest.fixture
async def visitor(engine: Engine, settings: Settings) -> AsyncIterator[Visitor]:
    await make_user(engine, settings, "operator")
    async with visiting(site(settings, None)) as one:
        await one.sign_in("operator")
        yield one


def hidden(text: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', text)
    assert found, name
    return unescape(found[1])


def codes_of(settings: Settings, sealed: str) -> pyotp.TOTP:
    return pyotp.TOTP(unseal(settings, "operator", sealed))


async def turned_on(visitor: Visitor, settings: Settings) -> tuple[pyotp.TOTP, list[str]]:
    """The telephone and the recovery codes."""
    sealed = hidden((await visitor.get("/me/totp")).text, "sealed")
    phone = codes_of(settings, sealed)
    for _ in range(2):  # a step may end between the making of the code and its being read
        code = earlier(phone)
        answer = await visitor.post("/me/totp", {"sealed": sealed, "code": code, "old": PASSWORD})
        if answer.status_code == 200 or code == earlier(phone):
            break
    assert answer.status_code == 200, answer.text
    return phone, re.findall(r"<li><code>([a-z0-9-]+)</code>", answer.text)


def earlier(phone: pyotp.TOTP) -> str:
    """The code of the step before: right as well, and leaves the present one unused."""
    return phone.at(datetime.now(UTC) - timedelta(seconds=STEP))


async def first_step(visitor: Visitor, **fields: str) -> str:
    """The ticket after a right password."""
    answer = await visitor.sign_in("operator", **fields)
    assert answer.status_code == 200
    assert "Второй шаг" in answer.text
    return hidden(answer.text, "ticket")


async def with_code(visitor: Visitor, ticket: str, code: str, **fields: str) -> Any:
    return await visitor.post("/sign-in/code", {"ticket": ticket, "code": code, **fields})


async def test_the_password_alone_opens_nothing_any_more(
    visitor: Visitor, settings: Settings
) -> None:
    phone, codes = await turned_on(visitor, settings)
    assert len(codes) == 10
    await visitor.post("/sign-out")
    ticket = await first_step(visitor, next="/me")
    assert (await visitor.get("/me")).status_code == 303
    assert (await with_code(visitor, ticket, "000000")).status_code == 400
    done = await with_code(visitor, ticket, phone.now(), next="/me")
    assert (done.status_code, done.headers["location"]) == (303, "/me")
    assert "включён" in (await visitor.get("/me")).text


async def test_a_code_works_once(visitor: Visitor, settings: Settings) -> None:
    phone, _ = await turned_on(visitor, settings)
    code = phone.now()
    assert (await with_code(visitor, await first_step(visitor), code)).status_code == 303
    replayed = await with_code(visitor, await first_step(visitor), code)
    assert replayed.status_code == 400
    assert "уже использован" in replayed.text


async def test_a_recovery_code_works_once_and_is_counted(
    visitor: Visitor, settings: Settings, engine: Engine
) -> None:
    _, codes = await turned_on(visitor, settings)
    used = codes[3].upper().replace("-", " ")
    assert (await with_code(visitor, await first_step(visitor), used)).status_code == 303
    assert "осталось: 9" in (await visitor.get("/me")).text
    again = await with_code(visitor, await first_step(visitor), codes[3])
    assert again.status_code == 400
    stored = await repository.get(engine, "operator")
    assert stored
    assert not any(code in str(stored.read.source) for code in codes)


async def test_a_ticket_is_spent_by_the_first(visitor: Visitor, settings: Settings) -> None:
    phone, codes = await turned_on(visitor, settings)
    ticket = await first_step(visitor)
    assert (await with_code(visitor, ticket, phone.now())).status_code == 303
    again = await with_code(visitor, ticket, codes[0])
    assert again.status_code == 401
    assert "Введите пароль ещё раз" in again.text
    assert (await with_code(visitor, "forged", codes[0])).status_code == 401


async def test_guessing_codes_is_closed_whatever_password_is_known(
    visitor: Visitor, settings: Settings
) -> None:
    _, codes = await turned_on(visitor, settings)
    async with sessions_of(settings) as sessions:
        for _ in range(settings.sign_in_attempts):
            await with_code(visitor, await first_step(visitor), "000000")
            async for key in sessions.redis.scan_iter(f"{settings.index_prefix}wait:*"):
                if await sessions.redis.pttl(key) < 60_000:
                    await sessions.redis.delete(key)
    assert (await with_code(visitor, await first_step(visitor), codes[0])).status_code == 429


async def test_what_was_typed_goes_through_both_steps(visitor: Visitor, settings: Settings) -> None:
    phone, _ = await turned_on(visitor, settings)
    await visitor.end_session()
    asked = await visitor.sign_in("operator", **{"typed-action": "/exports", "typed.q": "нет воды"})
    assert "нет воды" in asked.text
    ticket = hidden(asked.text, "ticket")
    done = await with_code(
        visitor, ticket, phone.now(), **{"typed-action": "/exports", "typed.q": "нет воды"}
    )
    assert done.status_code == 200
    assert 'action="/exports"' in done.text
    assert "нет воды" in done.text


async def test_the_dialog_of_a_locked_page_asks_for_the_code_too(
    visitor: Visitor, settings: Settings
) -> None:
    phone, _ = await turned_on(visitor, settings)
    asked = await visitor.sign_in("operator", headers=HX, locked="on")
    assert 'id="unlock"' in asked.text
    assert "<html" not in asked.text
    done = await visitor.post(
        "/sign-in/code",
        {"ticket": hidden(asked.text, "ticket"), "code": phone.now()},
        headers=HX,
    )
    assert done.status_code == 204


@pytest.mark.parametrize("path", ["/me/totp/off", "/me/totp/codes"])
async def test_a_stolen_session_changes_nothing_without_the_password(
    visitor: Visitor, settings: Settings, path: str
) -> None:
    await turned_on(visitor, settings)
    answer = await visitor.post(path, {"old": "не тот"})
    assert answer.status_code == 400
    assert "Нынешний пароль не подошёл" in answer.text
    assert "включён" in (await visitor.get("/me")).text


async def test_it_can_be_switched_off_and_by_the_administrator(
    visitor: Visitor, settings: Settings, engine: Engine
) -> None:
    await turned_on(visitor, settings)
    assert (await visitor.post("/me/totp/off", {"old": PASSWORD})).status_code == 303
    assert (await visitor.sign_in("operator")).status_code == 303
    await turned_on(visitor, settings)
    async with sessions_of(settings) as sessions:
        once = await service.reset_password(
            engine, sessions, LOCAL_VIEWER, "operator", drop_totp=True
        )
    assert (await visitor.sign_in("operator", once)).status_code == 303


async def test_the_page_shows_the_picture_and_needs_a_code_of_it(
    visitor: Visitor, settings: Settings
) -> None:
    page = (await visitor.get("/me/totp")).text
    sealed = hidden(page, "sealed")
    assert 'src="data:image/svg+xml' in page
    assert grouped(codes_of(settings, sealed).secret) in page
    wrong = await visitor.post("/me/totp", {"sealed": sealed, "code": "1", "old": PASSWORD})
    assert wrong.status_code == 400
    assert hidden(wrong.text, "sealed") != ""
    assert unseal(settings, "operator", hidden(wrong.text, "sealed")) == unseal(
        settings, "operator", sealed
    )


async def test_a_forged_secret_is_refused(visitor: Visitor, settings: Settings) -> None:
    foreign = seal(settings, "somebody", pyotp.random_base32())
    for sealed in (foreign, "", "AAAA", "ы"):
        form = {"sealed": sealed, "code": "000000", "old": PASSWORD}
        assert (await visitor.post("/me/totp", form)).status_code in {303, 400}
    assert "включён" not in (await visitor.get("/me")).text


def test_codes_of_the_neighbouring_steps_are_right_and_no_others(settings: Settings) -> None:
    secret, now = pyotp.random_base32(), 1_800_000_000.0
    code = pyotp.TOTP(secret).at(int(now))
    assert matching_step(secret, code, now) == now // STEP
    assert matching_step(secret, f"{code[:3]} {code[3:]}", now + STEP) == now // STEP
    assert matching_step(secret, code, now + 3 * STEP) != now // STEP
    assert matching_step(secret, "", now) is None
    assert matching_step(secret, "١٢٣٤٥٦", now) is None


def test_a_sealed_secret_belongs_to_one_login_and_one_key(settings: Settings) -> None:
    sealed = seal(settings, "a", "SECRET")
    assert "SECRET" not in sealed
    assert unseal(settings, "a", sealed) == "SECRET"
    with pytest.raises(BadInputError):
        unseal(settings, "b", sealed)
    other = settings.model_copy(update={"secret_key": type(settings.secret_key)("z" * 40)})
    with pytest.raises(BadInputError):
        unseal(other, "a", sealed)
