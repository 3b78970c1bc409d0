"""What the page «Ручной ввод» shows."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby

from msgspec import Struct, field

from app.cases.codes import CHANNEL_NAMES, Channel
from app.intake.manual.drafts import Draft
from app.intake.manual.forms import EntryForm
from app.intake.manual.lookalikes import Lookalike
from app.intake.manual.suggesting import Offers
from app.intake.manual.warnings import SENTENCES, warnings_of
from app.reference.departments import DepartmentBook
from app.reference.themes import Theme

_FIRST = (Channel.PHONE, Channel.ORAL, Channel.PAPER, Channel.EMAIL)
_REST = tuple(channel for channel in Channel if channel not in _FIRST)
CHANNELS = [(channel.value, CHANNEL_NAMES[channel]) for channel in (*_FIRST, *_REST)]
"""What is entered by hand most comes first."""
_BEGINNING = 80


class Books(Struct, frozen=True):
    """Lists of the form; empty where they could not be read: a choice made is kept then."""

    themes: Mapping[str, Theme]
    departments: Sequence[str]


class Beside(Struct, frozen=True):
    """What is told while one types."""

    warnings: list[str] = field(default_factory=list)
    hits: list[Lookalike] = field(default_factory=list)
    offers: Offers = field(default_factory=Offers)
    checked: bool = True
    """False where the engine is away."""
    kept_at: datetime | None = None
    kept: bool | None = None
    """None where there was nothing to keep yet."""
    by_words_only: bool = False
    """The model of meaning is away."""


class Unfinished(Struct, frozen=True):
    key: str
    saved_at: datetime
    beginning: str


class Said(Struct, frozen=True):
    """What is wrong: `errors` by field, `trouble` with the whole."""

    errors: dict[str, str] = field(default_factory=dict)
    trouble: str = ""
    status: int = 200


class EntryPage(Struct, frozen=True):
    key: str
    form: EntryForm
    errors: dict[str, str]
    trouble: str
    beside: Beside
    theme_groups: list[tuple[str, list[tuple[str, str]]]]
    departments: list[str]
    entered: str | None
    unfinished: list[Unfinished]


def entry_page(
    key: str,
    form: EntryForm,
    books: Books,
    beside: Beside,
    said: Said,
    *,
    entered: str | None,
    drafts: Sequence[Draft],
) -> EntryPage:
    departments = list(books.departments)
    if form.department and form.department not in departments:
        departments.append(form.department)
    return EntryPage(
        key=key,
        form=form,
        errors=said.errors,
        trouble=said.trouble,
        beside=beside,
        theme_groups=_groups(form, books.themes),
        departments=departments,
        entered=entered,
        unfinished=[_unfinished(draft) for draft in drafts if draft.key != key][:3],
    )


def _groups(
    form: EntryForm, themes: Mapping[str, Theme]
) -> list[tuple[str, list[tuple[str, str]]]]:
    groups = [
        (group, [(theme.code, theme.label) for theme in of_group])
        for group, of_group in groupby(themes.values(), key=lambda theme: theme.group)
    ]
    if form.theme and form.theme not in themes:
        groups.append(("Выбрано раньше", [(form.theme, "прежняя тема")]))
    return groups


def _unfinished(draft: Draft) -> Unfinished:
    text = " ".join((draft.form.title or draft.form.text or draft.form.author_name).split())
    short = text if len(text) <= _BEGINNING else f"{text[:_BEGINNING].rstrip()}…"
    return Unfinished(draft.key, draft.saved_at, short or "без текста")


def department_names(book: DepartmentBook) -> list[str]:
    return sorted(one.name for one in book.departments.values() if one.active)


def sentences(form: EntryForm) -> list[str]:
    return [SENTENCES[code] for code in warnings_of(form)]
