"""What a line of the journal may hold, its chain, its words."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.audit import words
from app.audit.chain import chain_key, holds, linked, name_hash
from app.audit.models import AuditEvent, ObjectKind, Outcome, happened
from app.audit.params import parse_params
from app.audit.query import audit_clause
from app.audit.repository import content_of
from app.cases.actions.difference import ELEMENTS, PARTS, WHOLE
from app.errors import BadInputError, EngineSetupError
from app.permissions import Permission
from app.search.params import FILTERS, SIZE, Mode, SearchParams, Sort
from app.search.understanding import SWITCHES
from app.settings import Settings
from app.viewer import Viewer
from app.web.callers import agent_family
from indexers.audit.project import event_of, unaudited

NOW = datetime(2026, 11, 26, 10, tzinfo=UTC)
SECRET = "Кузнецова Анна, +79161234567"


@given(st.text(alphabet=st.characters(codec="utf-8"), min_size=1))
def test_no_typed_text_passes_for_a_code(text: str) -> None:
    told = f"{text} {SECRET}"
    for field in ("what", "code", "reason", "object_id", "who", "number"):
        values = {"what": "case.take", field: told}
        with pytest.raises(ValueError, match="journal takes"):
            AuditEvent(at=NOW, outcome=Outcome.DONE, **values)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="journal takes"):
        happened("case.take", changed=[told])


def test_a_history_event_leaves_values_and_reasons_behind() -> None:
    case = {"id": "abc", "number": "26-000001"}
    event = {
        "seq": 3,
        "at": "2026-11-26T10:00:00Z",
        "what": "return",
        "by": "petrov",
        "changed": ["workflow.department", SECRET],
        "before": {"text": SECRET},
        "to": SECRET,
        "reason": SECRET,
        "for_whom": "ivanov",
        "origin": {"address": "10.0.0.7", "agent": "Firefox", "request_id": "r1"},
    }
    told = content_of(event_of(case, event))
    assert SECRET not in str(told)
    assert told == {
        "id": "abc:3",
        "at": "2026-11-26T10:00:00Z",
        "what": "case.return",
        "outcome": "done",
        "who": "petrov",
        "for_whom": "ivanov",
        "kind": "case",
        "object_id": "abc",
        "number": "26-000001",
        "changed": ["workflow.department"],
        "address": "10.0.0.7",
        "agent": "Firefox",
        "request_id": "r1",
    }


def test_a_changed_line_does_not_hold(tmp_path: Path) -> None:
    key = chain_key(tmp_path)
    content = content_of(happened("audit.read", who="petrov"))
    line = linked(key, content, chain="w:1", link=2, previous="aa")
    assert holds(key, line)
    for change in ({"who": "ivanov"}, {"link": 3}, {"previous": "bb"}, {"code": "x"}):
        assert not holds(key, {**line, **change})
    assert not holds(key, {name: value for name, value in line.items() if name != "who"})


def test_the_key_is_made_once_and_a_broken_one_refused(tmp_path: Path) -> None:
    first = chain_key(tmp_path / "a")
    chain_key.cache_clear()
    assert chain_key(tmp_path / "a") == first
    assert (tmp_path / "a" / "audit_key").stat().st_mode & 0o077 == 0
    assert chain_key(tmp_path / "b") != first
    (tmp_path / "c").mkdir()
    (tmp_path / "c" / "audit_key").write_text("ab")
    with pytest.raises(EngineSetupError, match="Ключ журнала"):
        chain_key(tmp_path / "c")


def test_names_are_hashed_alike_however_they_are_typed(tmp_path: Path) -> None:
    key = chain_key(tmp_path)
    assert name_hash(key, "Семёнов  Пётр") == name_hash(key, "семенов петр")
    assert name_hash(key, "Семенов Петр") != name_hash(chain_key(tmp_path / "b"), "семенов петр")


@pytest.mark.parametrize(
    ("history", "told", "wanted"),
    [
        ([], 0, (0, False)),
        ([{"what": "imported", "seq": 1}], 0, (1, False)),
        ([{"what": "imported", "seq": 1}, {"what": "take", "seq": 2}], 0, (1, True)),
        ([{"what": "entered", "seq": 1}], 0, (0, True)),
        ([{"what": "entered", "seq": 1}], 1, (1, False)),
    ],
)
def test_marks_of_an_older_document(
    history: list[dict[str, object]], told: int, wanted: tuple[int, bool]
) -> None:
    marks = unaudited(history, told)
    assert (marks["audit_seq"], marks["audit_due"]) == wanted


@pytest.mark.parametrize(
    ("pairs", "field"),
    [
        ([("from", "вчера")], "from"),
        ([("from", "2026-03-02"), ("to", "2026-03-01")], "from"),
        ([("outcome", "maybe")], "outcome"),
        ([("after", "nowhere")], "after"),
        ([("who", "x" * 200)], "who"),
    ],
)
def test_bad_conditions_are_named(pairs: list[tuple[str, str]], field: str) -> None:
    with pytest.raises(BadInputError) as raised:
        parse_params(pairs)
    assert raised.value.field == field


def test_without_the_right_nothing_is_found() -> None:
    params, zone = parse_params([("who", "petrov")]), Settings().zone  # type: ignore[call-arg]
    for viewer in (None, Viewer("nobody", permissions=frozenset({Permission.CASE_VIEW}))):
        assert audit_clause(params, viewer, zone) == {"match_none": {}}


def test_lines_in_plain_russian() -> None:
    line = {
        "what": "request.refused",
        "outcome": "refused",
        "code": "forbidden",
        "method": "GET",
        "route": "/cases/{case_name}",
        "kind": "case",
        "object_id": "abc",
    }
    assert words.what_words("case.take") == "Взято в работу"
    assert words.details(line) == ["нет права", "GET /cases/{case_name}"]
    assert words.object_words(line) == "обращение abc"
    assert words.field_words(["place.street", "place.house", "state"]) == ["место", "состояние"]
    changeable = {*WHOLE, *PARTS, *ELEMENTS}
    assert words.field_words(sorted(changeable)) == [
        words.FIELDS[one] for one in sorted(changeable)
    ]
    assert set(words.OBJECTS) == set(ObjectKind)
    assert set(words.OUTCOMES) == set(Outcome)


@pytest.mark.parametrize(
    ("line", "family"),
    [
        ("Mozilla/5.0 (X11) AppleWebKit/537.36 Chrome/120 Safari/537.36", "Chrome"),
        ("Mozilla/5.0 Chrome/120 YaBrowser/24 Safari/537.36", "Яндекс Браузер"),
        ("curl/8.0", "curl"),
        (SECRET, "другая программа"),
        ("", None),
    ],
)
def test_of_a_browser_only_its_family_is_kept(line: str, family: str | None) -> None:
    assert agent_family(line) == family


def test_every_condition_of_an_export_has_words() -> None:
    """The journal names the conditions of a search, and none by its name in the address."""
    filters = dict.fromkeys(FILTERS, ("x",))
    day = date(2026, 3, 1)
    params = SearchParams(
        "вода", filters, day, day, Sort.NEWEST, Mode.WORDS, SIZE + 1, "next", SWITCHES[:1]
    )
    names = [name for name, _ in params.pairs()]
    assert len(names) == len(FILTERS) + 8
    assert not set(names) & set(words.field_words(names))
