"""Reads `mappings/<index>/vNNNN.json` and fills in the lists that live in `app/text`."""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from app.engine.names import Index
from app.settings import ROOT
from app.text.synonyms import synonym_rules
from app.text.words import stop_words

MAPPINGS = ROOT / "mappings"


@dataclass(frozen=True)
class IndexDefinition:
    """What `indices.create` needs; `version` and `lists_hash` also stand in the live `_meta`."""

    index: Index
    version: int
    settings: dict[str, Any]
    mappings: dict[str, Any]
    lists_hash: str
    """Of the synonym and stop lists: they may change without a new mapping version."""


def current_version(index: Index) -> int:
    return int((MAPPINGS / index / "CURRENT").read_text().strip().removeprefix("v"))


def load_definition(index: Index, *, replicas: int = 0) -> IndexDefinition:
    """The definition that `CURRENT` names, ready for the engine."""
    version = current_version(index)
    raw = json.loads((MAPPINGS / index / f"v{version:04d}.json").read_text())
    lists: dict[str, Any] = {
        "@synonyms": synonym_rules(),
        "@stopwords": sorted(stop_words()),
        "@replicas": replicas,
    }
    digest = _hash_lists(lists) if "analysis" in raw["settings"] else ""
    mappings = raw["mappings"]
    mappings["_meta"] = {**mappings["_meta"], "lists": digest}
    return IndexDefinition(index, version, _fill(raw["settings"], lists), mappings, digest)


def _hash_lists(lists: dict[str, Any]) -> str:
    wanted = json.dumps([lists["@synonyms"], lists["@stopwords"]], ensure_ascii=False)
    return hashlib.sha256(wanted.encode()).hexdigest()[:16]


def _fill(node: Any, lists: dict[str, Any]) -> Any:
    if isinstance(node, dict):
        return {key: _fill(value, lists) for key, value in node.items()}
    if isinstance(node, str) and node.startswith("@"):
        return lists[node]
    return node
