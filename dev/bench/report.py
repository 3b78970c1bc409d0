"""Writes one section of `docs/measurements.md`, leaving the others as they are."""

import os
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import psutil

from app.settings import ROOT

PAGE = ROOT / "docs" / "measurements.md"
_HEAD = """# Измерения

Каждый раздел переписывает своя команда: `make bench` (скорость) и `make eval` (качество поиска).
Время зависит от машины, поэтому рядом с каждой скоростью стоит скорость голого движка из того же
прогона.
"""


def machine() -> str:
    """Date and size of the machine, as a line of the page."""
    memory = round(psutil.virtual_memory().total / 2**30)
    return f"{datetime.now(UTC):%d.%m.%Y}, ядер: {os.cpu_count()}, память: {memory} ГБ"


def write_section(title: str, lines: Sequence[str], page: Path = PAGE) -> None:
    """Replaces the section `title`, or adds it at the end."""
    text = page.read_text() if page.exists() else _HEAD
    section = "\n".join([f"## {title}", "", f"_{machine()}_", "", *lines, ""])
    pattern = re.compile(rf"^## {re.escape(title)}\n.*?(?=^## |\Z)", re.DOTALL | re.MULTILINE)
    if pattern.search(text):
        text = pattern.sub(lambda _: f"{section}\n", text)
    else:
        text = f"{text.rstrip()}\n\n{section}"
    page.write_text(f"{text.rstrip()}\n")


def table(header: Sequence[str], rows: Sequence[Sequence[object]]) -> list[str]:
    """A Markdown table."""
    lines = [header, ["---"] * len(header), *rows]
    return [f"| {' | '.join(str(cell) for cell in line)} |" for line in lines]
