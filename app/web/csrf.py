"""Protection of forms against other sites, and the secret it is signed with."""

import hashlib
from typing import Any

from litestar import Request
from litestar.config.csrf import CSRFConfig
from litestar.utils.scope.state import ScopeState

from app.secret_key import StartRefusedError, secret_key
from app.settings import Settings

COOKIE = "otklik_csrf"
HEADER = "x-csrftoken"


def check_host(settings: Settings) -> None:
    """Raises StartRefusedError for an address where passwords would cross the network in the clear.

    `trust_network` is the administrator's word that only a proxy or this computer gets through.
    """
    if settings.own_computer_only:
        return
    secret_key(settings)
    if settings.demo_password:
        raise StartRefusedError(
            f"Отклик не запущен: адрес «{settings.host}» открыт для других компьютеров, а у "
            "учебной установки пароль виден всем. Уберите OTKLIK_HOST или OTKLIK_DEMO_PASSWORD."
        )
    if not settings.secure and not settings.trust_network:
        raise StartRefusedError(
            f"Отклик не запущен: адрес «{settings.host}» открыт для других компьютеров, а "
            f"OTKLIK_BASE_URL — без https: «{settings.base_url}». Пароли пошли бы по сети открыто. "
            "Поставьте перед сайтом посредника с https и назовите его адрес в OTKLIK_BASE_URL; "
            "если к сайту и так не попасть с других компьютеров, задайте "
            "OTKLIK_TRUST_NETWORK=true."
        )


def secret_mark(settings: Settings) -> str:
    """Eight letters that tell one secret from another and nothing of it; part of cookies' names."""
    return hashlib.sha256(f"cookie-name:{secret_key(settings)}".encode()).hexdigest()[:8]


def csrf_config(settings: Settings) -> CSRFConfig:
    """The cookie is named after the secret: with a new secret an old cookie cannot get in the way.

    Litestar keeps a cookie it finds, even one signed with another secret, and would then refuse
    every form until the browser is closed. `/api/` takes no cookie as authority, so it is left out.
    """
    return CSRFConfig(
        secret=secret_key(settings),
        cookie_name=f"{COOKIE}_{secret_mark(settings)}",
        cookie_httponly=True,
        cookie_samesite="lax",
        cookie_secure=settings.secure,
        header_name=HEADER,
        exclude=["^/api/"],
    )


def form_token(request: Request[Any, Any, Any]) -> str:
    """The token for a form in this answer; "" when the browser has none yet (an unknown address).

    Error pages are made outside the middleware that sets the token, so the cookie is looked at too.
    """
    token = ScopeState.from_scope(request.scope).csrf_token
    if isinstance(token, str):
        return token
    config = request.app.csrf_config
    return request.cookies.get(config.cookie_name, "") if config else ""
