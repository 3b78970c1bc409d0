"""What a load did or would do: the sum that always holds, and a sentence with its figures."""

from dataclasses import dataclass, replace
from urllib.parse import quote

from app.intake.models import Counts, ImportJob, import_mark
from app.intake.profiles import BUILT_IN
from app.web.filters import counted, number, plural

CASE = ("обращение", "обращения", "обращений")
ROW = ("строка", "строки", "строк")


def span(seconds: float) -> str:
    """Accusative, for «за»: «1 минуту 5 секунд»."""
    whole = max(round(seconds), 1)
    minutes, rest = divmod(whole, 60)
    words = [counted(minutes, "минуту", "минуты", "минут")] if minutes else []
    if rest or not minutes:
        words.append(counted(rest, "секунду", "секунды", "секунд"))
    return " ".join(words)


@dataclass(frozen=True)
class Figure:
    """One member of «rows = created + updated + unchanged + rejected»."""

    value: int
    words: str
    tone: str = ""
    link: str = ""


@dataclass(frozen=True)
class OutcomeView:
    """What a load did or would do, in words and as the sum that always holds."""

    title: str
    kind: str
    total: Figure
    parts: list[Figure]
    search: str = ""


def done_view(job: ImportJob) -> OutcomeView:
    counts = job.checkpoint.counts
    if counts.rejected == counts.rows:
        title, kind = "Ничего не загружено: ни одна строка не подошла.", "danger"
    else:
        words = _listed(counts, "создано", "изменено", "не загружено")
        title, kind = f"{_took(job)}: {words}.", "warning" if counts.rejected else "success"
    parts = _figures(counts, "создано", "изменено", "не загружено")
    for place, outcome in enumerate(("created", "updated")):
        link = f"/search?import={import_mark(job.id, outcome)}"
        parts[place] = replace(parts[place], link=link)
    return OutcomeView(title, kind, _rows_figure(counts), parts, search=_search_link(job))


def _took(job: ImportJob) -> str:
    if job.phase_started_at is None or job.finished_at is None:
        return "Готово"
    return f"Готово за {span((job.finished_at - job.phase_started_at).total_seconds())}"


def checked_view(job: ImportJob) -> OutcomeView:
    counts = job.checked or job.checkpoint.counts
    kind = "info"
    if counts.rejected:
        kind = "danger" if counts.rejected == counts.rows else "warning"
    changes = plural(counts.updated, "изменится", "изменятся", "изменится")
    fails = plural(counts.rejected, "не загрузится", "не загрузятся", "не загрузится")
    words = _listed(counts, "будет создано", changes, fails)
    parts = _figures(counts, "будет создано", changes, fails)
    return OutcomeView(f"Если загрузить: {words}.", kind, _rows_figure(counts), parts)


def _listed(counts: Counts, created: str, updated: str, rejected: str) -> str:
    """«создано 12 обращений, изменено 3, не загружено 2 строки»: what is zero is not named."""
    figures = [
        (counts.created, created),
        (counts.updated, updated),
        (counts.unchanged, "без изменений"),
    ]
    words: list[str] = []
    for count, word in figures:
        if count:
            words.append(f"{word} {number(count) if words else counted(count, *CASE)}")
    if counts.rejected:
        words.append(f"{rejected} {counted(counts.rejected, *ROW)}")
    return ", ".join(words)


def _figures(counts: Counts, created: str, updated: str, rejected: str) -> list[Figure]:
    return [
        Figure(counts.created, created, "green"),
        Figure(counts.updated, updated, "blue"),
        Figure(counts.unchanged, "без изменений"),
        Figure(counts.rejected, rejected, "red", "#rejected"),
    ]


def _rows_figure(counts: Counts) -> Figure:
    return Figure(counts.rows, f"{plural(counts.rows, *ROW)} в файле")


def _search_link(job: ImportJob) -> str:
    """What came lies under its source; a table with a column of sources may have several."""
    if job.mapping is not None:
        named = None if "source" in job.mapping.columns else job.mapping.system
    else:
        profile = BUILT_IN.get(job.profile)
        named = None if profile is None or "source" in job.found_columns else profile.system
    source = f"source={quote(named)}&" if named else ""
    return f"/search?{source}sort=-received_at"
