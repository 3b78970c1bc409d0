"""Cases in every state and hand, people of every kind, and what each queue should hold for them."""

from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from app.accounts.models import User
from app.accounts.roles import Role
from app.accounts.scopes import viewer_for
from app.cases.codes import DONE_STATES, AnswerState, Channel, Importance, Kind, State
from app.cases.models import Answer, Case, Classifier, Workflow
from app.cases.permissions import may_see
from app.permissions import Permission
from app.reference.departments import Department, DepartmentBook, Sector
from app.viewer import LOCAL_VIEWER, Viewer
from app.work.queues import Queue
from tests.integration.search_corpus import at, case

ZONE = ZoneInfo("Europe/Moscow")
NOW = datetime(2026, 3, 18, 11, 30, 20, tzinfo=UTC)
MINUTE = NOW.replace(second=0)
MIDNIGHT = datetime(2026, 3, 18, 21, tzinfo=UTC)
"""The end of that day in Moscow."""

BOOK = DepartmentBook(
    [
        Department(code="roads", name="Отдел дорог", sector="city"),
        Department(code="lights", name="Служба света", parent="roads", sector="city"),
        Department(code="homes", name="Отдел жилья", sector="homes"),
    ],
    [Sector("city", "Городское хозяйство"), Sector("homes", "Жильё")],
)
_DEPARTMENTS = [None, "Отдел дорог", "Служба света", "Отдел жилья"]
_LOGINS = [None, None, "ivanov", "petrova", "gusev"]


def user(login: str, role: Role, department: str | None = None, sector: str | None = None) -> User:
    return User(
        login=login,
        name=f"{login.title()} Анна Ивановна",
        roles=[role],
        department=department,
        sector=sector,
        created_at=NOW,
        created_by="test",
        updated_at=NOW,
    )


VIEWERS: list[Viewer] = [
    LOCAL_VIEWER,
    *(
        viewer_for(one, BOOK)
        for one in (
            user("ivanov", Role.EXECUTOR, "roads"),
            user("petrova", Role.EXECUTOR, "homes"),
            user("gusev", Role.BLOCK_HEAD, "roads", "city"),
            user("olga", Role.OPERATOR),
            user("kira", Role.COORDINATOR),
            user("pavel", Role.POS_OFFICER),
            user("boris", Role.CURATOR),
            user("anna", Role.ADMINISTRATOR),
        )
    ),
]


def town(total: int = 240, seed: int = 7) -> list[Case]:
    chance = Random(seed)  # noqa: S311 - made-up cases
    return [_case(number, chance) for number in range(total)]


def _case(number: int, chance: Random) -> Case:
    deadline = chance.choice(
        [
            None,
            NOW - timedelta(days=chance.randint(0, 9), minutes=5),
            NOW + timedelta(minutes=chance.choice([1, 200, 569, 570, 571, 2000])),
            NOW + timedelta(days=chance.randint(2, 40)),
        ]
    )
    asked = chance.choice([[], [], [], ["Отдел дорог"], ["Отдел жилья", "Служба света"]])
    past_or_coming = [None, NOW - timedelta(hours=3), NOW + timedelta(hours=3)]
    answers = chance.choice(
        [[], [], [Answer("a", "Сделаем", state=chance.choice(list(AnswerState)))]]
    )
    return case(
        number,
        f"Яма у дома {number}, просим засыпать",
        kind=chance.choice(list(Kind)),
        channel=chance.choice([Channel.POS, Channel.VK, Channel.SITE]),
        state=chance.choice(list(State)),
        deadline_at=deadline,
        importance=chance.choice([None, *Importance]),
        place=at(chance.choice(["Ленина", "Мира"]), str(number)),
        classifier=Classifier(im_group="Дороги", im_theme=f"Тема {number % 3}"),
        received_at=NOW - timedelta(hours=chance.randint(1, 300)),
        updated_at=NOW - timedelta(minutes=chance.randint(1, 90)),
        answers=answers,
        promised_at=chance.choice(past_or_coming),
        workflow=Workflow(
            department=chance.choice(_DEPARTMENTS),
            assignee=chance.choice(_LOGINS),
            approver=chance.choice([None, "gusev"]),
            asked=asked,
            asked_due_at=chance.choice(past_or_coming) if asked else None,
            returned=chance.choice([None, 0, 1, 2]),
        ),
    )


def expected(queue: Queue, viewer: Viewer, cases: list[Case]) -> list[Case]:
    """By the words of the guide, without the engine; what burns first."""
    held = [one for one in cases if one.state not in DONE_STATES and may_see(viewer, one)]
    return sorted((one for one in held if _holds(queue, viewer, one)), key=burning)


def burning(one: Case) -> tuple[datetime, bool, datetime, str]:
    never = datetime.max.replace(tzinfo=UTC)
    important = one.importance is Importance.HIGH
    return one.deadline_at or never, not important, one.received_at, one.id


def _holds(queue: Queue, viewer: Viewer, one: Case) -> bool:
    work, due = one.workflow, one.deadline_at
    own = work.department in viewer.departments
    hands_out = not viewer.departments and viewer.may(Permission.CASE_ASSIGN)
    untaken = work.assignee is None and one.state is not State.MODERATION
    reworked = any(answer.state is AnswerState.REWORK for answer in one.answers)
    mine = work.assignee == viewer.name
    rules = {
        Queue.MINE: mine,
        Queue.FREE: untaken and (own or hands_out),
        Queue.APPROVAL: one.state is State.APPROVAL
        and (work.approver == viewer.name or viewer.may(Permission.CASE_APPROVE)),
        Queue.ASKED: bool(viewer.departments & set(work.asked)),
        Queue.MODERATION: one.state is State.MODERATION,
        Queue.REWORK: reworked and (mine or (untaken and own)),
        Queue.OVERDUE: due is not None and due < MINUTE,
        Queue.TODAY: due is not None and MINUTE <= due < MIDNIGHT,
        Queue.PROMISED: one.state is State.INTERIM or one.promised_at is not None,
        Queue.SLIPPED: one.promised_at is not None and one.promised_at < MINUTE,
        Queue.SILENT: work.asked_due_at is not None and work.asked_due_at < MINUTE,
        Queue.RETURNED: bool(work.returned) and work.department is None,
        Queue.DANGER: bool(one.danger) and untaken,
        Queue.OPEN: True,
    }
    return rules[queue]
