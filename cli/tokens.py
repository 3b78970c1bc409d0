"""`otklik token`: keys with which programs come in."""

from datetime import UTC, datetime

import click
import msgspec

from app.accounts.tokens import service
from app.accounts.tokens.models import Token
from app.accounts.tokens.owners import owner_of
from app.accounts.tokens.service import USUAL_DAYS, Wish
from app.engine.client import Engine
from app.settings import Settings
from app.viewer import LOCAL_VIEWER
from cli.running import with_engine

_STATES = {"active": "действует", "expired": "истёк", "revoked": "отозван"}


@click.group()
def token() -> None:
    """Токены программ: выдать, показать, отозвать."""


@token.command()
@click.option("--user", "login", required=True, help="От чьего имени действует программа.")
@click.option("--name", required=True, help="Для какой программы.")
@click.option(
    "--days", type=int, default=USUAL_DAYS, show_default=True, help="На сколько дней, до 1095."
)
@click.option(
    "--permission",
    "permissions",
    multiple=True,
    metavar="ПРАВО",
    help="Только это право, можно повторять: case.register, case.view. Без него все права "
    "человека.",
)
@click.option(
    "--municipality",
    "municipalities",
    multiple=True,
    metavar="НАЗВАНИЕ",
    help="Только этот муниципалитет, можно повторять.",
)
@click.option(
    "--channel", "channels", multiple=True, metavar="КОД", help="Только этот канал: phone, site."
)
@click.option("--json", "as_json", is_flag=True, help="Вывести результат в виде JSON.")
def create(
    login: str,
    name: str,
    days: int,
    permissions: tuple[str, ...],
    municipalities: tuple[str, ...],
    channels: tuple[str, ...],
    *,
    as_json: bool,
) -> None:
    """Выдать токен. Он печатается один раз, последней строкой."""
    wish = Wish(
        login=login,
        name=name,
        days=days,
        permissions=list(permissions) or None,
        municipalities=list(municipalities) or None,
        channels=list(channels) or None,
    )

    async def call(engine: Engine, settings: Settings) -> tuple[str, Token]:  # noqa: ARG001
        owner = await owner_of(engine, login)
        return await service.create(engine, LOCAL_VIEWER, owner, wish)

    secret, made = with_engine(call)
    if as_json:
        click.echo(msgspec.json.encode({"token": secret, **_shown(made)}).decode())
        return
    click.echo(
        f"{made.short_id}: «{made.name}», от имени {made.login}, до {made.expires_at:%d.%m.%Y}"
    )
    click.echo("Больше его не показать. Токен:")
    click.echo(secret)


@token.command("list")
@click.option("--json", "as_json", is_flag=True, help="Вывести результат в виде JSON.")
def list_tokens(*, as_json: bool) -> None:
    """Показать выданные токены, сначала новые."""

    async def call(engine: Engine, settings: Settings) -> list[Token]:  # noqa: ARG001
        return await service.listed(engine, LOCAL_VIEWER)

    tokens = with_engine(call)
    if as_json:
        click.echo(msgspec.json.encode([_shown(one) for one in tokens]).decode())
        return
    for one in tokens:
        state = _STATES[one.state(datetime.now(UTC))]
        used = f"{one.used_at:%d.%m.%Y}" if one.used_at else "не использован"
        click.echo(
            f"{one.short_id}  {state}  до {one.expires_at:%d.%m.%Y}  {used}  {one.login}  "
            f"{one.name}"
        )


@token.command()
@click.argument("token_id")
def revoke(token_id: str) -> None:
    """Отозвать токен по началу его номера из списка: действует сразу."""

    async def call(engine: Engine, settings: Settings) -> Token:  # noqa: ARG001
        return await service.revoke(engine, LOCAL_VIEWER, token_id)

    dead = with_engine(call)
    click.echo(f"Отозван: {dead.short_id} «{dead.name}»")


def _shown(one: Token) -> dict[str, object]:
    """Without the whole id: it is the hash of the secret."""
    shown: dict[str, object] = msgspec.to_builtins(one)
    return {**shown, "id": one.short_id, "state": one.state(datetime.now(UTC)).value}
