"""`otklik books`: the book of departments as a table, by the same code as the page's."""

from pathlib import Path

import click
import msgspec

from app.books.service import load_table
from app.engine.client import Engine
from app.errors import BadInputError
from app.reference.service import open_book
from app.reference.table import LARGEST_FILE, BookLoad, write_table
from app.settings import Settings
from app.viewer import LOCAL_VIEWER
from cli.running import with_engine
from cli.tables import OUT, write_out, wrong_rows_told


@click.group()
def books() -> None:
    """Справочник ведомств таблицей."""


@books.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Вывести результат в виде JSON.")
def load(file: Path, *, as_json: bool) -> None:
    """Загрузить ведомства и блоки из CSV. С ошибками не загружается ничего."""
    if file.stat().st_size > LARGEST_FILE:
        raise BadInputError("Файл слишком велик для справочника ведомств.")
    data = file.read_bytes()

    async def call(engine: Engine, _: Settings) -> BookLoad:
        return await load_table(engine, LOCAL_VIEWER, data)

    with wrong_rows_told():
        done = with_engine(call)
    if as_json:
        click.echo(msgspec.json.encode(done).decode())
        return
    click.echo(f"created {done.created} changed {done.changed} unchanged {done.unchanged}")


@books.command()
@OUT
def save(out: Path) -> None:
    """Записать ведомства и блоки в CSV."""

    async def call(engine: Engine, _: Settings) -> bytes:
        return write_table((await open_book(engine, LOCAL_VIEWER)).book)

    write_out(out, with_engine(call))
