"""Signing in and out over HTTP: who gets in, who does not, and what is left in the journal."""

import re
from typing import Any

import pytest
import structlog
from litestar import Litestar
from structlog.testing import capture_logs

from app.accounts import passwords, service
from app.accounts.reader import cookie_name
from app.accounts.roles import Role
from app.engine.client import Engine
from app.main import create_app
from app.settings import Settings
from app.viewer import LOCAL_VIEWER
from tests.factories import PASSWORD, make_user, open_session, sessions_of
from tests.sites import site
from tests.web.people import HX, Visitor, visiting

WRONG = "Логин или пароль не подошли"


@pytest.fixture
def real(settings: Settings) -> Litestar:
    """The application as it is served: nobody is signed in to it."""
    return site(settings, None)


@pytest.fixture
async def operator(engine: Engine, settings: Settings) -> str:
    await make_user(engine, settings, "operator", name="Рябинина Татьяна Алексеевна")
    return "operator"


@pytest.fixture
async def visitor(real: Litestar, operator: str) -> Any:
    async with visiting(real) as one:
        yield one


async def test_a_page_leads_to_the_sign_in_and_back(visitor: Visitor) -> None:
    answer = await visitor.get("/search?q=вода")
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/sign-in?next=%2Fsearch%3Fq%3D")
    form = await visitor.get(answer.headers["location"])
    assert 'autocomplete="current-password"' in form.text
    done = await visitor.sign_in("operator", next="/search?q=вода")
    assert done.status_code == 303
    assert (await visitor.get(done.headers["location"])).status_code == 200
    assert "Рябинина Т. А." in (await visitor.get("/search")).text


async def test_the_api_answers_json_and_takes_no_cookie(visitor: Visitor) -> None:
    await visitor.sign_in("operator")
    answer = await visitor.get("/api/v1/search")
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "not_signed_in"


async def test_the_cookie_is_closed_to_scripts_and_other_sites(visitor: Visitor) -> None:
    cookie = (await visitor.sign_in("operator")).headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "path=/" in cookie
    assert "max-age" not in cookie


def test_the_cookie_is_tied_to_https(settings: Settings) -> None:
    secure = settings.model_copy(update={"base_url": "https://otklik.example.ru"})
    assert cookie_name(secure).startswith("__Host-")


async def test_a_session_id_brought_along_is_never_taken(
    visitor: Visitor, settings: Settings
) -> None:
    planted = "x" * 43
    visitor.set_session(planted)
    await visitor.sign_in("operator")
    first = visitor.session
    assert first != planted
    await visitor.sign_in("operator")
    assert visitor.session != first
    visitor.set_session(first)
    assert (await visitor.get("/search")).status_code == 303


async def test_the_id_itself_is_kept_nowhere(visitor: Visitor, settings: Settings) -> None:
    await visitor.sign_in("operator")
    async with sessions_of(settings) as sessions:
        keys = [one.decode() async for one in sessions.redis.scan_iter(f"{settings.index_prefix}*")]
    assert any(":" in key and "session" in key for key in keys)
    assert not any(visitor.session in key for key in keys)


@pytest.mark.parametrize("value", ["", "forged", "x" * 43, "a" * 5000, '"><script>'])
async def test_a_forged_cookie_is_refused_and_noted(visitor: Visitor, value: str) -> None:
    structlog.reset_defaults()
    visitor.set_session(value)
    with capture_logs() as lines:
        assert (await visitor.get("/search")).status_code == 303
    noted = [line for line in lines if line["event"] == "security"]
    assert [line["reason"] for line in noted] == (["unknown_session"] if value else [])


async def test_sign_out_ends_the_session_on_the_server(visitor: Visitor) -> None:
    await visitor.sign_in("operator")
    kept = visitor.session
    assert (await visitor.post("/sign-out")).headers["location"] == "/sign-in"
    visitor.set_session(kept)
    assert (await visitor.get("/search")).status_code == 303


@pytest.mark.parametrize(
    "address",
    ["//evil.example", "/\\evil.example", "https://evil.example", "/a\nb", "/sign-in", ""],
)
async def test_next_never_leads_away(visitor: Visitor, address: str) -> None:
    assert (await visitor.sign_in("operator", next=address)).headers["location"] == "/"


@pytest.mark.parametrize(("login", "password"), [("operator", "не тот"), ("nobody", PASSWORD)])
async def test_wrong_is_answered_the_same_for_known_and_unknown(
    visitor: Visitor, login: str, password: str
) -> None:
    answer = await visitor.sign_in(login, password)
    assert answer.status_code == 400
    assert WRONG in answer.text
    assert f'value="{login}"' in answer.text
    assert password not in answer.text
    assert visitor.session == ""


