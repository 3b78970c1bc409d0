"""Protection of forms against other sites, and the secret it is signed with."""

import hashlib
import os
import secrets
from pathlib import Path
from typing import Any

from litestar import Request
from litestar.config.csrf import CSRFConfig
from litestar.utils.scope.state import ScopeState

from app.errors import OtklikError
from app.settings import Settings
from app.web.hosts import is_loopback

_SHORTEST = 32
_SECRET_FILE = "secret_key"  # noqa: S105 - a file's name
COOKIE = "otklik_csrf"
HEADER = "x-csrftoken"


class StartRefusedError(OtklikError):
    """The settings would make an unsafe site; the sentence says which one and what to do."""

    code = "unsafe_settings"


def check_host(settings: Settings) -> None:
    """Raises StartRefusedError for an address that others could reach: there is no login yet.

    `trust_network` is the administrator's word that the network lets only this computer in.
    """
    if is_loopback(settings.host) or settings.trust_network:
        return
    raise StartRefusedError(
        f"Отклик не запущен: адрес «{settings.host}» открыт для других компьютеров, "
        "а входа по паролю пока нет. Уберите OTKLIK_HOST или поставьте 127.0.0.1."
    )


def form_secret(settings: Settings) -> str:
    """The secret from the settings; else a random one kept beside the data, for loopback only.

    Kept, so that forms open in a browser survive a restart. Raises StartRefusedError.
    """
    given = settings.secret_key.get_secret_value()
    if given:
        if len(given) < _SHORTEST:
            raise StartRefusedError(
                f"Отклик не запущен: OTKLIK_SECRET_KEY короче {_SHORTEST} знаков. "
                "Новый ключ: python3 -c 'import secrets; print(secrets.token_hex(32))'"
            )
        return given
    if not is_loopback(settings.host):
        raise StartRefusedError(
            "Отклик не запущен: не задан OTKLIK_SECRET_KEY, без него формы не защищены. "
            "Новый ключ: python3 -c 'import secrets; print(secrets.token_hex(32))'"
        )
    return _kept_secret(settings.data_dir / _SECRET_FILE)


def _kept_secret(path: Path) -> str:
    """Reads the secret or makes it; of two processes starting at once both get the same one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_hex(_SHORTEST))
    try:
        os.link(draft, path)
    except FileExistsError:
        pass  # the secret was made before: it is the one that counts
    finally:
        draft.unlink()
    kept = path.read_text().strip()
    if len(kept) < _SHORTEST:
        raise StartRefusedError(
            f"Отклик не запущен: файл {path} повреждён. Удалите его, новый появится сам."
        )
    return kept


def csrf_config(settings: Settings) -> CSRFConfig:
    """The cookie is named after the secret: with a new secret an old cookie cannot get in the way.

    Litestar keeps a cookie it finds, even one signed with another secret, and would then refuse
    every form until the browser is closed. `/api/` takes no cookie as authority, so it is left out.
    """
    secret = form_secret(settings)
    mark = hashlib.sha256(f"cookie-name:{secret}".encode()).hexdigest()[:8]
    return CSRFConfig(
        secret=secret,
        cookie_name=f"{COOKIE}_{mark}",
        cookie_httponly=True,
        cookie_samesite="lax",
        cookie_secure=settings.base_url.startswith("https://"),
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
