"""One prepared row against the case that is already there: new, changed, or the same.

Documents are plain dictionaries here: fields this code does not know (vectors, links, notes) stay
as they are.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec
from msgspec import Struct

from app.cases.chase import without_past
from app.cases.codes import Basis
from app.cases.deadlines import timed
from app.cases.derived import Derived
from app.cases.models import Case, Event, Source, Workflow
from app.deadlines.models import Book
from app.intake.models import CaseInput, import_mark
from indexers.imports.prepare import Prepared
from indexers.imports.threeway import Edits, edits_of, merged_answers, merged_tags

IMPORTED = "imported"
CHANGED = "import_changed"

_WHOLE = (
    "kind",
    "channel",
    "state",
    "received_at",
    "registered_at",
    "closed_at",
    "deadline_at",
    "text",
    "title",
    "result",
    "importance",
    "tags",
    "answers",
    "rating",
    "author",
)
_PARTS: dict[str, tuple[str, ...]] = {
    "place": (
        "municipality",
        "settlement",
        "street",
        "street_type",
        "house",
        "given",
        "point",
    ),
    "classifier": ("im_group", "im_theme", "appeal_code", "pos_category", "pos_subcategory"),
    "workflow": ("step", "department", "executor", "assigned_at", "first_answer_at"),
}
"""What an import may set. A cell that became empty empties the field, unless people filled it; all
else is kept."""
_DERIVED = Derived.__struct_fields__
_SPEAKING = {"title", "text", *(f"place.{part}" for part in _PARTS["place"])}
"""What the enrichment reads: a change of it is enriched anew."""
_MEANING = frozenset({"emb", "emb_ver"})
_TIMED = ("deadlines", "deadline_at", "promised_at", "alert_at", "workflow")


class Marks(Struct, frozen=True):
    """What a write of one import leaves on a case."""

    import_id: str
    profile: str
    now: datetime
    book: Book


class Outcome(StrEnum):
    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


def seen_before(document: Mapping[str, Any], import_id: str, row: int) -> Outcome | None:
    """What this very row of this very import did to the case before an interruption."""
    for event in reversed(document.get("history", [])):
        if event.get("import_id") == import_id and event.get("row") == row:
            return Outcome.CREATED if event["what"] == IMPORTED else Outcome.UPDATED
    return None


def new_case(prepared: Prepared, marks: Marks, *, number: str) -> dict[str, Any]:
    """The document of a case seen for the first time."""
    given = prepared.input
    case = Case(
        id=prepared.id,
        number=number,
        rev=1,
        version=1,
        enriched_version=0,
        audit_seq=1,  # told by the import's own line in the audit, see docs/decisions/0012
        created_at=marks.now,
        updated_at=marks.now,
        source=_source(prepared, marks),
        workflow=_workflow(given),
        original=prepared.original,
        **msgspec.structs.asdict(prepared.derived),
        history=[Event(1, marks.now, IMPORTED, "import", marks.import_id, prepared.row)],
        **{name: getattr(given, name) for name in (*_WHOLE, "place", "classifier")},
    )
    timely = without_past(timed(None, case, marks.book, marks.now), marks.book, marks.now)
    document: dict[str, Any] = msgspec.to_builtins(timely)
    return document


def changed_case(document: Mapping[str, Any], prepared: Prepared, marks: Marks) -> dict[str, Any]:
    """`document` with the row's values in it, and what they replaced in its history.

    What people changed stays as they left it; what the row says there instead is kept in the event.
    """
    fresh = new_case(prepared, marks, number=document["number"])
    history = document.get("history", [])
    merge = _Merge(document, fresh, edits_of(history))
    result = merge.run()
    event = Event(
        seq=len(history) + 1,
        at=marks.now,
        what=CHANGED,
        by="import",
        import_id=marks.import_id,
        row=prepared.row,
        changed=sorted(merge.before),
        before=merge.before,
        kept=merge.kept,
    )
    imports = [*document["source"].get("imports", [])]
    if (mark := import_mark(marks.import_id, Outcome.UPDATED)) not in imports:
        imports.append(mark)
    result |= _timed(document, result, marks)
    return result | {
        "rev": result["rev"] + 1,
        "version": result["version"] + 1,
        "updated_at": fresh["updated_at"],
        "source": {**fresh["source"], "imports": imports},
        "original": fresh.get("original", {}),
        "history": [*history, msgspec.to_builtins(event)],
        "audit_due": True,
    }


def _timed(before: Mapping[str, Any], result: dict[str, Any], marks: Marks) -> dict[str, Any]:
    """Fields of `result` that follow from its deadlines; its `deadline_at` is the source's word."""
    given, had = result.get("deadline_at"), _given_due(before)
    old, new = msgspec.convert(before, Case), msgspec.convert(result, Case)
    moved = new.deadline_at if given != had else None
    ready = timed(old, new, marks.book, marks.now, given=moved)
    written = msgspec.to_builtins(ready)
    for name in _TIMED:  # what is not written is None now, also where the document had it
        result.pop(name, None)
    return {name: written[name] for name in _TIMED if name in written}


