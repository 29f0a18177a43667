"""Every module is described, nothing is a stub, no committed file names a machine or a registry."""

from __future__ import annotations

import ast
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ANALYSIS = {"stats", "numerics", "curves", "fitting", "assays"}


def test_every_module_has_a_docstring(source_files):
    undescribed = [file.location for file in source_files if not ast.get_docstring(file.tree)]
    assert not undescribed, f"no module docstring in {', '.join(undescribed)}"


def test_every_public_function_of_an_analysis_has_a_docstring(source_files):
    undescribed = [
        f"{file.location}:{node.lineno} {node.name}"
        for file in source_files
        if file.package in ANALYSIS
        for node in [
            *file.tree.body,
            *(item for c in file.tree.body if isinstance(c, ast.ClassDef) for item in c.body),
        ]
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")
        if not ast.get_docstring(node)
    ]
    assert not undescribed, "no docstring: " + ", ".join(undescribed)


def stubs_in(files):
    return [
        f"{file.location}:{node.lineno} {node.name}"
        for file in files
        for node in _functions_with_a_body(file.tree)
        if all(_does_nothing(statement) for statement in node.body)
    ]


def test_no_function_is_a_stub(source_files):
    stubs = stubs_in(source_files)
    assert not stubs, "does nothing: " + ", ".join(stubs)


def test_a_function_with_a_docstring_only_is_reported_as_a_stub(invent):
    text = '"""A file."""\n\ndef later():\n    """Will fit."""\n    raise NotImplementedError\n'
    assert stubs_in([invent("fitting/invented.py", text)]) == ["fitting/invented.py:3 later"]


def test_no_file_defers_work(source_files):
    words = re.compile(r"\b(" + "|".join(["TO" + "DO", "FIX" + "ME", "XX" + "X"]) + r")\b")
    deferred = [file.location for file in source_files if words.search(file.text)]
    assert not deferred, f"work deferred in {', '.join(deferred)}"


def test_no_package_is_empty(source_files):
    folders = {file.path.parent for file in source_files}
    empty = [
        folder.name
        for folder in sorted(folders)
        if not any(
            path.name != "__init__.py" for path in folder.iterdir() if path.name != "__pycache__"
        )
    ]
    assert not empty, f"no module in {', '.join(empty)}"


def test_no_committed_file_names_a_registry_or_a_path_of_a_machine(root):
    hosts = ["py" + "pi.org", "python" + "hosted.org", "registry.npm" + "js.org", "index-" + "url"]
    machine_path = re.compile(r"(?<![\w.~-])[/](work|farm|root|home|opt|tmp|Users)[/][A-Za-z.]")
    complaints = []
    for name in _committed(root):
        try:
            text = (root / name).read_text(encoding="utf-8")
        except (UnicodeDecodeError, FileNotFoundError, IsADirectoryError):
            continue
        for number, line in enumerate(text.splitlines(), 1):
            plain = line.replace("--no-emit-" + "index-" + "url", "")
            complaints += [f"{name}:{number} names {host}" for host in hosts if host in plain]
            if path := machine_path.search(line):
                complaints.append(f"{name}:{number} names the path {path[0]}…")
    assert not complaints, "\n".join(complaints)


def test_the_lock_pins_every_line_with_a_hash(root):
    lock = (root / "requirements.lock").read_text(encoding="utf-8").replace("\\\n", " ")
    loose = [
        line
        for line in lock.splitlines()
        if line.strip() and not ("==" in line and "--hash=sha256:" in line)
    ]
    assert not loose, f"without a hash: {loose[:3]}"


def _committed(root) -> list[str]:
    if not (root / ".git").exists():
        pytest.skip("not a git checkout, so it is unknown what is committed")
    done = subprocess.run(
        ["git", "ls-files", "-z"], cwd=root, capture_output=True, text=True, check=True
    )
    return [name for name in done.stdout.split("\0") if name]


def test_every_known_mutation_has_its_text_once():
    known = ROOT / "tools" / "mutation" / "known.toml"
    if not known.is_file():
        pytest.skip("the list is in the repository, not in the package")
    mutations = tomllib.loads(known.read_text(encoding="utf-8"))["mutation"]
    counts = {m["old"]: (ROOT / m["file"]).read_text("utf-8").count(m["old"]) for m in mutations}
    assert counts == dict.fromkeys(counts, 1)
    assert all((ROOT / test).exists() for m in mutations for test in m["tests"])


def _functions_with_a_body(tree: ast.Module) -> list[ast.FunctionDef]:
    declared = {
        function
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
        and any(ast.unparse(base).split("[")[0].endswith("Protocol") for base in node.bases)
        for function in ast.walk(node)
        if isinstance(function, ast.FunctionDef)
    }
    without_body = {
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
        and any(
            ast.unparse(d).endswith(("overload", "abstractmethod")) for d in node.decorator_list
        )
    }
    return [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node not in declared | without_body
    ]


def _does_nothing(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Raise):
        return statement.exc is not None and "NotImplemented" in ast.unparse(statement.exc)
    return isinstance(statement, ast.Pass) or (
        isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    )
