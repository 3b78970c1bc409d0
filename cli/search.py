"""`otklik search`: the search of the page, in a terminal."""

import shutil
import textwrap
from zoneinfo import ZoneInfo

import click
import msgspec

from app.cases.codes import STATE_NAMES
from app.engine.client import Engine
from app.errors import BadInputError
from app.search.contexts import api_answer
from app.search.params import MAX_SIZE, SearchParams, parse_params
from app.search.query import MARK_END, MARK_START
from app.search.results import Found, Results
from app.search.service import search_and_tell as find
from app.settings import Settings
from app.viewer import LOCAL_VIEWER
from app.web.filters import counted, show_datetime
from cli.running import with_engine

_INDENT = "    "
_NARROWEST = 40


@click.command()
@click.argument("text", default="")
@click.option("--size", default=10, help=f"Сколько показать, от 1 до {MAX_SIZE}.")
@click.option(
    "--filter",
    "filters",
    multiple=True,
    metavar="ИМЯ=ЗНАЧЕНИЕ",
    help="Условие, как в адресе страницы: state=new, street=Ленина, from=2026-11-01.",
)
@click.option("--json", "as_json", is_flag=True, help="Вывести ответ API как есть.")
def search(text: str, size: int, filters: tuple[str, ...], *, as_json: bool) -> None:
    """Найти сообщения и обращения по словам, адресу или номеру."""
    params = _params(text, size, filters)
    results, zone = with_engine(
        lambda engine, settings: _found(engine, settings, params), by_meaning=True
    )
    if as_json:
        click.echo(msgspec.json.encode(api_answer(results)))
        return
    for change in results.asked.changes:
        click.echo(change.message)
    for found in results.hits:
        _print(found, zone)
    click.echo(_totalled(results))


def _totalled(results: Results) -> str:
    total = counted(results.total, "обращение", "обращения", "обращений")
    if results.near:
        return f"Всего по словам: {total}, ещё близко по смыслу: {results.near}"
    return f"Всего: {total}" if results.total else "Ничего не найдено"


def _params(text: str, size: int, filters: tuple[str, ...]) -> SearchParams:
    """Bad usage (exit code 2) rather than a failure: the command line itself is wrong."""
    pairs = [condition.partition("=")[::2] for condition in filters]
    try:
        return parse_params([("q", text), ("size", str(size)), *pairs])
    except BadInputError as error:
        raise click.UsageError(error.message) from error


async def _found(
    engine: Engine, settings: Settings, params: SearchParams
) -> tuple[Results, ZoneInfo]:
    return await find(engine, params, LOCAL_VIEWER, settings.zone), settings.zone


def _print(found: Found, zone: ZoneInfo) -> None:
    hit = found.hit
    moment = show_datetime(hit.received_at, zone)
    facts = [hit.number, moment, STATE_NAMES[hit.state], hit.theme or "без темы"]
    head = "  ".join([*facts, *(["найдено по смыслу"] if hit.by_meaning else [])])
    click.echo(click.style(head, bold=True))
    width = max(shutil.get_terminal_size().columns - len(_INDENT), _NARROWEST)
    lines = textwrap.wrap(found.marked, width) or [""]
    click.echo(_emphasised(textwrap.indent("\n".join(lines), _INDENT)))


def _emphasised(marked: str) -> str:
    """Found words stand out on a terminal; click drops the codes where it is none."""
    start, end = (
        click.style("", bold=True, underline=True, reset=False),
        click.style("", reset=True),
    )
    return marked.replace(MARK_START, start).replace(MARK_END, end)
