"""The bar under marked rows, and what is told after an action on them."""

import secrets
from dataclasses import dataclass, field, replace

from msgspec.structs import replace as with_fields

from app.cases.actions.apply import rule_of
from app.cases.actions.mention import spelled
from app.cases.codes import IMPORTANCE_NAMES
from app.cases.directory import Directory
from app.cases.rows import RowResult, RowState
from app.permissions import Permission
from app.viewer import Viewer
from app.web.filters import counted


@dataclass(frozen=True)
class Typed:
    """What was sent and not taken: shown again with the reason."""

    error: str = ""
    values: dict[str, str] = field(default_factory=dict)
    marked: list[str] = field(default_factory=list)


NOTHING_TYPED = Typed()


@dataclass(frozen=True)
class BulkView:
    key: str
    """New with each page, so that the same form sent twice acts once."""
    may_take: bool
    may_assign: bool
    may_classify: bool
    may_more: bool
    """Whether the page of acts on many cases is open to the person."""
    departments: tuple[str, ...]
    people: list[tuple[str, str]]
    """Login and name of everybody a case may be given to."""
    importances: list[tuple[str, str]]
    typed: Typed

    @property
    def offers(self) -> bool:
        """Whether there is anything to do with marked rows."""
        return self.may_take or self.may_assign or self.may_classify


def bulk_view(viewer: Viewer, directory: Directory, typed: Typed) -> BulkView:
    return BulkView(
        key=secrets.token_hex(8),
        may_take=viewer.may(Permission.CASE_TAKE),
        may_assign=viewer.may(Permission.CASE_ASSIGN) and viewer.may(Permission.CASE_BULK),
        may_classify=viewer.may(Permission.CASE_CLASSIFY) and viewer.may(Permission.CASE_BULK),
        may_more=viewer.may(Permission.CASE_BULK),
        departments=directory.departments,
        people=sorted(directory.people.items(), key=lambda one: one[1]),
        importances=[(code.value, name) for code, name in IMPORTANCE_NAMES.items()],
        typed=typed,
    )


@dataclass(frozen=True)
class ToldOutcome:
    well: bool
    """Whether at least one row was changed."""
    title: str
    """«Взято в работу: 12 обращений»."""
    refused: list[RowResult]
    undo: list[str]
    """Ids of the rows whose action can be taken back."""
    key: str

    @property
    def reasons(self) -> dict[str, str]:
        return {row.case_id: row.why for row in self.refused}


def named(outcome: ToldOutcome, directory: Directory) -> ToldOutcome:
    """With people by their names where a refusal mentions one."""
    rows = [with_fields(row, why=spelled(row.why, directory.called)) for row in outcome.refused]
    return replace(outcome, refused=rows)


def told_outcome(action: str, rows: list[RowResult]) -> ToldOutcome:
    rule = rule_of(action)
    done = [row.case_id for row in rows if row.state is RowState.DONE]
    words = counted(len(done), "обращение", "обращения", "обращений")
    told = rule.told[:1].upper() + rule.told[1:]
    return ToldOutcome(
        well=bool(done),
        title=f"{told}: {words}" if done else "Ничего не изменилось",
        refused=[row for row in rows if row.state is not RowState.DONE],
        undo=done if rule.reversible else [],
        key=secrets.token_hex(8),
    )
