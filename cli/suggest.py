"""`otklik suggest`: what the pages would suggest for a text."""

import click
import msgspec

from app.engine.client import Engine
from app.errors import BadInputError
from app.settings import Settings
from app.suggestions.models import Suggestion
from app.suggestions.params import read_asked
from app.suggestions.service import suggest as find
from app.suggestions.words import SOURCES, confidence, place_text, theme_note
from app.viewer import LOCAL_VIEWER
from cli.running import with_engine


@click.command()
@click.argument("text")
@click.option("--street", default="", help="Улица, если она названа отдельно.")
@click.option("--house", default="", help="Дом.")
@click.option("--json", "as_json", is_flag=True, help="Вывести ответ API как есть.")
def suggest(text: str, street: str, house: str, *, as_json: bool) -> None:
    """Подсказать тему, ведомство, важность, место и суть по тексту."""
    try:
        asked = read_asked({"text": text, "street": street, "house": house})
    except BadInputError as error:
        raise click.UsageError(error.message) from error

    async def call(engine: Engine, settings: Settings) -> Suggestion:  # noqa: ARG001 - as others are called
        return await find(engine, LOCAL_VIEWER, asked)

    found = with_engine(call, by_meaning=True)
    click.echo(msgspec.json.encode(found) if as_json else "\n".join(_lines(found)))


def _lines(found: Suggestion) -> list[str]:
    lines = [f"Суть: {found.gist}"] if found.gist else []
    lines += [f"Опасно: {why}" for why in found.importance.why]
    lines += [f"Тема: {one.value} ({theme_note(one, found.by)})" for one in found.themes]
    lines += [f"Ведомство: {one.name} ({confidence(one.score)})" for one in found.departments]
    if found.place:
        lines.append(f"Место: {place_text(found.place)}")
    return [*lines, f"Тема: {SOURCES[found.by]}"]
