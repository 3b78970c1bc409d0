"""The book of deadlines with one thing changed and checked; nothing is written here."""

from msgspec import Struct
from msgspec.structs import replace

from app.deadlines.models import Book, Calendar, Choice, Profile, Rung
from app.deadlines.rules import check_calendar, check_choices, check_ladder, check_profile
from app.errors import BadInputError, ConflictError, NotFoundError
from app.reference.rules import new_code


class Edit(Struct, frozen=True):
    """A book that people ask for, and how the change is called."""

    book: Book
    code: str
    """Of the entry that changes: a profile, a calendar, `choices` or `ladder`."""
    told: str
    """«Порядок расчёта «…»»: what is changed, as a subject of a sentence."""


def profile_of(book: Book, code: str) -> Profile:
    """Raises `NotFoundError`."""
    found = book.profiles.get(code)
    if found is None:
        raise NotFoundError("Такого порядка расчёта нет.")
    return found


def calendar_of(book: Book, code: str) -> Calendar:
    """Raises `NotFoundError`."""
    found = book.calendars.get(code)
    if found is None:
        raise NotFoundError("Такого календаря нет.")
    return found


def with_profile(book: Book, wanted: Profile, version: int) -> Edit:
    """`version` is the one that was shown, 0 for a new profile, whose code is made here.

    Raises `BadInputError`, `NotFoundError`, and `ConflictError` that names who changed it since.
    """
    if not version:
        wanted = replace(wanted, code=new_code(wanted.name, book.profiles), shipped=False)
    else:
        now = profile_of(book, wanted.code)
        _check_version(now, version)
        wanted = replace(wanted, shipped=now.shipped, **_stamps(now))
        if now.shipped and replace(wanted, active=now.active) != now:
            raise BadInputError("Этот порядок входит в поставку: сделайте копию и меняйте её.")
    changed = replace(book, profiles=book.profiles | {wanted.code: wanted})
    check_profile(changed, wanted)
    return Edit(changed, wanted.code, f"порядок расчёта «{wanted.name}»")


def with_calendar(book: Book, wanted: Calendar, version: int) -> Edit:
    """As `with_profile`."""
    if not version:
        wanted = replace(wanted, code=new_code(wanted.name, book.calendars))
    else:
        now = calendar_of(book, wanted.code)
        _check_version(now, version)
        wanted = replace(wanted, **_stamps(now))
    changed = replace(book, calendars=book.calendars | {wanted.code: wanted})
    check_calendar(changed, wanted)
    return Edit(changed, wanted.code, f"календарь «{wanted.name}»")


def with_choices(book: Book, wanted: list[Choice]) -> Edit:
    """Raises `BadInputError`."""
    check_choices(book.profiles, wanted)
    changed = replace(book, choices=wanted)
    return Edit(changed, "choices", "правила выбора порядка расчёта")


def with_ladder(book: Book, wanted: list[Rung]) -> Edit:
    """Raises `BadInputError`."""
    check_ladder(wanted)
    return Edit(replace(book, ladder=wanted), "ladder", "шаги напоминаний")


def _stamps(now: Profile | Calendar) -> dict[str, object]:
    return {"version": now.version, "changed_at": now.changed_at, "changed_by": now.changed_by}


def _check_version(now: Profile | Calendar, version: int) -> None:
    if now.version != version:
        who = now.changed_by or "кто-то"
        raise ConflictError(f"«{now.name}» тем временем изменил(а) {who}. Введённое осталось.")
