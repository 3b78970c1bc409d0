"""Messages that cannot be given to a problem: set aside in the records of the enrichment, so that
none of the others waits for them, and tried again as those are.

A record is of a case as it was and of the program as it was: a case that has changed since, or a
newer version of the program, tries at once.
"""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from importlib.metadata import version

import structlog
import xxhash

from app.engine.client import Engine, Stored
from app.problems.models import UNPLACED
from indexers import cases
from indexers.enrichment import failures

log = structlog.get_logger()

_PROGRAM = version("otklik")


def record_id(case: Stored) -> str:
    """Of a hash, as ids of cases may be as long as the engine takes."""
    name = xxhash.xxh3_128_hexdigest(case.id.encode())
    return f"{UNPLACED}|{_PROGRAM}|{case.source.get('rev')}|{name}"


class Aside:
    """What one call of the assigning passes by, and what it adds to that."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._due: dict[str, str] = {}
        """Case → its record, where it is tried again now."""
        self.ids: set[str] = set()
        """Cases whose next try is still to come."""

    @classmethod
    async def opened(cls, engine: Engine) -> "Aside":
        """Forgets what is said of cases that have changed since, or are no more."""
        made, now = cls(engine), datetime.now(UTC)
        records = await failures.kept(engine, UNPLACED)
        read = await cases.fetch(engine, {one["case_id"] for one in records.values()}, ("rev",))
        current = {record_id(case): case.id for case in read.values()}
        await failures.forget(engine, records.keys() - current.keys())
        for name in records.keys() & current.keys():
            if datetime.fromisoformat(records[name]["next_at"]) > now:
                made.ids.add(current[name])
            else:
                made._due[current[name]] = name
        return made

    async def put(self, reasons: Mapping[str, str], read: Mapping[str, Stored]) -> None:
        """`reasons`: case → why, without a word of its text; `read` has each of them."""
        if not reasons:
            return
        told = {case_id: (UNPLACED, why) for case_id, why in reasons.items()}
        await failures.keep(self._engine, told, read, datetime.now(UTC), record_id)
        self.ids |= reasons.keys()
        log.warning("cases_not_assigned", cases=len(reasons))

    async def placed(self, done: Collection[str]) -> None:
        """Of `done` those that had failed before."""
        due = {self._due.pop(one) for one in set(done) & self._due.keys()}
        await failures.forget(self._engine, due)
