"""What the state of the installation consists of."""

from msgspec import Struct

from app.engine.names import Index


class Check(Struct, frozen=True):
    """One thing that must be in order; `code` is for programs, `note` for people."""

    name: str
    title: str
    ok: bool
    code: str
    note: str


class IndexState(Struct, frozen=True):
    """`live_version` and `documents` are None where the index is missing."""

    index: Index
    wanted_version: int
    live_version: int | None
    documents: int | None

    @property
    def code(self) -> str:
        if self.live_version is None:
            return "missing"
        return "ok" if self.live_version == self.wanted_version else "other_version"


class SystemState(Struct, frozen=True):
    checks: tuple[Check, ...]
    indexes: tuple[IndexState, ...]

    @property
    def ready(self) -> bool:
        return all(check.ok for check in self.checks)
