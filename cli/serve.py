"""`otklik serve`: the web process."""

import errno
import socket

import click
import uvicorn
from litestar import Litestar

from app.errors import OtklikError
from app.logging import configure_logging
from app.main import create_app
from app.settings import get_settings

GRACE = 10
"""Seconds given to requests under way after Ctrl-C or SIGTERM."""


_REASONS = {
    errno.EADDRINUSE: "занят другой программой",
    errno.EACCES: "разрешён только администратору",
}


class PortTakenError(OtklikError):
    code = "port_taken"


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes a free one. Raises PortTakenError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        reason = _REASONS.get(error.errno or 0, "не открывается")
        raise PortTakenError(
            f"Отклик не запущен: порт {port} на {host} {reason}. Выберите другой: --port."
        ) from error


class Server(uvicorn.Server):
    """Ends the streams first: it waits for open answers, and these go on for ever."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        app = self.config.app
        if isinstance(app, Litestar) and "bells" in app.state:
            app.state.bells.close()
        await super().shutdown(sockets)


@click.command()
@click.option(
    "--port", default=8000, show_default=True, type=click.IntRange(0, 65535), help="Порт."
)
def serve(*, port: int) -> None:
    """Запустить сайт. Остановить: Ctrl-C."""
    settings = get_settings()
    configure_logging(settings)
    app = create_app(settings)
    listening = listen(settings.host, port)
    server = Server(
        uvicorn.Config(
            app,
            loop="uvloop",
            http="httptools",
            lifespan="on",
            log_config=None,
            access_log=False,
            proxy_headers=True,
            forwarded_allow_ips=settings.proxies,
            server_header=False,
            timeout_graceful_shutdown=GRACE,
        )
    )
    click.echo(f"Отклик: http://{settings.host}:{listening.getsockname()[1]}", err=True)
    try:
        server.run(sockets=[listening])
    except KeyboardInterrupt:
        click.echo("Отклик остановлен.", err=True)
