"""The journal is JSON, one line an event, and keeps what people wrote out of it."""

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from app.logging import configure_logging
from app.settings import Settings


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    server = logging.getLogger("uvicorn.error")
    server_level = server.level
    server.setLevel(logging.NOTSET)  # a server that ran in this process before left its own
    yield
    root.handlers, root.level = handlers, level
    server.setLevel(server_level)
    structlog.reset_defaults()


def _fail(text: str) -> None:
    words = text.split()
    raise ValueError(f"cannot read {words[0]}")


@pytest.mark.parametrize(("level", "told"), [("INFO", False), ("DEBUG", True)])
def test_traceback_tells_the_place_not_the_text(
    capsys: pytest.CaptureFixture[str], level: str, told: bool
) -> None:
    configure_logging(Settings(log_level=level))
    try:
        _fail("Иванов")
    except ValueError:
        structlog.get_logger("test").exception("reading_failed")
    line = json.loads(capsys.readouterr().err)
    assert line["event"] == "reading_failed"
    assert line["exception"][0]["exc_type"] == "ValueError"
    assert line["exception"][0]["frames"][-1]["name"] == "_fail"
    assert ("Иванов" in json.dumps(line, ensure_ascii=False)) is told


def test_libraries_write_into_the_same_journal(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging(Settings())
    logging.getLogger("uvicorn.error").info("started %s", "x", extra={"color_message": "c"})
    logging.getLogger("uvicorn.access").info("GET /search?q=secret")
    line = json.loads(capsys.readouterr().err)
    assert (line["event"], line["logger"]) == ("started x", "uvicorn.error")
    assert "color_message" not in line


def test_lines_for_eyes(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging(Settings(log_json=False))
    structlog.get_logger("test").info("hello", size=3)
    assert "hello" in capsys.readouterr().err
