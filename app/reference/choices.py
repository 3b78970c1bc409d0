"""The book of departments as lists of choices and as a tree, for whatever page asks for one."""

from app.reference.departments import Department, DepartmentBook, name_key


def tree(book: DepartmentBook) -> list[tuple[Department, int]]:
    """Each department once, below its parent, with its depth; brothers by name."""
    found: list[tuple[Department, int]] = []
    seen: set[str] = set()
    tops = [one for one in book.departments.values() if one.parent not in book.departments]
    waiting = [(one, 0) for one in _by_name(tops)]
    while waiting:
        one, depth = waiting.pop()
        if one.code not in seen:
            seen.add(one.code)
            found.append((one, depth))
            waiting += [(child, depth + 1) for child in _by_name(book.children(one.code))]
    return found


def _by_name(departments: list[Department]) -> list[Department]:
    """The last first: they are taken from the end."""
    return sorted(departments, key=lambda one: name_key(one.name), reverse=True)


def sector_of(book: DepartmentBook, one: Department) -> str | None:
    """Its own block, else that of the nearest department above that has one."""
    seen: set[str] = set()
    now: Department | None = one
    while now and now.code not in seen:
        if now.sector:
            return now.sector
        seen.add(now.code)
        now = book.departments.get(now.parent or "")
    return None


def department_choices(
    book: DepartmentBook, *, without: str = "", keep: str = ""
) -> list[tuple[str, str]]:
    """Active ones as a tree for a list of choices; `without` one and all below it.

    `keep` is the one chosen now, offered also when it is closed.
    """
    barred = {one.code for one in book.below([without])}
    return [
        (one.code, "\u2003" * depth + one.name)
        for one, depth in tree(book)
        if one.code not in barred and (one.active or one.code == keep)
    ]


def sector_choices(book: DepartmentBook, keep: str = "") -> list[tuple[str, str]]:
    return [
        (one.code, one.name)
        for one in sorted(book.sectors.values(), key=lambda one: name_key(one.name))
        if one.active or one.code == keep
    ]
