"""`otklik demo`: data of a town that does not exist, to try the product with."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path

import click
import msgspec

from app.errors import BadInputError
from cli.up import DevelopmentOnlyError


@contextmanager
def _developers_only() -> Iterator[None]:
    """Around imports of `dev`, which an installation for work does not have."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise DevelopmentOnlyError(
            f"Команда demo работает на машине разработчика, а здесь нет модуля {error.name}. "
            "Установите всё нужное: make setup"
        ) from error


@click.group("demo", help="Учебные данные вымышленного города.")
def demo() -> None:
    pass


@demo.command("generate", help="Создать файлы в форматах настоящих выгрузок.")
@click.option(
    "--messages",
    type=click.IntRange(1, 20_000_000),
    default=5000,
    show_default=True,
    help="Сколько сообщений создать.",
)
@click.option(
    "--seed",
    type=int,
    default=1,
    show_default=True,
    help="Одно и то же число — одни и те же файлы.",
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    help="Папка для файлов; если её нет, она будет создана.",
)
@click.option(
    "--until",
    type=click.DateTime(["%Y-%m-%d"]),
    default=None,
    help="Последний день данных, ГГГГ-ММ-ДД. Данные охватывают полтора года до него.",
)
@click.option(
    "--growing",
    is_flag=True,
    help="Кончить происшествием, о котором пишут всё больше, и кампанией: чтобы увидеть рост.",
)
@click.option("--json", "as_json", is_flag=True, help="Вывести список файлов в JSON.")
def generate_files(
    *, messages: int, seed: int, out: Path, until: datetime | None, growing: bool, as_json: bool
) -> None:
    with _developers_only():
        from dev.demo.generate import write_demo
        from dev.demo.stream import DEFAULT_UNTIL

    last: date = until.date() if until else DEFAULT_UNTIL
    try:
        written = write_demo(out, messages, seed, last, growing=growing)
    except OSError as error:
        raise BadInputError(
            f"Не удалось записать файлы в папку {out}: {error.strerror}.", field="out"
        ) from error
    if as_json:
        click.echo(msgspec.json.encode(written).decode())
        return
    for item in written:
        click.echo(f"{out / item.file}: {item.rows} — профиль {item.profile}")
    click.echo(f"Всего сообщений: {sum(item.rows for item in written)}")


@demo.command("week")
def live_a_week() -> None:
    """Прожить неделю: обращения последних дней, над которыми работают учебные люди."""
    from cli.running import with_engine

    with _developers_only():
        from dev.demo.week import live

    number = with_engine(lambda engine, settings: live(engine, settings.zone))
    click.echo(f"Обращений последней недели: {number}")


@demo.command("boundaries")
def draw_boundaries() -> None:
    """Нанести на карту проблем границы районов и посёлков вымышленного города."""
    with _developers_only():
        from dev.demo.boundaries import demo_boundaries
    from app.board.map import store
    from app.settings import get_settings

    store.save(get_settings().data_dir, demo_boundaries())


@demo.command("users")
@click.option("--password-stdin", is_flag=True, required=True, help="Общий пароль учебных людей.")
def make_users(*, password_stdin: bool) -> None:  # noqa: ARG001 - there is no other way to give it
    """Завести по человеку на каждую роль и дать всем один пароль."""
    with _developers_only():
        from dev.demo.staff import make_staff
    from cli.users import read_password, with_sessions

    password = read_password()
    for login in with_sessions(lambda engine, sessions: make_staff(engine, sessions, password)):
        click.echo(login)
