"""Which `Host` we answer to: without it a foreign page could reach us through DNS rebinding."""

from urllib.parse import urlsplit

from app.settings import Settings

_LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})


def _hostname(netloc: str) -> str:
    """The name without port; "" when it cannot be one."""
    try:
        return (urlsplit(f"//{netloc}").hostname or "") if "@" not in netloc else ""
    except ValueError:
        return ""


class Hosts:
    """The loopback names on any port (the port is chosen at start) and the site's own name."""

    def __init__(self, settings: Settings) -> None:
        base = urlsplit(settings.base_url)
        self._own_netloc = base.netloc
        self._names = _LOOPBACK_NAMES | ({base.hostname} if base.hostname else set())

    def allows(self, netloc: str) -> bool:
        return _hostname(netloc) in self._names

    def allows_origin(self, origin: str, netloc: str) -> bool:
        """True for the `Origin` of our own pages; another port of this computer is another site."""
        return origin.partition("://")[2] in {netloc, self._own_netloc}
