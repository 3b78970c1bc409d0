"""What the forms of «Загрузка» send, as typed values with the mistakes a person can mend."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from litestar.datastructures import FormMultiDict, UploadFile

from app.intake.fields import FIELD_TITLES, REQUIRED
from app.intake.models import SavedMapping
from app.intake.profiles.mapped import CODED

LONGEST_NAME = 80
LONGEST_SYSTEM = 60

COLUMN, DEFAULT, SHOWN_FOR, VALUE, TEXT = "c.", "d.", "of.", "v.", "t."
"""Beginnings of input names in the wizard; the rest is a field's name, for values and their texts
also a number: `v.state.3`."""


@dataclass(frozen=True)
class UploadForm:
    file: UploadFile | None
    profile: str
    dry_run: bool


def read_upload(form: FormMultiDict) -> UploadForm:
    """A browser sends an empty text where no file was chosen."""
    file = form.get("file")
    profile = form.get("profile")
    return UploadForm(
        file=file if isinstance(file, UploadFile) else None,
        profile=profile.strip() if isinstance(profile, str) else "",
        dry_run=bool(form.get("dry_run")),
    )


@dataclass(frozen=True)
class MappingForm:
    """The wizard as filled in; every choice is kept, also a wrong one."""

    columns: dict[str, str] = field(default_factory=dict)
    values: dict[str, dict[str, str]] = field(default_factory=dict)
    """Field → value in the file → our code, "" where a person left it untranslated."""
    shown_for: dict[str, str] = field(default_factory=dict)
    """Field → the column whose values stood in the form."""
    defaults: dict[str, str] = field(default_factory=dict)
    system: str = ""
    save_as: str = ""

    def mapping(self) -> SavedMapping:
        chosen = {
            name: {value: code for value, code in pairs.items() if code}
            for name, pairs in self.values.items()
            if self.shown_for.get(name) == self.columns.get(name)
        }
        return SavedMapping(
            columns=self.columns,
            values={name: pairs for name, pairs in chosen.items() if pairs},
            defaults=self.defaults,
            system=self.system,
        )

    def stale_values(self) -> list[str]:
        """Fields whose column was changed after its values were shown (no JavaScript)."""
        return [
            name for name in CODED if self.columns.get(name, "") != self.shown_for.get(name, "")
        ]


def has_choices(pairs: Iterable[tuple[str, str]]) -> bool:
    return any(name.startswith(COLUMN) for name, _ in pairs)


def read_mapping(pairs: Iterable[tuple[str, object]]) -> MappingForm:
    """Reads form or query pairs; unknown names are left alone, empty choices are no choices."""
    given = {name: value for name, value in pairs if isinstance(value, str)}
    return MappingForm(
        columns=_chosen(given, COLUMN),
        values={name: _translation(given, name) for name in CODED},
        shown_for=_chosen(given, SHOWN_FOR),
        defaults=_chosen(given, DEFAULT),
        system=" ".join(given.get("system", "").split()),
        save_as=" ".join(given.get("save_as", "").split()),
    )


def _chosen(given: Mapping[str, str], prefix: str) -> dict[str, str]:
    named = {name: given.get(prefix + name, "") for name in FIELD_TITLES}
    return {name: value for name, value in named.items() if value}


def _translation(given: Mapping[str, str], name: str) -> dict[str, str]:
    """Browsers send line breaks as CR LF, the file had LF."""
    start = f"{TEXT}{name}."
    return {
        text.replace("\r\n", "\n"): given.get(f"{VALUE}{name}.{key.removeprefix(start)}", "")
        for key, text in given.items()
        if key.startswith(start)
    }


def mapping_errors(form: MappingForm, headers: list[str]) -> dict[str, str]:
    """Input name → what is wrong with it; the service checks again what must never pass."""
    errors = _column_errors(form.columns, headers)
    if not form.system:
        errors["system"] = "Напишите, откуда таблица, например «ПОС» или «Журнал приёма»."
    elif len(form.system) > LONGEST_SYSTEM:
        errors["system"] = f"Слишком длинно: нужно не больше {LONGEST_SYSTEM} знаков."
    if len(form.save_as) > LONGEST_NAME:
        errors["save_as"] = f"Слишком длинно: нужно не больше {LONGEST_NAME} знаков."
    for name, code in form.defaults.items():
        if name not in CODED or code not in CODED[name]:
            errors[DEFAULT + name] = "Такого значения нет. Выберите другое."
    return errors


def _column_errors(columns: Mapping[str, str], headers: list[str]) -> dict[str, str]:
    errors: dict[str, str] = {}
    holders: dict[str, str] = {}
    for name, header in columns.items():
        if header not in headers:
            errors[COLUMN + name] = "Такого столбца в таблице нет. Выберите другой."
        elif header in holders:
            taken = FIELD_TITLES[holders[header]]
            errors[COLUMN + name] = f"Этот столбец уже выбран для поля «{taken}»."
        else:
            holders[header] = name
    for name in REQUIRED:
        if name not in columns:
            errors[COLUMN + name] = "Выберите столбец: без него строки не загрузить."
    return errors
