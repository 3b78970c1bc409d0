"""Protection of forms, preferences, limits of a request's size."""

import re
import stat
from pathlib import Path
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from app.main import create_app
from app.secret_key import StartRefusedError, secret_key
from app.settings import Settings
from app.web.csrf import check_host, csrf_config
from tests.web.conftest import BASE, NOWHERE

Client = AsyncTestClient[Litestar]


async def token(client: Client) -> str:
    found = re.search(r'name="_csrf_token" value="([0-9a-f]+)"', (await client.get("/system")).text)
    assert found
    return found[1]


async def test_form_without_token_is_refused(lone: Client) -> None:
    answer = await lone.post("/note", data={"text": "слово"})
    assert answer.status_code == 403
    assert "Форма не отправлена" in answer.text
    assert "Обновите страницу" in answer.text


async def test_form_with_a_foreign_token_is_refused(lone: Client) -> None:
    await token(lone)
    answer = await lone.post("/note", data={"text": "слово", "_csrf_token": "0" * 128})
    assert answer.status_code == 403


async def test_form_with_its_token_is_taken(lone: Client) -> None:
    answer = await lone.post("/note", data={"text": "слово", "_csrf_token": await token(lone)})
    assert answer.json() == {"text": "слово"}


async def test_htmx_sends_the_token_in_a_header(lone: Client) -> None:
    headers = {"x-csrftoken": await token(lone), "HX-Request": "true"}
    answer = await lone.post("/note", data={"text": "слово"}, headers=headers)
    assert answer.json() == {"text": "слово"}


async def test_file_form_with_its_token_is_taken(lone: Client) -> None:
    answer = await lone.post(
        "/file",
        data={"_csrf_token": await token(lone)},
        files={"file": ("a.csv", b"x" * 2_000_000)},
    )
    assert answer.json() == {"octets": 2_000_000}


async def test_unknown_address_offers_no_form_that_would_be_refused(lone: Client) -> None:
    first = await lone.get("/nowhere")
    assert 'method="post"' not in first.text
    await token(lone)
    second = await lone.get("/nowhere")
    assert 'method="post"' in second.text
    assert 'value=""' not in second.text


async def test_api_needs_no_token_but_not_from_a_foreign_page(lone: Client) -> None:
    own = await lone.post("/api/v1/echo", json={"a": "b"})
    assert own.json() == {"a": "b"}
    foreign = await lone.post(
        "/api/v1/echo", json={"a": "b"}, headers={"Origin": "http://evil.example"}
    )
    assert foreign.status_code == 403
    assert foreign.json()["error"]["code"] == "foreign_origin"


@pytest.mark.parametrize(
    "origin",
    ["null", "http://127.0.0.1:3000", "https://evil.example", "http://[", "127.0.0.1:8000"],
)
async def test_form_from_a_foreign_page_is_refused_even_with_the_token(
    lone: Client, origin: str
) -> None:
    form = {"text": "слово", "_csrf_token": await token(lone)}
    answer = await lone.post("/note", data=form, headers={"Origin": origin})
    assert answer.status_code == 403
    assert (await lone.post("/note", data=form, headers={"Origin": BASE})).status_code == 200


async def test_theme_is_remembered_and_drawn_by_the_server(lone: Client) -> None:
    assert 'data-bs-theme="' not in (await lone.get("/system")).text
    answer = await lone.post(
        "/preferences/theme",
        data={"theme": "dark", "_csrf_token": await token(lone)},
        headers={"Referer": f"{BASE}/search?q=%D0%B2"},
        follow_redirects=False,
    )
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/search?q=")
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "samesite=lax" in cookie.lower()
    assert 'data-bs-theme="dark"' in (await lone.get("/system")).text


async def test_keys_can_be_switched_off(lone: Client) -> None:
    assert 'data-keys="on"' in (await lone.get("/system")).text
    form = {"keys": "off", "_csrf_token": await token(lone)}
    await lone.post("/preferences/keys", data=form, follow_redirects=False)
    assert 'data-keys="off"' in (await lone.get("/system")).text


@pytest.mark.parametrize(
    "referer",
    [
        "https://evil.example/a",
        f"{BASE}//evil.example/",
        f"{BASE}/\\evil.example/",
        "http://[",
        "nonsense",
    ],
)
async def test_preference_never_leads_away(lone: Client, referer: str) -> None:
    answer = await lone.post(
        "/preferences/theme",
        data={"theme": "light", "_csrf_token": await token(lone)},
        headers={"Referer": referer},
        follow_redirects=False,
    )
    assert re.match(r"/(?![/\\])", answer.headers["location"])


async def test_unknown_theme_is_a_clear_error_and_a_broken_cookie_is_ignored(lone: Client) -> None:
    answer = await lone.post(
        "/preferences/theme", data={"theme": "pink", "_csrf_token": await token(lone)}
    )
    assert answer.status_code == 400
    assert "«theme»" in answer.text
    lone.cookies.set("otklik_theme", '"><script>')
    assert 'data-theme="auto"' in (await lone.get("/system")).text


async def test_a_large_body_is_refused_unless_the_route_takes_files(lone: Client) -> None:
    sent = await token(lone)
    answer = await lone.post("/note", data={"text": "ы" * 600_000, "_csrf_token": sent})
    assert answer.status_code == 413
    assert "больше, чем здесь принимается" in answer.text


def test_made_secret_survives_a_restart_and_is_private(lone_settings: Settings) -> None:
    first = secret_key(lone_settings)
    assert secret_key(lone_settings) == first
    assert len(first) >= 32
    kept = lone_settings.data_dir / "secret_key"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert [path.name for path in lone_settings.data_dir.iterdir()] == ["secret_key"]


def test_damaged_secret_stops_the_start(lone_settings: Settings) -> None:
    lone_settings.data_dir.mkdir(parents=True)
    (lone_settings.data_dir / "secret_key").write_text("")
    with pytest.raises(StartRefusedError, match="повреждён"):
        secret_key(lone_settings)


def test_cookie_of_another_secret_has_another_name(tmp_path: Path) -> None:
    names = {
        csrf_config(Settings(data_dir=tmp_path, secret_key=letter * 32)).cookie_name
        for letter in "ab"
    }
    assert len(names) == 2


def test_short_secret_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(StartRefusedError, match="короче 32"):
        secret_key(Settings(data_dir=tmp_path, secret_key="short"))


OPEN = ["0.0.0.0", "::", "192.168.1.5", "otklik.example.ru"]  # noqa: S104


@pytest.mark.parametrize("host", OPEN)
def test_open_address_needs_https_and_a_secret(host: str, tmp_path: Path) -> None:
    def chosen(**more: Any) -> Settings:
        return Settings(host=host, data_dir=tmp_path, es_url=NOWHERE, **more)

    secret, https = {"secret_key": "k" * 40}, {"base_url": "https://otklik.example.ru"}
    with pytest.raises(StartRefusedError, match="без https"):
        create_app(chosen(**secret))
    with pytest.raises(StartRefusedError, match="OTKLIK_SECRET_KEY"):
        create_app(chosen(**https))
    with pytest.raises(StartRefusedError, match="пароль виден всем"):
        create_app(chosen(**secret, **https, demo_password="Otklik-demo-2026"))
    check_host(chosen(**secret, **https))
    check_host(chosen(**secret, trust_network=True))


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1"])
def test_loopback_starts(host: str, tmp_path: Path) -> None:
    check_host(Settings(host=host, data_dir=tmp_path))
