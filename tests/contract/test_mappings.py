"""`mappings/` against the model, against the engine we may count on, and against its own past."""

import hashlib
import json
import re
import shutil
import types
import typing
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from app.audit.models import AuditEvent
from app.cases.models import Case, Point
from app.causes.models import Cause, WeatherDay
from app.engine.mappings import MAPPINGS, current_version, load_definition
from app.engine.names import Index
from app.intake.models import ImportJob, ImportState
from app.intake.repository import IMPORTS
from app.reference.starter import Entry
from app.road_maps.models import RoadMap
from app.settings import ROOT
from app.system.contexts import INDEX_TITLES
from dev.mappings import LIST, add_new, broken, digests, listed

FILES = sorted(MAPPINGS.glob("*/v*.json"))
TYPES = {
    "boolean",
    "byte",
    "completion",
    "date",
    "date_range",
    "dense_vector",
    "double",
    "flattened",
    "float",
    "geo_point",
    "half_float",
    "integer",
    "integer_range",
    "ip",
    "keyword",
    "long",
    "long_range",
    "nested",
    "object",
    "short",
    "text",
}
"""Works in every distribution, the bare one from Maven Central included (decision 0002)."""
IN_THE_SERVER = {
    "tokenizer": {"standard", "keyword"},
    "filter": {"lowercase", "stop", "shingle"},
    "char_filter": set[str](),
}
"""Analysis that needs neither the module `analysis-common` nor our plugin in its place."""
JAVA = {"tokenizer": "Tokenizers", "filter": "TokenFilters", "char_filter": "CharFilters"}


