"""`python -m dev.stack run --name test -- pytest`: a command with services of its own."""

import os
import signal
import subprocess
import sys
import threading

import click

from dev.stack import processes
from dev.stack.places import passing_base, stack_base
from dev.stack.state import Profile
from dev.stack.supervisor import find_or_start, running
from dev.stack.talk import StackError, say


@click.group()
def main() -> None:
    """Elasticsearch и Redis для разработки и проверок."""


@main.command(context_settings={"ignore_unknown_options": True})
@click.option("--name", default="test", show_default=True, help="Начало имени временной папки.")
@click.option("--heap", default="1g", show_default=True, help="Память Java для Elasticsearch.")
@click.option("--short", is_flag=True, help="Движок на несколько минут: быстрее пуск.")
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED)
def run(name: str, heap: str, command: tuple[str, ...], *, short: bool) -> None:
    """Выполнить команду со своими Elasticsearch и Redis; данные потом удаляются."""
    signal.signal(signal.SIGTERM, _as_interrupt)
    base = passing_base() if short else stack_base()
    profile = Profile(f"{name}-{os.getpid()}", heap=heap, short=short, throwaway=True, base=base)
    with running(profile) as stack:
        say(f"Elasticsearch: {stack.es_url}, Redis: {stack.redis_url}")
        code = _call(command, dict(os.environ) | dict(stack.env))
    sys.exit(code)


@main.command()
@click.option("--name", default="dev", show_default=True, help="Папка данных: var/ИМЯ.")
@click.option("--heap", default="1g", show_default=True, help="Память Java для Elasticsearch.")
@click.option("--es-port", default=9200, show_default=True, help="Желаемый порт Elasticsearch.")
@click.option("--redis-port", default=6379, show_default=True, help="Желаемый порт Redis.")
@click.option("--short", is_flag=True, help="Движок на несколько минут: быстрее пуск.")
def serve(name: str, heap: str, es_port: int, redis_port: int, *, short: bool) -> None:
    """Держать Elasticsearch и Redis запущенными до Ctrl-C; данные остаются."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    stack = find_or_start(Profile(name, es_port, redis_port, heap, short))
    for variable, value in stack.env.items():
        click.echo(f"export {variable}={value}")
    say("Работают. Остановить: Ctrl-C")
    fallen = ""
    while not (fallen or stop.wait(1)):
        fallen = stack.dead()
    stack.stop()
    if fallen:
        raise StackError(f"{fallen} неожиданно завершился. Журнал: {stack.profile.folder}")


def _call(command: tuple[str, ...], env: dict[str, str]) -> int:
    """The command's exit code, as a shell tells it. Ctrl-C is the command's to answer."""
    try:
        child = subprocess.Popen(  # in our own process group: Ctrl-C reaches it, too
            command,
            env=env,
            preexec_fn=processes.death_bell(os.getpid()),  # noqa: PLW1509 - no threads here
        )
    except OSError as error:
        raise StackError(f"Не удалось запустить {command[0]}: {error.strerror}") from error
    previous = signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: child.terminate())
    try:
        code = child.wait()
    finally:
        signal.signal(signal.SIGINT, previous)
    return code if code >= 0 else 128 - code


def _as_interrupt(*_: object) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    try:
        main(standalone_mode=False)
    except StackError as error:
        say(error.message)
        sys.exit(1)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (KeyboardInterrupt, click.Abort):
        sys.exit(130)
