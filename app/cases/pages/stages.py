"""By when each stage of a case has to be over and how that was worked out, in words."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from app.cases.codes import Basis
from app.cases.deadlines import is_open, main_stage
from app.cases.models import Case, Extension, StageDeadline
from app.deadlines.models import STAGE_NAMES, Book, Calendar, Profile
from app.deadlines.working import Worked, worked_out
from app.errors import BadInputError
from app.web.filters import show_datetime


@dataclass(frozen=True)
class StageView:
    title: str
    due_at: datetime
    steps: list[str]
    """The working, one sentence each."""
    ended: str
    """When it was over, or that nobody knows; empty while it goes on."""
    main: bool
    """The one that lists are sorted by."""


def stage_views(case: Case, book: Book, zone: ZoneInfo) -> list[StageView]:
    """The one that is due to the author first."""
    main = main_stage(case)
    rest = [one for one in case.deadlines if one is not main]
    return [_view(case, one, book, zone) for one in ([main] if main else []) + rest]


def _view(case: Case, stage: StageDeadline, book: Book, zone: ZoneInfo) -> StageView:
    return StageView(
        title=STAGE_NAMES[stage.stage],
        due_at=stage.due_at,
        steps=_steps(case, stage, book, zone),
        ended=_ended(case, stage, zone),
        main=stage is main_stage(case),
    )


def _ended(case: Case, stage: StageDeadline, zone: ZoneInfo) -> str:
    if stage.done_at:
        late = ", позже срока" if stage.done_at > stage.due_at else ""
        return f"сделано {show_datetime(stage.done_at, zone)}{late}"
    return "" if is_open(case, stage) else "работа закончена"


def _steps(case: Case, stage: StageDeadline, book: Book, zone: ZoneInfo) -> list[str]:
    shown = show_datetime(stage.due_at, zone)
    if stage.basis is Basis.GIVEN:
        return [f"Срок назван там, откуда пришло обращение: {shown}."]
    if stage.basis is Basis.PROMISED:
        sent = show_datetime(stage.started_at, zone)
        return [f"В промежуточном ответе {sent} обещано ответить до {shown}."]
    if stage.basis is Basis.EXTENDED and case.extension:
        return _extended(stage, case.extension, book, zone)
    return [*_chosen(stage), *_by_rule(stage, stage.due_at, book, zone), *_standing(stage, zone)]


def _chosen(stage: StageDeadline) -> list[str]:
    chosen = stage.basis is Basis.CHOSEN
    return ["Порядок расчёта выбран для этого обращения отдельно."] if chosen else []


def _standing(stage: StageDeadline, zone: ZoneInfo) -> list[str]:
    """While the clock stands still: what is shown is what it was when it stopped."""
    if not stage.paused or stage.paused[-1][1]:
        return []
    since = show_datetime(stage.paused[-1][0], zone)
    return [
        f"С {since} срок стоит: отправлен промежуточный ответ. Пойдёт, когда вернутся к работе."
    ]


def _extended(stage: StageDeadline, extension: Extension, book: Book, zone: ZoneInfo) -> list[str]:
    was, until = (show_datetime(one, zone) for one in (extension.was, extension.until))
    return [
        *_by_rule(stage, extension.was, book, zone),
        f"Рассмотрение продлено (59-ФЗ, статья 12, часть 2): было до {was}, стало до {until}.",
    ]


def _by_rule(stage: StageDeadline, due: datetime, book: Book, zone: ZoneInfo) -> list[str]:
    """The working, where it leads to `due`: rules that changed since tell nothing about it."""
    profile = book.profiles.get(stage.profile or "")
    calendar = book.calendars.get(stage.calendar or "") or book.calendar_for(None)
    if profile is None:
        return [f"Срок: {show_datetime(due, zone)}. Каким порядком он посчитан, неизвестно."]
    worked = _worked(stage, profile, calendar)
    if worked and worked.due_at == due:
        return worked.steps
    old = f"порядком «{profile.name}» по правилам, которые с тех пор изменили"
    now = f" По нынешним вышло бы {show_datetime(worked.due_at, zone)}." if worked else ""
    return [f"Срок посчитан {old}, а этот срок оставили: {show_datetime(due, zone)}.{now}"]


def _worked(stage: StageDeadline, profile: Profile, calendar: Calendar) -> Worked | None:
    """None where the start lies outside the years that calendars know."""
    pauses = [(since, until) for since, until in stage.paused if until]
    try:
        return worked_out(profile, calendar, stage.started_at, pauses)
    except BadInputError:
        return None
