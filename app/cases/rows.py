"""What came of one case among many."""

from enum import StrEnum

from msgspec import Struct


class RowState(StrEnum):
    DONE = "done"
    UNCHANGED = "unchanged"
    REFUSED = "refused"
    CONFLICT = "conflict"


ROW_NAMES: dict[RowState, str] = {
    RowState.DONE: "Сделано",
    RowState.UNCHANGED: "Так уже и было",
    RowState.REFUSED: "Нельзя",
    RowState.CONFLICT: "Изменили другие",
}


class RowResult(Struct, frozen=True, omit_defaults=True):
    case_id: str
    number: str
    state: RowState
    why: str = ""
    """A Russian sentence where it was not done."""
