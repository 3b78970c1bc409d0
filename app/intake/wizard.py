"""What the wizard shows: the table, a column for every field, a code for every value."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from rapidfuzz import fuzz

from app.intake.binding import guess
from app.intake.distinct import LOOKED_AT, ColumnValues
from app.intake.fields import FIELD_TITLES, REQUIRED
from app.intake.forms import COLUMN, DEFAULT, MappingForm
from app.intake.models import ImportJob, SavedMapping
from app.intake.profiles.mapped import CODED, FALLBACK
from app.intake.service import MAPPED
from app.intake.tables import Cell, Row, number_headers
from app.intake.values import cell_text
from app.web.filters import number, plural

PREVIEW_ROWS = 20
_CLIPPED = 90
_TITLE = 600
_ALIKE = 80
"""Least similarity of a value to a name of ours that is chosen beforehand: «Закрыта» to «Закрыто»
gives 86. A person sees the choice before it is used."""

GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "Главное",
        ("text", "received_at", "external_id", "title", "channel", "kind", "state", "source"),
    ),
    (
        "Автор",
        ("author_name", "author_phone", "author_email", "author_address", "author_account"),
    ),
    (
        "Место",
        ("address", "street", "house", "settlement", "municipality", "lat", "lon"),
    ),
    ("Тема", ("group", "theme", "appeal_code", "pos_category", "pos_subcategory", "tags")),
    (
        "Работа и сроки",
        ("department", "executor", "external_number", "registered_at", "due_at", "closed_at"),
    ),
    (
        "Ответ",
        (
            *("answer", "answered_at", "answer2", "answered2_at", "answer3"),
            *("result", "rating", "url"),
        ),
    ),
)
"""All fields once (a test counts them), the ones most tables have first."""

_WITHOUT = {
    "channel": "Если канала нет",
    "kind": "Если вида нет",
    "state": "Если состояния нет",
}
_AUTOMATIC = {
    "channel": "«Другой»",
    "kind": "письмо и личный приём – обращение, остальное – сообщение",
    "state": "по дате закрытия и ответу",
}


@dataclass(frozen=True)
class PreviewCell:
    text: str
    full: str = ""
    """The longer text of a clipped cell, itself of bounded length."""


@dataclass(frozen=True)
class FieldChoice:
    name: str
    title: str
    column: str
    why: str
    error: str
    required: bool
    coded: bool


@dataclass(frozen=True)
class FieldGroup:
    title: str
    fields: list[FieldChoice]
    open: bool


@dataclass(frozen=True)
class ValueChoice:
    number: int
    value: str
    shown: str
    count: int
    code: str


@dataclass(frozen=True)
class ValuesView:
    """The translation of one column; empty `choices` with a column mean it holds no codes."""

    name: str
    title: str
    column: str
    codes: list[tuple[str, str]]
    untranslated: str
    choices: list[ValueChoice] = field(default_factory=list)
    note: str = ""


@dataclass(frozen=True)
class DefaultChoice:
    name: str
    label: str
    automatic: str
    codes: list[tuple[str, str]]
    code: str
    error: str


@dataclass(frozen=True)
class WizardView:
    headers: list[str]
    """Of the preview: rows may be wider than the heading."""
    columns: list[str]
    """Those that may be chosen."""
    preview: list[tuple[int, list[PreviewCell]]]
    preview_words: str
    sheets: list[str]
    sheet: str
    groups: list[FieldGroup]
    values: list[ValuesView]
    defaults: list[DefaultChoice]
    system: str
    save_as: str
    errors: dict[str, str]
    unused: list[str]
    notice: str = ""


def first_form(job: ImportJob, headers: Sequence[str]) -> MappingForm:
    """The wizard before a person touched it: what was matched before, else the guesses."""
    if job.mapping is not None:
        return _form_of(job.mapping, job.save_as or "")
    columns = {offer.field: offer.header for offer in guess(headers)}
    return MappingForm(columns=columns)


def _form_of(mapping: SavedMapping, save_as: str) -> MappingForm:
    return MappingForm(
        columns=mapping.columns,
        values=mapping.values,
        shown_for={name: mapping.columns[name] for name in CODED if name in mapping.columns},
        defaults=mapping.defaults,
        system=mapping.system,
        save_as="" if save_as == MAPPED else save_as,
    )


def wizard_view(
    job: ImportJob,
    form: MappingForm,
    rows: Sequence[Row],
    values: Mapping[str, ColumnValues],
    errors: Mapping[str, str],
    notice: str = "",
) -> WizardView:
    """`rows` are the first of the table; `values` those of the coded fields' columns."""
    header = job.table.header if job.table else []
    width = max([len(header), *(len(row.cells) for row in rows)])
    headers = number_headers([*header, *[""] * (width - len(header))])
    why = {(offer.field, offer.header): offer.why for offer in guess(header)}
    shown = len(rows)
    return WizardView(
        headers=headers,
        columns=headers[: len(header)],
        preview=[(row.number, _cells(row, width)) for row in rows],
        preview_words=_preview_words(shown, job.table.rows if job.table else shown),
        sheets=job.table.sheets if job.table else [],
        sheet=(job.table.sheet if job.table else None) or "",
        groups=[_group(title, names, form, why, errors) for title, names in GROUPS],
        values=[values_view(name, form, values.get(name)) for name in CODED],
        defaults=[_default(name, form, errors) for name in CODED],
        system=form.system,
        save_as=form.save_as,
        errors=dict(errors),
        unused=[text for text in headers[: len(header)] if text not in set(form.columns.values())],
        notice=notice,
    )


