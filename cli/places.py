"""`otklik places`: the book of places as a table, by the same code as the page's."""

from pathlib import Path

import click
import msgspec

from app.books.places.service import LARGEST_FILE, load_file, written_places
from app.engine.client import Engine
from app.errors import BadInputError
from app.places.models import Loaded
from app.settings import Settings
from app.viewer import LOCAL_VIEWER
from cli.running import with_engine
from cli.tables import OUT, write_out, wrong_rows_told


@click.group()
def places() -> None:
    """Улицы и дома с точками таблицей."""


@places.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--replace", "replace_all", is_flag=True, help="Убрать то, чего в таблице нет.")
@click.option("--json", "as_json", is_flag=True, help="Вывести результат в виде JSON.")
def load(file: Path, *, replace_all: bool, as_json: bool) -> None:
    """Загрузить места из CSV или XLSX. С ошибками не загружается ничего."""
    if file.stat().st_size > LARGEST_FILE:
        raise BadInputError(f"Файл больше {LARGEST_FILE >> 20} МБ.")
    data = file.read_bytes()

    async def call(engine: Engine, settings: Settings) -> Loaded:
        return await load_file(
            engine, settings, LOCAL_VIEWER, data, file.name, replace_all=replace_all
        )

    with wrong_rows_told():
        done = with_engine(call)
    if as_json:
        click.echo(msgspec.json.encode(done).decode())
        return
    counts = f"created {done.created} changed {done.changed} unchanged {done.unchanged}"
    click.echo(f"{counts} removed {done.removed}")


@places.command()
@OUT
def save(out: Path) -> None:
    """Записать места в CSV."""

    async def call(engine: Engine, _: Settings) -> bytes:
        return await written_places(engine, LOCAL_VIEWER)

    write_out(out, with_engine(call))
