"""People, departments and cases for tests of casework."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from app.accounts.models import User
from app.accounts.roles import Role
from app.accounts.scopes import viewer_for
from app.cases.actions.apply import apply
from app.cases.actions.model import Action, Given
from app.cases.actions.reading import read_given
from app.cases.actions.table import RULES
from app.cases.chase import AlertKind
from app.cases.codes import DONE_STATES, Channel, Kind, State
from app.cases.conflicts import people_know
from app.cases.deadlines import timed
from app.cases.models import Author, Case, Event, Place, Source, Workflow
from app.deadlines.shipped import SHIPPED
from app.engine import writer
from app.engine.client import Engine
from app.engine.names import Index
from app.reference.departments import Department, DepartmentBook, Sector
from app.viewer import Viewer

ZONE = ZoneInfo("Europe/Moscow")
NOW = datetime(2026, 3, 10, 12, 0, tzinfo=ZONE)
HOUSE, ROADS, SCHOOL = "Управление ЖКХ", "Дорожная служба", "Управление образования"
BOOK = DepartmentBook(
    [
        Department(code="house", name=HOUSE, sector="city"),
        Department(code="roads", name=ROADS, sector="city"),
        Department(code="school", name=SCHOOL, sector="people"),
    ],
    [Sector("city", "Городское хозяйство"), Sector("people", "Социальный блок")],
)


def person(login: str, *roles: Role, **fields: Any) -> Viewer:
    user = User(
        login=login,
        name=f"{login.capitalize()} Анна Петровна",
        roles=list(roles),
        created_at=NOW,
        updated_at=NOW,
        created_by="test",
        **fields,
    )
    return viewer_for(user, BOOK)


COORDINATOR = person("koord", Role.COORDINATOR)
OPERATOR = person("oper", Role.OPERATOR)
EXECUTOR = person("house1", Role.EXECUTOR, department="house")
MATE = person("house2", Role.EXECUTOR, department="house")
ROADMAN = person("road1", Role.EXECUTOR, department="roads")
HEAD = person("boss", Role.BLOCK_HEAD, sector="city", department="house")
PEOPLE = (COORDINATOR, OPERATOR, EXECUTOR, MATE, ROADMAN, HEAD)


def case(number: int = 1, kind: Kind = Kind.MESSAGE, **fields: Any) -> Case:
    """A fresh case with one event; `work` sets parts of the workflow."""
    work = Workflow(**fields.pop("work", {}))
    received = datetime(2026, 3, 9, 9, 0, tzinfo=UTC)
    given: dict[str, Any] = {
        "id": f"case-{number}",
        "number": f"26-{number:06d}",
        "kind": kind,
        "channel": Channel.SITE,
        "state": State.NEW,
        "received_at": received,
        "text": "Яма у дома 5 на улице Ленина",
        "source": Source("test", external_id=str(number)),
        "created_at": received,
        "updated_at": received,
        "rev": 1,
        "version": 1,
        "enriched_version": 0,
        "audit_seq": 1,
        "author": Author(name="Сидоров Иван Петрович", phone="+79991234567"),
        "place": Place(municipality="Верхнереченск", street="Ленина", house="5"),
        "workflow": work,
        "deadline_at": received + timedelta(days=30),
        "history": [Event(1, received, "imported", "import")],
    }
    if kind is Kind.APPEAL:
        given["registered_at"] = received
    return timed(None, Case(**{**given, **fields}), SHIPPED, received)


def do(
    one: Case, name: str, viewer: Viewer, now: datetime = NOW, key: str | None = None, **raw: Any
) -> Case:
    """The action as a form would give it."""
    return apply(one, Action(name, read_given(RULES[name], raw, ZONE), key), viewer, now, SHIPPED)


def action(name: str, key: str | None = None, **raw: Any) -> Action:
    if name == "attach":
        return Action(name, Given(raw), key)
    return Action(name, read_given(RULES[name], raw, ZONE), key)


async def store(engine: Engine, *cases: Case) -> None:
    for one in cases:
        await writer.create(engine, Index.CASES, one.id, msgspec.to_builtins(one))
    await engine.refresh(Index.CASES)


async def stored(engine: Engine, case_id: str) -> dict[str, Any]:
    read = await engine.get(Index.CASES, case_id)
    assert read is not None
    return read.source


def assert_possible(one: Case) -> None:
    """What is true of every case, whatever was done to it."""
    assert [event.seq for event in one.history] == list(range(1, len(one.history) + 1))
    moments = [event.at for event in one.history]
    assert moments == sorted(moments)
    assert one.version == len(people_know(one)), "a reminder is no new version"
    assert len(set(one.alerted)) == len(one.alerted)
    told = [event.key for event in one.history if event.what in set(AlertKind)]
    assert len(set(told)) == len(told)
    assert set(told) <= set(one.alerted)
    assert one.rev >= one.version
    assert one.promised_at is None or one.state not in DONE_STATES
    ended = {State.CLOSED, State.REJECTED, State.FORWARDED}
    assert (one.closed_at is not None) == (one.state in ended), one.state
    if one.kind is Kind.MESSAGE:
        assert one.extension is None
        assert not one.questions
        assert one.registered_at is None
        assert not (one.deadline_profile or "").startswith("59fz")
        assert one.forwarded is None or not one.forwarded.copies
    else:
        assert one.workflow.returned is None
        assert (one.deadline_profile or "59fz").startswith("59fz")
    if one.state is State.CLOSED:
        assert all(question.state is State.CLOSED for question in one.questions)
    if one.state is State.IN_PROGRESS and not one.workflow.department:
        assert one.workflow.assignee is not None
    open_requests = {request.department for request in one.requests if request.state == "open"}
    assert set(one.workflow.asked) == open_requests
