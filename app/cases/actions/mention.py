"""People in sentences of the rules: written by login, spelled out where names are known."""

import re
from collections.abc import Callable

_MENTION = re.compile("\u2039([^\u2039\u203a]+)\u203a(\\.?)")


def mention(login: str | None) -> str:
    """«\u2039petrova\u203a»: stands for the person until `spelled` puts the name in."""
    return f"\u2039{login}\u203a" if login else "неизвестно кто"


def has_mention(text: str) -> bool:
    return _MENTION.search(text) is not None


def spelled(text: str, called: Callable[[str], str]) -> str:
    """Initials that end a sentence end it with their own point."""

    def name(found: re.Match[str]) -> str:
        words = called(found[1])
        return words if words.endswith(".") else words + found[2]

    return _MENTION.sub(name, text)
