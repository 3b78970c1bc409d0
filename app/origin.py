"""Where a request comes from: what histories and the journal keep of it, and nothing more."""

from contextvars import ContextVar

from msgspec import Struct


class Origin(Struct, frozen=True, omit_defaults=True):
    """No field can hold what a person typed."""

    address: str | None = None
    """Of the network."""
    agent: str | None = None
    """Family of the browser or program: «Firefox», «curl»; never the whole line it sends."""
    request_id: str | None = None
    token: str | None = None
    """Name of the API token, where one was used."""


_ORIGIN: ContextVar[Origin | None] = ContextVar("origin", default=None)


def current_origin() -> Origin | None:
    """Of the request that is being answered in this task; None in workers and commands."""
    return _ORIGIN.get()


def set_origin(origin: Origin | None) -> None:
    """Called where a request comes in, and again by whoever recognises its token."""
    _ORIGIN.set(origin)