def _given_due(document: Mapping[str, Any]) -> Any:
    """What the source said last of the due moment; a case without stages has nothing else."""
    stages = document.get("deadlines", [])
    given = [one["due_at"] for one in stages if one["basis"] == Basis.GIVEN]
    return given[0] if given else (None if stages else document.get("deadline_at"))


class _Merge:
    """Three sides, field by field: what is there, what the row brings, what people changed."""

    def __init__(self, document: Mapping[str, Any], fresh: Mapping[str, Any], edits: Edits) -> None:
        self._document = document
        self._fresh = fresh
        self._edits = edits
        self._current = dict(_by_path(document))
        self._brought = dict(_by_path(fresh))
        self.before: dict[str, Any] = {}
        self.kept: dict[str, Any] = {}

    def run(self) -> dict[str, Any]:
        result = dict(self._document)
        for name in _WHOLE:
            _set(result, name, self._decided(name))
        for name, parts in _PARTS.items():
            inner = dict(result.get(name, {}))
            for part in parts:
                _set(inner, part, self._decided(f"{name}.{part}"))
            _set(result, name, inner or None)
        for name in _DERIVED:
            _set(result, name, self._fresh.get(name))
        if self.before.keys() & _SPEAKING:
            return _unenriched(result)
        return result

    def _decided(self, path: str) -> Any:
        now, brought = self._current.get(path), self._brought.get(path)
        edits = self._edits
        chosen = brought
        if path == "answers":
            chosen = merged_answers(edits, now or [], brought or []) or None
        elif path == "tags" and path in edits.base:
            chosen = merged_tags(edits.base[path] or [], now or [], brought or []) or None
        elif edits.keeps(path, self._current):
            chosen = now
        if chosen != now:
            self.before[path] = now
        last = edits.base.get(path, now)
        by_people = path in edits.base or chosen != brought
        if path != "answers" and by_people and brought != last:
            self.kept[path] = brought
        return chosen


def _unenriched(document: Mapping[str, Any]) -> dict[str, Any]:
    """The enrichment finds it again, and till then nothing is compared by the words that it had."""
    return {name: one for name, one in document.items() if name not in _MEANING} | {
        "enriched_version": 0
    }


def _by_path(document: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name in _WHOLE:
        yield name, document.get(name) if name != "deadline_at" else _given_due(document)
    for name, parts in _PARTS.items():
        inner = document.get(name, {})
        for part in parts:
            yield f"{name}.{part}", inner.get(part)


def _set(target: dict[str, Any], key: str, value: Any) -> None:
    if value is None:
        target.pop(key, None)
    else:
        target[key] = value


def _source(prepared: Prepared, marks: Marks) -> Source:
    given = prepared.input
    return Source(
        system=given.system,
        external_id=given.external_id,
        external_number=given.external_number,
        url=given.url,
        profile=marks.profile,
        import_id=marks.import_id,
        row=prepared.row,
        imports=[import_mark(marks.import_id, Outcome.CREATED)],
        fingerprint=prepared.fingerprint,
    )


def _workflow(given: CaseInput) -> Workflow:
    first = min((answer.at for answer in given.answers if answer.at), default=None)
    return msgspec.structs.replace(given.workflow, first_answer_at=first)
