"""The installation's one secret: forms are signed and second factors sealed with it."""

import os
import secrets
from pathlib import Path

from app.errors import OtklikError
from app.settings import Settings

SHORTEST = 32
_SECRET_FILE = "secret_key"  # noqa: S105 - a file's name
_NEW_KEY = "Новый ключ: python3 -c 'import secrets; print(secrets.token_hex(32))'"


class StartRefusedError(OtklikError):
    """The settings would make an unsafe site; the sentence says which one and what to do."""

    code = "unsafe_settings"


def secret_key(settings: Settings) -> str:
    """The secret from the settings; else a random one kept beside the data, for loopback only.

    Kept, so that forms open in a browser survive a restart. Raises StartRefusedError.
    """
    given = settings.secret_key.get_secret_value()
    if given:
        if len(given) < SHORTEST:
            raise StartRefusedError(
                f"Отклик не запущен: OTKLIK_SECRET_KEY короче {SHORTEST} знаков. {_NEW_KEY}"
            )
        return given
    if not settings.own_computer_only:
        raise StartRefusedError(
            f"Отклик не запущен: не задан OTKLIK_SECRET_KEY, без него формы не защищены. {_NEW_KEY}"
        )
    return _kept_secret(settings.data_dir / _SECRET_FILE)


def _kept_secret(path: Path) -> str:
    """Reads the secret or makes it; of two processes starting at once both get the same one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_hex(SHORTEST))
    try:
        os.link(draft, path)
    except FileExistsError:
        pass  # the secret was made before: it is the one that counts
    finally:
        draft.unlink()
    kept = path.read_text().strip()
    if len(kept) < SHORTEST:
        raise StartRefusedError(
            f"Отклик не запущен: файл {path} повреждён. Удалите его, новый появится сам."
        )
    return kept
