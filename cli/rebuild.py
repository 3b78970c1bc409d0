"""`otklik rebuild`: a new index from the same documents, while people work."""

import click
import msgspec

from app.engine.client import Engine
from app.engine.names import Index
from app.settings import Settings
from app.system.models import Rebuild
from app.system.rebuild_words import phase_words
from cli.running import with_engine
from indexers.rebuild.kept import drop_kept
from indexers.rebuild.run import check_rebuildable, rebuild


@click.command("rebuild")
@click.argument("index", type=click.Choice([str(index) for index in Index]))
@click.option("--drop-old", is_flag=True, help="Удалить индексы, оставшиеся от прежних перестроек.")
@click.option("--json", "as_json", is_flag=True, help="Вывести результат в виде JSON.")
def rebuild_index(index: str, *, drop_old: bool, as_json: bool) -> None:
    """Перестроить индекс, не прерывая работы. Прерванную перестройку команда продолжит.

    Последняя строка: copied N repaired M swapped INDEX.
    """
    chosen = Index(index)
    check_rebuildable(chosen)
    if drop_old:
        _drop(chosen, as_json=as_json)
        return
    progress = _Progress(silent=as_json)

    async def call(engine: Engine, settings: Settings) -> Rebuild:
        return await rebuild(engine, settings, chosen, progress.show)

    done = with_engine(call)
    click.echo(msgspec.json.encode(done) if as_json else done.line())


def _drop(index: Index, *, as_json: bool) -> None:
    names = with_engine(lambda engine, _: drop_kept(engine, index))
    if as_json:
        click.echo(msgspec.json.encode({"dropped": names}))
        return
    for name in names:
        click.echo(f"Удалён {name}")
    if not names:
        click.echo("Прежних индексов нет.")


class _Progress:
    """A line when the phase changes, and one for every twentieth part of the copying."""

    def __init__(self, *, silent: bool) -> None:
        self._silent = silent
        self._last = ""

    def show(self, now: Rebuild) -> None:
        step = now.copied * 20 // max(now.total, 1)
        mark = f"{now.phase}:{step}"
        if self._silent or mark == self._last:
            return
        self._last = mark
        click.echo(phase_words(now))
