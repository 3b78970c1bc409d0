"""What the pages of acts on many cases show."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ulid import ULID

from app.bulk.models import ACTIONS, BulkJob, BulkState
from app.cases.actions.mention import spelled
from app.cases.actions.model import Field, FieldKind
from app.cases.actions.table import RULES
from app.cases.directory import Directory
from app.cases.rows import ROW_NAMES, RowState
from app.errors import OtklikError
from app.viewer import Viewer
from app.web.filters import counted, number
from app.web.progress import Look, ProgressView, Troubles, pace

ROW = ("обращение", "обращения", "обращений")
_LOOKS = {
    BulkState.QUEUED: Look("В очереди", "gray", "clock"),
    BulkState.RUNNING: Look("Выполняется", "blue", "progress"),
    BulkState.DONE: Look("Готово", "green", "circle-check"),
    BulkState.CANCELLED: Look("Остановлено", "gray", "ban"),
}
_TONES = {
    RowState.DONE: ("green", "check"),
    RowState.UNCHANGED: ("gray", "circle"),
    RowState.REFUSED: ("orange", "ban"),
    RowState.CONFLICT: ("red", "alert-triangle"),
}
_TROUBLES = Troubles(
    queue_away="Очередь сейчас недоступна. Действие начнётся само, как только она появится.",
    waits="Действие ждёт дольше обычного и начнётся само. Если так и не началось, "
    "попросите администратора проверить, запущен ли обработчик.",
    broke_off="Действие прервалось. Оно само продолжится с того же места.",
)


@dataclass(frozen=True)
class BulkField:
    field: Field
    value: str
    options: list[tuple[str, str]]
    error: str = ""


@dataclass(frozen=True)
class BulkForm:
    name: str
    title: str
    icon: str
    fields: list[BulkField]
    error: str = ""


def choose_context(
    ids: Sequence[str],
    viewer: Viewer,
    directory: Directory,
    typed: Mapping[str, str],
    error: OtklikError | None = None,
) -> dict[str, Any]:
    """The forms of what may be done with the chosen cases; what was typed stands in its own."""
    forms = [
        _form(name, directory, typed, error)
        for name in ACTIONS
        if viewer.may(RULES[name].permission)
    ]
    return {
        "ids": ids,
        "many": counted(len(ids), *ROW),
        "forms": forms,
        "opened": typed.get("action", ""),
        "key": typed.get("key") or str(ULID()),
    }


def _form(
    name: str, directory: Directory, typed: Mapping[str, str], error: OtklikError | None
) -> BulkForm:
    rule, own = RULES[name], typed.get("action") == name
    mine = error if own else None
    blamed = mine.field if mine else None
    fields = [
        BulkField(
            one,
            typed.get(one.name, "") if own else "",
            _options(one, directory),
            mine.message if mine and blamed == one.name else "",
        )
        for one in rule.fields
    ]
    known = {one.name for one in rule.fields}
    other = mine.message if mine and blamed not in known else ""
    return BulkForm(name, rule.title, rule.icon, fields, other)


def _options(one: Field, directory: Directory) -> list[tuple[str, str]]:
    if one.kind is FieldKind.DEPARTMENT:
        return [(name, name) for name in directory.departments]
    if one.kind is FieldKind.PERSON:
        return list(directory.people.items())
    if one.kind is FieldKind.PROFILE:
        return [(profile.code, profile.name) for profile in directory.profiles]
    return list(one.choices)


def job_context(job: BulkJob, directory: Directory, *, queue_away: bool) -> dict[str, Any]:
    counts = Counter(row.state for row in job.rows)
    busy = job.state in {BulkState.QUEUED, BulkState.RUNNING}
    progress = _progress(job, queue_away=queue_away) if busy else None
    return {
        "job": job,
        "rows": [(row, spelled(row.why, directory.called)) for row in job.rows],
        "look": _LOOKS[job.state],
        "title": RULES[job.action].title,
        "given": [(_label(job.action, name), value) for name, value in job.given.items()],
        "many": counted(len(job.ids), *ROW),
        "counts": [(ROW_NAMES[state], counts[state]) for state in RowState if counts[state]],
        "row_names": ROW_NAMES,
        "tones": _TONES,
        "progress": progress,
        "poll": progress.poll(f"/bulk/{job.id}", queue_away=queue_away) if progress else "",
    }


def _label(action: str, name: str) -> str:
    labels = {one.name: one.label for one in RULES[action].fields}
    return labels.get(name, name)


def _progress(job: BulkJob, *, queue_away: bool) -> ProgressView:
    now, queued = datetime.now(UTC), job.state is BulkState.QUEUED
    over = job.lease_until is None or job.lease_until < now
    trouble = "" if queued or not over else _TROUBLES.broke_off
    if queued:
        trouble = _TROUBLES.waiting(job.updated_at, now, queue_away=queue_away)
    return ProgressView(
        "Очередь" if queued else "Обращения",
        len(job.rows),
        len(job.ids),
        "Действие ждёт своей очереди." if queued else "Обращения меняются одно за другим.",
        details=pace(len(job.rows), len(job.ids), job.started_at, now, number),
        trouble=job.trouble or trouble,
    )
