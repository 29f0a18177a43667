"""Files, functions and names stay easy to survey."""

from __future__ import annotations

import ast
from collections import defaultdict

MAX_FILE_LINES = 500
MAX_FUNCTION_LINES = 80
MAX_DEFERRED_IMPORTS = 6


def function_lines(node: ast.FunctionDef) -> int:
    """Lines of a function without its decorators and docstring."""
    total = (node.end_lineno or node.lineno) - node.lineno + 1
    if ast.get_docstring(node, clean=False) is None:
        return total
    docstring = node.body[0]
    return total - ((docstring.end_lineno or docstring.lineno) - docstring.lineno + 1)


def test_no_file_is_longer_than_500_lines(source_files):
    long = {
        file.location: lines
        for file in source_files
        if (lines := len(file.text.splitlines())) > MAX_FILE_LINES
    }
    assert not long, f"divide by topic: {long}"


def test_no_function_is_longer_than_80_lines(source_files):
    long = [
        f"{file.location}:{node.lineno} {node.name}: {lines} lines"
        for file in source_files
        for node in ast.walk(file.tree)
        if isinstance(node, ast.FunctionDef)
        and (lines := function_lines(node)) > MAX_FUNCTION_LINES
    ]
    assert not long, "\n".join(long)


def test_no_class_name_occurs_twice(source_files):
    places = defaultdict(list)
    for file in source_files:
        for node in ast.walk(file.tree):
            if isinstance(node, ast.ClassDef):
                places[node.name].append(f"{file.location}:{node.lineno}")
    twice = {name: where for name, where in places.items() if len(where) > 1}
    assert not twice, f"rename by analysis or topic: {twice}"


def test_imports_of_the_project_stand_at_the_top_of_files(source_files):
    deferred = [
        f"{file.location}:{imported.line} {imported.module}"
        for file in source_files
        for imported in file.imports
        if not imported.at_start and not imported.for_types
        if imported.module.split(".")[0] == "tricyclic"
    ]
    assert len(deferred) <= MAX_DEFERRED_IMPORTS, "\n".join(deferred)


def test_the_formatter_and_the_linter_have_no_exception_without_a_reason(source_files):
    complaints = []
    for file in source_files:
        for number, line in enumerate(file.text.splitlines(), 1):
            if "fmt: " + "skip" in line or "fmt: " + "off" in line:
                complaints.append(f"{file.location}:{number} switches the formatter off")
            _, marker, reason = line.partition("# no" + "qa")
            if marker and "(" not in reason and "#" not in reason:
                complaints.append(f"{file.location}:{number} has no reason beside its exception")
    assert not complaints, "\n".join(complaints)
