"""Departments (ведомства), their hierarchy and the sector blocks (отраслевые блоки) they form."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct, field


class Sector(Struct, frozen=True, omit_defaults=True):
    code: str
    name: str
    active: bool = True
    version: int = 1
    """Grows with each change."""
    changed_at: datetime | None = None
    changed_by: str | None = None
    """Login; None where it came with the installation."""


class Department(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Also a subordinate institution: whatever has a `parent` lies below it."""

    code: str
    name: str
    """As `workflow.department` of a case has it."""
    aliases: list[str] = field(default_factory=list)
    """Other names it bears in tables and systems, and those it bore before."""
    sector: str | None = None
    parent: str | None = None
    municipality: str | None = None
    capacity: int | None = None
    """Open cases it can work on at a time (учёт занятости); None where nobody has said."""
    active: bool = True
    """One that is closed keeps its names: old cases bear them."""
    version: int = 1
    changed_at: datetime | None = None
    changed_by: str | None = None

    @property
    def names(self) -> tuple[str, ...]:
        return (self.name, *self.aliases)


def name_key(name: str) -> str:
    """Names that differ only in case, spaces or ё are one name."""
    return " ".join(name.split()).casefold().replace("ё", "е")


class DepartmentBook:
    """All departments of an installation; never changed once made."""

    def __init__(self, departments: Iterable[Department], sectors: Iterable[Sector] = ()) -> None:
        self.departments = {one.code: one for one in departments}
        self.sectors = {one.code: one for one in sectors}
        self._children: dict[str, list[Department]] = defaultdict(list)
        self._bearers: dict[str, list[Department]] = defaultdict(list)
        for one in self.departments.values():
            if one.parent:
                self._children[one.parent].append(one)
            for key in {name_key(name) for name in one.names}:
                self._bearers[key].append(one)
        self._exact = frozenset(name for one in self.departments.values() for name in one.names)

    def below(self, codes: Iterable[str]) -> list[Department]:
        """Those of `codes` that exist and all below them, each once; a circle of parents ends."""
        found: dict[str, Department] = {}
        waiting = [code for code in codes if code in self.departments]
        while waiting:
            code = waiting.pop()
            if code not in found:
                found[code] = self.departments[code]
                waiting += [one.code for one in self.children(code)]
        return list(found.values())

    def children(self, code: str) -> list[Department]:
        """Those directly below."""
        return self._children.get(code, [])

    def names_below(self, codes: Iterable[str]) -> frozenset[str]:
        """Every name a case may bear that lies with `codes` or below them."""
        return frozenset(name for one in self.below(codes) for name in one.names)

    def names_in_sector(self, sector: str) -> frozenset[str]:
        own = [one.code for one in self.departments.values() if one.sector == sector]
        return self.names_below(own)

    def by_name(self, name: str) -> Department | None:
        """The department that bears `name`, as its own or as another one; case does not count."""
        return next(iter(self.bearers(name)), None)

    def bearers(self, name: str) -> list[Department]:
        """All that bear `name`: one at most in a book that keeps its rules."""
        return self._bearers.get(name_key(name), [])

    def bears(self, name: str) -> bool:
        """Whether a case with exactly this name is seen by a department's people."""
        return name in self._exact


NO_DEPARTMENTS = DepartmentBook([])
