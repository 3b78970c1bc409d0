"""Who is at the other end of a request, in the few words that may be kept of it."""

from ipaddress import ip_address, ip_network

from litestar.types import HTTPScope

from app.origin import Origin

_UNKNOWN = "другая программа"
_FAMILIES = (
    ("YaBrowser", "Яндекс Браузер"),
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox", "Firefox"),
    ("Chromium", "Chromium"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
    ("curl", "curl"),
    ("python", "Python"),
    ("okhttp", "okhttp"),
    ("Java", "Java"),
    ("Go-http", "Go"),
)
"""The first that stands in the line: a browser names its ancestors after itself."""


def agent_family(line: str | None) -> str | None:
    """The family only: the whole line tells one person's machine from another's."""
    if not line:
        return None
    lowered = line.lower()
    return next((name for mark, name in _FAMILIES if mark.lower() in lowered), _UNKNOWN)


def origin_of(scope: HTTPScope, agent: str | None, request_id: str) -> Origin:
    """The address is the one the server saw; a proxy's word is taken by the server, not here."""
    client = scope.get("client")
    address = _address(client[0]) if client else None
    return Origin(address=address, agent=agent_family(agent), request_id=request_id)


def network_of(address: str) -> str:
    """What is counted as one caller: an IPv6 customer has 2^64 addresses."""
    known = _address(address)
    if known is None or ":" not in known:
        return known or address
    return str(ip_network((known, 64), strict=False))


def _address(given: str) -> str | None:
    """None for what is no address of a network, as the name of a socket's file."""
    try:
        return str(ip_address(given.partition("%")[0]))
    except ValueError:
        return None
