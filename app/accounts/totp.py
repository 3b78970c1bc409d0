"""The second step of sign-in: codes of a telephone (RFC 6238) and recovery codes.

The secret lies sealed with a key derived from the installation's own; a recovery code lies as a
keyed hash and works once.
"""

import base64
import hashlib
import hmac
import os
import secrets
import time

import pyotp
import segno
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.accounts.models import User
from app.accounts.sessions import Sessions, translated_errors
from app.errors import BadInputError
from app.secret_key import secret_key
from app.settings import Settings

ISSUER = "Отклик"
CODES = 10
STEP = 30
"""Seconds a code stands for."""
_DRIFT = 1
"""Steps a telephone's clock may be off by, either way."""
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
_HALF = 5
_NONCE = 12
_REMEMBERED = STEP * (2 * _DRIFT + 2)
"""Seconds for which a used code is refused: longer than it could be right."""


def _key(settings: Settings, purpose: str) -> bytes:
    derive = HKDF(algorithm=SHA256(), length=32, salt=None, info=f"otklik {purpose}".encode())
    return derive.derive(secret_key(settings).encode())


def new_secret() -> str:
    return pyotp.random_base32()


def seal(settings: Settings, login: str, secret: str) -> str:
    """Bound to the login: a sealed secret moved to another user opens nothing."""
    nonce = os.urandom(_NONCE)
    sealed = AESGCM(_key(settings, "totp")).encrypt(nonce, secret.encode(), login.encode())
    return base64.urlsafe_b64encode(nonce + sealed).decode()


def unseal(settings: Settings, login: str, sealed: str) -> str:
    """Raises `BadInputError` where the installation's key has been changed since."""
    try:
        raw = base64.urlsafe_b64decode(sealed)
        opened = AESGCM(_key(settings, "totp")).decrypt(raw[:_NONCE], raw[_NONCE:], login.encode())
    except (InvalidTag, ValueError) as error:
        raise BadInputError(
            "Код не проверить: секретный ключ Отклика сменился. Попросите администратора выключить "
            "вам второй шаг входа.",
            field="code",
        ) from error
    return opened.decode()


def address(login: str, secret: str) -> str:
    """What the QR code says to the telephone."""
    return pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=ISSUER)


def picture(login: str, secret: str) -> str:
    """The QR code as a data URL; black on white also where the page is dark."""
    made = segno.make(address(login, secret), error="m", micro=False)
    return made.svg_data_uri(scale=5, border=3, light="#fff", dark="#000")


def grouped(secret: str) -> str:
    """For typing by hand."""
    return " ".join(secret[place : place + 4] for place in range(0, len(secret), 4))


def matching_step(secret: str, code: str, now: float | None = None) -> int | None:
    """The number of the half minute that `code` stands for; None where it is wrong."""
    totp, moment = pyotp.TOTP(secret), int(time.time() if now is None else now)
    digits = "".join(code.split())
    if not (digits.isascii() and digits.isdigit()):
        return None
    current = moment // STEP
    right = [
        step
        for step in range(current - _DRIFT, current + _DRIFT + 1)
        if hmac.compare_digest(totp.generate_otp(step), digits)
    ]
    return right[0] if right else None


async def is_fresh(sessions: Sessions, secret: str, step: int) -> bool:
    """False where the code of this step has opened a session already: a replay."""
    hashed = hashlib.sha256(secret.encode()).hexdigest()
    key = sessions.key("totp-used", hashed, str(step))
    async with translated_errors():
        return bool(await sessions.redis.set(key, "1", nx=True, ex=_REMEMBERED))


def new_codes() -> list[str]:
    """Recovery codes, shown once: «abcde-fgh23»."""

    def half() -> str:
        return "".join(secrets.choice(_ALPHABET) for _ in range(_HALF))

    return [f"{half()}-{half()}" for _ in range(CODES)]


def hash_code(settings: Settings, login: str, code: str) -> str:
    """Fast on purpose: a code is random (49 bits) and the key is not in the document."""
    plain = "".join(sign for sign in code.lower() if sign.isalnum())
    message = f"{login}:{plain}".encode()
    return hmac.new(_key(settings, "recovery"), message, hashlib.sha256).hexdigest()


def used_code(settings: Settings, user: User, code: str) -> str | None:
    """The stored hash that `code` spends; None where it is none of the user's."""
    hashed = hash_code(settings, user.login, code)
    return next((one for one in user.recovery_codes if hmac.compare_digest(one, hashed)), None)
