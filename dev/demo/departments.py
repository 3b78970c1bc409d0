"""The book of departments of the town that does not exist, as the table people load."""

from app.reference.departments import Department, DepartmentBook, Sector
from app.reference.rules import clean_aliases
from app.reference.table import write_table
from dev.demo.town import departments

_SECTORS = {
    "zhkh": ("Городское хозяйство", ("zhkh", "water", "green", "waste")),
    "roads": ("Дороги и транспорт", ("roads", "transport")),
    "people": ("Социальный блок", ("education", "culture", "social")),
    "order": ("Имущество, безопасность и обращения", ("property", "safety", "office")),
}
_ALIASES = {
    "zhkh": ["УЖКХ"],
    "roads": ["КДХ"],
    "education": ["УО", "Управление образования администрации"],
}


def demo_book() -> DepartmentBook:
    """Each department with the institution below it that does the work."""
    sector_of = {code: sector for sector, (_, codes) in _SECTORS.items() for code in codes}
    found: list[Department] = []
    for one in departments():
        found.append(
            Department(
                code=one.code,
                name=one.name,
                aliases=clean_aliases(one.name, _ALIASES.get(one.code, [])),
                sector=sector_of[one.code],
            )
        )
        found.append(Department(code=f"{one.code}-works", name=one.body, parent=one.code))
    return DepartmentBook(found, [Sector(code, name) for code, (name, _) in _SECTORS.items()])


def demo_departments() -> bytes:
    """CSV, as «Справочники» takes it."""
    return write_table(demo_book())
