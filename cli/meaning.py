"""`otklik meaning`: by what texts are compared, and the mean of the installation's own texts."""

import click
import msgspec
from msgspec import Struct

from app.engine.client import Engine
from app.errors import EncoderError
from app.meaning.current import encoder_folder
from app.meaning.folder import read_manifest
from app.meaning.models import Encoder, EncoderState, Mean
from app.meaning.service import (
    current_meaning,
    encoder_now,
    newest_mean,
    warm,
)
from app.settings import Settings
from app.system.enrichment import enrichment_state
from app.system.models import EnrichmentState
from app.web.filters import counted, number, show_datetime
from cli.running import with_engine
from indexers.meaning import renew_mean

_STATES = {
    EncoderState.OFF: "выключена",
    EncoderState.MISSING: "нет",
}


class Shown(Struct, frozen=True):
    """`version` and `mean` are None where there is no encoder."""

    encoder: Encoder
    name: str | None
    version: str | None
    mean: str | None
    cases: int
    """Of how many of its own the mean was computed; 0 for the shipped one."""
    waiting_mean: str | None
    """Computed and not in use before a rebuild."""
    backlog: EnrichmentState


@click.group()
def meaning() -> None:
    """Смысл сообщений: модель, среднее, сколько обращений ждут обработки."""


@meaning.command()
@click.option("--json", "as_json", is_flag=True, help="Вывести результат в виде JSON.")
def show(*, as_json: bool) -> None:
    """Показать модель смысла, её среднее и очередь."""
    shown = with_engine(lambda engine, _: _shown(engine))
    if as_json:
        click.echo(msgspec.json.encode(shown).decode())
        return
    click.echo(f"Модель: {shown.name or _STATES[shown.encoder.state]}. {shown.encoder.note}")
    if shown.version:
        click.echo(f"Векторы сравниваются по версии {shown.version}, среднее {shown.mean}.")
    if shown.waiting_mean:
        click.echo(f"Среднее {shown.waiting_mean} ждёт команды «otklik rebuild cases».")
    for line in _backlog(shown.backlog):
        click.echo(line)


def _backlog(found: EnrichmentState) -> list[str]:
    lines = [f"Ждут обработки: {number(found.unfinished)}."]
    if found.without_vectors is not None:
        lines.append(f"Ждут вектора: {number(found.without_vectors)}.")
    if found.failed:
        lines.append(f"Не обработаны, попытка повторится: {number(found.failed)}.")
    return lines


@meaning.command()
@click.option("--json", "as_json", is_flag=True, help="Вывести результат в виде JSON.")
def renew(*, as_json: bool) -> None:
    """Вычислить среднее по своим обращениям. Начнёт действовать после «otklik rebuild cases»."""

    async def call(engine: Engine, settings: Settings) -> tuple[Mean, str]:
        mean = await renew_mean(engine)
        made = mean.made_at
        return mean, show_datetime(made, settings.zone) if made else ""

    mean, made = with_engine(call)
    if as_json:
        told = {"name": mean.name, "version": mean.version, "cases": mean.cases}
        click.echo(msgspec.json.encode(told).decode())
        return
    cases = counted(mean.cases, "обращению", "обращениям", "обращениям")
    click.echo(f"Среднее {mean.name} вычислено {made} по {cases}.")
    click.echo("Чтобы оно начало действовать, выполните «otklik rebuild cases».")


async def _shown(engine: Engine) -> Shown:
    backlog = await enrichment_state(engine)
    newest = await newest_mean(engine)
    try:
        folder = encoder_folder(engine)
        manifest, now = read_manifest(folder), await current_meaning(engine)
    except EncoderError:
        return Shown(encoder_now(engine), None, None, None, 0, None, backlog)
    await warm(engine)
    later = newest.name if newest and newest.name != now.mean.name else None
    encoder = encoder_now(engine)
    return Shown(encoder, manifest.name, now.version, now.mean.name, now.mean.cases, later, backlog)