def _preview_words(shown: int, total: int) -> str:
    if shown >= total:
        return ""
    first = plural(shown, "первая", "первые", "первые")
    return f"{first} {number(shown)} из {number(total)}"


def _cells(row: Row, width: int) -> list[PreviewCell]:
    padded = [*row.cells, *[None] * (width - len(row.cells))]
    return [_cell(cell) for cell in padded]


def _cell(cell: Cell) -> PreviewCell:
    if isinstance(cell, datetime):
        return PreviewCell(cell.strftime("%d.%m.%Y %H:%M"))
    text = " ".join(cell_text(cell)[: _TITLE * 2].split())
    if len(text) <= _CLIPPED:
        return PreviewCell(text)
    return PreviewCell(f"{text[:_CLIPPED]}…", text[:_TITLE])


def _group(
    title: str,
    names: Sequence[str],
    form: MappingForm,
    why: Mapping[tuple[str, str], str],
    errors: Mapping[str, str],
) -> FieldGroup:
    fields = [_field(name, form, why, errors) for name in names]
    wanted = any(item.column or item.error or item.required for item in fields)
    return FieldGroup(title, fields, open=wanted)


def _field(
    name: str,
    form: MappingForm,
    why: Mapping[tuple[str, str], str],
    errors: Mapping[str, str],
) -> FieldChoice:
    column = form.columns.get(name, "")
    return FieldChoice(
        name=name,
        title=FIELD_TITLES[name],
        column=column,
        why=why.get((name, column), ""),
        error=errors.get(COLUMN + name, ""),
        required=name in REQUIRED,
        coded=name in CODED,
    )


def values_view(name: str, form: MappingForm, found: ColumnValues | None) -> ValuesView:
    """Choices made for this very column are kept, the rest are guessed."""
    column = form.columns.get(name, "")
    kept = form.values.get(name, {}) if form.shown_for.get(name) == column else {}
    return ValuesView(
        name=name,
        title=FIELD_TITLES[name],
        column=column if found else "",
        codes=list(CODED[name].items()),
        untranslated=CODED[name][FALLBACK[name]],
        choices=[
            ValueChoice(position, value, _shown(value), count, kept.get(value, _alike(name, value)))
            for position, (value, count) in enumerate(found.values if found else [])
        ],
        note=_note(found),
    )


def _shown(value: str) -> str:
    return " ".join(value.split())


def _alike(name: str, value: str) -> str:
    """The code whose name or code the value is, or nearly is; "" where none."""
    folded = _shown(value).casefold()
    best, code_of_best = 0.0, ""
    for code, title in CODED[name].items():
        score = max(fuzz.ratio(folded, code), fuzz.ratio(folded, title.casefold()))
        if score > best:
            best, code_of_best = score, code
    return code_of_best if best >= _ALIKE else ""


def _note(found: ColumnValues | None) -> str:
    if found is None:
        return ""
    if found.too_long:
        return "В столбце есть длинные тексты. Проверьте, тот ли столбец выбран."
    if found.more:
        return f"Показаны самые частые значения первых {number(LOOKED_AT)} строк."
    if not found.values:
        return f"В первых {number(LOOKED_AT)} строках этот столбец пуст."
    return ""


def _default(name: str, form: MappingForm, errors: Mapping[str, str]) -> DefaultChoice:
    return DefaultChoice(
        name=name,
        label=_WITHOUT[name],
        automatic=_AUTOMATIC[name],
        codes=list(CODED[name].items()),
        code=form.defaults.get(name, ""),
        error=errors.get(DEFAULT + name, ""),
    )
