"""`otklik serve` refuses in one sentence what would not work or not be safe."""

import socket

import pytest
from click.testing import CliRunner

from app.secret_key import StartRefusedError
from app.settings import get_settings
from cli.serve import PortTakenError, listen, serve


def test_taken_port_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PortTakenError, match=f"порт {port} .* занят другой программой"):
            listen("127.0.0.1", port)


def test_open_address_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTKLIK_HOST", "0.0.0.0")  # noqa: S104 - the very thing refused
    get_settings.cache_clear()
    monkeypatch.setattr("cli.serve.configure_logging", lambda _settings: None)
    try:
        result = CliRunner().invoke(serve, ["--port", "0"])
    finally:
        get_settings.cache_clear()
    assert isinstance(result.exception, StartRefusedError)


def test_port_out_of_range_is_bad_usage() -> None:
    assert CliRunner().invoke(serve, ["--port", "70000"]).exit_code == 2
