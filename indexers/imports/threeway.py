"""What an import brings against what people changed: their word stays, the difference is told.

The third side, what the source said last, is read out of the case's own history, so nothing is
stored twice: it is the value before the first change by people, or what a later import brought in
vain (`Event.kept`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

IMPORTERS = frozenset({"imported", "import_changed"})
_BEGINNINGS = frozenset({"entered", "received"})
"""A case that did not come in a table; nobody has worked on it yet."""

TOGETHER = frozenset({"state", "closed_at", "result"})
"""One decision: a case that people closed or opened again keeps all of its own."""


@dataclass
class Edits:
    """What people did to a case that also comes from a source."""

    base: dict[str, Any] = field(default_factory=dict)
    """Path → the source's last word, for what people changed; elsewhere it is what is there."""
    answers: set[str] = field(default_factory=set)
    """Ids of answers that people wrote or changed."""
    worked: bool = False
    """People have acted on the case at all."""

    def keeps(self, path: str, current: Mapping[str, Any]) -> bool:
        """True where people's value stays; `current` holds it by path."""
        group = TOGETHER if path in TOGETHER else {path}
        if path == "kind" and self.worked:
            return True  # two laws: work done under one is not moved under the other by a table
        return any(one in self.base and self.base[one] != current.get(one) for one in group)


def edits_of(history: Sequence[Mapping[str, Any]]) -> Edits:
    """Reads the events in their order."""
    edits = Edits()
    for event in history:
        if event["what"] in IMPORTERS:
            for path in event.get("changed", []):
                edits.base.pop(path, None)
            edits.base |= event.get("kept", {})
            continue
        edits.worked |= event["what"] not in _BEGINNINGS
        for path, value in event.get("before", {}).items():
            name, _, element = path.partition(".")
            if name == "answers":
                edits.answers.add(element)
            edits.base.setdefault(path, value)
    return edits


def merged_answers(
    edits: Edits, now: Sequence[Mapping[str, Any]], brought: Sequence[Mapping[str, Any]]
) -> list[Mapping[str, Any]]:
    """People's answers stay as they are, the others follow the source, also when they go."""
    ours = {one["id"]: one for one in now if one["id"] in edits.answers}
    fresh = [ours.pop(one["id"], one) for one in brought]
    return [*fresh, *ours.values()]


def merged_tags(last: Sequence[str], now: Sequence[str], brought: Sequence[str]) -> list[str]:
    """Additions and removals of both sides count."""
    gone = set(last) - set(brought)
    added = [tag for tag in brought if tag not in last]
    return list(dict.fromkeys([*(tag for tag in now if tag not in gone), *added]))
