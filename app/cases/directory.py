"""Names that actions offer and that a history shows: departments and people."""

from typing import Any

from msgspec import Struct, field

from app.engine.client import Engine
from app.engine.names import Index

_MOST = 500


class Directory(Struct, frozen=True):
    departments: tuple[str, ...] = ()
    people: dict[str, str] = field(default_factory=dict)
    """Login → family name and initials."""

    def called(self, login: str | None) -> str:
        """How a person is named on a page; an unknown login stands for itself."""
        return self.people.get(login, login) if login else ""


async def read_directory(engine: Engine) -> Directory:
    """Departments and people that cases name."""
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
