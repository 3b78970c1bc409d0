"""`otklik setup`."""

import json
import sys

import click
import msgspec

from app.accounts.service import FIRST_LOGIN, create_first
from app.engine.client import Engine
from app.errors import EncoderError
from app.meaning.ensure import Made, ensure
from app.settings import Settings, get_settings
from cli.running import with_engine
from indexers.aliases import IndexState
from indexers.setup import SetupLine, run

_ENCODER = {
    Made.OFF: "выключена в настройках",
    Made.THERE: "всё в порядке",
    Made.MADE: "создана",
}


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Вывести результат в виде JSON.")
def setup(*, as_json: bool) -> None:
    """Создать индексы, справочники, модель смысла и первого администратора. Повторять безопасно.

    Пароль первого администратора печатается один раз, в поток ошибок.
    """
    lines, password = with_engine(_setup)
    if as_json:
        click.echo(json.dumps(msgspec.to_builtins(lines), ensure_ascii=False))
    else:
        for line in lines:
            click.echo(f"{line.index}: {line.done}")
    _make_encoder(silent=as_json)
    if password:
        click.echo(f"Первый администратор: {FIRST_LOGIN}, одноразовый пароль: {password}", err=True)
    if any(line.found is IndexState.OLD_VERSION for line in lines):
        sys.exit(1)


def _make_encoder(*, silent: bool) -> None:
    """Without it everything but search by meaning works, so setting up goes on."""
    try:
        made = ensure(get_settings().encoder_dir)
    except EncoderError as error:
        click.echo(error.message, err=True)
        return
    if not silent:
        click.echo(f"модель смысла: {_ENCODER[made]}")


async def _setup(engine: Engine, settings: Settings) -> tuple[list[SetupLine], str | None]:
    lines = await run(engine, settings)
    return lines, await create_first(engine)