async def test_an_unknown_login_costs_the_same_work(
    visitor: Visitor, engine: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: list[str] = []
    real = passwords._matches

    def counting(stored: str, password: str) -> bool:
        checked.append(stored)
        return real(stored, password)

    await make_user(engine, settings, "gone")
    async with sessions_of(settings) as sessions:
        await service.deactivate(engine, sessions, LOCAL_VIEWER, "gone")
    monkeypatch.setattr(passwords, "_matches", counting)
    for login, password in (("operator", "не тот"), ("nobody", PASSWORD), ("gone", PASSWORD)):
        await visitor.sign_in(login, password)
    assert len(checked) == 3
    assert all(stored.startswith("$argon2id$") for stored in checked)
    assert len({stored.rpartition("$")[0].rpartition("$")[0] for stored in checked}) == 1


async def test_a_forged_form_token_is_refused(visitor: Visitor) -> None:
    answer = await visitor.sign_in("operator", token="0" * 128)
    assert answer.status_code == 403
    assert visitor.session == ""
    await visitor.sign_in("operator")
    assert (await visitor.post("/sign-out", token="0" * 128)).status_code == 403
    assert (await visitor.get("/search")).status_code == 200


async def test_guessing_is_slowed_down_and_then_closed(
    real: Litestar, visitor: Visitor, settings: Settings
) -> None:
    structlog.reset_defaults()
    async with sessions_of(settings) as sessions:
        for _ in range(settings.sign_in_attempts):
            await visitor.sign_in("operator", "не тот")
            async for key in sessions.redis.scan_iter(f"{settings.index_prefix}wait:*"):
                if await sessions.redis.pttl(key) < 60_000:  # not the lock: as if one had waited
                    await sessions.redis.delete(key)
    with capture_logs() as lines:
        answer = await visitor.sign_in("operator")
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 600
    assert "Слишком много неверных попыток. Войти можно будет через" in answer.text
    reasons = [line["reason"] for line in lines if line["event"] == "security"]
    assert reasons == ["too_many_attempts"]
    async with visiting(site(settings, None)) as elsewhere:
        assert (await elsewhere.sign_in("operator")).status_code == 429


async def test_one_has_to_wait_between_guesses_and_a_right_one_forgets_them(
    visitor: Visitor, settings: Settings
) -> None:
    assert (await visitor.sign_in("operator", "не тот")).status_code == 400
    assert (await visitor.sign_in("operator", "не тот")).status_code == 400
    slowed = await visitor.sign_in("operator")
    assert slowed.status_code == 429
    assert "через 1" in slowed.text
    async with sessions_of(settings) as sessions:
        async for key in sessions.redis.scan_iter(f"{settings.index_prefix}wait:*"):
            await sessions.redis.delete(key)
    assert (await visitor.sign_in("operator")).status_code == 303
    assert (await visitor.sign_in("operator", "не тот")).status_code == 400
    assert (await visitor.sign_in("operator", "не тот")).status_code == 400


async def test_many_logins_from_one_address_close_the_address(
    settings: Settings, operator: str
) -> None:
    few = settings.model_copy(update={"sign_in_attempts_address": 3})
    async with visiting(site(few, None)) as one:
        for number in range(3):
            assert (await one.sign_in(f"nobody{number}", "не тот")).status_code == 400
        assert (await one.sign_in("operator")).status_code == 429


async def test_an_idle_session_is_locked_and_the_password_opens_it(
    settings: Settings, operator: str
) -> None:
    hasty = settings.model_copy(update={"session_idle_minutes": 0.0001})
    async with visiting(site(settings, None)) as one:
        await one.sign_in("operator")
        kept = one.session
    async with visiting(site(hasty, None)) as one:
        one.set_session(kept)
        answer = await one.get("/search")
        assert answer.status_code == 303
        page = await one.get(answer.headers["location"])
        assert "С возвращением" in page.text
        assert 'name="login" value="operator"' in page.text
        part = await one.get("/search", headers=HX)
        assert part.status_code == 401
        assert part.headers["hx-reswap"] == "none"
        assert "session_locked" in part.headers["hx-trigger"]
        state = await one.get("/session")
        assert state.json() == {"state": "locked"}
        opened = await one.sign_in("operator", headers=HX, locked="on")
        assert opened.status_code == 204
        assert "otklik:signed-in" in opened.headers["hx-trigger"]
        assert one.session != kept


async def test_the_absolute_limit_holds_even_for_somebody_at_work(
    settings: Settings, operator: str
) -> None:
    async with visiting(site(settings, None)) as one:
        await one.sign_in("operator")
        kept = one.session
    short = settings.model_copy(update={"session_hours": 0.000001})
    async with visiting(create_app(short)) as one:
        one.set_session(kept)
        assert (await one.get("/search")).status_code == 303
        assert (await one.get("/session")).json() == {"state": "none"}


async def test_a_page_that_asks_by_itself_keeps_nothing_awake(
    visitor: Visitor, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.accounts.sessions.TOUCH_AFTER", _none())
    await visitor.sign_in("operator")
    began = await _seen(settings)
    await visitor.get("/search", headers={**HX, "X-Otklik-Background": "1"})
    assert await _seen(settings) == began
    await visitor.get("/search", headers=HX)
    assert await _seen(settings) > began


def _none() -> Any:
    from datetime import timedelta

    return timedelta(0)


async def _seen(settings: Settings) -> Any:
    async with sessions_of(settings) as sessions:
        [(_, session)] = await sessions.of_person("operator")
    return session.seen_at


async def test_typed_text_survives_a_lost_session_without_scripts(visitor: Visitor) -> None:
    await visitor.sign_in("operator")
    await visitor.end_session()
    text = 'Ответ «в работе»\nвторая строка & <b>"'
    lost = await visitor.post("/exports", {"q": text, "format": "csv"})
    assert lost.status_code == 401
    assert "Введённое не потеряно" in lost.text
    carried = hidden_fields(lost.text)
    assert carried["typed.q"] == text
    again = await visitor.sign_in("operator", "не тот", **carried)
    assert hidden_fields(again.text)["typed.q"] == text
    signed_in = await visitor.sign_in("operator", **carried)
    assert signed_in.status_code == 200
    assert hidden_fields(signed_in.text)["q"] == text
    assert 'action="/exports"' in signed_in.text
    assert "<b>" not in signed_in.text
    sent = await visitor.post("/exports", {"q": "вода", "format": "csv"})
    assert sent.status_code == 303


def hidden_fields(text: str) -> dict[str, str]:
    from html import unescape

    areas = re.findall(r'<textarea name="([^"]+)" hidden>\n(.*?)</textarea>', text, re.DOTALL)
    inputs = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', text)
    return {
        name: unescape(value) for name, value in [*areas, *inputs] if not name.startswith("_csrf")
    }


async def test_whoever_is_stopped_is_out_at_once(
    visitor: Visitor, engine: Engine, settings: Settings
) -> None:
    await visitor.sign_in("operator")
    assert (await visitor.get("/search")).status_code == 200
    async with sessions_of(settings) as sessions:
        await service.deactivate(engine, sessions, LOCAL_VIEWER, "operator")
    assert (await visitor.get("/search")).status_code == 303
    assert WRONG in (await visitor.sign_in("operator")).text


async def test_other_rights_end_sessions_even_where_redis_was_not_told(
    visitor: Visitor, engine: Engine, settings: Settings, real: Litestar
) -> None:
    await visitor.sign_in("operator")
    assert (await visitor.get("/search")).status_code == 200
    await service.update(engine, "operator", lambda _: {"roles": [Role.CUR]}, ends_sessions=True)
    real.state.people._kept.clear()  # half a minute later
    assert (await visitor.get("/search")).status_code == 303


async def test_without_redis_nobody_gets_in_and_is_told_why(
    settings: Settings, engine: Engine, operator: str
) -> None:
    away = settings.model_copy(
        update={"redis_url": type(settings.redis_url)("redis://127.0.0.1:9/0")}
    )
    async with visiting(site(away, None)) as one:
        answer = await one.sign_in("operator")
        assert answer.status_code == 503
        assert "Redis не отвечает" in answer.text
        one.set_session("x" * 43)
        page = await one.get("/search")
        assert page.status_code == 503
        assert (await one.get("/health/live")).status_code == 200
        assert (await one.get("/static/otklik.css")).status_code == 200


async def test_a_one_time_password_opens_nothing_but_its_change(
    real: Litestar, engine: Engine, settings: Settings
) -> None:
    await make_user(engine, settings, "fresh")
    async with sessions_of(settings) as sessions:
        once = await service.reset_password(engine, sessions, LOCAL_VIEWER, "fresh")
    async with visiting(real) as one:
        await one.sign_in("fresh", once)
        answer = await one.get("/search?q=1")
        assert answer.headers["location"] == "/me/password?next=%2Fsearch%3Fq%3D1"
        assert (await one.get("/search", headers=HX)).headers["hx-redirect"] == "/me/password"
        page = await one.get("/me/password?next=%2Fsearch%3Fq%3D1")
        assert "Придумайте свой пароль" in page.text
        weak = await one.change_password(once, "слабый")
        assert weak.status_code == 400
        assert "Пароль короче, чем нужно" in weak.text
        same = await one.change_password(once, once)
        assert "Такой пароль у вас уже был" in same.text
        before = one.session
        changed = await one.change_password(once, "Берег-реки-2026", next="/search?q=1")
        assert changed.headers["location"] == "/search?q=1"
        assert one.session != before
        assert (await one.get("/search")).status_code == 200


async def test_own_sessions_are_listed_and_ended(
    real: Litestar, visitor: Visitor, engine: Engine, settings: Settings
) -> None:
    await visitor.sign_in("operator")
    async with visiting(site(settings, None)) as phone:
        await phone.sign_in("operator")
        page = await visitor.get("/me")
        assert page.text.count("Закончить</button>") == 1
        assert "этот сеанс" in page.text
        [mark] = re.findall(r'action="/me/sessions/([^"/]+)/end"', page.text)
        assert (await visitor.post(f"/me/sessions/{mark}/end")).status_code == 303
        assert (await phone.get("/search")).status_code == 303
        assert (await visitor.get("/search")).status_code == 200
        await phone.sign_in("operator")
        assert (await visitor.post("/me/sessions/end-others")).status_code == 303
        assert (await phone.get("/search")).status_code == 303


async def test_nobody_ends_the_session_of_another(
    real: Litestar, visitor: Visitor, engine: Engine, settings: Settings
) -> None:
    await make_user(engine, settings, "other")
    async with visiting(site(settings, None)) as other:
        await other.sign_in("other")
        async with sessions_of(settings) as sessions:
            [(_, session)] = await sessions.of_person("other")
        await visitor.sign_in("operator")
        assert (await visitor.post(f"/me/sessions/{session.mark}/end")).status_code == 404
        assert (await other.get("/search")).status_code == 200


async def test_a_page_costs_one_read_of_redis(
    real: Litestar, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    await visitor.sign_in("operator")
    await visitor.get("/preferences-probe-nowhere")
    await visitor.get("/me/password")
    asked: list[str] = []
    redis = real.state.redis
    execute = redis.execute_command

    async def counting(*args: Any, **options: Any) -> Any:
        asked.append(args[0])
        return await execute(*args, **options)

    monkeypatch.setattr(redis, "execute_command", counting)
    await visitor.get("/search")
    assert asked == ["MGET"]


async def test_demo_shows_its_people_and_others_do_not(
    settings: Settings, engine: Engine, operator: str
) -> None:
    demo = settings.model_copy(update={"demo_password": PASSWORD})
    async with visiting(create_app(demo)) as one:
        page = (await one.get("/sign-in")).text
        assert PASSWORD in page
        assert "operator" in page
        refused = await one.sign_in("operator", "не тот пароль")
        assert refused.status_code == 400
        assert "<dt><code>operator</code></dt>" in refused.text
    async with visiting(site(settings, None)) as one:
        assert "operator" not in (await one.get("/sign-in")).text


async def test_an_opened_session_is_the_same_as_a_signed_in_one(
    real: Litestar, engine: Engine, settings: Settings
) -> None:
    user = await make_user(engine, settings, "boss", Role.ADMINISTRATOR)
    async with visiting(real) as one:
        for name, value in (await open_session(settings, user)).items():
            one.client.cookies.set(name, value, domain="127.0.0.1")
        assert (await one.get("/system")).status_code == 200


async def test_a_lost_form_with_a_password_is_not_carried_along(visitor: Visitor) -> None:
    await visitor.sign_in("operator")
    await visitor.end_session()
    lost = await visitor.change_password(PASSWORD, "Берег-реки-2026")
    assert lost.status_code == 401
    assert "Введённое не потеряно" not in lost.text
    assert PASSWORD not in lost.text
    assert "Берег-реки-2026" not in lost.text


async def test_a_locked_session_can_be_left_and_is_told_once(
    settings: Settings, operator: str
) -> None:
    structlog.reset_defaults()
    hasty = settings.model_copy(update={"session_idle_minutes": 0.0001})
    async with visiting(site(hasty, None)) as one:
        await one.sign_in("operator")
        kept = one.session
        with capture_logs() as lines:
            await one.get("/me", headers=HX)
            await one.get("/me", headers=HX)
            assert (await one.post("/sign-out")).headers["location"] == "/sign-in"
        told = [line["what"] for line in lines if line["event"] == "security"]
        assert told == ["session.locked", "sign_out"]
        one.set_session(kept)
        assert (await one.get("/session")).json() == {"state": "none"}
