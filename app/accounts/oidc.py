"""Sign-in by OpenID Connect: the code flow with PKCE, state and nonce, and nothing of rights.

The provider only says who somebody is; what they may do stands in Отклик.
"""

import base64
import hashlib
import hmac
import secrets
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx
import msgspec
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from msgspec import Struct

from app.accounts import repository
from app.accounts.changing import update
from app.accounts.events import SecurityEvent, note
from app.accounts.models import User
from app.accounts.sessions import Sessions, digest, translated_errors
from app.accounts.signing_in import Visitor
from app.engine.client import Engine
from app.errors import BadInputError, OtklikError
from app.secret_key import StartRefusedError
from app.settings import Settings

CALLBACK = "/sign-in/oidc/done"
_LASTS = timedelta(minutes=10)
"""For signing in at the provider."""
_PATIENCE = 5.0
_MOST_OCTETS = 512 * 1024
_LEEWAY = 60
_ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"]
"""Signatures by a key that only the provider has; never `none`, never a shared secret."""
_OK = 200


class OidcRefusedError(BadInputError):
    """The provider or we do not recognise the person; the sentence says what to do."""

    code = "oidc_refused"


class OidcAwayError(OtklikError):
    code = "oidc_unavailable"
    status = 503


class Provider(Struct, frozen=True):
    """What `.well-known/openid-configuration` tells, as far as it is needed."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None = None
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)


class Begun(Struct, frozen=True):
    """A sign-in under way at the provider; lies in Redis under the hash of its state."""

    nonce: str
    verifier: str
    next: str
    browser: str
    """Hash of the word in the browser's cookie: nobody finishes what another one began."""


class Identity(Struct, frozen=True):
    external_id: str
    email: str | None
    """Only one that the provider has verified."""


def check_oidc(settings: Settings) -> None:
    """Raises StartRefusedError for a provider whose answers could be changed on the way."""
    if not settings.oidc_issuer:
        return
    parts = urlsplit(settings.oidc_issuer)
    near = parts.hostname in {"localhost", "127.0.0.1", "::1"}
    if parts.scheme != "https" and not near:
        raise StartRefusedError(
            "Отклик не запущен: OTKLIK_OIDC_ISSUER должен начинаться с https://."
        )
    if not settings.oidc_client_id:
        raise StartRefusedError(
            "Отклик не запущен: задан OTKLIK_OIDC_ISSUER, но не задан OTKLIK_OIDC_CLIENT_ID."
        )


async def begin(sessions: Sessions, address: str) -> tuple[str, str]:
    """Where to send the browser, and the word for its cookie."""
    settings = sessions.settings
    provider = await _provider(settings)
    state, browser = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
    begun = Begun(secrets.token_urlsafe(32), secrets.token_urlsafe(48), address, digest(browser))
    async with translated_errors():
        await sessions.redis.set(
            sessions.key("oidc", digest(state)), msgspec.json.encode(begun), px=_LASTS
        )
    query = {
        "response_type": "code",
        "client_id": settings.oidc_client_id,
        "redirect_uri": _callback(settings),
        "scope": "openid email profile",
        "state": state,
        "nonce": begun.nonce,
        "code_challenge": challenge(begun.verifier),
        "code_challenge_method": "S256",
    }
    mark = "&" if "?" in provider.authorization_endpoint else "?"
    return f"{provider.authorization_endpoint}{mark}{urlencode(query)}", browser


def challenge(verifier: str) -> str:
    hashed = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(hashed).rstrip(b"=").decode()


def _callback(settings: Settings) -> str:
    return settings.base_url.rstrip("/") + CALLBACK


async def taken(sessions: Sessions, state: str, browser: str) -> Begun:
    """The sign-in that `state` belongs to, once. Raises `OidcRefusedError`."""
    async with translated_errors():
        raw = await sessions.redis.getdel(sessions.key("oidc", digest(state)))
    begun = msgspec.json.decode(raw, type=Begun) if raw else None
    if begun is None or not hmac.compare_digest(begun.browser, digest(browser)):
        raise OidcRefusedError("Этот вход уже закончен или начат не здесь. Начните сначала.")
    return begun


async def identity(settings: Settings, begun: Begun, code: str) -> Identity:
    """Exchanges `code` and checks the answer. Raises `OidcRefusedError`, `OidcAwayError`."""
    provider = await _provider(settings)
    tokens = await _tokens(settings, provider, begun, code)
    claims = await _claims(settings, provider, begun, str(tokens.get("id_token", "")))
    if "email" not in claims and provider.userinfo_endpoint:
        claims = await _with_userinfo(provider, claims, str(tokens.get("access_token", "")))
    email = claims.get("email") if claims.get("email_verified") is True else None
    return Identity(
        external_id=f"{provider.issuer} {claims['sub']}",
        email=email.strip().lower() if isinstance(email, str) and email.strip() else None,
    )


