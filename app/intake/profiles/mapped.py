"""A table of one's own, read as the wizard was told."""

from app.cases.codes import (
    CHANNEL_NAMES,
    KIND_NAMES,
    STATE_NAMES,
    Channel,
    Kind,
    State,
)
from app.intake.fields import REQUIRED
from app.intake.models import SavedMapping
from app.intake.profiles.base import Profile, Record, UnknownValues
from app.intake.values import cell_text

CODED: dict[str, dict[str, str]] = {
    "channel": {str(code): name for code, name in CHANNEL_NAMES.items()},
    "kind": {str(code): name for code, name in KIND_NAMES.items()},
    "state": {str(code): name for code, name in STATE_NAMES.items()},
}
"""Fields whose values are translated: code → Russian name."""

FALLBACK: dict[str, str] = {
    "channel": Channel.OTHER,
    "kind": Kind.MESSAGE,
    "state": State.IN_PROGRESS,
}
"""Used for a value without a translation; the value is counted and shown."""


def mapped_profile(code: str, mapping: SavedMapping) -> Profile:
    def prepare(record: Record, unknown: UnknownValues) -> Record:
        result: Record = {**mapping.defaults, **{k: v for k, v in record.items() if cell_text(v)}}
        for name in CODED:
            if value := cell_text(record.get(name)):
                result[name] = translate(mapping, name, value, unknown)
        return result

    return Profile(
        code=code,
        title=code,
        system=mapping.system,
        accepted={name: (header,) for name, header in mapping.columns.items()},
        required=tuple(name for name in mapping.columns if name in REQUIRED),
        prepare=prepare,
    )


def translate(mapping: SavedMapping, name: str, value: str, unknown: UnknownValues) -> str:
    """Our code for a value of the file: as translated, or where it already is a code or name."""
    if (code := mapping.values.get(name, {}).get(value)) is not None:
        return code
    folded = value.casefold()
    for code, title in CODED[name].items():
        if folded in {code, title.casefold()}:
            return code
    unknown.add(name, value)
    return FALLBACK[name]
