"""The only place where text becomes markup past Jinja's escaping; keep it small."""

import re
from functools import cache

from markupsafe import Markup, escape

from app.web.assets import STATIC, asset

HIGHLIGHT_START = "\ue000"
"""Private-use signs the engine puts around a hit: they cannot come from an escaped text's markup,
and a stray one in a message does no more than open a `<mark>`."""
HIGHLIGHT_END = "\ue001"

_PAIR = re.compile(f"{HIGHLIGHT_START}([^{HIGHLIGHT_START}{HIGHLIGHT_END}]*){HIGHLIGHT_END}")
_STRAY = re.compile(f"[{HIGHLIGHT_START}{HIGHLIGHT_END}]")
_SYMBOL = re.compile(r'<symbol id="icon-([a-z0-9-]+)"')


def highlighted(text: str) -> Markup:
    """Escapes everything, then turns whole highlight pairs into `<mark>`; stray signs vanish."""
    marked = _PAIR.sub(r"<mark>\1</mark>", str(escape(text)))
    return Markup(_STRAY.sub("", marked))  # noqa: S704 - escaped above


@cache
def icon_names() -> frozenset[str]:
    return frozenset(_SYMBOL.findall((STATIC / "vendor/icons/sprite.svg").read_text()))


def icon(name: str, label: str = "", css: str = "") -> Markup:
    """An icon of the sprite. Without `label` it is decoration, hidden from screen readers.

    Raises ValueError for a name that is not in the sprite (`vendor.json` lists them).
    """
    if name not in icon_names():
        raise ValueError(f"icon {name!r} is not in the sprite")
    meaning = Markup('role="img" aria-label="{}"').format(label) if label else 'aria-hidden="true"'
    return Markup('<svg class="icon {}" {}><use href="{}#icon-{}"></use></svg>').format(
        css,
        Markup(meaning),  # noqa: S704 - a literal, or escaped by format
        asset("vendor/icons/sprite.svg"),
        name,
    )


def csrf_input(token: str) -> Markup:
    """The hidden field every plain POST form needs."""
    return Markup('<input type="hidden" name="_csrf_token" value="{}">').format(token)
