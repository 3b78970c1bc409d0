"""`otklik setup`."""

import json
import sys

import click
import msgspec

from app.accounts.service import FIRST_LOGIN, create_first
from app.engine.client import Engine
from app.settings import Settings
from cli.running import with_engine
from indexers.aliases import IndexState
from indexers.setup import SetupLine, run


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Вывести результат в виде JSON.")
def setup(*, as_json: bool) -> None:
    """Создать индексы, справочники и первого администратора. Повторять безопасно.

    Пароль первого администратора печатается один раз, в поток ошибок.
    """
    lines, password = with_engine(_setup)
    if as_json:
        click.echo(json.dumps(msgspec.to_builtins(lines), ensure_ascii=False))
    else:
        for line in lines:
            click.echo(f"{line.index}: {line.done}")
    if password:
        click.echo(f"Первый администратор: {FIRST_LOGIN}, одноразовый пароль: {password}", err=True)
    if any(line.found is IndexState.OLD_VERSION for line in lines):
        sys.exit(1)


async def _setup(engine: Engine, settings: Settings) -> tuple[list[SetupLine], str | None]:
    lines = await run(engine, settings)
    return lines, await create_first(engine)
