"""The contracts of `.importlinter` hold, and each of them can fail."""

import configparser
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from app.settings import ROOT

CONFIG = ROOT / ".importlinter"
PACKAGES = ("app", "indexers", "workers", "cli", "dev")
NOT_DOMAINS = {"engine", "text", "web"}

BREAKS: dict[str, dict[str, str]] = {
    "floors": {"app/cases/broken.py": "import indexers"},
    "engine-door": {"app/search/broken.py": "import elasticsearch"},
    "queue-door": {"app/cases/broken.py": "import dramatiq"},
    # not directly: the web stack hides behind a helper
    "rules-without-web": {
        "app/broken/__init__.py": "",
        "app/broken/service.py": "import app.broken.helper",
        "app/broken/helper.py": "import litestar",
    },
    "domain-order": {"app/reference/broken.py": "import app.cases.models"},
    "domain-circles": {
        "app/one/__init__.py": "import app.two",
        "app/two/__init__.py": "import app.one",
    },
    "domain-floors": {
        "app/broken/__init__.py": "",
        "app/broken/repository.py": "import app.broken.service",
        "app/broken/service.py": "",
    },
    "domain-doors": {
        "app/search/broken.py": "import app.broken.query",
        "app/broken/__init__.py": "",
        "app/broken/query.py": "",
    },
    "engine-floor": {"app/engine/broken.py": "import app.cases.models"},
    "text-floor": {"app/text/broken.py": "import app.viewer"},
    "ground": {"app/errors.py": "import app.text"},
}


def contracts() -> configparser.ConfigParser:
    parser = configparser.ConfigParser()
    parser.read(CONFIG, encoding="utf-8")
    return parser


def run_linter(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    linter = Path(sys.executable).with_name("lint-imports")
    return subprocess.run(
        [linter, "--no-logo", "--no-cache", "--config", folder / ".importlinter", *options],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The tree's Python files, free to be broken."""
    shutil.copy(CONFIG, tmp_path)
    for package in PACKAGES:
        for source in (ROOT / package).rglob("*.py"):
            target = tmp_path / source.relative_to(ROOT)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, target)
    return tmp_path


def test_every_contract_is_kept() -> None:
    result = run_linter(ROOT)
    assert result.returncode == 0, result.stdout + result.stderr


def test_every_contract_has_a_break() -> None:
    prefix = "importlinter:contract:"
    known = {name.removeprefix(prefix) for name in contracts().sections() if prefix in name}
    assert known == set(BREAKS)


@pytest.mark.parametrize("contract", BREAKS)
def test_a_contract_can_fail(contract: str, copy: Path) -> None:
    for name, line in BREAKS[contract].items():
        target = copy / name
        target.parent.mkdir(exist_ok=True)
        with target.open("a", encoding="utf-8") as file:
            file.write(f"\n{line}\n")
    result = run_linter(copy, "--contract", contract)
    assert result.returncode == 1, result.stdout + result.stderr
    assert "1 broken" in result.stdout


def test_every_domain_has_a_door() -> None:
    listed = contracts()["importlinter:contract:domain-doors"]["source_modules"].split()
    folders = {path.parent.name for path in (ROOT / "app").glob("*/__init__.py")}
    assert {f"app.{name}" for name in folders - NOT_DOMAINS} == set(listed)
