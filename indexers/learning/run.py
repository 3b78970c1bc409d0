"""Learning as a job: due by a query, one worker at a time, its outcome kept, safe to repeat."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import structlog
from anyio.to_thread import run_sync
from ulid import ULID

from app.engine.client import Engine
from app.engine.names import Index
from app.errors import ConflictError, EngineSetupError, EngineUnavailableError
from app.settings import Settings
from app.suggestions.current import forget_suggestions
from app.suggestions.gazetteer import Gazetteer, gathered
from app.suggestions.models import ModelState, Trial
from app.suggestions.repository import Learned, StoredLearned, load_learned, save_learned
from app.suggestions.store import (
    DamagedFileError,
    Model,
    pack,
    pack_places,
    read_file,
    unpack,
    write_file,
)
from indexers.learning.amounts import FEWEST_EXAMPLES
from indexers.learning.gather import Gathered, classified, gather, places_seen

if TYPE_CHECKING:
    from indexers.learning.train import Trained

log = structlog.get_logger()

OLDEST = timedelta(days=1)
GROWN = 0.1
"""Share of new closed cases from which learning does not wait for the night."""
_REST = 20
"""Learning waits for so many times what the last one took."""
_AGAIN = timedelta(hours=1)
"""After a trial that was not taken."""
_BEATS_A_LEASE = 4
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


async def learn_if_due(engine: Engine, settings: Settings) -> bool:
    """True where a new model was taken. Asked each minute, done after two small reads mostly."""
    try:
        stored = await load_learned(engine)
        cases = await engine.count(Index.CASES, classified())
    except EngineSetupError:
        return False
    if not is_due(stored.learned, cases, datetime.now(UTC), settings):
        return False
    return await learn_now(engine, settings)


def is_due(learned: Learned, cases: int, now: datetime, settings: Settings) -> bool:
    if learned.lease_until and learned.lease_until > now:
        return False
    last = learned.trials[0] if learned.trials else None
    model = learned.model
    if model is None:
        rested = last is None or now - last.at >= timedelta(seconds=settings.sweep_seconds)
        return cases >= FEWEST_EXAMPLES and rested
    if last and not last.taken and now - last.at < _AGAIN:
        return False
    age = now - model.learned_at
    rest = max(timedelta(minutes=1), timedelta(seconds=model.seconds * _REST))
    grown = abs(cases - model.cases) > GROWN * model.cases
    return age >= OLDEST or (grown and age >= rest)


async def learn_now(engine: Engine, settings: Settings) -> bool:
    """False where another worker is at it, there is too little, or the present one is better."""
    lease = _Lease(engine, timedelta(seconds=settings.lease_seconds))
    try:
        async with lease.held():
            return await _learn(engine, lease)
    except ConflictError:
        log.info("learned_elsewhere")
        return False


async def _learn(engine: Engine, lease: "_Lease") -> bool:
    # scikit-learn costs 3 s of a core and 70 MB: not for a worker that only asks whether it is due
    from indexers.learning.train import too_few, train, why_not

    started = time.monotonic()
    found = await gather(engine)
    if trouble := too_few(found):
        await lease.finish(None, Trial(datetime.now(UTC), False, trouble, len(found.examples)))
        return False
    fresh = await run_sync(train, found)
    present = await _present(engine, lease.learned.model)
    learned_at = lease.learned.model.learned_at if lease.learned.model else _NEVER
    refused = why_not(found, fresh, present, learned_at)
    quality = fresh.fields["theme"]
    trial = Trial(
        datetime.now(UTC),
        not refused,
        refused or _taken(found),
        len(found.examples),
        quality.first,
        quality.three,
    )
    state = None if refused else await _stored(engine, lease, found, fresh, started)
    await lease.finish(state, trial)
    forget_suggestions(engine)
    log.info("suggestions_learned", taken=trial.taken, examples=trial.examples)
    return trial.taken


def _taken(found: Gathered) -> str:
    if found.vectors is None:
        return f"Училась только по словам: {found.trouble}"
    return "Училась по словам и смыслу."


async def _present(engine: Engine, state: ModelState | None) -> Model | None:
    """None also for one whose file is gone: then anything is better."""
    if state is None:
        return None
    try:
        data = await run_sync(read_file, engine.data_dir, state.file, state.sha256)
        return await run_sync(unpack, data)
    except DamagedFileError:
        return None


async def _stored(
    engine: Engine, lease: "_Lease", found: Gathered, fresh: "Trained", started: float
) -> ModelState:
    """The files are written first: the document never names one that is not there."""
    places: Gazetteer = await run_sync(gathered, await places_seen(engine))
    packed = await run_sync(pack, fresh.model)
    file, sha256 = await run_sync(write_file, engine.data_dir, "suggest", packed)
    names = await run_sync(write_file, engine.data_dir, "places", pack_places(places))
    streets = [street for them in places.streets.values() for street in them]
    present = lease.learned.model
    return ModelState(
        version=(present.version if present else 0) + 1,
        file=file,
        sha256=sha256,
        learned_at=datetime.now(UTC),
        seconds=time.monotonic() - started,
        examples=len(found.examples),
        cases=found.cases,
        emb_ver=found.emb_ver,
        fields=fresh.fields,
        judged=found.judged,
        places_file=names[0],
        places_sha256=names[1],
        streets=len(streets),
        houses=sum(len(street.houses) for street in streets),
    )


class _Lease:
    """The document while one worker learns; the lease is prolonged as long as it lives."""

    def __init__(self, engine: Engine, lasts: timedelta) -> None:
        self._engine, self._lasts = engine, lasts
        self._owner = str(ULID())
        self._stored: StoredLearned | None = None
        self._lock = asyncio.Lock()

    @property
    def learned(self) -> Learned:
        if self._stored is None:
            raise ConflictError("Обучение сейчас ведёт другой работник.")
        return self._stored.learned

    @asynccontextmanager
    async def held(self) -> AsyncIterator[None]:
        """Raises `ConflictError` where another worker holds it."""
        now = datetime.now(UTC)
        stored = await load_learned(self._engine)
        if stored.learned.lease_until and stored.learned.lease_until > now:
            raise ConflictError("Обучение сейчас ведёт другой работник.")
        self._stored = stored
        await self._write()
        beats = asyncio.create_task(self._beat())
        try:
            yield
        finally:
            beats.cancel()
            with suppress(asyncio.CancelledError):
                await beats

    async def finish(self, state: ModelState | None, trial: Trial) -> None:
        """The outcome and the end of the lease in one write."""
        self.learned.model = state or self.learned.model
        self.learned.trials = [trial, *self.learned.trials]
        self._owner, self._lasts = "", timedelta(0)
        await self._write()

    async def _write(self) -> None:
        async with self._lock:
            wanted, now = self.learned, datetime.now(UTC)
            wanted.updated_at = now
            wanted.lease_owner = self._owner or None
            wanted.lease_until = now + self._lasts if self._owner else None
            stored = self._stored or StoredLearned(wanted, None)
            self._stored = await save_learned(self._engine, stored, wanted)

    async def _beat(self) -> None:
        """A beat that fails is no harm yet: the next one or the end tells."""
        while True:
            await asyncio.sleep(self._lasts.total_seconds() / _BEATS_A_LEASE)
            try:
                await self._write()
            except (EngineUnavailableError, ConflictError) as error:
                log.warning("learning_beat_missed", error=type(error).__name__)
