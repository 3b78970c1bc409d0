"""`otklik import`: the same import as the page's, run in this process."""

import sys
from pathlib import Path

import anyio
import click
import msgspec

from app.engine.client import Engine
from app.intake.models import BUSY_STATES, ImportJob, ImportState
from app.intake.rejects import write_rejects
from app.intake.repository import IMPORTS
from app.intake.service import receive
from app.logging import configure_logging
from app.settings import Settings
from app.viewer import LOCAL_VIEWER
from cli.running import with_engine
from indexers.imports.run import run_import
from indexers.imports.watch import Watch, alone


@click.command("import")
@click.argument(
    "file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option("--profile", required=True, help="im, heatmap, canonical или сохранённое название.")
@click.option(
    "--rejects",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Куда сложить незагруженные строки (.xlsx или .csv).",
)
@click.option("--dry-run", is_flag=True, help="Только посчитать, ничего не записывать.")
@click.option("--json", "as_json", is_flag=True, help="Вывести результат в виде JSON.")
@click.option(
    "--watch",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Вместо файла: следить за папкой и загружать всё, что в неё положат.",
)
@click.option(
    "--every",
    type=click.FloatRange(0.1, 3600),
    default=5.0,
    show_default=True,
    help="Как часто смотреть в папку, в секундах.",
)
@click.option("--once", is_flag=True, help="Загрузить то, что лежит в папке, и закончить.")
def import_file(  # noqa: PLR0913 - each is an option of the command
    file: Path | None,
    *,
    profile: str,
    rejects: Path | None,
    dry_run: bool,
    as_json: bool,
    watch: Path | None,
    every: float,
    once: bool,
) -> None:
    """Загрузить таблицу. Последняя строка: rows R created C updated U unchanged N rejected J."""
    if (file is None) == (watch is None):
        raise click.UsageError("Нужно что-то одно: файл или --watch с папкой.")
    if watch is not None:
        if rejects or dry_run or as_json:
            raise click.UsageError("С --watch нет --rejects, --dry-run и --json.")
        _watch(watch, profile, every, once=once)
    elif file is not None:
        job = _load(file, profile, rejects, dry_run=dry_run)
        _report(job, as_json=as_json)


def _load(file: Path, profile: str, rejects: Path | None, *, dry_run: bool) -> ImportJob:
    async def call(engine: Engine, settings: Settings) -> ImportJob:
        with file.open("rb") as stream:
            job = await receive(
                engine,
                settings,
                LOCAL_VIEWER,
                stream=stream,
                file_name=file.name,
                profile=profile,
                dry_run=dry_run,
            )
        done = await _finish(engine, settings, job)
        if rejects is not None and done.checkpoint.counts.rejected:
            write_rejects(settings, done, rejects)
        return done

    job = with_engine(call)
    if job.state not in {ImportState.DONE, ImportState.CHECKED}:
        click.echo(job.error or "Загрузка не закончена.", err=True)
        sys.exit(1)
    return job


def _watch(folder: Path, profile: str, every: float, *, once: bool) -> None:
    """Until Ctrl-C, or with `once` until what lies there is loaded; then 1 where a file failed."""

    async def call(engine: Engine, settings: Settings) -> int:
        configure_logging(settings)
        watch = Watch(engine, settings, folder, profile)
        await watch.check()
        return await watch.run(every, once=once)

    with alone(folder):
        failed = with_engine(call)
    if failed:
        sys.exit(1)


async def _finish(engine: Engine, settings: Settings, job: ImportJob) -> ImportJob:
    """Runs the job here, or waits where a worker's sweeper took it first."""
    while True:
        await run_import(engine, settings, job.id)
        job = (await IMPORTS.get(engine, job.id)).job
        if job.state not in BUSY_STATES:
            return job
        await anyio.sleep(0.5)


def _report(job: ImportJob, *, as_json: bool) -> None:
    counts = job.checkpoint.counts
    if as_json:
        click.echo(msgspec.json.encode(counts).decode())
        return
    for note in job.table.notes if job.table else []:
        click.echo(note)
    for rejection in job.rejected_examples:
        click.echo(f"Строка {rejection.row}, «{rejection.column}»: {rejection.reason}")
    click.echo(counts.line())
