"""Roles of the regulations and the one table of what each may do, and at which cases.

Roles: распоряжения и постановления о МЦУ name a curator, a coordinator, those responsible for
«Инцидент» and ПОС, heads of sector blocks and an administrator who answers for the protection of
information (Гиагинский 244/2023, Октябрьский 173/2023, Катангский 151-п/2021, Лесозаводский
942/2021, Алтай 179/2020); operator, executor, ЦУР and the head are who works beside them.
"""

from enum import StrEnum

from msgspec import Struct

from app.permissions import WORK_IN_HAND, Permission


class Role(StrEnum):
    CURATOR = "curator"
    COORDINATOR = "coordinator"
    INCIDENT_OFFICER = "incident_officer"
    POS_OFFICER = "pos_officer"
    BLOCK_HEAD = "block_head"
    EXECUTOR = "executor"
    OPERATOR = "operator"
    ADMINISTRATOR = "administrator"
    CUR = "cur"
    HEAD = "head"


ROLE_NAMES: dict[Role, str] = {
    Role.CURATOR: "Куратор",
    Role.COORDINATOR: "Руководитель-координатор",
    Role.INCIDENT_OFFICER: "Ответственный за «Инцидент»",
    Role.POS_OFFICER: "Ответственный за ПОС",
    Role.BLOCK_HEAD: "Руководитель отраслевого блока",
    Role.EXECUTOR: "Сотрудник блока",
    Role.OPERATOR: "Оператор",
    Role.ADMINISTRATOR: "Администратор",
    Role.CUR: "ЦУР",
    Role.HEAD: "Глава",
}


class Reach(StrEnum):
    """Which departments a role sees; municipalities and channels are narrowed for each person."""

    ALL = "all"
    SECTOR = "sector"
    DEPARTMENT = "department"
    NONE = "none"


REACH_NAMES: dict[Reach, str] = {
    Reach.ALL: "все ведомства",
    Reach.SECTOR: "ведомства своего блока и подведомственные",
    Reach.DEPARTMENT: "своё ведомство и подведомственные",
    Reach.NONE: "обращений не видит",
}


class Grant(Struct, frozen=True):
    reach: Reach
    permissions: frozenset[Permission]
    channels: frozenset[str] | None = None
    """Channels of the role itself; None for all."""


_READ = frozenset(
    {
        Permission.CASE_VIEW,
        Permission.SUMMARY_VIEW,
        Permission.SEARCH_EXPORT,
        Permission.PROBLEM_VIEW,
    }
)
_WORK = WORK_IN_HAND
_DESK = frozenset(
    {
        *(
            Permission.CASE_REGISTER,
            Permission.CASE_MODERATE,
            Permission.CASE_CLASSIFY,
            Permission.CASE_ASSIGN,
            Permission.CASE_FORWARD,
        ),
        *(
            Permission.CASE_REVEAL_AUTHOR,
            Permission.CASE_SPLIT,
            Permission.CASE_BULK,
            Permission.CASE_REOPEN,
        ),
    }
)
_LEAD = frozenset(
    {
        Permission.CASE_APPROVE,
        Permission.CASE_CLOSE,
        Permission.CASE_EXTEND,
        Permission.TODAY_VIEW,
    }
)

_NETWORKS = frozenset({"incident", "vk", "ok", "telegram", "max"})
"""Codes of `app.cases.codes.Channel`, which stands above this domain (a test compares)."""

GRANTS: dict[Role, Grant] = {
    Role.CURATOR: Grant(
        Reach.ALL,
        _READ
        | {
            Permission.TODAY_VIEW,
            Permission.CASE_NOTE,
            Permission.CASE_REOPEN,
            Permission.AUDIT_VIEW,
            Permission.PROBLEM_MANAGE,
        },
    ),
    Role.COORDINATOR: Grant(
        Reach.ALL,
        _READ | _WORK | _DESK | _LEAD | {Permission.IMPORT_LOAD, Permission.PROBLEM_MANAGE},
    ),
    Role.INCIDENT_OFFICER: Grant(Reach.ALL, _READ | _WORK | _DESK | _LEAD, _NETWORKS),
    Role.POS_OFFICER: Grant(Reach.ALL, _READ | _WORK | _DESK | _LEAD, frozenset({"pos"})),
    Role.BLOCK_HEAD: Grant(
        Reach.SECTOR,
        _READ
        | _WORK
        | _LEAD
        | {
            Permission.CASE_ASSIGN,
            Permission.CASE_CLASSIFY,
            Permission.CASE_BULK,
            Permission.CASE_REOPEN,
            Permission.PROBLEM_MANAGE,
        },
    ),
    Role.EXECUTOR: Grant(
        Reach.DEPARTMENT, frozenset({Permission.CASE_VIEW, Permission.PROBLEM_VIEW}) | _WORK
    ),
    Role.OPERATOR: Grant(
        Reach.ALL, _READ | _WORK | _DESK | {Permission.CASE_CLOSE, Permission.IMPORT_LOAD}
    ),
    Role.ADMINISTRATOR: Grant(
        Reach.NONE,
        frozenset(
            {
                Permission.PEOPLE_MANAGE,
                Permission.TOKENS_MANAGE,
                Permission.BOOKS_EDIT,
                Permission.AUDIT_VIEW,
                Permission.SYSTEM_VIEW,
            }
        ),
    ),
    Role.CUR: Grant(Reach.ALL, _READ),
    Role.HEAD: Grant(
        Reach.ALL,
        frozenset(
            {
                Permission.CASE_VIEW,
                Permission.SUMMARY_VIEW,
                Permission.TODAY_VIEW,
                Permission.PROBLEM_VIEW,
            }
        ),
    ),
}
