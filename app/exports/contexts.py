"""What the templates of an export see: words and numbers ready to print."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, urlencode

from app.exports.models import ExportFormat, ExportJob, ExportState
from app.search.params import FILTERS, Sort, parse_params
from app.search.results import FILTER_TITLES, label
from app.settings import Settings
from app.web.filters import counted, number, size

ROW = ("обращение", "обращения", "обращений")
_LATE = timedelta(seconds=45)
"""An export waits for its turn a second or two; after this something is in the way."""
_SURE_AFTER = 3.0
"""Seconds of work before a speed says anything about the rest."""
_MINUTE = 60
_ORDERS = {
    Sort.RELEVANCE: "по совпадению",
    Sort.NEWEST: "сначала новые",
    Sort.DEADLINE: "по сроку",
}
FORMAT_NAMES = {ExportFormat.XLSX: "XLSX (Excel)", ExportFormat.CSV: "CSV"}


@dataclass(frozen=True)
class Look:
    """A state in a word, with the tone and icon that repeat it."""

    text: str
    tone: str
    sign: str


_LOOKS = {
    ExportState.QUEUED: Look("В очереди", "gray", "clock"),
    ExportState.RUNNING: Look("Готовится", "blue", "progress"),
    ExportState.DONE: Look("Готово", "green", "circle-check"),
    ExportState.FAILED: Look("Не получилось", "red", "circle-x"),
    ExportState.CANCELLED: Look("Остановлено", "gray", "ban"),
    ExportState.EXPIRED: Look("Файл удалён", "gray", "trash"),
}


@dataclass(frozen=True)
class ProgressView:
    """`total` is None until the result is counted; `said` is what a screen reader last heard."""

    label: str
    done: int
    total: int | None
    words: str
    details: list[str] = field(default_factory=list)
    trouble: str = ""
    said: str = ""

    @property
    def share(self) -> int | None:
        return min(self.done * 100 // self.total, 100) if self.total else None


@dataclass(frozen=True)
class ExportView:
    """One export as its page shows it; `section` names the part of the page for its state."""

    job: ExportJob
    look: Look
    section: str
    tab_title: str
    facts: list[tuple[str, str]]
    search: str
    """Address of the search whose result this is."""
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
    look = _LOOKS[job.state]
    progress = None
    if job.state not in _SECTIONS:
        progress = progress_view(job, queue_away=queue_away)
    share = progress.share if progress else None
    words = look.text if share is None else f"{share} %"
    return ExportView(
        job=job,
        look=look,
        section=_SECTIONS.get(job.state, "progress"),
        tab_title=f"{words} · Выгрузка",
        facts=_facts(job),
        search=f"/search?{urlencode(job.pairs)}" if job.pairs else "/search",
        days=settings.export_days,
        rows=counted(job.done, *ROW),
        file=size(job.file_size),
        progress=progress,
        notice=notice,
        poll=_poll(job, progress, queue_away=queue_away),
    )


def file_name(job: ExportJob, settings: Settings) -> str:
    """«Обращения 2026-11-22 14-05.xlsx»: the moment it was asked for."""
    return f"Обращения {job.created_at.astimezone(settings.zone):%Y-%m-%d %H-%M}.{job.format}"


def _facts(job: ExportJob) -> list[tuple[str, str]]:
    params = parse_params(job.pairs)
    facts = [("Запрос", params.q or "без слов: все обращения")]
    facts += [
        (FILTER_TITLES[name], ", ".join(label(name, value) for value in params.values(name)))
        for name in FILTERS
        if params.values(name)
    ]
    if params.since:
        facts.append(("С", f"{params.since:%d.%m.%Y}"))
    if params.until:
        facts.append(("По", f"{params.until:%d.%m.%Y}"))
    facts += [("Порядок", _ORDERS[params.sort]), ("Файл", FORMAT_NAMES[job.format])]
    return facts


def progress_view(job: ExportJob, *, queue_away: bool, now: datetime | None = None) -> ProgressView:
    now = now or datetime.now(UTC)
    queued = job.state is ExportState.QUEUED
    title = "Очередь" if queued else "Выгрузка"
    words = "Выгрузка ждёт своей очереди." if queued else "Записываем найденное в файл."
    view = ProgressView(title, job.done, job.total, words)
    said = f"{title}: {view.share // 10 * 10} %" if view.share is not None else words
    return ProgressView(
        title,
        job.done,
        job.total,
        words,
        details=_pace(job, now),
        trouble=_trouble(job, now, queue_away=queue_away),
        said=said,
    )


def _pace(job: ExportJob, now: datetime) -> list[str]:
    if job.started_at is None or job.total is None or not job.done:
        return []
    seconds = (now - job.started_at).total_seconds()
    if seconds < _SURE_AFTER:
        return []
    left = max(round((job.total - job.done) / (job.done / seconds)), 1)
    span = (
        counted(left, "секунды", "секунд", "секунд")
        if left < _MINUTE
        else counted(round(left / _MINUTE), "минуты", "минут", "минут")
    )
    return [f"{number(round(job.done / seconds))} в секунду", f"осталось около {span}"]


def _trouble(job: ExportJob, now: datetime, *, queue_away: bool) -> str:
    if job.trouble:
        return job.trouble
    if job.state is ExportState.QUEUED:
        if queue_away:
            return "Очередь сейчас недоступна. Выгрузка начнётся сама, как только она появится."
        if now - job.updated_at > _LATE:
            return (
                "Выгрузка ждёт дольше обычного и начнётся сама. Если так и не началась, "
                "попросите администратора проверить, запущен ли обработчик."
            )
    elif job.lease_until is None or job.lease_until < now:
        return "Выгрузка прервалась. Она сама начнётся заново."
    return ""


def _poll(job: ExportJob, progress: ProgressView | None, *, queue_away: bool) -> str:
    """Empty where nothing changes any more: the page then stops asking."""
    if progress is None:
        return ""
    away = "&queue=away" if queue_away else ""
    return f"/exports/{job.id}?said={quote(progress.said)}{away}"
