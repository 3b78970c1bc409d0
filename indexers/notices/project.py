"""Histories of cases → notices: one for each person an event names, made once."""

from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec
import structlog

from app.accounts.models import User
from app.accounts.staff import current_staff
from app.engine.client import Engine, Stored
from app.engine.names import Index
from app.errors import EngineSetupError
from app.notices.models import Notice, notice_id
from app.notices.planning import planned
from app.notices.waking import wake
from app.settings import Settings
from indexers import bulk, projection
from indexers.projection import BATCH, Projection

log = structlog.get_logger()

_encoder = msgspec.json.Encoder()


async def project_notices_of(
    engine: Engine, settings: Settings, ids: Collection[str], *, now: datetime | None = None
) -> int:
    """Makes the notices these cases lack; returns how many cases it caught up with."""
    maker = _Maker(settings, now or datetime.now(UTC))
    done = await projection.project(engine, maker.projection, ids)
    await maker.ring(engine)
    return done


async def project_due_notices(
    engine: Engine, settings: Settings, limit: int = BATCH, *, now: datetime | None = None
) -> int:
    """The same of the cases that wait longest; 0 where none wait."""
    maker = _Maker(settings, now or datetime.now(UTC))
    done = await projection.project_due(engine, maker.projection, limit)
    await maker.ring(engine)
    return done


class _Maker:
    """One run; remembers whom it made something for."""

    def __init__(self, settings: Settings, now: datetime) -> None:
        self._settings = settings
        self._now = now
        self._told: set[str] = set()
        self.projection = Projection("notices", "notice_seq", "notices_due", _is_due, self._write)

    async def ring(self, engine: Engine) -> None:
        if self._told:
            await engine.refresh(Index.NOTICES)  # whoever is woken counts by a search
            await wake(self._settings, self._told)

    async def _write(self, engine: Engine, due: Mapping[str, Stored]) -> None:
        staff = await current_staff(engine, self._settings.zone, self._now)
        found = [one for read in due.values() for one in _named(read.source)]
        here = [one for one in found if one.login in staff.users]
        new = [self._planned(one, staff.users[one.login]) for one in here]
        if not new:
            return
        actions = [bulk.BulkAction("create", one.id, _encoder.encode(one)) for one in new]
        outcome = await bulk.write(engine, Index.NOTICES, actions)
        self._told |= {one.login for one in new if one.id in outcome.written}
        if outcome.failures:
            first = next(iter(outcome.failures.values()))
            log.error("notice_refused", id=first.id, type=first.type, reason=first.reason)
            raise EngineSetupError("Уведомления не записаны. Подробности в журнале работы.")

    def _planned(self, notice: Notice, user: User) -> Notice:
        zone, mail_on = self._settings.zone, self._settings.mail_on
        mail = planned(user, notice.what, self._now, zone, mail_on=mail_on)
        return msgspec.structs.replace(notice, mail=mail)


def _is_due(case: Mapping[str, Any]) -> bool:
    return bool(case.get("notices_due"))


def _named(case: Mapping[str, Any]) -> Iterator[Notice]:
    done = case.get("notice_seq", 0)
    for event in case.get("history", []):
        if event["seq"] > done:
            for login in event.get("notify", []):
                yield _notice(case, event, login)


def _notice(case: Mapping[str, Any], event: Mapping[str, Any], login: str) -> Notice:
    """Codes, moments and logins alone: neither values nor what anybody wrote."""
    due_at = event.get("due_at") or _asked_due(case, event) or case.get("deadline_at")
    return Notice(
        id=notice_id(case["id"], event["seq"], login),
        login=login,
        case_id=case["id"],
        number=case["number"],
        seq=event["seq"],
        rev=1,
        what=event["what"],
        at=datetime.fromisoformat(event["at"]),
        by=event["by"],
        stage=event.get("stage"),
        due_at=datetime.fromisoformat(due_at) if due_at else None,
        to=event.get("to"),
    )


def _asked_due(case: Mapping[str, Any], event: Mapping[str, Any]) -> str | None:
    """By when the department that this event asked has to reply."""
    if event["what"] != "ask":
        return None
    asked = (one for one in case.get("requests", []) if one["asked_at"] == event["at"])
    return next((one.get("due_at") for one in asked), None)
