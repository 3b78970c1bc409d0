"""What the README and `docs/` tell people to run and to open exists."""

import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
import yaml

from app.cases.codes import Channel, Kind, State
from app.intake.profiles import BUILT_IN
from app.intake.profiles.canonical import CANONICAL_COLUMNS
from app.settings import ROOT, Settings
from cli.main import group
from dev.screenshots.looks import shown_pictures

PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
SHELL = {"sh", "bash"}
NOT_SHELL = {"", "text", "json", "csv", "ini"}
MAKE = ["setup", "demo", "test", "dev", "lint", "eval", "bench", "help"]
"""Agreed with users' scripts: never renamed."""
VARIABLE = re.compile(r"\bOTKLIK_[A-Z_]*[A-Z]\b")
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
DEVELOPERS_VARIABLES = {"OTKLIK_ENGINE"}
"""Read by `dev/`, not by the product."""


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def named(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def shell_lines(text: str) -> Iterator[str]:
    """Commands of the fenced blocks, continued lines joined, comments left out."""
    for language, body in FENCE.findall(text):
        assert language in SHELL | NOT_SHELL, f"unknown language of a block: {language}"
        if language in SHELL:
            for line in body.replace("\\\n", " ").splitlines():
                if line.strip() and not line.lstrip().startswith("#"):
                    yield line.strip()


def commands(text: str) -> Iterator[list[str]]:
    """Every command that `text` shows, word by word: in blocks and in the running text."""
    for line in shell_lines(text):
        for part in re.split(r"\s(?:&&|\|\||\|)\s", line):
            yield shlex.split(part, comments=True)
    for span in SPAN.findall(FENCE.sub("", text)):
        if re.match(r"(make|otklik|python -m) \S", span) and "…" not in span:
            yield shlex.split(span)


def make_targets() -> set[str]:
    return set(re.findall(r"^([a-z]+):", text_of(ROOT / "Makefile"), re.MULTILINE))


def check_make(words: list[str]) -> None:
    variables = set(re.findall(r"^([A-Z_]+) \?=", text_of(ROOT / "Makefile"), re.MULTILINE))
    for word in words:
        name, is_variable, _ = word.partition("=")
        assert name in (variables if is_variable else make_targets()), f"make {word}"


def check_otklik(words: list[str]) -> None:
    """Resolves subcommands and parses options as click would, without running anything."""
    command: click.Command = group
    context = click.Context(group, info_name="otklik")
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        found = command.get_command(context, words[0])
        assert found is not None, f"otklik has no command {words[0]}"
        command, words = found, words[1:]
        context = click.Context(command, info_name=command.name, parent=context)
    options = {name for parameter in command.get_params(context) for name in parameter.opts}
    for word in words:
        if word.startswith("-"):
            assert word.split("=")[0] in options, f"otklik {command.name} {word}"


def check_compose(words: list[str]) -> None:
    """`docker compose [up|run|…]`: the services named are those of the file."""
    action, *rest = words
    assert action in {"up", "down", "run", "logs", "ps", "build", "stop", "restart", "config"}
    for scaled in re.findall(r"--scale (\w+)=", " ".join(rest)):
        assert scaled in COMPOSE["services"]
    positional = [word for word in rest if not word.startswith("-") and "=" not in word]
    if action == "run":
        service, *arguments = positional
        assert service in COMPOSE["services"], service
        check_otklik(arguments)
    else:
        assert set(positional) <= set(COMPOSE["services"]), positional


def check_python(words: list[str]) -> None:
    if words[0] == "-m":
        module = words[1].replace(".", "/")
        assert (ROOT / f"{module}.py").exists() or (ROOT / module / "__main__.py").exists(), module


def check_pytest(words: list[str]) -> None:
    for word in words:
        assert word.startswith("-") or (ROOT / word).exists(), word


CHECKS = {
    "make": check_make,
    "otklik": check_otklik,
    "docker compose": check_compose,
    "python": check_python,
    "pytest": check_pytest,
}
FREE = {"git clone", "cd", "cp", "chmod", "openssl rand", "export", "printf", "curl"}
"""Commands of the system: nothing of ours to compare them with."""


def check(words: list[str]) -> None:
    while words and re.match(r"[A-Z_]+=", words[0]):
        words = words[1:]
    head = words[0].removeprefix(".venv/bin/")
    both = " ".join(words[:2])
    if both in CHECKS:
        CHECKS[both](words[2:])
    elif head in CHECKS:
        CHECKS[head](words[1:])
    else:
        assert head in FREE or both in FREE, f"unknown command: {words}"


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_commands_exist(page: Path) -> None:
    for words in commands(text_of(page)):
        check(words)


@pytest.mark.parametrize(
    "line",
    [
        "make everything",
        "otklik fly",
        "otklik serve --wings 2",
        "docker compose up --scale wings=2",
        "docker compose run --rm worker fly",
        "python -m dev.nothing",
        "pytest tests/nothing",
        "rm -rf .",
    ],
)
def test_a_command_that_is_not_there_is_found(line: str) -> None:
    with pytest.raises(AssertionError):
        check(shlex.split(line))


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_links_lead_somewhere(page: Path) -> None:
    for link in LINK.findall(FENCE.sub("", text_of(page))):
        address = link.split("#")[0]
        if address and not re.match(r"[a-z]+:", address):
            assert (page.parent / address).exists(), link


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_named_files_exist(page: Path) -> None:
    """A path in the running text whose first part is a folder of ours leads to a file."""
    tops = {path.name for path in ROOT.iterdir() if path.is_dir()} - {"var", ".venv"}
    for span in SPAN.findall(FENCE.sub("", text_of(page))):
        top, slash, _ = span.partition("/")
        if slash and top in tops and re.fullmatch(r"[\w./-]+", span):
            assert (ROOT / span).exists(), span


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_variables_exist(page: Path) -> None:
    known = {f"OTKLIK_{name.upper()}" for name in Settings.model_fields} | DEVELOPERS_VARIABLES
    known |= set(VARIABLE.findall(text_of(ROOT / "docker-compose.yml")))
    assert set(VARIABLE.findall(text_of(page))) <= known


def test_every_page_is_reached_from_the_readme() -> None:
    found, ahead = set[Path](), [ROOT / "README.md"]
    while ahead:
        page = ahead.pop()
        found.add(page)
        linked = [
            (page.parent / link.split("#")[0]).resolve() for link in LINK.findall(text_of(page))
        ]
        ahead += [one for one in linked if one.suffix == ".md" and one not in found]
    assert set(PAGES) <= found


def test_every_kept_picture_is_shown() -> None:
    kept = {path.name for path in (ROOT / "docs" / "images").iterdir()}
    assert kept == shown_pictures()


def test_agreed_targets_exist_and_are_told() -> None:
    assert set(MAKE) <= make_targets()
    for target in MAKE:
        assert f"make {target}" in text_of(ROOT / "README.md"), target


def test_every_command_is_told_somewhere() -> None:
    pages = "\n".join(map(text_of, PAGES))
    for name in group.list_commands(click.Context(group)):
        assert re.search(rf"otklik {name}\b", pages), name


def test_the_guide_tells_every_column_and_code() -> None:
    """`docs/guide/zagruzka.md` is what people write their scripts from."""
    page = text_of(ROOT / "docs" / "guide" / "zagruzka.md")
    told = re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE)
    assert tuple(told) == CANONICAL_COLUMNS
    for code in (*Channel, *State, *Kind):
        assert f"`{code}`" in page, code
    for profile in BUILT_IN:
        assert f"| `{profile}` |" in page, profile


def tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listed.returncode:
        pytest.skip("not a git checkout")
    return [ROOT / name for name in listed.stdout.split("\0") if name]


def test_no_file_knows_where_it_was_made() -> None:
    """No package registry's address and no folder of somebody's machine."""
    here = Path(__file__)
    signs = re.compile(
        r"--(?:extra-)?index-url|index-url\s*=|registry\.npmjs|files\.pythonhosted"
        r"|pypi\.org/simple|nexus|artifactory|<mirrorOf>"
        r"|(?<![\w.])/(?:home/\w+|root|Users/\w+)/"
        r"|(?<![\w.])/work/(?!(?:views|live|next|do)\b)"  # pages of «Моя работа», no folders
    )
    vendor = ROOT / "app/web/static/vendor"
    for path in tracked():
        if path == here or path.is_relative_to(vendor) or not path.is_file():
            continue
        found = signs.search(path.read_bytes().decode("utf-8", "ignore"))
        assert not found, f"{named(path)}: {found and found.group()}"
