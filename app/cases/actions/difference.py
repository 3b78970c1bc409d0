"""What changed between two states of a case, by paths, and how to go back.

A path is a field («state»), a field of a part («place.street») or an element of a list by its id
(«notes.n12»): so a history holds what was replaced and not whole lists again and again.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from app.cases.models import Case

WHOLE = (
    "kind",
    "channel",
    "state",
    "received_at",
    "registered_at",
    "closed_at",
    "deadline_at",
    "deadline_profile",
    "promised_at",
    "title",
    "text",
    "result",
    "importance",
    "tags",
    "forwarded",
    "extension",
    "rating",
    "author",
)
PARTS = ("place", "classifier", "workflow", "duplicate")
DERIVED = frozenset({"duplicate.root", "duplicate.unsettled"})
"""Follows from other cases too: no change of a person, and nothing that one takes back."""
ELEMENTS = {
    "answers": "id",
    "questions": "id",
    "requests": "id",
    "deadlines": "stage",
    "attachments": "id",
    "notes": "id",
    "links": "case_id",
}
"""Lists and the field that names an element."""


def difference(before: Case, after: Case) -> dict[str, Any]:
    """Path → value before, as it is written (None where there was none), for all that changed."""
    old, new = paths_of(before), paths_of(after)
    changed = sorted(path for path in old.keys() | new.keys() if old.get(path) != new.get(path))
    return {path: old.get(path) for path in changed}


def paths_of(case: Case) -> dict[str, Any]:
    return dict(_paths(msgspec.to_builtins(case)))


def _paths(document: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name in WHOLE:
        yield name, document.get(name)
    for name in PARTS:
        for part, value in document.get(name, {}).items():
            if f"{name}.{part}" not in DERIVED:
                yield f"{name}.{part}", value
    for name, key in ELEMENTS.items():
        for element in document.get(name, []):
            yield f"{name}.{element[key]}", element


def restored(case: Case, before: Mapping[str, Any]) -> Case:
    """`case` with the values that `difference` noted put back."""
    document: dict[str, Any] = msgspec.to_builtins(case)
    for path, value in before.items():
        name, _, rest = path.partition(".")
        if name in ELEMENTS:
            _put_element(document, name, rest, value)
        elif rest:
            _put(document.setdefault(name, {}), rest, value)
        else:
            _put(document, name, value)
    return msgspec.convert(document, Case)


def _put(target: dict[str, Any], key: str, value: Any) -> None:
    if value is None:
        target.pop(key, None)
    else:
        target[key] = value


def _put_element(document: dict[str, Any], name: str, element: str, value: Any) -> None:
    key = ELEMENTS[name]
    listed = [*document.get(name, [])]
    places = [place for place, one in enumerate(listed) if one[key] == element]
    if places and value is not None:
        listed[places[0]] = value
    elif places:
        del listed[places[0]]
    elif value is not None:
        listed.append(value)
    document[name] = listed
