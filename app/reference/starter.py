"""What the reference books hold before anybody edits them."""

import tomllib
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from app.text.normalise import norm_hash

DATA = Path(__file__).parent / "data"


class Entry(Struct, frozen=True):
    """One line of a book; `parent` is the code of the group a theme belongs to."""

    book: str
    code: str
    label: str
    order: int
    parent: str | None = None
    active: bool = True


def starter_entries() -> Iterator[Entry]:
    """Groups and themes of «Инцидент менеджмент»; codes are hashes of the names they stand for."""
    groups = tomllib.loads((DATA / "im_themes.toml").read_text())["groups"]
    for order, (group, themes) in enumerate(groups.items()):
        group_code = norm_hash(group)
        yield Entry("im_group", group_code, group, order)
        for position, theme in enumerate(themes):
            yield Entry("im_theme", norm_hash(theme), theme, position, parent=group_code)
