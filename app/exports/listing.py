"""What the list of exports shows: the past ones in words, with what can be done with each."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from app.board.params import BoardParams, readable_board
from app.exports import journal, problems
from app.exports.contexts import conditions, look_of, period
from app.exports.models import BUSY_STATES, ExportJob, ExportKind, ExportState
from app.exports.service import ExportPage
from app.search.params import SearchParams, readable_params
from app.settings import Settings
from app.web.filters import number, show_date, show_datetime, size
from app.web.progress import Look

NOTHING = "–"
EVERY_PROBLEM = problems.conditions(BoardParams())[0]


@dataclass(frozen=True)
class ListedExport:
    job: ExportJob
    look: Look
    question: str
    """«нет горячей воды»; without words the conditions, without these «Все обращения»."""
    conditions: str
    """Beside words: «Состояние: Новое; с 01.03.2026 по 31.03.2026»; else empty."""
    rows: str
    share: int | None
    """Percent of the work done, while there is any."""
    file: str
    kept: str

    @property
    def ready(self) -> bool:
        return self.job.state is ExportState.DONE

    @property
    def ended(self) -> bool:
        return self.job.state not in BUSY_STATES


@dataclass(frozen=True)
class ListView:
    exports: list[ListedExport]
    address: str
    """Of this page of the list, for asking it again."""
    next_url: str | None
    later: bool
    """Not the first page."""

    @property
    def busy(self) -> bool:
        return any(not item.ended for item in self.exports)


def list_view(
    found: ExportPage, settings: Settings, after: str | None, now: datetime | None = None
) -> ListView:
    now = now or datetime.now(UTC)
    return ListView(
        exports=[_listed(job, settings, now) for job in found.jobs],
        address=_address(after),
        next_url=_address(found.jobs[-1].id) if found.more else None,
        later=after is not None,
    )


def _address(after: str | None) -> str:
    return f"/exports?{urlencode({'after': after})}" if after else "/exports"


def _listed(job: ExportJob, settings: Settings, now: datetime) -> ListedExport:
    question, narrowed = _question(job)
    busy = job.state in BUSY_STATES
    return ListedExport(
        job=job,
        look=look_of(job),
        question=question,
        conditions=narrowed,
        rows=_rows(job),
        share=min(job.done * 100 // job.total, 100) if busy and job.total else None,
        file=job.format.upper() + (f", {size(job.file_size)}" if job.file_size else ""),
        kept=_kept(job, settings, now),
    )


def _question(job: ExportJob) -> tuple[str, str]:
    """What was asked for, and the conditions beside it."""
    if job.kind is ExportKind.JOURNAL:
        told = journal.conditions(journal.journal_params(job.pairs))
        return "Журнал", "; ".join(f"{name}: {value}" for name, value in told)
    if job.kind is ExportKind.PROBLEMS:
        board = readable_board(job.pairs)
        told = [pair for pair in problems.conditions(board) if pair != EVERY_PROBLEM]
        return "Проблемы", _joined(told, board)
    params = readable_params(job.pairs)
    narrowed = _joined(conditions(params), params)
    if params.q:
        return f"«{params.q}»", narrowed
    return narrowed or "Все обращения", ""


def _joined(told: list[tuple[str, str]], params: SearchParams | BoardParams) -> str:
    """«Тема: Ямы; с 01.03.2026 по 31.03.2026»."""
    parts = [f"{name}: {value}" for name, value in told]
    if days := period(params):
        parts.append(" ".join(f"{name.lower()} {day}" for name, day in days))
    return "; ".join(parts)


def _rows(job: ExportJob) -> str:
    if job.state is ExportState.RUNNING and job.total is not None:
        return f"{number(job.done)} из {number(job.total)}"
    whole = job.state in {ExportState.DONE, ExportState.EXPIRED} and job.file_size
    return number(job.done) if whole else NOTHING


def _kept(job: ExportJob, settings: Settings, now: datetime) -> str:
    """Until when the file may be taken, or since when it is gone."""
    if job.state is ExportState.EXPIRED and job.file_size:
        return f"удалён {show_date(job.updated_at, settings.zone)}"
    if job.state is not ExportState.DONE or job.finished_at is None:
        return NOTHING
    until = job.finished_at + timedelta(days=settings.export_days)
    return f"до {show_datetime(until, settings.zone)}" if until > now else "скоро удалится"
