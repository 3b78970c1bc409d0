"""`otklik similar`: duplicates, similar cases and past answers of a text, in a terminal."""

import shutil
import textwrap

import click
import msgspec

from app.duplicates.asking import (
    MOST,
    Asked,
    SimilarAnswer,
    SimilarCase,
    SimilarFound,
    ask,
    read_asked,
)
from app.engine.client import Engine
from app.errors import BadInputError
from app.settings import Settings, get_settings
from app.similarity.models import KIND_NAMES, MatchKind
from app.viewer import LOCAL_VIEWER
from cli.running import with_engine

_INDENT = "    "
_NARROWEST = 40


@click.command()
@click.argument("text")
@click.option("--street", help="Улица; без неё место ищется в тексте.")
@click.option("--house", help="Дом.")
@click.option("--theme", help="Тема, как в справочнике.")
@click.option("--size", default=5, help=f"Сколько показать в каждом списке, от 1 до {MOST}.")
@click.option("--json", "as_json", is_flag=True, help="Вывести ответ API как есть.")
def similar(
    text: str,
    street: str | None,
    house: str | None,
    theme: str | None,
    size: int,
    *,
    as_json: bool,
) -> None:
    """Найти дубли, похожие обращения и прошлые ответы по тексту и месту."""
    given = {"text": text, "street": street, "house": house, "theme": theme, "size": size}
    try:
        asked = read_asked(given, get_settings().zone)
    except BadInputError as error:
        raise click.UsageError(error.message) from error
    found = with_engine(lambda engine, settings: _found(engine, settings, asked), by_meaning=True)
    if as_json:
        click.echo(msgspec.json.encode(found))
        return
    _print_cases("Дубли", found.duplicates)
    _print_cases("Похожие", found.similar)
    _print_answers(found.answers)
    if not (found.duplicates or found.similar or found.answers):
        click.echo("Ничего похожего не найдено")
    if found.by_words_only:
        click.echo("Поиск по смыслу не работает: искали по словам, месту и номерам.")


async def _found(engine: Engine, _: Settings, asked: Asked) -> SimilarFound:
    return await ask(engine, LOCAL_VIEWER, asked)


def _print_cases(title: str, cases: list[SimilarCase]) -> None:
    if cases:
        click.echo(title)
    for case in cases:
        name = KIND_NAMES[MatchKind(case.kind)] if case.kind else "Похоже"
        click.echo(click.style(f"  {case.number}  {name}  {case.score:.2f}", bold=True))
        click.echo(_wrapped("; ".join(case.why)))


def _print_answers(answers: list[SimilarAnswer]) -> None:
    if answers:
        click.echo("Так уже отвечали")
    for answer in answers:
        why = "; ".join(answer.why)
        click.echo(click.style(f"  {answer.number}  {answer.score:.2f}  {why}", bold=True))
        click.echo(_wrapped(answer.text))


def _wrapped(text: str) -> str:
    width = max(shutil.get_terminal_size().columns - len(_INDENT), _NARROWEST)
    return textwrap.indent("\n".join(textwrap.wrap(text, width)), _INDENT)
