"""Front-end files from outside are those of the list, unchanged, each with its licence."""

import hashlib
import json
from typing import Any

import pytest

from app.settings import ROOT
from app.web.assets import STATIC

VENDOR = STATIC / "vendor"
LISTED: list[dict[str, Any]] = json.loads((VENDOR / "vendor.json").read_text())["files"]
PERMISSIVE = {"MIT", "0BSD", "BSD-2-Clause"}
TESTS = ROOT / "tests" / "e2e" / "vendor"


@pytest.mark.parametrize("entry", LISTED, ids=[entry["path"] for entry in LISTED])
def test_file_is_the_one_listed(entry: dict[str, Any]) -> None:
    data = (VENDOR / entry["path"]).read_bytes()
    assert hashlib.sha256(data).hexdigest() == entry["sha256"]
    assert entry["version"]
    assert entry["package"]
    assert entry["license"] in PERMISSIVE


@pytest.mark.parametrize("entry", LISTED, ids=[entry["path"] for entry in LISTED])
def test_licence_text_lies_beside(entry: dict[str, Any]) -> None:
    text = (VENDOR / entry["license_file"]).read_text()
    phrase = {
        "MIT": "Permission is hereby granted, free of charge",
        "0BSD": "Zero-Clause BSD",
        "BSD-2-Clause": "Redistribution and use in source and binary forms",
    }
    assert phrase[entry["license"]] in text


def test_no_file_is_outside_the_list() -> None:
    present = {
        path.relative_to(VENDOR).as_posix()
        for path in VENDOR.rglob("*")
        if path.is_file() and path.name != "vendor.json"
    }
    assert present == {entry["path"] for entry in LISTED}


def test_our_own_files_load_nothing_from_outside() -> None:
    for path in STATIC.glob("*"):
        if path.suffix in {".css", ".js"}:
            text = path.read_text()
            assert "http://" not in text
            assert "https://" not in text
            assert "eval(" not in text


def test_files_of_the_browser_tests_are_listed_and_stay_there() -> None:
    """MPL-2.0 asks for its text beside the file; nothing of it is served or built in."""
    listed = json.loads((TESTS / "vendor.json").read_text())["files"]
    for entry in listed:
        digest = hashlib.sha256((TESTS / entry["path"]).read_bytes()).hexdigest()
        assert digest == entry["sha256"], entry["path"]
        assert (entry["license"], entry["license_file"]) == ("MPL-2.0", "axe.LICENSE")
    present = {path.name for path in TESTS.iterdir()} - {"vendor.json"}
    assert present == {entry["path"] for entry in listed}
    assert "Mozilla Public License" in (TESTS / "axe.LICENSE").read_text()
