"""Fills an empty installation with demo messages, through the same commands a person has."""

import http.client
import json
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from app.settings import get_settings
from dev.demo.departments import demo_departments
from dev.stack.children import call
from dev.stack.supervisor import Stack
from dev.stack.talk import StackError, say

_PROFILES = {"im-": "im", "heatmap-": "heatmap", "canonical": "canonical"}


DEMO_PASSWORD = "Otklik-demo-2026"  # noqa: S105 - shown to everybody who looks at the demo
"""Of all demo users; the site shows it and refuses to be open to other computers with it."""


class DemoFile(msgspec.Struct, frozen=True):
    file: str
    profile: str


def load_demo(stack: Stack, messages: int) -> None:
    """Generates and imports `messages` demo messages, unless cases are already there.

    A load that was cut short is taken up again: rows that are there already stay as they are.
    """
    folder = stack.profile.folder / "files"
    unfinished = folder / ".unfinished"
    if count_cases(stack.es_url) and not unfinished.exists():
        return
    folder.mkdir(exist_ok=True)
    unfinished.touch()
    say(f"Готовлю демонстрационные данные ({messages})…")
    call(
        stack.env,
        *("demo", "generate", "--messages", str(messages), "--seed", "1", "--out", str(folder)),
        *("--until", f"{datetime.now(get_settings().zone):%Y-%m-%d}", "--growing"),
        quiet=True,
    )
    book = folder / "departments.csv"
    book.write_bytes(demo_departments())
    call(stack.env, "books", "load", str(book), quiet=True)
    for one in demo_files(folder):
        say(f"Загружаю {one.file}…")
        call(stack.env, "import", str(folder / one.file), "--profile", one.profile)
    call(stack.env, "demo", "boundaries", quiet=True)
    call(stack.env, "demo", "week", quiet=True)
    unfinished.unlink()


def load_staff(stack: Stack) -> None:
    """One person for each role; whoever is there already stays as they are."""
    call(stack.env, "demo", "users", "--password-stdin", quiet=True, given=f"{DEMO_PASSWORD}\n")


def count_cases(es_url: str) -> int:
    """How many cases the engine has, by the alias for reading."""
    parts = urlsplit(es_url)
    door = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=15)
    try:
        door.request("GET", f"/{get_settings().index_prefix}cases-read/_count")
        answer = door.getresponse()
        body = json.loads(answer.read())
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise StackError(f"Elasticsearch не ответил, сколько в нём сообщений: {error}") from error
    finally:
        door.close()
    if answer.status != http.HTTPStatus.OK:
        raise StackError("Индекс сообщений не найден. Создайте его: .venv/bin/otklik setup")
    return int(body["count"])


def demo_files(folder: Path) -> list[DemoFile]:
    """What `manifest.json` lists, or what the names of the files tell."""
    manifest = folder / "manifest.json"
    if manifest.exists():
        return msgspec.json.decode(manifest.read_bytes(), type=list[DemoFile])
    return [
        DemoFile(path.name, profile)
        for path in sorted(folder.iterdir())
        for start, profile in _PROFILES.items()
        if path.name.startswith(start) and path.suffix in {".csv", ".xlsx"}
    ]
