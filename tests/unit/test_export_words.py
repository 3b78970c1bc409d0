"""What the list of exports says of each."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.exports.contexts import export_view, look_of
from app.exports.listing import list_view
from app.exports.models import ExportFormat, ExportJob, ExportState
from app.exports.query import own_exports
from app.exports.service import ExportPage
from app.settings import Settings
from app.viewer import LOCAL_VIEWER

NOW = datetime(2026, 11, 22, 11, 5, tzinfo=UTC)
SETTINGS = Settings(export_days=7)


def job(state: ExportState = ExportState.DONE, **changes: Any) -> ExportJob:
    given: dict[str, Any] = {
        "format": ExportFormat.XLSX,
        "pairs": [],
        "viewer": LOCAL_VIEWER,
        "created_at": NOW,
        "updated_at": NOW,
        "finished_at": NOW if state is not ExportState.QUEUED else None,
        **changes,
    }
    return ExportJob(id="01", state=state, **given)


def listed(job: ExportJob, now: datetime = NOW) -> tuple[str, str, str, int | None]:
    (item,) = list_view(ExportPage([job], more=False), SETTINGS, None, now).exports
    told = [text.replace("\u00a0", " ") for text in (item.rows, item.file, item.kept)]
    return told[0], told[1], told[2], item.share


@pytest.mark.parametrize(
    ("pairs", "question", "conditions"),
    [
        ([], "Все обращения", ""),
        ([("q", "нет воды")], "«нет воды»", ""),
        ([("state", "new"), ("from", "2026-03-01")], "Состояние: Новое; с 01.03.2026", ""),
        (
            [("q", "свет"), ("street", "Мира"), ("street", "Ленина"), ("to", "2026-03-31")],
            "«свет»",
            "Улица: Мира, Ленина; по 31.03.2026",
        ),
        ([("q", "свет"), ("state", "of_an_older_version")], "«свет»", ""),
    ],
)
def test_the_question_in_words(
    pairs: list[tuple[str, str]], question: str, conditions: str
) -> None:
    (item,) = list_view(ExportPage([job(pairs=pairs)], more=False), SETTINGS, None, NOW).exports
    assert (item.question, item.conditions) == (question, conditions)


def test_rows_file_and_its_end() -> None:
    whole = {"total": 12_340, "done": 12_340, "file_size": 1_572_864}
    done = job(**whole)
    assert listed(done) == ("12 340", "XLSX, 1,5 МБ", "до 29.11.2026 14:05", None)
    assert listed(done, NOW + timedelta(days=7))[2] == "скоро удалится"
    gone = job(ExportState.EXPIRED, updated_at=NOW + timedelta(days=8), **whole)
    assert listed(gone) == ("12 340", "XLSX, 1,5 МБ", "удалён 30.11.2026", None)


def test_an_export_without_a_file_promises_none() -> None:
    half = {"total": 400, "done": 100}
    assert listed(job(ExportState.QUEUED)) == ("–", "XLSX", "–", None)
    assert listed(job(ExportState.RUNNING, **half)) == ("100 из 400", "XLSX", "–", 25)
    for state in (ExportState.FAILED, ExportState.CANCELLED, ExportState.EXPIRED):
        assert listed(job(state, **half)) == ("–", "XLSX", "–", None)


def test_an_empty_result_is_a_file_of_no_rows() -> None:
    assert listed(job(total=0, done=0, file_size=900))[:2] == ("0", "XLSX, 900 байт")


def test_nobody_sees_nothing() -> None:
    assert own_exports(None) == {"match_none": {}}
    assert own_exports(LOCAL_VIEWER) == {"term": {"created_by": "local"}}


def test_what_never_had_a_file_was_not_deleted() -> None:
    """When its time is over an export is marked as over, however it ended."""
    stopped = job(ExportState.EXPIRED, cancel_requested=True)
    broken = job(ExportState.EXPIRED, error="Места на диске нет.")
    kept = job(ExportState.EXPIRED, file_size=9)
    assert look_of(stopped).text == "Остановлено"
    assert look_of(broken).text == "Не получилось"
    assert look_of(kept).text == "Файл удалён"
    sections = [export_view(one, SETTINGS).section for one in (stopped, broken, kept)]
    assert sections == ["cancelled", "failed", "expired"]
