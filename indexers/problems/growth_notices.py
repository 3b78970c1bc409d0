"""Growth that began → notices of those it concerns, once an episode.

The alarm is the history these are made of: it says by `told_at` that its notices are written, after
they are. Whoever dies in between finds them there, as each has an id of the alarm and the person.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime

import structlog

from app.accounts.roles import Role
from app.accounts.staff import Staff, current_staff
from app.engine.access import access_clause
from app.engine.client import Engine
from app.engine.names import Index
from app.errors import EngineSetupError
from app.growth import service
from app.growth.models import Alarm
from app.growth.rules import LEAST_AUTHORS
from app.growth.service import Growing
from app.growth.telling import NEWS, is_news, same_as, untold
from app.growth.words import called, growth_text, place_of
from app.notices.models import Notice, notice_id
from app.permissions import Permission
from app.problems.access import may_see
from app.problems.lifecycle import survivors
from app.problems.models import Problem
from app.settings import Settings
from app.viewer import Viewer
from indexers.notices.give import give

log = structlog.get_logger()

MOST = 100
"""Alarms at one look: each is counted for each way of seeing cases. The next minute goes on."""
_ONLY_EVENT = 1


async def tell_growth(engine: Engine, settings: Settings, now: datetime) -> int:
    """How many notices there were to give. Safe to run twice and side by side. Nothing where the
    installation was not set up yet.
    """
    today = now.astimezone(settings.zone).date()
    try:
        recent = await service.recent_alarms(engine, today - NEWS)
    except EngineSetupError:
        return 0
    waiting = untold(recent)[:MOST]
    if not waiting:
        return 0
    staff = await current_staff(engine, settings.zone, now)
    news = [one for one in waiting if is_news(one, recent, today)]
    found = await _Teller(engine, settings, staff, recent, now).notices(news)
    await give(engine, settings, staff, found, now)
    for one in waiting:
        await service.mark_told(engine, one.id, now)
    await engine.refresh(Index.GROWTH)  # or the next look, which is a search, finds them again
    log.info("growth_told", alarms=len(news), notices=len(found))
    return len(found)


class _Teller:
    """One look at the alarms; counts once for all who see the same cases."""

    def __init__(
        self,
        engine: Engine,
        settings: Settings,
        staff: Staff,
        recent: Sequence[Alarm],
        now: datetime,
    ) -> None:
        self._engine = engine
        self._zone = settings.zone
        self._staff = staff
        self._recent = recent
        self._now = now
        self._seen: dict[str, dict[str, Growing]] = {}
        self._problems: dict[str, Problem] = {}

    async def notices(self, alarms: Sequence[Alarm]) -> list[Notice]:
        """Nobody gets two about the same messages, of this look or of an earlier one."""
        concerned = await self._concerned(alarms)
        others = {one.id: same_as(one, self._recent) for one in alarms}
        there = await self._there(concerned, others)
        found: list[Notice] = []
        for alarm in alarms:
            for login in concerned[alarm.id]:
                of_same = {_id(other, login) for other in others[alarm.id]}
                seen = await self._seen_by(login, alarms)
                if alarm.id in seen and of_same.isdisjoint(there):
                    made = self._notice(seen[alarm.id], login)
                    found.append(made)
                    there.add(made.id)
        return found

    async def _concerned(self, alarms: Sequence[Alarm]) -> dict[str, list[str]]:
        """By alarm: coordinators, heads of blocks whose departments hold its messages, the owner of
        the problem, and whoever acts for one of them today.
        """
        departments = await service.departments_of(self._engine, alarms, self._zone)
        problems = [one.series.problem for one in alarms if one.series.problem]
        self._problems = await survivors(self._engine, problems)
        found: dict[str, list[str]] = {}
        for one in alarms:
            people = set(self._staff.with_role(Role.COORDINATOR))
            for name in departments[one.id]:
                people.update(self._staff.heads_of(name))
            problem = self._problems.get(one.series.problem or "")
            people |= {problem.owner} if problem and problem.owner else set()
            acting = [each for login in people for each in self._staff.standing_in(login)]
            found[one.id] = sorted(people.union(acting))
        return found

    async def _there(
        self, concerned: Mapping[str, Sequence[str]], others: Mapping[str, Sequence[Alarm]]
    ) -> set[str]:
        """Ids of notices about the same messages that were given already."""
        asked = {
            _id(other, login)
            for alarm_id, logins in concerned.items()
            for other in others[alarm_id]
            for login in logins
        }
        if not asked:
            return set()
        return set(await self._engine.get_many(Index.NOTICES, sorted(asked), ("login",)))

    async def _seen_by(self, login: str, alarms: Sequence[Alarm]) -> Mapping[str, Growing]:
        """The alarms that are growth also by the messages this person sees, counted over these."""
        viewer = self._staff.viewer(login)
        if viewer is None or not viewer.may(Permission.PROBLEM_VIEW):
            return {}
        key = json.dumps(access_clause(viewer), sort_keys=True)
        if key not in self._seen:
            self._seen[key] = await self._counted(viewer, alarms)
        return self._seen[key]

    async def _counted(self, viewer: Viewer, alarms: Sequence[Alarm]) -> dict[str, Growing]:
        seen = await service.as_seen(self._engine, viewer, alarms, self._zone)
        return {one.alarm.id: one for one in seen if one.authors >= LEAST_AUTHORS}

    def _notice(self, one: Growing, login: str) -> Notice:
        alarm = one.alarm
        name = alarm.series.problem
        problem = self._problems.get(name or "")
        shown = problem if problem and may_see(self._staff.viewer(login), problem) else None
        about = ", ".join(part for part in (called(alarm, shown), place_of(alarm)) if part)
        return Notice(
            id=_id(alarm, login),
            login=login,
            case_id=name or alarm.id,
            number=f"{about} — {growth_text(one.seen, one.expected)}",
            seq=_ONLY_EVENT,
            rev=1,
            what="problem_grows" if name else "theme_grows",
            at=self._now,
            by="system",
        )


def _id(alarm: Alarm, login: str) -> str:
    return notice_id(alarm.id, _ONLY_EVENT, login)
