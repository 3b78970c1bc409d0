"""The address bar is the state: a list's links are its own address with something changed."""

from collections.abc import Iterable
from urllib.parse import parse_qsl, urlencode, urlsplit

Value = str | int | None


def changed_query(
    pairs: Iterable[tuple[str, str]], changes: dict[str, Value | Iterable[str]]
) -> str:
    """The query string of `pairs` with `changes` applied; None or "" removes, a list repeats.

    Order is kept, empty values are dropped, so that equal states have equal addresses.
    """
    kept = [(name, value) for name, value in pairs if name not in changes and value != ""]
    for name, value in changes.items():
        if value is None or value == "":
            continue
        values = [str(value)] if isinstance(value, str | int) else [str(item) for item in value]
        kept += [(name, item) for item in values if item]
    return urlencode(kept)


def url_with(path: str, pairs: Iterable[tuple[str, str]], **changes: Value | Iterable[str]) -> str:
    query = changed_query(pairs, changes)
    return f"{path}?{query}" if query else path


def local_path(address: str, netloc: str) -> str | None:
    """Path and query of `address` if it is a page of the site at `netloc`, else None."""
    try:
        parts = urlsplit(address)
    except ValueError:  # as «http://[»
        return None
    if parts.netloc != netloc or not parts.path.startswith("/"):
        return None
    path = "/" + parts.path.lstrip("/\\")  # two slashes of either kind would name another site
    return f"{path}?{parts.query}" if parts.query else path


def kept_pairs(address: str, netloc: str, names: Iterable[str]) -> list[tuple[str, str]]:
    """Those of `names` that the page a form was on (`address`, its referer) had in its address."""
    here = local_path(address, netloc)
    wanted = set(names)
    pairs = parse_qsl(urlsplit(here).query) if here else []
    return [(name, value) for name, value in pairs if name in wanted]
