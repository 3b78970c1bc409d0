"""`otklik health`: what this process's services look like from where it runs."""

import json
import sys

import click
import msgspec
from redis.asyncio import from_url

from app.engine.client import Engine
from app.settings import Settings
from app.system.models import SystemState
from app.system.service import PATIENCE, system_state
from cli.running import with_engine


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Вывести результат в виде JSON.")
def health(*, as_json: bool) -> None:
    """Проверить Elasticsearch, индексы и Redis; код выхода 1, если что-то не в порядке."""

    async def call(engine: Engine, settings: Settings) -> SystemState:
        redis = from_url(
            settings.redis_url.get_secret_value(),
            socket_timeout=PATIENCE,
            socket_connect_timeout=PATIENCE,
        )
        async with redis:
            return await system_state(engine, redis, settings)

    state = with_engine(call)
    if as_json:
        click.echo(json.dumps(msgspec.to_builtins(state.checks), ensure_ascii=False))
    else:
        for check in state.checks:
            click.echo(f"{check.title}: {check.note}")
        if state.meaning:
            click.echo(f"Модель смысла: {state.meaning.encoder.note}")
    if not all(check.ok for check in state.checks):
        sys.exit(1)
