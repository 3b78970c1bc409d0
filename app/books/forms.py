"""What the forms of «Справочники» send; whatever was typed is kept, also when it is wrong."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app.numbers import whole_number
from app.reference.departments import Department, Sector
from app.reference.service import DepartmentDraft, SectorDraft


@dataclass(frozen=True)
class DepartmentForm:
    """`version` is the one that was shown; 0 in the form of a new department."""

    name: str = ""
    aliases: str = ""
    """One in a line."""
    sector: str = ""
    parent: str = ""
    municipality: str = ""
    capacity: str = ""
    active: bool = True
    code: str = ""
    version: int = 0
    errors: dict[str, str] = field(default_factory=dict)

    def draft(self) -> DepartmentDraft:
        return DepartmentDraft(
            name=self.name,
            aliases=self.aliases.splitlines(),
            sector=self.sector,
            parent=self.parent,
            municipality=self.municipality,
            capacity=self.capacity,
            active=self.active,
        )


def filled(one: Department) -> DepartmentForm:
    return DepartmentForm(
        name=one.name,
        aliases="\n".join(one.aliases),
        sector=one.sector or "",
        parent=one.parent or "",
        municipality=one.municipality or "",
        capacity=str(one.capacity or ""),
        active=one.active,
        code=one.code,
        version=one.version,
    )


def read_department(given: Mapping[str, object]) -> DepartmentForm:
    texts: dict[str, Any] = {name: str(given.get(name, "")).strip() for name in _TEXTS}
    return DepartmentForm(**texts, active=_checked(given), version=_number(given.get("version")))


_TEXTS = ("name", "aliases", "sector", "parent", "municipality", "capacity", "code")


@dataclass(frozen=True)
class SectorForm:
    name: str = ""
    active: bool = True
    code: str = ""
    version: int = 0
    errors: dict[str, str] = field(default_factory=dict)

    def draft(self) -> SectorDraft:
        return SectorDraft(self.name, self.active)


def filled_sector(one: Sector) -> SectorForm:
    return SectorForm(one.name, one.active, one.code, one.version)


def read_sector(given: Mapping[str, object], code: str = "") -> SectorForm:
    name = str(given.get("name", "")).strip()
    return SectorForm(name, _checked(given), code, _number(given.get("version")))


def _checked(given: Mapping[str, object]) -> bool:
    """A form of a new line has no such box: the line is active."""
    return bool(given.get("active")) or "version" not in given


def _number(given: object) -> int:
    """0, which is no version of anything, where it is no number."""
    return whole_number(str(given or "")) or 0
