"""`otklik deadline`: a due moment with its working, by the same code as the pages."""

import click
import msgspec

from app.deadlines.editing import profile_of
from app.deadlines.models import Book
from app.deadlines.repository import load
from app.deadlines.shipped import shipped_in
from app.deadlines.working import Worked, read_moment, worked_out
from app.engine.client import Engine
from app.errors import (
    BadInputError,
    EngineSetupError,
    EngineUnavailableError,
    NotFoundError,
)
from app.settings import Settings
from cli.running import with_engine


@click.command()
@click.option("--profile", required=True, metavar="КОД", help="Порядок расчёта: im-4h, pos-fast.")
@click.option(
    "--from",
    "start",
    required=True,
    metavar="МОМЕНТ",
    help="Откуда считать: 2026-12-30T16:40. Без пояса это время муниципалитета.",
)
@click.option("--municipality", metavar="НАЗВАНИЕ", help="По чьему календарю; иначе по общему.")
@click.option("--json", "as_json", is_flag=True, help="Вывести результат в виде JSON.")
def deadline(profile: str, start: str, municipality: str | None, *, as_json: bool) -> None:
    """Посчитать срок и показать по шагам, как он получился.

    Без Elasticsearch считает по порядкам и календарю из поставки и говорит об этом.
    """
    worked = _worked(with_engine(_book), profile, start, municipality)
    if as_json:
        click.echo(msgspec.json.encode(worked).decode())
        return
    for step in worked.steps:
        click.echo(step)


async def _book(engine: Engine, settings: Settings) -> Book:
    """The installation's; what is shipped where nobody can tell it."""
    try:
        return (await load(engine)).book
    except (EngineUnavailableError, EngineSetupError) as error:
        click.echo(f"{error.message} Посчитано по поставке, без ваших правок.", err=True)
        return shipped_in(settings.timezone)


def _worked(book: Book, profile: str, start: str, municipality: str | None) -> Worked:
    """Bad usage (exit code 2) rather than a failure: the command line itself is wrong."""
    calendar = book.calendar_for(municipality)
    try:
        return worked_out(profile_of(book, profile), calendar, read_moment(start, calendar.zone))
    except NotFoundError as error:
        known = ", ".join(sorted(book.profiles))
        raise click.UsageError(f"{error.message} Есть: {known}.") from error
    except BadInputError as error:
        raise click.UsageError(error.message) from error
