"""What people do with polls: enter, load a table, attach to problems, note a publication."""

import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import structlog
from anyio.to_thread import run_sync
from msgspec import Struct
from msgspec.structs import replace
from ulid import ULID

from app.engine.client import Engine
from app.errors import BadInputError, ConflictError, NotFoundError, TooLargeError
from app.intake.tables import Limits, convert, rows
from app.permissions import Permission
from app.polls import repository
from app.polls.models import Poll, Publication, poll_id
from app.polls.query import polls_body, publications_body
from app.polls.seen import seen_problems
from app.polls.table import COLUMNS, Draft, ReadPolls, Refused, read_polls
from app.settings import Settings
from app.viewer import Viewer, require

log = structlog.get_logger()

LARGEST_FILE = 5 << 20
MOST_ROWS = 5_000
_READ_SECONDS = 20.0


class Loaded(Struct, frozen=True):
    """What a table did, in polls; `refused` in rows."""

    rows: int
    created: int
    changed: int
    unchanged: int
    refused: list[Refused]


async def all_polls(engine: Engine, viewer: Viewer | None) -> list[Poll]:
    """Raises `ForbiddenError`."""
    require(viewer, Permission.PROBLEM_VIEW)
    return await repository.polls(engine, polls_body())


async def enter(engine: Engine, viewer: Viewer | None, draft: Draft, problem: str = "") -> Poll:
    """The same vote entered again is refused. Raises `ForbiddenError`, `BadInputError`."""
    who = require(viewer, Permission.PROBLEM_MANAGE)
    ids = [problem] if problem and await seen_problems(engine, who, [problem]) else []
    if problem and not ids:
        raise BadInputError("Такой проблемы нет, или она вам не видна.", field="problem")
    made = replace(_poll(draft, who.name), problem_ids=ids)
    try:
        await repository.create(engine, made)
    except ConflictError:
        restored = await _renewed(engine, made, only_removed=True)
        if restored is None:
            raise BadInputError("Это голосование уже внесено.", field="title") from None
    log.info("poll_entered", poll_id=made.id, by=who.name)
    return made


async def load(
    engine: Engine, settings: Settings, viewer: Viewer | None, data: bytes, filename: str
) -> Loaded:
    """Good rows are taken, the others told. Raises `BadInputError` for a file that is no table."""
    who = require(viewer, Permission.PROBLEM_MANAGE).name
    if len(data) > LARGEST_FILE:
        raise TooLargeError(f"Файл больше {LARGEST_FILE >> 20} МБ.", field="file")
    found = await run_sync(_read, settings, data, filename)
    counts = {"created": 0, "changed": 0, "unchanged": 0}
    for draft in found.drafts:
        counts[await _put(engine, _poll(draft, who))] += 1
    log.info("polls_loaded", by=who, rows=found.rows, refused=len(found.refused), **counts)
    return Loaded(found.rows, **counts, refused=found.refused)


async def attach(engine: Engine, viewer: Viewer | None, one: str, problem: str) -> Poll:
    """Raises `ForbiddenError`, `NotFoundError` also for a problem that is not seen."""
    who = require(viewer, Permission.PROBLEM_MANAGE)
    if not await seen_problems(engine, who, [problem]):
        raise NotFoundError("Такой проблемы нет, или она вам не видна.")

    def with_problem(poll: Poll) -> Poll:
        if problem in poll.problem_ids:
            return poll
        return _signed(replace(poll, problem_ids=[*poll.problem_ids, problem]), who.name)

    return await repository.change(engine, one, with_problem)


async def detach(engine: Engine, viewer: Viewer | None, one: str, problem: str) -> Poll:
    who = require(viewer, Permission.PROBLEM_MANAGE).name

    def without(poll: Poll) -> Poll:
        left = [other for other in poll.problem_ids if other != problem]
        return poll if left == poll.problem_ids else _signed(replace(poll, problem_ids=left), who)

    return await repository.change(engine, one, without)


async def set_removed(engine: Engine, viewer: Viewer | None, one: str, *, removed: bool) -> Poll:
    """Taken from the list, or put back: nothing is lost."""
    who = require(viewer, Permission.PROBLEM_MANAGE).name
    return await repository.change(
        engine, one, lambda poll: _signed(replace(poll, removed=removed), who)
    )


async def publish(engine: Engine, viewer: Viewer | None, wanted: Publication) -> None:
    """Notes that it was published; `wanted` names who and when itself."""
    require(viewer, Permission.PROBLEM_MANAGE)
    await repository.create(engine, wanted)


async def unpublish(engine: Engine, viewer: Viewer | None, publication_id: str) -> None:
    """Raises `ForbiddenError`, `NotFoundError`."""
    require(viewer, Permission.PROBLEM_MANAGE)
    await repository.hide_publication(engine, publication_id)


async def published(
    engine: Engine, viewer: Viewer | None, theme: str | None, problem: str | None
) -> Sequence[Publication]:
    require(viewer, Permission.PROBLEM_VIEW)
    return await repository.publications(engine, publications_body(theme, problem))


def _read(settings: Settings, data: bytes, filename: str) -> ReadPolls:
    limits = replace(Limits.of(settings), rows=MOST_ROWS, seconds=_READ_SECONDS)
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "source", Path(folder) / "rows"
        source.write_bytes(data)
        table = convert(
            source, target, filename=filename, expected=list(COLUMNS.values()), limits=limits
        )
        return read_polls(table.header, rows(target), settings.zone)


async def _put(engine: Engine, poll: Poll) -> str:
    """What people attached stays; figures are those of the newer table."""
    try:
        await repository.create(engine, poll)
    except ConflictError:
        renewed = await _renewed(engine, poll)
        return "changed" if renewed else "unchanged"
    return "created"


async def _renewed(engine: Engine, wanted: Poll, *, only_removed: bool = False) -> Poll | None:
    """None where nothing changed."""
    changed = False

    def renew(poll: Poll) -> Poll:
        nonlocal changed
        fresh = replace(
            poll,
            options=wanted.options,
            theme=wanted.theme or poll.theme,
            held_to=wanted.held_to or poll.held_to,
            url=wanted.url or poll.url,
            problem_ids=[*dict.fromkeys([*poll.problem_ids, *wanted.problem_ids])],
            removed=False,
        )
        changed = fresh != poll and (poll.removed or not only_removed)
        return _signed(fresh, wanted.created_by) if changed else poll

    after = await repository.change(engine, wanted.id, renew)
    return after if changed else None


def _poll(draft: Draft, who: str) -> Poll:
    key = poll_id(draft.title, draft.question, draft.territory, draft.held_from)
    return Poll(
        id=key,
        title=draft.title,
        question=draft.question,
        options=draft.options,
        theme=draft.theme,
        territory=draft.territory,
        held_from=draft.held_from,
        held_to=draft.held_to,
        url=draft.url,
        created_at=datetime.now(UTC),
        created_by=who,
    )


def _signed(poll: Poll, who: str) -> Poll:
    return replace(poll, updated_at=datetime.now(UTC), updated_by=who)


def new_id() -> str:
    return str(ULID())
