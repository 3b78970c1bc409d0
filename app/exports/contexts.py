"""What the templates of an export see: words and numbers ready to print."""

from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlencode

from app.board.params import BoardParams, readable_board
from app.exports import journal, problems
from app.exports.models import ExportFormat, ExportJob, ExportKind, ExportState
from app.search.params import FILTERS, SearchParams, Sort, readable_params
from app.search.results import FILTER_TITLES, label
from app.settings import Settings
from app.web.filters import counted, number, size
from app.web.progress import Look, ProgressView, Troubles, pace

ROWS = {
    ExportKind.CASES: ("обращение", "обращения", "обращений"),
    ExportKind.JOURNAL: ("запись", "записи", "записей"),
    ExportKind.PROBLEMS: ("проблема", "проблемы", "проблем"),
}
_LISTS = {
    ExportKind.CASES: "/search",
    ExportKind.JOURNAL: "/audit",
    ExportKind.PROBLEMS: "/problems",
}
_FILES = {
    ExportKind.CASES: "Обращения",
    ExportKind.JOURNAL: "Журнал",
    ExportKind.PROBLEMS: "Проблемы",
}
_ORDERS = {
    Sort.RELEVANCE: "по совпадению",
    Sort.NEWEST: "сначала новые",
    Sort.DEADLINE: "по сроку",
}
FORMAT_NAMES = {ExportFormat.XLSX: "XLSX (Excel)", ExportFormat.CSV: "CSV"}


_LOOKS = {
    ExportState.QUEUED: Look("В очереди", "gray", "clock"),
    ExportState.RUNNING: Look("Готовится", "blue", "progress"),
    ExportState.DONE: Look("Готово", "green", "circle-check"),
    ExportState.FAILED: Look("Не получилось", "red", "circle-x"),
    ExportState.CANCELLED: Look("Остановлено", "gray", "ban"),
    ExportState.EXPIRED: Look("Файл удалён", "gray", "trash"),
}


@dataclass(frozen=True)
class ExportView:
    """One export as its page shows it; `section` names the part of the page for its state."""

    job: ExportJob
    look: Look
    section: str
    tab_title: str
    facts: list[tuple[str, str]]
    search: str
    """Address of the list whose rows these are."""
    days: int
    rows: str
    file: str
    progress: ProgressView | None = None
    notice: str = ""
    poll: str = ""


_SECTIONS = {
    ExportState.DONE: "done",
    ExportState.FAILED: "failed",
    ExportState.CANCELLED: "cancelled",
    ExportState.EXPIRED: "expired",
}


def export_view(
    job: ExportJob, settings: Settings, *, queue_away: bool = False, notice: str = ""
) -> ExportView:
    look = look_of(job)
    progress = None
    state = told_state(job)
    if state not in _SECTIONS:
        progress = progress_view(job, queue_away=queue_away)
    share = progress.share if progress else None
    words = look.text if share is None else f"{share} %"
    return ExportView(
        job=job,
        look=look,
        section=_SECTIONS.get(state, "progress"),
        tab_title=f"{words} · Выгрузка",
        facts=_facts(job),
        search=list_address(job),
        days=settings.export_days,
        rows=counted(job.done, *ROWS[job.kind]),
        file=size(job.file_size),
        progress=progress,
        notice=notice,
        poll=progress.poll(f"/exports/{job.id}", queue_away=queue_away) if progress else "",
    )


def list_address(job: ExportJob) -> str:
    path = _LISTS[job.kind]
    return f"{path}?{urlencode(job.pairs)}" if job.pairs else path


def file_name(job: ExportJob, settings: Settings) -> str:
    """«Обращения 2026-11-22 14-05.xlsx»: the moment it was asked for."""
    at = job.created_at.astimezone(settings.zone)
    return f"{_FILES[job.kind]} {at:%Y-%m-%d %H-%M}.{job.format}"


def look_of(job: ExportJob) -> Look:
    return _LOOKS[told_state(job)]


def told_state(job: ExportJob) -> ExportState:
    """How it ended. When its time is over every export is marked alike, also one that never had a
    file: of that one nothing was deleted.
    """
    if job.state is ExportState.EXPIRED and not job.file_size:
        if job.cancel_requested:
            return ExportState.CANCELLED
        if job.error:
            return ExportState.FAILED
    return job.state


def conditions(params: SearchParams) -> list[tuple[str, str]]:
    """The filters in words, pairs of name and values."""
    return [
        (FILTER_TITLES[name], ", ".join(label(name, value) for value in params.values(name)))
        for name in FILTERS
        if params.values(name)
    ]


def period(params: SearchParams | BoardParams) -> list[tuple[str, str]]:
    """«С» and «По» with their days."""
    ends = (("С", params.since), ("По", params.until))
    return [(name, f"{day:%d.%m.%Y}") for name, day in ends if day]


def _facts(job: ExportJob) -> list[tuple[str, str]]:
    if job.kind is ExportKind.JOURNAL:
        told = journal.conditions(journal.journal_params(job.pairs))
        return [("Журнал", "" if told else "весь"), *told, ("Файл", FORMAT_NAMES[job.format])]
    if job.kind is ExportKind.PROBLEMS:
        board = readable_board(job.pairs)
        facts = [*problems.conditions(board), *period(board)]
        return [*facts, ("Файл", FORMAT_NAMES[job.format])]
    params = readable_params(job.pairs)
    return [
        ("Запрос", params.q or "без слов: все обращения"),
        *conditions(params),
        *period(params),
        ("Порядок", _ORDERS[params.sort]),
        ("Файл", FORMAT_NAMES[job.format]),
    ]


_TROUBLES = Troubles(
    queue_away="Очередь сейчас недоступна. Выгрузка начнётся сама, как только она появится.",
    waits="Выгрузка ждёт дольше обычного и начнётся сама. Если так и не началась, "
    "попросите администратора проверить, запущен ли обработчик.",
    broke_off="Выгрузка прервалась. Она сама начнётся заново.",
)


def progress_view(job: ExportJob, *, queue_away: bool, now: datetime | None = None) -> ProgressView:
    now = now or datetime.now(UTC)
    queued = job.state is ExportState.QUEUED
    return ProgressView(
        "Очередь" if queued else "Выгрузка",
        job.done,
        job.total,
        "Выгрузка ждёт своей очереди." if queued else "Записываем найденное в файл.",
        details=pace(job.done, job.total, job.started_at, now, number),
        trouble=_trouble(job, now, queue_away=queue_away),
    )


def _trouble(job: ExportJob, now: datetime, *, queue_away: bool) -> str:
    if job.trouble:
        return job.trouble
    if job.state is ExportState.QUEUED:
        return _TROUBLES.waiting(job.updated_at, now, queue_away=queue_away)
    over = job.lease_until is None or job.lease_until < now
    return _TROUBLES.broke_off if over else ""
