"""What the templates of «Загрузка» see: words and numbers ready to print."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from app.intake.fields import FIELD_TITLES
from app.intake.models import BUSY_STATES, ImportJob, ImportState, Rejection
from app.intake.outcome import ROW, OutcomeView, checked_view, done_view
from app.intake.profiles import BUILT_IN
from app.intake.service import MAPPED
from app.web.filters import counted, number, size
from app.web.progress import Look, ProgressView, Troubles, pace

_MAPPED_TITLE = "Другая таблица (сопоставить столбцы)"

_LOOKS = {
    ImportState.QUEUED: Look("В очереди", "gray", "clock"),
    ImportState.READING: Look("Читается", "blue", "progress"),
    ImportState.MAPPING: Look("Сопоставьте столбцы", "yellow", "writing"),
    ImportState.CHECKING: Look("Проверяется", "blue", "progress"),
    ImportState.CHECKED: Look("Проверено, ждёт решения", "yellow", "eye"),
    ImportState.LOADING: Look("Загружается", "blue", "progress"),
    ImportState.DONE: Look("Загружено", "green", "circle-check"),
    ImportState.FAILED: Look("Не загружено", "red", "circle-x"),
    ImportState.CANCELLED: Look("Остановлено", "gray", "ban"),
}
_PARTLY = Look("Загружено не всё", "orange", "alert-triangle")
_NOTHING = Look("Ничего не загружено", "red", "circle-x")


def look_of(job: ImportJob) -> Look:
    if job.state is ImportState.DONE and job.checkpoint.counts.rejected:
        counts = job.checkpoint.counts
        return _NOTHING if counts.rejected == counts.rows else _PARTLY
    return _LOOKS[job.state]


def kind_title(profile: str) -> str:
    if profile in BUILT_IN:
        return BUILT_IN[profile].title
    return "Другая таблица" if profile == MAPPED else profile


def kind_choices(saved: Sequence[str]) -> list[tuple[str, str]]:
    """Value and title of every kind of file the form offers."""
    return [
        *((code, profile.title) for code, profile in BUILT_IN.items()),
        *((name, name) for name in saved),
        (MAPPED, _MAPPED_TITLE),
    ]


@dataclass(frozen=True)
class UploadView:
    """The form as it is shown; `kind` is the one used last, people load the same thing again."""

    kinds: list[tuple[str, str]]
    kind: str
    most_megabytes: int
    dry_run: bool = False
    problem: str = ""
    problem_field: str = ""

    @property
    def most_octets(self) -> int:
        return self.most_megabytes << 20


@dataclass(frozen=True)
class ListedImport:
    job: ImportJob
    look: Look
    kind: str
    counts: str


@dataclass(frozen=True)
class ListView:
    imports: list[ListedImport]

    @property
    def busy(self) -> bool:
        return any(item.job.state in BUSY_STATES for item in self.imports)


def list_view(jobs: Sequence[ImportJob]) -> ListView:
    return ListView([_listed(job) for job in jobs])


def _listed(job: ImportJob) -> ListedImport:
    return ListedImport(job, look_of(job), kind_title(job.profile), _listed_counts(job))


def _listed_counts(job: ImportJob) -> str:
    counts = job.checkpoint.counts
    if job.state in {ImportState.CHECKING, ImportState.LOADING} and job.table:
        return f"{number(counts.rows)} из {counted(job.table.rows, 'строки', 'строк', 'строк')}"
    if job.state is ImportState.CHECKED and job.checked:
        return f"проверено: {counted(job.checked.rows, *ROW)}"
    if not counts.rows or job.state not in {ImportState.DONE, ImportState.CANCELLED}:
        return f"{counted(job.table.rows, *ROW)}" if job.table else "–"
    parts = [
        (counts.created, "создано"),
        (counts.updated, "изменено"),
        (counts.unchanged, "без изменений"),
        (counts.rejected, "не загружено"),
    ]
    return ", ".join(f"{word} {number(count)}" for count, word in parts if count)


_LABELS = {
    ImportState.QUEUED: ("Очередь", "Файл принят и ждёт своей очереди."),
    ImportState.READING: (
        "Чтение файла",
        "Читаем файл: ищем нужный лист и строку с названиями столбцов.",
    ),
    ImportState.CHECKING: ("Проверка", "Проверяем строки. Обращения пока не записываются."),
    ImportState.LOADING: ("Загрузка", "Записываем обращения. Загруженные уже можно искать."),
}


_TROUBLES = Troubles(
    queue_away="Файл сохранён. Очередь сейчас недоступна, загрузка начнётся сама, "
    "как только она появится.",
    waits="Файл ждёт дольше обычного. Он сохранён, и загрузка начнётся сама. "
    "Если так и не началась, попросите администратора проверить, запущен ли обработчик.",
    broke_off="Загрузка прервалась. Она сама продолжится с того же места.",
)


def progress_view(job: ImportJob, *, queue_away: bool, now: datetime | None = None) -> ProgressView:
    now = now or datetime.now(UTC)
    label, words = _LABELS[job.state]
    moving = job.state in {ImportState.CHECKING, ImportState.LOADING} and job.table is not None
    total = job.table.rows if moving and job.table else None
    done = job.checkpoint.counts.rows if moving else 0
    return ProgressView(
        label,
        done,
        total,
        words,
        details=pace(done, total, job.phase_started_at, now, lambda rows: counted(rows, *ROW)),
        trouble=_trouble(job, now, queue_away=queue_away),
    )


def _trouble(job: ImportJob, now: datetime, *, queue_away: bool) -> str:
    if job.trouble:
        return job.trouble
    if job.state is ImportState.QUEUED:
        return _TROUBLES.waiting(job.updated_at, now, queue_away=queue_away)
    over = job.lease_until is not None and job.lease_until < now
    return _TROUBLES.broke_off if over else ""


@dataclass(frozen=True)
class RejectedView:
    shown: list[Rejection]
    words: str
    link: str


def rejected_view(job: ImportJob) -> RejectedView | None:
    """The first rows that did not pass, and where all of them are."""
    count = job.checkpoint.counts.rejected
    if not count:
        return None
    shown = job.rejected_examples
    words = f"Показаны первые {len(shown)} из {number(count)}." if count > len(shown) else ""
    return RejectedView(shown, words, f"/imports/{job.id}/rejects.xlsx")


@dataclass(frozen=True)
class UnknownField:
    title: str
    values: list[tuple[str, int]]


def unknown_fields(job: ImportJob) -> list[UnknownField]:
    """Most frequent values first; profiles name a field by its code or by the file's heading."""
    return [
        UnknownField(
            FIELD_TITLES.get(name, name), sorted(counts.items(), key=lambda pair: -pair[1])
        )
        for name, counts in job.unknown_values.items()
        if counts
    ]


