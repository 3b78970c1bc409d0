"""Nothing in the source can change or delete a line of the journal."""

import ast
from collections.abc import Iterator
from pathlib import Path

from app.audit import words
from app.cases.actions.table import RULES
from app.settings import ROOT

PACKAGES = ("app", "indexers", "workers", "cli")
ADDS = {
    "app/audit/repository.py": {"add", "by_ids"},
    "indexers/audit/project.py": {"_write_lines", "_action"},
}
"""Where documents of the audit are written or addressed, and by which functions."""
READS = {
    "app/engine/names.py",
    "app/audit/service.py",
    "app/system/contexts.py",
    "indexers/audit/check.py",
    "indexers/audit/days.py",
    "indexers/audit/retention.py",
    "indexers/audit/stream.py",
    "workers/actors/audit.py",
}
CHANGES = {"update", "delete", "delete_by_query", "update_by_query", "reindex"}


def sources() -> Iterator[tuple[str, ast.Module]]:
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            yield _name(path), ast.parse(path.read_text(encoding="utf-8"))


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _names_audit(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == "AUDIT" and _is(node.value, "Index")


def _is(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def test_the_index_is_named_only_where_lines_are_added_or_read() -> None:
    naming = {name for name, tree in sources() if any(map(_names_audit, ast.walk(tree)))}
    assert naming == ADDS.keys() | READS


def test_lines_are_written_by_functions_that_only_create() -> None:
    for name, allowed in ADDS.items():
        tree = ast.parse((ROOT / name).read_text(encoding="utf-8"))
        functions = [
            node
            for node in ast.walk(tree)
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        ]
        naming = {
            function.name for function in functions if any(map(_names_audit, ast.walk(function)))
        }
        assert naming == allowed, name
        for function in functions:
            if function.name in allowed:
                text = ast.unparse(function)
                assert "writer.replace" not in text
                assert "'index'" not in text, f"{name}: {function.name} may overwrite"


def test_what_reads_the_journal_writes_nothing_to_it() -> None:
    for name in READS:
        tree = ast.parse((ROOT / name).read_text(encoding="utf-8"))
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            written = ast.unparse(call.func)
            if written in {"bulk.write", "writer.create", "writer.replace"}:
                assert not any(map(_names_audit, ast.walk(call))), f"{name}: {written}"


def test_no_single_document_is_changed_or_deleted_past_the_writer() -> None:
    for name, tree in sources():
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            target = ast.unparse(call.func)
            _, _, method = target.rpartition(".")
            if method in CHANGES:
                assert "client." not in target.replace("client.indices.", ""), f"{name}: {target}"


def test_whole_months_are_dropped_by_the_command_alone() -> None:
    calling = {
        name
        for name, tree in sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("drop_months")
    }
    assert calling == {"indexers/audit/retention.py"}
    asking = {
        name
        for name, tree in sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.alias) and node.name == "drop_outlived"
    }
    assert asking == {"cli/audit.py"}


def test_every_code_that_is_recorded_has_its_words() -> None:
    for name, tree in sources():
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            if ast.unparse(call.func).endswith("happened") and call.args:
                code = call.args[0]
                if isinstance(code, ast.Constant):
                    assert words.what_words(code.value) != code.value, f"{name}: {code.value}"


def test_the_journal_tells_steps_of_cases_with_the_words_of_their_table() -> None:
    for rule in RULES.values():
        assert words.CASE_WORDS[rule.name].casefold() == rule.told.casefold()