async def _provider(settings: Settings) -> Provider:
    """Asked each time: a sign-in is rare, and the provider may have moved."""
    base = settings.oidc_issuer.rstrip("/")
    found = await _ask("GET", f"{base}/.well-known/openid-configuration")
    try:
        provider = msgspec.convert(found, Provider)
    except msgspec.ValidationError as error:
        raise OidcAwayError("Поставщик входа описывает себя не так, как нужно.") from error
    if provider.issuer.rstrip("/") != base:
        raise OidcAwayError("Поставщик входа называет себя другим адресом.")
    return provider


async def _tokens(
    settings: Settings, provider: Provider, begun: Begun, code: str
) -> dict[str, Any]:
    secret = settings.oidc_client_secret.get_secret_value()
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": _callback(settings),
        "code_verifier": begun.verifier,
        "client_id": settings.oidc_client_id,
    }
    if "client_secret_basic" in provider.token_endpoint_auth_methods_supported and secret:
        auth = httpx.BasicAuth(settings.oidc_client_id, secret)
        return await _ask("POST", provider.token_endpoint, data=form, auth=auth)
    if secret:
        form["client_secret"] = secret
    return await _ask("POST", provider.token_endpoint, data=form)


async def _claims(
    settings: Settings, provider: Provider, begun: Begun, token: str
) -> dict[str, Any]:
    keys = await _ask("GET", provider.jwks_uri)
    wanted = jwt.JWTClaimsRegistry(
        leeway=_LEEWAY,
        iss={"essential": True, "value": provider.issuer},
        sub={"essential": True},
        aud={"essential": True, "value": settings.oidc_client_id},
        exp={"essential": True},
        iat={"essential": True},
        nonce={"essential": True, "value": begun.nonce},
    )
    try:
        read = jwt.decode(token, KeySet.import_key_set(keys), algorithms=_ALGORITHMS)  # type: ignore[arg-type]
        wanted.validate(read.claims)
    except (JoseError, ValueError, KeyError, TypeError) as error:
        raise _not_confirmed() from error
    claims = dict(read.claims)
    audience = claims["aud"]
    several = isinstance(audience, list) and len(audience) > 1
    if (several or "azp" in claims) and claims.get("azp") != settings.oidc_client_id:
        raise _not_confirmed()
    return claims


async def _with_userinfo(provider: Provider, claims: dict[str, Any], token: str) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {token}"}
    more = await _ask("GET", str(provider.userinfo_endpoint), headers=headers)
    if more.get("sub") != claims["sub"]:
        raise _not_confirmed()
    return {**more, **claims}


def _not_confirmed() -> OidcRefusedError:
    return OidcRefusedError("Поставщик входа не подтвердил, кто вы. Начните сначала.")


async def _ask(method: str, address: str, **options: Any) -> dict[str, Any]:
    """One JSON object of limited size in limited time; a refusal is `OidcRefusedError`."""
    try:
        async with (
            httpx.AsyncClient(timeout=_PATIENCE, trust_env=False) as client,
            client.stream(method, address, **options) as answer,
        ):
            body = b""
            async for part in answer.aiter_bytes():
                body += part
                if len(body) > _MOST_OCTETS:
                    raise OidcAwayError("Поставщик входа ответил слишком длинно.")
    except httpx.HTTPError as error:
        raise OidcAwayError("Поставщик входа не отвечает. Войдите по паролю.") from error
    if answer.status_code != _OK:
        raise _not_confirmed()
    try:
        return msgspec.json.decode(body, type=dict[str, Any])
    except msgspec.MsgspecError as error:
        raise OidcAwayError("Поставщик входа ответил непонятно.") from error


async def user_of(engine: Engine, known: Identity, visitor: Visitor) -> User:
    """The active user the provider speaks of; nobody is made and no rights are given.

    By the external id, else by a verified e-mail of exactly one user, who is bound to the id from
    then on. Raises `OidcRefusedError`.
    """
    found = await repository.find(engine, repository.by_external_id(known.external_id), size=2)
    if not found and known.email:
        by_email = await repository.find(engine, repository.by_email(known.email), size=2)
        found = [one for one in by_email if one.external_id is None] if len(by_email) == 1 else []
    user = found[0] if len(found) == 1 and found[0].active else None
    if user is None:
        raise OidcRefusedError(
            "Вас нет среди пользователей Отклика. Попросите администратора завести вас и вписать "
            "вашу служебную почту."
        )
    return user if user.external_id else await _bound(engine, user, known, visitor)


async def _bound(engine: Engine, user: User, known: Identity, visitor: Visitor) -> User:
    def change(now: User) -> dict[str, Any]:
        if now.external_id not in {None, known.external_id} or not now.active:
            raise _not_confirmed()
        return {"external_id": known.external_id}

    bound = await update(engine, user.login, change)
    note(
        SecurityEvent.EXTERNAL_ID_BOUND,
        login=user.login,
        address=visitor.address,
        request_id=visitor.request_id,
    )
    return bound
