"""Names that actions offer and that a history shows: departments and people."""

import time
from typing import Any
from weakref import WeakKeyDictionary

from msgspec import Struct, field

from app.engine.client import Engine
from app.engine.names import Index

_MOST = 500
_SECONDS = 60


class Directory(Struct, frozen=True):
    departments: tuple[str, ...] = ()
    people: dict[str, str] = field(default_factory=dict)
    """Login → family name and initials."""

    def called(self, login: str | None) -> str:
        """How a person is named on a page; an unknown login stands for itself."""
        return self.people.get(login, login) if login else ""


_kept: WeakKeyDictionary[Engine, tuple[float, Directory]] = WeakKeyDictionary()


async def read_directory(engine: Engine) -> Directory:
    """Departments and people that cases name; a minute old at most."""
    known = _kept.get(engine)
    now = time.monotonic()
    if known is None or now - known[0] > _SECONDS:
        known = (now, await _read(engine))
        _kept[engine] = known
    return known[1]


async def _read(engine: Engine) -> Directory:
    body: dict[str, Any] = {
        "size": 0,
        "aggs": {
            "departments": {"terms": {"field": "workflow.department", "size": _MOST}},
            "people": {"terms": {"field": "workflow.assignee", "size": _MOST}},
        },
    }
    found = (await engine.search(Index.CASES, body))["aggregations"]
    names = {name: [one["key"] for one in found[name]["buckets"]] for name in found}
    return Directory(
        tuple(sorted(names["departments"])), {login: login for login in sorted(names["people"])}
    )
