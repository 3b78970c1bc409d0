"""People in sentences of the rules: written by login, spelled out where names are known."""

import re
from collections.abc import Callable

_MENTION = re.compile("\u2039([^\u2039\u203a]+)\u203a")


def mention(login: str | None) -> str:
    """«\u2039petrova\u203a»: stands for the person until `spelled` puts the name in."""
    return f"\u2039{login}\u203a" if login else "неизвестно кто"


def spelled(text: str, called: Callable[[str], str]) -> str:
    return _MENTION.sub(lambda found: called(found[1]), text)
