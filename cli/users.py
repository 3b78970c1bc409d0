"""`otklik user`: people who sign in, from the server's own terminal."""

import sys
from collections.abc import Awaitable, Callable
from typing import TypeVar

import click
import msgspec
from redis.asyncio import from_url

from app.accounts import service
from app.accounts.models import User
from app.accounts.roles import ROLE_NAMES, Role
from app.accounts.service import NewUser
from app.accounts.sessions import Sessions
from app.engine.client import Engine
from app.errors import BadInputError
from app.reference.current import current_book
from app.settings import Settings
from app.viewer import LOCAL_VIEWER
from cli.running import with_engine

T = TypeVar("T")
_PATIENCE = 3.0
"""Seconds to reach Redis."""


def with_sessions(call: Callable[[Engine, Sessions], Awaitable[T]]) -> T:
    """Runs `call` with an open engine and the installation's sessions."""

    async def run(engine: Engine, settings: Settings) -> T:
        redis = from_url(
            settings.redis_url.get_secret_value(),
            socket_timeout=_PATIENCE,
            socket_connect_timeout=_PATIENCE,
        )
        async with redis:
            return await call(engine, Sessions(redis, settings))

    return with_engine(run)


def read_password() -> str:
    """The first line of standard input. Raises `BadInputError` for an empty one."""
    password = sys.stdin.readline().rstrip("\r\n")
    if not password:
        raise BadInputError("Пароль не передан: стандартный ввод пуст.")
    return password


def _tell(once: str | None) -> None:
    """The one-time password alone on the last line, for scripts; it is kept nowhere."""
    if once:
        click.echo("Одноразовый пароль, показан один раз, при первом входе его надо сменить:")
        click.echo(once)


def _check_code(option: str, code: str | None, known: set[str]) -> None:
    """A misspelt code would give rights to nothing. Before the book is filled any code will do:
    people may be made first.
    """
    if not code or code in known:
        return
    if not known:
        click.echo(f"{option} {code}: справочник пуст, код пока не проверить.", err=True)
        return
    listed = ", ".join(sorted(known))
    raise click.BadParameter(
        f"кода «{code}» нет в справочнике. Есть: {listed}.", param_hint=f"«{option}»"
    )


@click.group()
def user() -> None:
    """Пользователи: завести, сменить пароль, посмотреть список."""


@user.command()
@click.argument("login")
@click.option(
    "--role",
    "roles",
    multiple=True,
    required=True,
    type=click.Choice([str(role) for role in Role]),
    help="Роль; можно несколько.",
)
@click.option("--department", metavar="КОД", help="Своё ведомство, код из справочника.")
@click.option("--sector", metavar="КОД", help="Отраслевой блок, которым руководит.")
@click.option("--name", default="", help="Фамилия, имя, отчество; без них показывается логин.")
@click.option("--email", default="", help="Служебная почта: по ней узнаёт вход OpenID Connect.")
@click.option("--password-stdin", is_flag=True, help="Взять пароль со стандартного ввода.")
def create(
    login: str,
    *,
    roles: tuple[str, ...],
    department: str | None,
    sector: str | None,
    name: str,
    email: str,
    password_stdin: bool,
) -> None:
    """Завести пользователя. Без --password-stdin печатает одноразовый пароль последней строкой."""
    password = read_password() if password_stdin else None
    new = NewUser(
        login=login,
        name=name or login,
        roles=[Role(role) for role in roles],
        department=department,
        sector=sector,
        email=email or None,
    )

    async def call(engine: Engine, sessions: Sessions) -> tuple[User, str | None]:
        book = await current_book(engine)
        _check_code("--department", department, {one.code for one in book.departments.values()})
        _check_code("--sector", sector, {one.code for one in book.sectors.values()})
        return await service.create_user(engine, sessions, LOCAL_VIEWER, new, password)

    made, once = with_sessions(call)
    click.echo(f"Заведён {made.login}: {', '.join(ROLE_NAMES[role] for role in made.roles)}")
    _tell(once)


@user.command()
@click.argument("login")
@click.option("--password-stdin", is_flag=True, help="Взять пароль со стандартного ввода.")
@click.option("--drop-totp", is_flag=True, help="Заодно выключить второй шаг входа.")
def password(login: str, *, password_stdin: bool, drop_totp: bool) -> None:
    """Дать новый пароль. Все сеансы пользователя заканчиваются."""
    given = read_password() if password_stdin else None

    async def call(engine: Engine, sessions: Sessions) -> str | None:
        return await service.reset_password(
            engine, sessions, LOCAL_VIEWER, login, given, drop_totp=drop_totp
        )

    once = with_sessions(call)
    click.echo(f"Пароль пользователя {login} сменён.")
    _tell(once)


class _Line(msgspec.Struct, frozen=True):
    """One user as `--json` prints it; nothing secret."""

    login: str
    name: str
    roles: list[Role]
    department: str | None
    sector: str | None
    active: bool
    must_change_password: bool
    totp: bool


@user.command("list")
@click.option("--json", "as_json", is_flag=True, help="Вывести результат в виде JSON.")
def list_all(*, as_json: bool) -> None:
    """Показать всех, по именам."""
    users = with_engine(lambda engine, _: service.list_users(engine, LOCAL_VIEWER))
    lines = [
        _Line(
            one.login,
            one.name,
            one.roles,
            one.department,
            one.sector,
            one.active,
            one.must_change_password,
            one.totp_secret is not None,
        )
        for one in users
    ]
    if as_json:
        click.echo(msgspec.json.encode(lines).decode())
        return
    for line in lines:
        roles = ", ".join(ROLE_NAMES[role] for role in line.roles)
        click.echo(f"{line.login}  {line.name}  {roles}{'' if line.active else '  (отключён)'}")