def file_facts(job: ImportJob) -> list[tuple[str, str]]:
    """What was found in the file, pairs of name and value."""
    facts = [("Файл", f"{job.file_name}, {size(job.file_size)}"), ("Вид", kind_title(job.profile))]
    if (table := job.table) is None:
        return facts
    if table.sheet:
        facts.append(("Лист", table.sheet))
    facts.append(("Названия столбцов", f"в строке {number(table.header_row)}"))
    facts.append(("Под ними", counted(table.rows, *ROW)))
    return facts


def kept_words(job: ImportJob) -> str:
    """What a stopped or failed load left behind."""
    counts = job.checkpoint.counts
    written = counts.created + counts.updated
    if job.checked is not None and job.dry_run:
        written = 0
    if not written or job.state is ImportState.CHECKED:
        return "Ни одно обращение не создано и не изменено."
    return (
        f"Записано обращений: не меньше {number(written)}. Они остались: каждое записано целиком. "
        "Загрузите файл ещё раз, и Отклик узнает эти строки и продолжит с остальных."
    )


@dataclass(frozen=True)
class JobView:
    """One import as its page shows it; `section` names the part of the page for its state."""

    job: ImportJob
    look: Look
    section: str
    tab_title: str
    facts: list[tuple[str, str]]
    kept: str
    progress: ProgressView | None = None
    outcome: OutcomeView | None = None
    rejected: RejectedView | None = None
    unknown: list[UnknownField] = field(default_factory=list)
    notice: str = ""
    can_remap: bool = False
    poll: str = ""


_SECTIONS = {
    ImportState.MAPPING: "wizard",
    ImportState.CHECKED: "checked",
    ImportState.DONE: "done",
    ImportState.FAILED: "failed",
    ImportState.CANCELLED: "cancelled",
}


def job_view(
    job: ImportJob, *, queue_away: bool = False, notice: str = "", edit: bool = False
) -> JobView:
    look = look_of(job)
    section = _SECTIONS.get(job.state, "progress")
    can_remap = job.state is ImportState.CHECKED and job.mapping is not None
    if edit and can_remap:
        section = "wizard"
    progress = progress_view(job, queue_away=queue_away) if section == "progress" else None
    outcome = None
    if section in {"checked", "done"}:
        outcome = checked_view(job) if section == "checked" else done_view(job)
    return JobView(
        job=job,
        look=look,
        section=section,
        tab_title=_tab_title(job, look, progress),
        facts=file_facts(job),
        kept=kept_words(job),
        progress=progress,
        outcome=outcome,
        rejected=rejected_view(job) if section != "wizard" else None,
        unknown=unknown_fields(job),
        notice=notice,
        can_remap=can_remap,
        poll=progress.poll(f"/imports/{job.id}", queue_away=queue_away) if progress else "",
    )


def _tab_title(job: ImportJob, look: Look, progress: ProgressView | None) -> str:
    """The tab tells how far it is while its page is behind others."""
    if progress is not None and progress.share is not None:
        return f"{progress.share} % · {job.file_name}"
    return f"{look.text} · {job.file_name}"
