"""«Да, трение», «нет», «позже»: written once, respected for ever, taken back by its giver."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from app.cases.actions.mention import mention
from app.cases.permissions import may_do, may_see
from app.cases.service import read_cases
from app.engine.client import Engine
from app.errors import ConflictError, ForbiddenError, NotFoundError, RefusedError
from app.friction import repository
from app.friction.models import VERDICT_NAMES, Finding, Past, Verdict
from app.permissions import PERMISSION_NAMES, Permission
from app.viewer import Viewer, require

ABSENT = "Такой находки нет, или она вам не видна."


async def seen_finding(engine: Engine, viewer: Viewer | None, finding_id: str) -> Finding:
    """Only for whoever sees the case and may judge. Raises `NotFoundError`, `ForbiddenError`."""
    require(viewer, Permission.PROBLEM_MANAGE)
    finding = await repository.get(engine, finding_id)
    case = None
    if finding is not None:
        case = (await read_cases(engine, [finding.case_id])).get(finding.case_id)
    if finding is None or case is None or not may_see(viewer, case):
        raise NotFoundError(ABSENT)
    if not may_do(viewer, Permission.PROBLEM_MANAGE, case):
        raise ForbiddenError(f"Нет права: {PERMISSION_NAMES[Permission.PROBLEM_MANAGE]}.")
    return finding


async def give(
    engine: Engine, viewer: Viewer, finding_id: str, verdict: Verdict, zone: ZoneInfo
) -> None:
    """The same answer by the same person again changes nothing.

    Raises `ConflictError` that tells what somebody else has answered meanwhile.
    """
    finding, now = await seen_finding(engine, viewer, finding_id), datetime.now(UTC)

    def decide(newest: Finding) -> Finding:
        if newest.verdict is verdict and newest.by == viewer.name:
            return newest
        if newest.decided:
            raise ConflictError(_first(newest, zone))
        past = [*newest.past, Past(verdict, viewer.name, now)]
        return replace(newest, verdict=verdict, by=viewer.name, verdict_at=now, past=past)

    await repository.change(engine, finding.id, decide, refresh=True)


async def take_back(engine: Engine, viewer: Viewer, finding_id: str) -> None:
    """Raises `RefusedError` where it is not the own verdict."""
    finding, now = await seen_finding(engine, viewer, finding_id), datetime.now(UTC)

    def decide(newest: Finding) -> Finding:
        if newest.verdict is None or newest.by != viewer.name:
            raise RefusedError("Отменить можно только свой последний ответ.")
        past = [*newest.past, Past(newest.verdict, viewer.name, now, undone=True)]
        return replace(newest, verdict=None, by=None, verdict_at=None, past=past)

    await repository.change(engine, finding.id, decide, refresh=True)


def _first(finding: Finding, zone: ZoneInfo) -> str:
    word = VERDICT_NAMES[finding.verdict] if finding.verdict else ""
    when = f", {finding.verdict_at.astimezone(zone):%d.%m.%Y %H:%M}" if finding.verdict_at else ""
    return f"Здесь уже ответили «{word}»: {mention(finding.by)}{when}. Ваш ответ не записан."
