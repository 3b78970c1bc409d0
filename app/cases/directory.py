"""Names that actions offer and that a history shows: departments and people."""

from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from app.accounts.directory import everybody
from app.accounts.models import short_name
from app.deadlines.current import current_deadlines
from app.deadlines.models import Profile
from app.engine.access import access_clause
from app.engine.client import Engine
from app.engine.names import Index
from app.reference.current import current_book
from app.viewer import Viewer

_MOST = 500


class Directory(Struct, frozen=True):
    departments: tuple[str, ...] = ()
    people: dict[str, str] = field(default_factory=dict)
    """Login → family name and initials of those who work here."""
    profiles: tuple[Profile, ...] = ()
    """Of deadlines, those that may be chosen for an answer."""
    former: dict[str, str] = field(default_factory=dict)
    """The same of those whose sign-in is closed: named in histories, never offered."""

    def called(self, login: str | None) -> str:
        """How a person is named on a page; an unknown login stands for itself."""
        if not login:
            return ""
        return self.people.get(login) or self.former.get(login, login)


async def read_people(engine: Engine) -> Directory:
    """Only who works here and who did: for sentences that mention somebody."""
    people = await everybody(engine)
    return Directory(
        people={one.login: short_name(one.name) for one in people if one.active},
        former={one.login: short_name(one.name) for one in people if not one.active},
    )


async def read_directory(engine: Engine, viewer: Viewer | None) -> Directory:
    """Departments that are open in the book and everybody who signs in.

    While the book is empty, departments that cases of this viewer name: others would tell of
    cases that the viewer does not see.
    """
    book = await current_book(engine)
    names = [one.name for one in book.departments.values() if one.active]
    deadlines = await current_deadlines(engine)
    profiles = [one for one in deadlines.profiles.values() if one.active and one.stage == "answer"]
    return replace(
        await read_people(engine),
        departments=tuple(sorted(names or await _named_by_cases(engine, viewer))),
        profiles=tuple(profiles),
    )


async def _named_by_cases(engine: Engine, viewer: Viewer | None) -> list[str]:
    body: dict[str, Any] = {
        "size": 0,
        "query": access_clause(viewer),
        "aggs": {"departments": {"terms": {"field": "workflow.department", "size": _MOST}}},
    }
    found = (await engine.search(Index.CASES, body))["aggregations"]["departments"]["buckets"]
    return [str(one["key"]) for one in found]
