"""Departments (ведомства), their hierarchy and the sector blocks (отраслевые блоки) they form."""

from collections.abc import Iterable

from msgspec import Struct, field


class Sector(Struct, frozen=True):
    code: str
    name: str


class Department(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Also a subordinate institution: whatever has a `parent` lies below it."""

    code: str
    name: str
    """As `workflow.department` of a case has it."""
    aliases: list[str] = field(default_factory=list)
    """Other names it bears in tables and systems."""
    sector: str | None = None
    parent: str | None = None
    municipality: str | None = None
    active: bool = True


class DepartmentBook:
    """All departments of an installation; never changed once made."""

    def __init__(self, departments: Iterable[Department], sectors: Iterable[Sector] = ()) -> None:
        self.departments = {one.code: one for one in departments}
        self.sectors = {one.code: one for one in sectors}

    def below(self, codes: Iterable[str]) -> list[Department]:
        """Those of `codes` that exist and all below them, each once; a circle of parents ends."""
        found: dict[str, Department] = {}
        waiting = [code for code in codes if code in self.departments]
        while waiting:
            code = waiting.pop()
            if code not in found:
                found[code] = self.departments[code]
                waiting += [one.code for one in self.departments.values() if one.parent == code]
        return list(found.values())

    def names_below(self, codes: Iterable[str]) -> frozenset[str]:
        """Every name a case may bear that lies with `codes` or below them."""
        return frozenset(name for one in self.below(codes) for name in (one.name, *one.aliases))

    def names_in_sector(self, sector: str) -> frozenset[str]:
        own = [one.code for one in self.departments.values() if one.sector == sector]
        return self.names_below(own)

    def by_name(self, name: str) -> Department | None:
        """The department that bears `name`, as its own or as another one; case does not count."""
        wanted = name.casefold()
        for one in self.departments.values():
            if wanted in (other.casefold() for other in (one.name, *one.aliases)):
                return one
        return None


NO_DEPARTMENTS = DepartmentBook([])
