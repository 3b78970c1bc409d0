"""Light or dark, keys on or off: kept in cookies of this browser, set by plain forms."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import msgspec
from litestar import Controller, Request, post
from litestar.datastructures import Cookie
from litestar.params import URLEncodedBody
from litestar.response import Redirect

from app.web.access import PUBLIC
from app.web.urls import local_path

Theme = Literal["auto", "light", "dark"]
Keys = Literal["on", "off"]

THEME_COOKIE = "otklik_theme"
KEYS_COOKIE = "otklik_keys"
_YEAR = 365 * 24 * 3600


@dataclass(frozen=True)
class Preferences:
    theme: Theme = "auto"
    keys: Keys = "on"


class ThemeForm(msgspec.Struct, frozen=True):
    theme: Theme


class KeysForm(msgspec.Struct, frozen=True):
    keys: Keys


def read_preferences(cookies: Mapping[str, str]) -> Preferences:
    """A cookie that holds anything else counts as not set."""
    theme, keys = cookies.get(THEME_COOKIE), cookies.get(KEYS_COOKIE)
    return Preferences(
        theme="light" if theme == "light" else "dark" if theme == "dark" else "auto",
        keys="off" if keys == "off" else "on",
    )


def _back(request: Request[Any, Any, Any], cookie: str, value: str) -> Redirect:
    """To the page the form was on, with the choice remembered for a year."""
    here = local_path(request.headers.get("referer", ""), request.headers.get("host", ""))
    kept = Cookie(
        key=cookie,
        value=value,
        max_age=_YEAR,
        path="/",
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )
    return Redirect(here or "/", status_code=303, cookies=[kept])


class PreferencesController(Controller):
    path = "/preferences"
    opt = PUBLIC

    @post("/theme", status_code=303)
    async def set_theme(
        self,
        request: Request[Any, Any, Any],
        data: URLEncodedBody[ThemeForm],
    ) -> Redirect:
        return _back(request, THEME_COOKIE, data.theme)

    @post("/keys", status_code=303)
    async def set_keys(
        self,
        request: Request[Any, Any, Any],
        data: URLEncodedBody[KeysForm],
    ) -> Redirect:
        return _back(request, KEYS_COOKIE, data.keys)
