"""`otklik export`: the whole result to a file, by the same code as the page's."""

from pathlib import Path

import click
import msgspec

from app.engine.client import Engine
from app.errors import BadInputError, StorageUnavailableError
from app.exports.models import ExportFormat
from app.search.params import SearchParams, parse_params
from app.settings import Settings
from app.viewer import LOCAL_VIEWER
from app.web.filters import counted
from cli.running import with_engine
from indexers.exports.write import write_result

_FORMATS = {".xlsx": ExportFormat.XLSX, ".csv": ExportFormat.CSV}


@click.group()
def export() -> None:
    """Выгрузить в файл."""


@export.command()
@click.option("--q", "text", default="", help="Слова, адрес или номер; без них все обращения.")
@click.option(
    "--filter",
    "filters",
    multiple=True,
    metavar="ИМЯ=ЗНАЧЕНИЕ",
    help="Условие, как в адресе страницы: state=new, street=Ленина, from=2026-11-01.",
)
@click.option("--sort", default="", help="relevance, -received_at или deadline.")
@click.option(
    "--out",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="Куда записать: .xlsx или .csv.",
)
@click.option("--json", "as_json", is_flag=True, help="Вывести результат в виде JSON.")
def cases(text: str, filters: tuple[str, ...], sort: str, out: Path, *, as_json: bool) -> None:
    """Обращения, найденные поиском, все до последнего. Последняя строка: rows N."""
    params = _params(text, filters, sort)
    if (file_format := _FORMATS.get(out.suffix.lower())) is None:
        raise click.UsageError("Имя файла должно кончаться на .xlsx или .csv.")

    async def call(engine: Engine, settings: Settings) -> int:
        try:
            return await write_result(engine, settings, params, LOCAL_VIEWER, out, file_format)
        except OSError as error:
            raise StorageUnavailableError(f"Записать {out} не получилось: {error}") from error

    rows = with_engine(call)
    if as_json:
        click.echo(msgspec.json.encode({"rows": rows, "file": str(out)}).decode())
        return
    click.echo(f"{out}: {counted(rows, 'обращение', 'обращения', 'обращений')}")
    click.echo(f"rows {rows}")


def _params(text: str, filters: tuple[str, ...], sort: str) -> SearchParams:
    """Bad usage (exit code 2) rather than a failure: the command line itself is wrong."""
    pairs = [condition.partition("=")[::2] for condition in filters]
    try:
        return parse_params([("q", text), ("sort", sort), *pairs])
    except BadInputError as error:
        raise click.UsageError(error.message) from error
