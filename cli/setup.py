"""`otklik setup`."""

import json
import sys

import click
import msgspec

from cli.running import with_engine
from indexers.aliases import IndexState
from indexers.setup import run


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Вывести результат в виде JSON.")
def setup(*, as_json: bool) -> None:
    """Создать индексы и справочники. Повторять безопасно: документы не меняются."""
    lines = with_engine(run)
    if as_json:
        click.echo(json.dumps(msgspec.to_builtins(lines), ensure_ascii=False))
    else:
        for line in lines:
            click.echo(f"{line.index}: {line.done}")
    if any(line.found is IndexState.OLD_VERSION for line in lines):
        sys.exit(1)
