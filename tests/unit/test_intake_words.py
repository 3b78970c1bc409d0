"""Figures of an import in words, and what forms and columns are read into."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import ForbiddenError
from app.intake.contexts import look_of
from app.intake.distinct import LOOKED_AT, MOST_VALUES, distinct_values
from app.intake.forms import mapping_errors, read_mapping
from app.intake.models import Checkpoint, Counts, ImportJob, ImportState
from app.intake.outcome import checked_view, done_view, span
from app.intake.permissions import may_load
from app.intake.tables import Table, table_path
from app.viewer import LOCAL_VIEWER, Viewer

NOW = datetime(2026, 11, 22, 14, 5, tzinfo=UTC)
amounts = st.integers(0, 2_000)


def job(counts: Counts, state: ImportState = ImportState.DONE, seconds: float = 65) -> ImportJob:
    return ImportJob(
        id="01",
        state=state,
        profile="im",
        file_name="a.xlsx",
        file_size=1,
        file_sha256="",
        created_at=NOW,
        updated_at=NOW,
        created_by="local",
        checked=counts,
        checkpoint=Checkpoint(counts=counts),
        phase_started_at=NOW,
        finished_at=NOW + timedelta(seconds=seconds),
    )


@pytest.mark.parametrize(
    ("counts", "words"),
    [
        (Counts(1, 1), "Готово за 1 минуту 5 секунд: создано 1 обращение."),
        (Counts(7, 2, 5), "Готово за 1 минуту 5 секунд: создано 2 обращения, изменено 5."),
        (
            Counts(22, 0, 21, 0, 1),
            "Готово за 1 минуту 5 секунд: изменено 21 обращение, не загружено 1 строка.",
        ),
        (Counts(5, 0, 0, 5), "Готово за 1 минуту 5 секунд: без изменений 5 обращений."),
        (Counts(3, 0, 0, 0, 3), "Ничего не загружено: ни одна строка не подошла."),
    ],
)
def test_done_in_words(counts: Counts, words: str) -> None:
    assert done_view(job(counts)).title.replace("\u00a0", " ") == words


@pytest.mark.parametrize(
    ("counts", "words"),
    [
        (Counts(6, 5, 1), "будет создано 5 обращений, изменится 1."),
        (Counts(3, 0, 3), "изменятся 3 обращения."),
        (Counts(9, 0, 2, 5, 2), "изменятся 2 обращения, без изменений 5, не загрузятся 2 строки."),
        (Counts(12, 1, 0, 0, 11), "будет создано 1 обращение, не загрузится 11 строк."),
    ],
)
def test_check_in_words(counts: Counts, words: str) -> None:
    view = checked_view(job(counts, ImportState.CHECKED))
    assert view.title.replace("\u00a0", " ") == f"Если загрузить: {words}"


@given(amounts, amounts, amounts, amounts)
def test_the_shown_sum_always_holds(made: int, new: int, same: int, bad: int) -> None:
    counts = Counts(made + new + same + bad, made, new, same, bad)
    for view in (done_view(job(counts)), checked_view(job(counts))):
        assert view.total.value == sum(part.value for part in view.parts)


def test_a_load_with_rejected_rows_does_not_look_whole() -> None:
    assert look_of(job(Counts(2, 2))).text == "Загружено"
    assert look_of(job(Counts(2, 1, rejected=1))).text == "Загружено не всё"
    assert look_of(job(Counts(2, rejected=2))).text == "Ничего не загружено"


def test_spans() -> None:
    spans = {0.2: "1 секунду", 2: "2 секунды", 60: "1 минуту", 3725: "62 минуты 5 секунд"}
    assert {seconds: span(seconds).replace("\u00a0", " ") for seconds in spans} == spans


def test_only_who_sees_everything_may_load() -> None:
    may_load(LOCAL_VIEWER)
    for viewer in (None, Viewer("somebody")):
        with pytest.raises(ForbiddenError):
            may_load(viewer)


texts = st.text(max_size=30)


@given(
    st.lists(st.tuples(st.sampled_from(["c.text", "t.state.0", "v.state.0", "of.x", ""]), texts))
)
def test_any_form_is_read(pairs: list[tuple[str, str]]) -> None:
    form = read_mapping(pairs)
    errors = mapping_errors(form, ["Текст"])
    assert {"c.received_at", "system"} <= errors.keys()
    assert msgspec.json.encode(form.mapping())


def test_values_of_a_column_changed_afterwards_are_dropped() -> None:
    pairs = [("c.state", "Б"), ("of.state", "А"), ("t.state.0", "x\r\ny"), ("v.state.0", "new")]
    assert read_mapping(pairs).stale_values() == ["state"]
    assert read_mapping(pairs).mapping().values == {}
    right = read_mapping([*pairs, ("of.state", "Б")])
    assert right.stale_values() == []
    assert right.mapping().values == {"state": {"x\ny": "new"}}


def table_of(target: Path, values: list[str]) -> Path:
    """A converted table of one column besides an empty one."""
    lines = [msgspec.json.encode([n, ["", value]]) for n, value in enumerate(values, start=2)]
    target.write_bytes(b"\n".join(lines) + b"\n")
    table = Table("csv", "utf-8", ";", None, (), 1, ("А", "Б"), 2, len(values))
    table_path(target).write_bytes(msgspec.json.encode(table))
    return target


def test_values_come_by_frequency_and_bounded(tmp_path: Path) -> None:
    rows = table_of(tmp_path / "rows", ["в", "а", "в", " ", "x" * 200, *map(str, range(60))])
    found = distinct_values(rows, {"state": "Б", "kind": "А", "channel": "нет такого"})
    assert found.keys() == {"state", "kind"}
    assert found["kind"].values == []
    assert found["state"].values[:2] == [("в", 2), ("а", 1)]
    assert len(found["state"].values) == MOST_VALUES
    assert found["state"].more
    assert found["state"].too_long
    assert distinct_values(rows, {}) == {}


def test_only_the_first_rows_are_looked_at(tmp_path: Path) -> None:
    rows = table_of(tmp_path / "rows", ["а"] * LOOKED_AT + ["б"])
    assert distinct_values(rows, {"state": "Б"})["state"].values == [("а", LOOKED_AT)]
