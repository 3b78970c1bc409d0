"""`otklik up`."""

import click

from app.errors import OtklikError


class DevelopmentOnlyError(OtklikError):
    code = "development_only"


@click.command()
@click.option(
    "--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="Порт сайта."
)
@click.option("--name", default="demo", show_default=True, help="Папка данных: var/ИМЯ.")
@click.option(
    "--demo",
    default=0,
    type=click.IntRange(0),
    metavar="N",
    help="Загрузить N учебных сообщений, если в базе ещё пусто.",
)
@click.option("--heap", default="1g", show_default=True, help="Память Java для Elasticsearch.")
@click.option("--verbose", is_flag=True, help="Показывать журналы здесь, а не писать в файлы.")
def up(*, port: int, name: str, demo: int, heap: str, verbose: bool) -> None:
    """Запустить всё сразу: Elasticsearch, Redis, сайт и работников. Остановить: Ctrl-C.

    Elasticsearch и Redis берутся по адресам из OTKLIK_ES_URL и OTKLIK_REDIS_URL, а без них
    запускаются в Docker или прямо на этой машине.
    """
    try:
        from dev.stack.up import Wishes
        from dev.stack.up import up as run
    except ModuleNotFoundError as error:
        raise DevelopmentOnlyError(
            f"Команда up работает на машине разработчика, а здесь нет модуля {error.name}. "
            "Установите всё нужное: make setup"
        ) from error
    run(Wishes(port, name, demo, heap, verbose))