def read(path: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return document


def fields(properties: dict[str, Any], path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every field and multi-field with its dotted path."""
    for name, field in properties.items():
        yield f"{path}{name}", field
        for inner in ("properties", "fields"):
            yield from fields(field.get(inner, {}), f"{path}{name}.")


def named(path: Path) -> str:
    return path.relative_to(MAPPINGS).as_posix()


@pytest.mark.parametrize("path", FILES, ids=named)
def test_a_mapping_is_strict_and_says_why(path: Path) -> None:
    mappings = read(path)["mappings"]
    assert mappings["dynamic"] == "strict"
    assert mappings["_meta"]["version"] == int(path.stem.removeprefix("v"))
    assert len(mappings["_meta"]["why"]) > 20
    for name, field in fields(mappings["properties"]):
        assert field.get("dynamic", "strict") == "strict", name


@pytest.mark.parametrize("index", Index)
def test_current_names_the_newest_file(index: Index) -> None:
    versions = [int(path.stem[1:]) for path in FILES if path.parent.name == index]
    assert current_version(index) == max(versions)
    assert versions == list(range(1, len(versions) + 1))
    assert (MAPPINGS / index / "CURRENT").read_text() == f"v{max(versions):04d}\n"


def test_every_folder_is_an_index() -> None:
    assert {path.name for path in MAPPINGS.iterdir() if path.is_dir()} == set(Index)


@pytest.mark.parametrize("path", FILES, ids=named)
def test_only_types_of_every_distribution(path: Path) -> None:
    for name, field in fields(read(path)["mappings"]["properties"]):
        kind = field.get("type", "object")
        assert kind in TYPES, name
        assert ("type" in field) or ("properties" in field), name
        if kind == "dense_vector":
            # other versions choose another index when none is named
            assert field["index_options"]["type"] == "int8_hnsw"


@pytest.mark.parametrize("path", FILES, ids=named)
def test_only_analysis_that_the_local_engine_knows(path: Path) -> None:
    analysis = read(path)["settings"].get("analysis", {})
    for part, java in JAVA.items():
        source = ROOT / f"dev/engine/plugin/src/otklik/stock/{java}.java"
        ours = set(re.findall(r'\.put\("(\w+)"', source.read_text(encoding="utf-8")))
        defined = analysis.get(part, {})
        used = {item["type"] for item in defined.values()}
        for chain in (
            *analysis.get("analyzer", {}).values(),
            *analysis.get("normalizer", {}).values(),
        ):
            names = chain.get(part, [])
            used |= set([names] if isinstance(names, str) else names) - set(defined)
        assert used <= ours | IN_THE_SERVER[part], part


@pytest.mark.parametrize("path", FILES, ids=named)
def test_named_analyzers_are_defined(path: Path) -> None:
    body = read(path)
    analysis = body["settings"].get("analysis", {})
    for name, field in fields(body["mappings"]["properties"]):
        for key in ("analyzer", "search_analyzer"):
            assert field.get(key, "standard") in {"standard", *analysis.get("analyzer", {})}, name
        if "normalizer" in field:
            assert field["normalizer"] in analysis["normalizer"], name


@pytest.mark.parametrize("index", Index)
def test_a_definition_is_complete(index: Index) -> None:
    """The lists are filled in and no mark of a list is left."""
    definition = load_definition(index, replicas=1)
    assert '"@' not in json.dumps(definition.settings)
    assert definition.settings["index"]["number_of_replicas"] == 1


def structs(annotation: Any) -> Iterator[type[msgspec.Struct]]:
    """Struct types inside `X | None`, `list[X]` and the like."""
    if isinstance(annotation, type) and issubclass(annotation, msgspec.Struct):
        yield annotation
    elif isinstance(annotation, types.UnionType) or typing.get_origin(annotation):
        for part in typing.get_args(annotation):
            yield from structs(part)


def unmapped(struct: type[msgspec.Struct], field: dict[str, Any], path: str) -> Iterator[str]:
    """Paths that a strict mapping would refuse."""
    if field.get("enabled") is False or field.get("type") == "flattened":
        return
    if field.get("type") == "geo_point":
        assert struct is Point, path
        return
    for item in msgspec.structs.fields(struct):
        name = f"{path}{item.encode_name}"
        inner = field.get("properties", {}).get(item.encode_name)
        if inner is None:
            yield name
            continue
        found = list(structs(item.type))
        for part in found:
            yield from unmapped(part, inner, f"{name}.")
        loose = typing.get_origin(item.type) is dict
        if loose and inner.get("enabled") is not False and inner.get("type") != "flattened":
            yield f"{name}.*"


def current(index: Index) -> dict[str, Any]:
    return read(MAPPINGS / index / f"v{current_version(index):04d}.json")


@pytest.mark.parametrize(
    ("index", "struct"),
    [
        (Index.CASES, Case),
        (Index.REFERENCE, Entry),
        (Index.AUDIT, AuditEvent),
        (Index.CAUSES, Cause),
        (Index.ROAD_MAPS, RoadMap),
        (Index.WEATHER, WeatherDay),
    ],
)
def test_the_mapping_takes_every_field(index: Index, struct: type[msgspec.Struct]) -> None:
    assert list(unmapped(struct, current(index)["mappings"], "")) == []


def test_the_mapping_takes_an_import() -> None:
    now = datetime.now(UTC)
    job = ImportJob(
        id="1",
        state=ImportState.QUEUED,
        profile="im",
        file_name="a.xlsx",
        file_size=1,
        file_sha256="0",
        created_at=now,
        updated_at=now,
        created_by="local",
    )
    assert set(IMPORTS.document_of(job)) <= set(current(Index.IMPORTS)["mappings"]["properties"])


def test_a_field_without_a_mapping_is_found() -> None:
    body = current(Index.CASES)
    del body["mappings"]["properties"]["place"]["properties"]["street"]
    body["mappings"]["properties"]["history"].pop("enabled")
    missing = list(unmapped(Case, body["mappings"], ""))
    assert "place.street" in missing
    assert "history.seq" in missing


def test_a_landed_mapping_never_changes() -> None:
    assert broken(MAPPINGS) == []
    assert set(listed(MAPPINGS)) == {named(path) for path in FILES}, "run: python -m dev.mappings"


def test_the_list_is_as_sha256sum_writes_it() -> None:
    for line in (MAPPINGS / LIST).read_text(encoding="utf-8").splitlines():
        digest, name = line.split("  ")
        assert hashlib.sha256((MAPPINGS / name).read_bytes()).hexdigest() == digest


def test_a_changed_mapping_is_found_and_a_new_one_added(tmp_path: Path) -> None:
    folder = tmp_path / "mappings"
    shutil.copytree(MAPPINGS, folder)
    (folder / "cases" / "v9999.json").write_text("{}")
    assert add_new(folder) == ["cases/v9999.json"]
    assert listed(folder) == digests(folder)
    with (folder / "counters" / "v0001.json").open("a") as file:
        file.write("\n")
    (folder / "imports" / "v0001.json").unlink()
    assert broken(folder) == ["counters/v0001.json", "imports/v0001.json"]


def test_every_index_has_a_name_for_people() -> None:
    """Without one the page «Состояние» cannot be shown."""
    assert set(INDEX_TITLES) == set(Index)
