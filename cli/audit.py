"""`otklik audit`: what only an administrator at the server does with the journal."""

from datetime import UTC, datetime

import click
import msgspec

from app.engine.client import Engine
from app.engine.months import Month
from app.settings import Settings
from cli.running import with_engine
from indexers.audit.retention import drop_outlived, outlived


@click.group()
def audit() -> None:
    """Журнал: кто, что и когда сделал."""


@audit.command("drop-old")
@click.option("--yes", is_flag=True, help="Удалить. Без этого команда только показывает, что.")
@click.option("--json", "as_json", is_flag=True, help="Вывести результат в виде JSON.")
def drop_old(*, yes: bool, as_json: bool) -> None:
    """Удалить месяцы журнала старше OTKLIK_AUDIT_DAYS дней, целиком.

    Без --yes ничего не удаляется. Вернуть удалённое можно только из резервной копии.
    """

    async def call(engine: Engine, settings: Settings) -> list[Month]:
        return await (drop_outlived if yes else outlived)(engine, settings, datetime.now(UTC))

    found = with_engine(call)
    if as_json:
        names = [month.name for month in found]
        click.echo(msgspec.json.encode({"months": names, "dropped": yes}).decode())
        return
    for month in found:
        click.echo(f"{'Удалён' if yes else 'Будет удалён'} месяц {month.name} ({month.index})")
    if not found:
        click.echo("Таких месяцев нет.")
