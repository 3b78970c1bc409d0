"""What an import does to a case that people work on: their word stays, the difference is told."""

from datetime import UTC, datetime
from typing import Any

import msgspec

from app.cases.codes import Channel, Kind, State
from app.cases.derived import derive
from app.cases.models import Answer, Case, Classifier, Place, Workflow
from app.cases.repository import to_case
from app.deadlines.shipped import SHIPPED
from app.intake.models import CaseInput
from indexers.imports.merge import Marks, changed_case, new_case
from indexers.imports.prepare import Prepared
from tests.casework import COORDINATOR, EXECUTOR, HOUSE, OPERATOR, ROADS, do

NOW = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
TEXT = "Яма у дома 5"


def row(number: int = 1, **fields: Any) -> Prepared:
    place = Place(municipality="Верхнереченск", street=fields.pop("street", "Ленина"))
    work = Workflow(department=fields.pop("department", None))
    given: dict[str, Any] = {
        "system": "test",
        "external_id": "1",
        "kind": Kind.MESSAGE,
        "channel": Channel.SITE,
        "state": State.NEW,
        "received_at": NOW,
        "text": TEXT,
        "place": place,
        "workflow": work,
        "classifier": Classifier(im_theme=fields.pop("theme", None)),
        **fields,
    }
    return Prepared(number, "case-1", CaseInput(**given), f"f{number}", {}, derive(None, TEXT))


def first(**fields: Any) -> dict[str, Any]:
    return new_case(row(1, **fields), Marks("i1", "canonical", NOW, SHIPPED), number="26-000001")


def again(document: dict[str, Any], number: int, **fields: Any) -> dict[str, Any]:
    return changed_case(
        document, row(number, **fields), Marks(f"i{number}", "canonical", NOW, SHIPPED)
    )


def people(document: dict[str, Any], name: str, viewer: Any, **raw: Any) -> dict[str, Any]:
    case: Case = do(to_case(document), name, viewer, **raw)
    return document | msgspec.to_builtins(case)


def test_where_nobody_worked_the_source_rules() -> None:
    changed = again(first(theme="Ямы"), 2, theme="Дороги", state=State.CLOSED, closed_at=NOW)
    assert changed["classifier"] == {"im_theme": "Дороги"}
    assert changed["state"] == "closed"
    assert "kept" not in changed["history"][-1]


def test_peoples_department_stays_and_the_difference_is_told() -> None:
    document = people(first(), "assign", COORDINATOR, department=HOUSE)
    changed = again(document, 2, department=ROADS, street="Мира")
    assert changed["workflow"]["department"] == HOUSE
    assert changed["place"]["street"] == "Мира", "what people did not touch follows the source"
    event = changed["history"][-1]
    assert event["kept"] == {"workflow.department": ROADS}
    assert event["changed"] == ["place.street"]
    assert event["before"] == {"place.street": "Ленина"}


def test_peoples_word_stays_for_ever_not_only_once() -> None:
    document = people(first(theme="Ямы"), "classify", COORDINATOR, im_group="Г", im_theme="Люки")
    for number, theme in enumerate(("Ямы", "Дороги", "Дороги", "Ямы"), start=2):
        document = again(document, number, theme=theme, street=f"Улица {number}")
        assert document["classifier"]["im_theme"] == "Люки", theme


def test_once_the_source_agrees_it_rules_again() -> None:
    document = people(first(theme="Ямы"), "classify", COORDINATOR, im_group="Г", im_theme="Люки")
    document = again(document, 2, theme="Люки")
    document = again(document, 3, theme="Дороги")
    assert document["classifier"]["im_theme"] == "Дороги"


def test_what_people_undid_is_the_sources_again() -> None:
    document = people(first(theme="Ямы"), "classify", COORDINATOR, im_group="Г", im_theme="Люки")
    document = people(document, "undo", COORDINATOR)
    assert again(document, 2, theme="Дороги")["classifier"]["im_theme"] == "Дороги"


def test_state_and_moment_of_closing_go_together() -> None:
    document = people(first(), "assign", COORDINATOR, department=HOUSE)
    document = people(document, "take", EXECUTOR)
    changed = again(document, 2, state=State.CLOSED, closed_at=NOW, result="решено")
    assert (changed["state"], changed.get("closed_at")) == ("in_progress", None)
    assert set(changed["history"][-1]["kept"]) == {"state", "closed_at", "result"}
    to_case(changed)


def test_a_draft_of_people_outlives_an_answer_of_the_source() -> None:
    document = people(first(), "assign", COORDINATOR, department=HOUSE)
    document = people(document, "take", EXECUTOR)
    document = people(document, "draft", EXECUTOR, text="Черновик")
    brought = [Answer(id="1", text="Из источника", at=NOW)]
    document = again(document, 2, answers=brought)
    assert [one["text"] for one in document["answers"]] == ["Из источника", "Черновик"]
    fixed = [Answer(id="1", text="Исправлено", at=NOW)]
    document = again(document, 3, answers=fixed)
    assert [one["text"] for one in document["answers"]] == ["Исправлено", "Черновик"]


def test_tags_of_both_sides_count() -> None:
    document = people(first(tags=["двор", "снег"]), "tag", OPERATOR, tag="срочно")
    document = again(document, 2, tags=["двор", "яма"])
    assert document["tags"] == ["двор", "срочно", "яма"]
    document = again(document, 3, tags=["двор"])
    assert document["tags"] == ["двор", "срочно"]


def test_a_table_does_not_move_worked_on_cases_to_the_other_law() -> None:
    document = people(first(), "note", OPERATOR, text="Позвонить")
    changed = again(document, 2, kind=Kind.APPEAL)
    assert changed["kind"] == "message"
    assert changed["history"][-1]["kept"] == {"kind": "appeal"}
    assert again(first(), 2, kind=Kind.APPEAL)["kind"] == "appeal"


def test_each_import_is_one_event_and_one_version() -> None:
    document = first()
    for number in range(2, 6):
        document = people(document, "note", OPERATOR, text=f"Слово {number}")
        document = again(document, number, theme=f"Тема {number}")
    assert document["version"] == len(document["history"]) == 9
    assert document["audit_due"] is True
