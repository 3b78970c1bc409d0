"""`otklik work` and `otklik schedule`: the two processes beside the web server."""

import asyncio
import os
import signal
import sys

import click

from app.logging import configure_logging
from app.settings import get_settings


@click.command()
@click.option("--processes", default=1, show_default=True, help="Сколько процессов.")
@click.option("--threads", default=2, show_default=True, help="Сколько потоков в процессе.")
def work(processes: int, threads: int) -> None:
    """Выполнять фоновую работу: загрузки и всё, что делается по расписанию."""
    arguments = ["-m", "dramatiq", "workers.main", "--skip-logging"]
    sizes = ["--processes", str(processes), "--threads", str(threads)]
    os.execv(sys.executable, [sys.executable, *arguments, *sizes])  # noqa: S606 - our own interpreter


@click.command()
def schedule() -> None:
    """Каждую минуту искать, что пора сделать. Можно запустить несколько: ведёт один."""
    from workers.schedule import run_schedule

    settings = get_settings()
    configure_logging(settings)

    async def run() -> None:
        task = asyncio.ensure_future(run_schedule(settings))
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, task.cancel)
        try:
            await task
        except asyncio.CancelledError:
            return

    asyncio.run(run())
