"""Applications that tests use one after another.

Building one takes 0.4 s of a core, more than most tests of pages: 250 handlers, each with a model
of its parameters. What it works with (engine, Redis, sessions, bells) is made when it starts, so
one that has stopped is as good as new; only its counters of requests go on.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from litestar import Litestar

from app.settings import Settings
from app.viewer import LOCAL_VIEWER, Viewer

_KEPT = 12
"""Few kinds are asked for again and again; one holds some megabytes."""
_built: list["_Built"] = []


@dataclass
class _Built:
    settings: Settings
    viewer: Viewer | None
    app: Litestar
    handler: Any
    given: bool = True
    """To the test that runs."""
    runs: bool = False

    def __post_init__(self) -> None:
        self.app.on_startup.append(self._starts)
        self.app.on_shutdown.append(self._stops)

    def _starts(self) -> None:
        self.runs = True

    def _stops(self) -> None:
        self.runs = False


def site(settings: Settings, viewer: Viewer | None = LOCAL_VIEWER) -> Litestar:
    """The application with `viewer` signed in to it; None for a stranger."""
    for one in _built:
        free = not (one.given or one.runs)
        if free and (one.viewer, one.settings) == (viewer, settings):
            one.given = True
            one.app.asgi_handler = one.handler
            return one.app
    from app.main import create_app

    app = create_app(settings, signed_in_as=viewer)
    _built.append(_Built(settings, viewer, app, app.asgi_handler))
    return app


@pytest.fixture(autouse=True)
def sites_come_back() -> Iterator[None]:
    """After a test all that it was given may be used again; the oldest are dropped."""
    yield
    del _built[:-_KEPT]
    for one in _built:
        one.given = False
