"""Some cases through the steps of one turn, written by compare-and-set."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import msgspec
import structlog
from msgspec import Struct, field

from app.engine.client import Stored
from app.engine.names import Index
from app.errors import OtklikError
from indexers import bulk, cases
from indexers.enrichment import failures
from indexers.enrichment.steps import Findings, Step, Tools, with_changes

log = structlog.get_logger()

_TRIES = 4
"""Of a case that is being written by others; the next minute's sweep finds it again."""
_encoder = msgspec.json.Encoder()


class Result(Struct):
    """Of one batch, by ids."""

    done: set[str] = field(default_factory=set)
    failed: set[str] = field(default_factory=set)
    lost: set[str] = field(default_factory=set)
    """Others wrote them each time: still to be done."""
    versions: dict[str, str | None] = field(default_factory=dict)
    """`emb_ver` as it was left; None where there is no vector."""


class Batch:
    """One use only: `run`."""

    def __init__(self, tools: Tools, steps: Sequence[Step], version: int) -> None:
        """`version`: `enriched_version` of a case that went through `steps`."""
        self._tools, self._steps, self._version = tools, steps, version
        self._reasons: dict[str, tuple[str, str]] = {}
        self._numbers: dict[str, Stored] = {}
        self.result = Result()

    async def run(self, ids: Collection[str]) -> Result:
        left = set(ids)
        for _ in range(_TRIES):
            left = await self._try(left)
            if not left:
                break
        self.result.lost = left
        self.result.failed = set(self._reasons)
        await self._tell()
        return self.result

    async def _try(self, ids: Collection[str]) -> set[str]:
        """Ids that somebody else wrote in between."""
        read = await cases.fetch(self._tools.engine, ids)
        self._numbers |= read
        for case_id in ids:
            self._reasons.pop(case_id, None)
        changes = await self._through(read)
        finished = {one: new | self._finish(one) for one, new in changes.items()}
        refused = await self._write(read, {one: new for one, new in finished.items() if new})
        for one, new in changes.items():
            self.result.versions[one] = with_changes(read[one], new).source.get("emb_ver")
        self.result.done |= finished.keys() - refused - self._reasons.keys()
        return refused

    def _finish(self, case_id: str) -> dict[str, Any]:
        """A case some step failed on stays as one that is to be done."""
        if case_id in self._reasons:
            return {}
        return {"enriched_version": self._version, "enriched_at": self._tools.now.isoformat()}

    async def _through(self, read: Mapping[str, Stored]) -> dict[str, dict[str, Any]]:
        """What the steps change in each of `read`, each seeing what those before it found."""
        changes: dict[str, dict[str, Any]] = {one: {} for one in read}
        seen = dict(read)
        for step in self._steps:
            findings = await self._step(step, list(seen.values()))
            for case_id, found in findings.changed.items():
                changes[case_id] |= found
                seen[case_id] = with_changes(seen[case_id], found)
            for case_id, why in findings.failed.items():
                self._reasons.setdefault(case_id, (step.name, why))
        return changes

    async def _step(self, step: Step, batch: Sequence[Stored]) -> Findings:
        """One case that breaks a step keeps none of the others waiting."""
        try:
            return await step.run(self._tools, batch)
        except OtklikError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever a step may meet in a text
            kind = type(error).__name__  # what it says may quote a text
            log.error("step_broken", step=step.name, error=kind, cases=len(batch))  # noqa: TRY400
        if len(batch) == 1:
            return Findings(failed={batch[0].id: failures.BROKEN})
        whole = Findings()
        for one in batch:
            found = await self._step(step, [one])
            whole.changed |= found.changed
            whole.failed |= found.failed
        return whole

    async def _write(
        self, read: Mapping[str, Stored], changes: Mapping[str, Mapping[str, Any]]
    ) -> set[str]:
        """Ids that lost a race; one the engine refuses has failed."""
        actions = [_action(read[one], new) for one, new in changes.items()]
        outcome = await bulk.write(self._tools.engine, Index.CASES, actions)
        for case_id, failure in outcome.failures.items():
            self._reasons.setdefault(case_id, ("write", failures.refused(failure)))
        return outcome.conflicts

    async def _tell(self) -> None:
        engine = self._tools.engine
        if self._reasons:
            await failures.keep(engine, self._reasons, self._numbers, self._tools.now)
            log.warning("cases_not_enriched", cases=len(self._reasons))
        if self.result.done:
            await failures.forget(engine, self.result.done)


def _action(read: Stored, changes: Mapping[str, Any]) -> bulk.BulkAction:
    """A machine's write: `rev` grows, `version` of what people see does not."""
    document = with_changes(read, changes).source | {"rev": read.source["rev"] + 1}
    return bulk.over(read, _encoder.encode(document))
