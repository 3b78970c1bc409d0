"""Who sees which cases: the clause of lists and the check by id give the same answer."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from app.accounts.models import Substitution, User, short_name
from app.accounts.roles import GRANTS, Role
from app.accounts.scopes import viewer_for
from app.accounts.tokens.models import Token
from app.accounts.tokens.service import narrowed
from app.cases.codes import Channel, Kind, State
from app.cases.models import Case, Place, Source, Workflow
from app.cases.permissions import done_for, may_do, may_enter, may_see
from app.engine.access import access_clause, permitted_clause
from app.permissions import Permission
from app.reference.departments import Department, DepartmentBook, Sector
from app.viewer import EVERYWHERE, LOCAL_VIEWER, Part, Scope, Viewer

NOW = datetime(2026, 3, 1, tzinfo=UTC)
TODAY = date(2026, 3, 10)
BOOK = DepartmentBook(
    [
        Department(code="house", name="Управление ЖКХ", aliases=["УЖКХ"], sector="city"),
        Department(code="roads", name="Дорожная служба", parent="house"),
        Department(code="school", name="Управление образования", sector="people"),
        Department(code="a", name="А", parent="b"),
        Department(code="b", name="Б", parent="a"),
    ],
    [Sector("city", "Городское хозяйство"), Sector("people", "Социальный блок")],
)
NAMES = ["Управление ЖКХ", "УЖКХ", "Дорожная служба", "Управление образования", "Чужое"]
TOWNS = ["Верхнереченск", "Заречье"]


def user(*roles: Role, login: str = "petrova", **fields: Any) -> User:
    moments = {"created_at": NOW, "updated_at": NOW, "created_by": "test"}
    return User(login=login, name="Петрова Анна", roles=list(roles), **moments, **fields)


def case(department: str | None, town: str | None, channel: Channel, **work: Any) -> Case:
    return Case(
        id="1",
        number="26-000001",
        kind=Kind.MESSAGE,
        channel=channel,
        state=State.NEW,
        received_at=NOW,
        text="Яма",
        source=Source("test"),
        created_at=NOW,
        updated_at=NOW,
        rev=1,
        version=1,
        enriched_version=0,
        audit_seq=0,
        place=Place(municipality=town),
        workflow=Workflow(department=department, **work),
    )


def holds(clause: dict[str, Any], case: Case) -> bool:
    """What the engine does with the clauses that an access clause is made of."""
    ((kind, body),) = clause.items()
    if kind in {"match_all", "match_none"}:
        return kind == "match_all"
    if kind == "bool":
        must = all(holds(part, case) for part in body.get("filter", []))
        ways = body.get("should", [])
        barred = any(holds(part, case) for part in body.get("must_not", []))
        return must and not barred and (not ways or any(holds(part, case) for part in ways))
    ((name, wanted),) = body.items()
    values = {
        "place.municipality": [case.place.municipality],
        "workflow.department": [case.workflow.department],
        "workflow.assignee": [case.workflow.assignee],
        "workflow.asked": case.workflow.asked,
        "channel": [case.channel.value],
    }[name]
    return bool({*(wanted if kind == "terms" else [wanted])} & {*values} - {None})


parts = st.none() | st.frozensets(st.sampled_from(NAMES), max_size=3)
towns = st.none() | st.frozensets(st.sampled_from(TOWNS), max_size=2)
channels = st.none() | st.frozensets(st.sampled_from([c.value for c in Channel]), max_size=3)
viewers = st.none() | st.builds(
    Viewer,
    name=st.sampled_from(["petrova", "sidorov"]),
    everything=st.booleans(),
    permissions=st.sampled_from([frozenset(), frozenset({Permission.CASE_VIEW})]),
    scopes=st.lists(st.builds(Scope, towns, parts, channels), max_size=3).map(tuple),
    departments=st.frozensets(st.sampled_from(NAMES), max_size=2),
    within=st.none() | st.builds(Scope, towns, parts, channels),
)
cases = st.builds(
    case,
    st.none() | st.sampled_from(NAMES),
    st.none() | st.sampled_from(TOWNS),
    st.sampled_from(Channel),
    assignee=st.none() | st.sampled_from(["petrova", "sidorov"]),
    asked=st.lists(st.sampled_from(NAMES), max_size=2),
)


@given(viewers, cases)
def test_a_list_and_a_page_agree(viewer: Viewer | None, case: Case) -> None:
    assert holds(access_clause(viewer), case) == may_see(viewer, case)


RIGHTS = [Permission.CASE_VIEW, Permission.CASE_ANSWER, Permission.CASE_REVEAL_AUTHOR]
OF_HOUSE = Scope(None, frozenset({"Управление ЖКХ"}), None)
OF_PORTAL = Scope(None, None, frozenset({Channel.POS.value}))


def with_parts(parts: Sequence[Part], within: Scope | None) -> Viewer:
    return Viewer(
        "petrova",
        permissions=frozenset(one for part in parts for one in part.permissions),
        scopes=tuple(part.scope for part in parts if part.scope is not None),
        departments=frozenset({"Управление ЖКХ"}),
        within=within,
        parts=tuple(parts),
    )


def test_a_list_that_rests_on_a_right_holds_what_the_right_reaches() -> None:
    """Of every two roles, the own ones and those of somebody else, and every kind of case."""
    rights = [frozenset(RIGHTS[:1]), frozenset(RIGHTS)]
    roles = [
        Part(*one) for one in product(["petrova", "sidorov"], rights, [None, OF_HOUSE, OF_PORTAL])
    ]
    people = [with_parts(*one) for one in product(product(roles, roles), [None, OF_PORTAL])]
    all_cases = [
        case(department, None, channel, assignee=assignee, asked=asked)
        for department, channel, assignee, asked in product(
            ["Управление ЖКХ", "Чужое"],
            [Channel.POS, Channel.SITE],
            [None, "petrova"],
            [[], ["Управление ЖКХ"]],
        )
    ]
    for viewer, permission in product(people, RIGHTS):
        clause = permitted_clause(viewer, permission)
        for one in all_cases:
            assert holds(clause, one) == may_do(viewer, permission, one), (viewer, one)


@given(viewers, st.sampled_from(RIGHTS), cases)
def test_so_it_does_for_a_viewer_without_roles(
    viewer: Viewer | None, permission: Permission, case: Case
) -> None:
    assert holds(permitted_clause(viewer, permission), case) == may_do(viewer, permission, case)


@pytest.mark.parametrize(
    ("who", "sees"),
    [
        (user(Role.OPERATOR), NAMES),
        (user(Role.BLOCK_HEAD, sector="city"), NAMES[:3]),
        (user(Role.BLOCK_HEAD), []),
        (user(Role.EXECUTOR, department="roads"), ["Дорожная служба"]),
        (user(Role.EXECUTOR, department="house"), NAMES[:3]),
        (user(Role.EXECUTOR), []),
        (user(Role.EXECUTOR, department="gone"), []),
        (user(Role.ADMINISTRATOR), []),
        (user(), []),
        (user(Role.OPERATOR, active=False), []),
        (user(Role.ADMINISTRATOR, Role.EXECUTOR, department="school"), [NAMES[3]]),
    ],
)
def test_departments_a_person_sees(who: User, sees: list[str]) -> None:
    viewer = viewer_for(who, BOOK)
    found = [name for name in NAMES if may_see(viewer, case(name, None, Channel.SITE))]
    assert found == sees


def test_channels_and_municipalities_narrow() -> None:
    officer = viewer_for(user(Role.POS_OFFICER, channels=["pos", "vk"]), BOOK)
    assert may_see(officer, case("Чужое", None, Channel.POS))
    assert not may_see(officer, case("Чужое", None, Channel.VK))
    local = viewer_for(user(Role.OPERATOR, municipalities=["Заречье"]), BOOK)
    assert may_see(local, case(None, "Заречье", Channel.SITE))
    assert not may_see(local, case(None, "Верхнереченск", Channel.SITE))
    assert not may_see(local, case(None, None, Channel.SITE))
    nowhere = viewer_for(user(Role.OPERATOR, municipalities=[]), BOOK)
    assert not may_see(nowhere, case(None, "Заречье", Channel.SITE))


@pytest.mark.parametrize(
    ("since", "until", "acts"),
    [
        (date(2026, 3, 10), date(2026, 3, 10), True),
        (date(2026, 3, 1), date(2026, 3, 9), False),
        (date(2026, 3, 11), date(2026, 3, 20), False),
    ],
)
def test_a_substitute_acts_within_the_days(since: date, until: date, acts: bool) -> None:
    away = user(
        Role.BLOCK_HEAD,
        Role.ADMINISTRATOR,
        login="head",
        sector="city",
        substitutions=[Substitution("petrova", since, until, "admin", NOW)],
    )
    viewer = viewer_for(user(Role.EXECUTOR, department="school"), BOOK, [away], TODAY)
    assert viewer.may(Permission.CASE_APPROVE) is acts
    assert may_see(viewer, case("УЖКХ", None, Channel.SITE)) is acts
    assert not viewer.may(Permission.PEOPLE_MANAGE)
    gone = viewer_for(user(Role.EXECUTOR), BOOK, [replace(away, active=False)], TODAY)
    assert not gone.may(Permission.CASE_APPROVE)


def test_parents_in_a_circle_end() -> None:
    assert BOOK.names_below(["a"]) == {"А", "Б"}
    found = BOOK.by_name("ужкх")
    assert found is not None
    assert found.code == "house"


def test_nobody_reads_cases_and_guards_rights_by_one_role() -> None:
    guards = {role for role in Role if Permission.PEOPLE_MANAGE in GRANTS[role].permissions}
    assert guards == {Role.ADMINISTRATOR}
    assert Permission.CASE_VIEW not in GRANTS[Role.ADMINISTRATOR].permissions


def test_the_local_viewer_and_everywhere() -> None:
    assert may_see(LOCAL_VIEWER, case(None, None, Channel.SITE))
    all_cases = Viewer("v", permissions=frozenset({Permission.CASE_VIEW}), scopes=(EVERYWHERE,))
    assert access_clause(all_cases) == {"match_all": {}}


@pytest.mark.parametrize(
    ("name", "short"),
    [("Иванова Мария Петровна", "Иванова М. П."), ("Петров", "Петров"), ("Ли Мин", "Ли М.")],
)
def test_short_names(name: str, short: str) -> None:
    assert short_name(name) == short


def test_rights_of_one_role_do_not_pass_to_the_cases_of_another() -> None:
    both = viewer_for(user(Role.POS_OFFICER, Role.CUR), BOOK)
    pos, network = case("Чужое", None, Channel.POS), case("Чужое", None, Channel.VK)
    assert may_see(both, network)
    assert both.may(Permission.CASE_APPROVE)
    assert may_do(both, Permission.CASE_APPROVE, pos)
    assert not may_do(both, Permission.CASE_APPROVE, network)
    assert not may_do(None, Permission.CASE_APPROVE, pos)
    assert may_do(LOCAL_VIEWER, Permission.CASE_APPROVE, network)


def test_it_is_known_for_whom_a_substitute_acts() -> None:
    days = Substitution("petrova", TODAY, TODAY, "admin", NOW)
    away = user(Role.BLOCK_HEAD, login="head", sector="city", substitutions=[days])
    viewer = viewer_for(user(Role.EXECUTOR, department="roads"), BOOK, [away], TODAY)
    own, other = case("Дорожная служба", None, Channel.SITE), case("УЖКХ", None, Channel.SITE)
    assert viewer.acting_for == ("Петрова А.",)
    assert done_for(viewer, Permission.CASE_ANSWER, own) is None
    assert done_for(viewer, Permission.CASE_APPROVE, own) == "head"
    assert done_for(viewer, Permission.CASE_ANSWER, other) == "head"


@given(viewers, cases)
def test_only_what_is_seen_is_acted_upon(viewer: Viewer | None, case: Case) -> None:
    assert not may_do(viewer, Permission.CASE_VIEW, case) or may_see(viewer, case)


def token(**limits: Any) -> Token:
    return Token(
        id="0" * 64,
        name="t",
        login="petrova",
        created_at=NOW,
        created_by="x",
        expires_at=NOW,
        **limits,
    )


everybody = st.lists(st.sampled_from(Role), min_size=1, max_size=3, unique=True).map(
    lambda roles: viewer_for(user(*roles, department="house", sector="city"), BOOK)
)
limits = st.fixed_dictionaries(
    {},
    optional={
        "permissions": st.lists(st.sampled_from([one.value for one in Permission]), unique=True),
        "municipalities": st.lists(st.sampled_from(TOWNS), unique=True),
        "channels": st.lists(st.sampled_from([one.value for one in Channel]), unique=True),
    },
)


@given(everybody, limits, cases)
def test_a_token_may_never_more_than_its_person(
    owner: Viewer, limits: dict[str, Any], case: Case
) -> None:
    program = narrowed(owner, token(**limits))
    assert program.permissions <= owner.permissions
    for permission in Permission:
        assert may_do(program, permission, case) <= may_do(owner, permission, case)
        if permission.value not in limits.get("permissions", list(Permission)):
            assert not may_do(program, permission, case)
    assert may_see(program, case) <= may_see(owner, case)
    assert may_enter(program, case) <= may_enter(owner, case)
    if case.place.municipality not in limits.get("municipalities", [case.place.municipality]):
        assert not may_see(program, case)
        assert not may_enter(program, case)


def test_a_role_registers_within_its_own_scope() -> None:
    """An operator everywhere may; a head of a block besides being ПОС officer only for ПОС."""
    officer = viewer_for(user(Role.POS_OFFICER, Role.BLOCK_HEAD, sector="city"), BOOK)
    phone, pos = case("УЖКХ", None, Channel.PHONE), case("УЖКХ", None, Channel.POS)
    assert may_see(officer, phone)
    assert not may_enter(officer, phone)
    assert may_enter(officer, pos)
    assert may_enter(viewer_for(user(Role.OPERATOR), BOOK), phone)
    assert not may_enter(None, phone)
